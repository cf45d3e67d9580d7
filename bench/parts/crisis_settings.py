"""The house's settings, with a protocol of emergency whose limits a benchmark can wait for."""

from smartunion.site.settings import *  # noqa: F403 - the house's own, but for two names

RESPONSES = "bench.parts.crisis_protocol.WIRED"
RESPONSE_TERMS = "bench.parts.crisis_protocol.terms"
EMAIL_HOST = ""
