"""The house's settings, with a protocol of emergency whose limits a benchmark can wait for."""

from smartunion.site import settings

globals().update({name: getattr(settings, name) for name in dir(settings) if name.isupper()})

RESPONSES = "bench.parts.crisis_protocol.WIRED"
RESPONSE_TERMS = "bench.parts.crisis_protocol.terms"
EMAIL_HOST = ""
