"""Who hears what: the one place where an upper domain subscribes to a lower one's happenings."""

from collections.abc import Callable

from smartunion.kernel.files.reads import Door
from smartunion.kernel.live.source import Source, Whose, newest
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.procedures.registry import Act
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.trail.models import Entry

from smartunion.kernel.procedures.handbook import Said
SUBSCRIPTIONS: dict[str, tuple[Callable[[Entry], None], ...]] = {}

SHEETS: tuple[Procedure, ...] = ()
"""The six-column sheets of every domain, old versions as long as cases run by them."""

ACTS: dict[str, Act] = {}
"""What AUTO steps and escalations of the sheets call, by the name that they give."""

TIMERS: dict[str, Handler] = {}
"""Kind of timer -> what is done when it fires (see kernel/timers/handlers.py)."""

FILE_DOORS: dict[str, Door] = {}
"""Who may open the files of a row, by the row's table: "aid.case" -> (person, mandate, id)."""

PAYMENTS = f"""
SELECT 0::bigint, a.version || '/' || b.version || '/' || c.version
FROM ({newest("wallet_payment")}) a(k, version),
  ({newest("wallet_paymentevent")}) b(k, version), ({newest("wallet_refund")}) c(k, version)
"""  # noqa: S608 - our own names
"""A payment, a change of one, a refund."""

WALLET = """
SELECT owner_id, xmin::text || '.' || seq || '.' || code_used FROM wallet_wallet
WHERE owner_id = ANY(%(keys)s)
"""
"""Whatever wrote the wallet's row: its transaction number is its version."""

MERCHANT = """
SELECT m.unit_id, coalesce(string_agg(l.version, '/' ORDER BY t.id), '')
FROM wallet_merchant m JOIN wallet_terminal t ON t.merchant_id = m.id
LEFT JOIN LATERAL (
  SELECT max(id) || '.' || sum(id) || '.' || string_agg(status, '') AS version FROM (
    SELECT id, status FROM wallet_payment WHERE terminal_id = t.id
    ORDER BY biz_date DESC, terminal_seq DESC LIMIT 16) tail
) l ON true
WHERE m.unit_id = ANY(%(keys)s) GROUP BY m.unit_id
"""
"""The last payments of each of the merchant's terminals, and how they stand."""

BUDGET = f"""
SELECT 0::bigint, a.version || '/' || b.version
FROM ({newest("ledger_transfer")}) a(k, version), ({newest("ledger_encumbrance")}) b(k, version)
"""  # noqa: S608 - our own names

LIVE_SOURCES = (
    Source("payments", "indicator.view", PAYMENTS),
    Source("wallet", "wallet.own", WALLET, Whose.PERSON),
    Source("merchant", "till.use", MERCHANT, Whose.UNIT),
    Source("budget", "plan.view", BUDGET),
    Source("plan", "plan.view", newest("planning_achievement")),
)
"""The topics that pages may listen to at /live/; each is read anew at every tick."""

HANDBOOK_SAID = {"C1": Said(pages=17, clause="2.2")}
"""What the plan says of a committee's manual (R028), by the committee's code."""
