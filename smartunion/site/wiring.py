"""Who hears what: the one place where an upper domain subscribes to a lower one's happenings."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from smartunion.domains.aid import jobs as aid
from smartunion.domains.aid.procedure import SHEETS as AID
from smartunion.domains.aid.reads import cases as aid_cases
from smartunion.domains.aid.rules.records import RECORDS as AID_RECORDS
from smartunion.domains.congress.procedure import SHEETS as CONGRESS
from smartunion.domains.crisis import jobs as crisis
from smartunion.domains.crisis.procedure import SHEETS as CRISIS
from smartunion.domains.crisis.protocol import RED
from smartunion.domains.crisis.reads import cases as crisis_cases
from smartunion.domains.crisis.rules.records import RECORDS as CRISIS_RECORDS
from smartunion.domains.disputes import jobs as disputes
from smartunion.domains.disputes.procedure import SHEETS as DISPUTES
from smartunion.domains.disputes.reads import cases as disputes_cases
from smartunion.domains.disputes.rules.records import RECORDS as DISPUTES_RECORDS
from smartunion.domains.inspection import jobs as inspection
from smartunion.domains.inspection.procedure import SHEETS as INSPECTION
from smartunion.domains.inspection.reads import rounds as inspection_rounds
from smartunion.domains.merchants.procedure import SHEETS as MERCHANTS
from smartunion.domains.planning import public as planning
from smartunion.domains.planning.rules.refusals import NoTerms
from smartunion.domains.policy.procedure import SHEETS as POLICY
from smartunion.domains.policy.reads import documents as policy_documents
from smartunion.domains.procurement import jobs as procurement
from smartunion.domains.procurement.procedure import SHEETS as PROCUREMENT
from smartunion.domains.procurement.reads import desk as procurement_desk
from smartunion.domains.proposals import jobs as proposals
from smartunion.domains.proposals.procedure import SHEETS as PROPOSALS
from smartunion.domains.proposals.reads import cases as proposals_cases
from smartunion.domains.safety import jobs as safety
from smartunion.domains.safety.procedure import SHEETS as SAFETY
from smartunion.domains.safety.reads import insured as safety_insured
from smartunion.domains.safety.reads import risks as safety_risks
from smartunion.domains.safety.reads import surveys as safety_surveys
from smartunion.domains.safety.rules.records import RECORDS as SAFETY_RECORDS
from smartunion.domains.settlement import jobs as settlement
from smartunion.domains.settlement.procedure import SHEETS as SETTLEMENT
from smartunion.domains.wellbeing import jobs as wellbeing
from smartunion.domains.wellbeing.procedure import SHEETS as WELLBEING
from smartunion.domains.wellbeing.rules.records import RECORDS as WELLBEING_RECORDS
from smartunion.kernel.duty import jobs as duty
from smartunion.kernel.duty import watching as rosters
from smartunion.kernel.files.reads import Door
from smartunion.kernel.live.source import Source, Whose, newest
from smartunion.kernel.notices import audits as notices
from smartunion.kernel.notices.answering import Answering
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.define import RecordKind
from smartunion.kernel.procedures import changes, firing
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.procedures.handbook import Said
from smartunion.kernel.procedures.reads import matters_of as cases_of
from smartunion.kernel.procedures.reads import may_open_file as may_open_case_file
from smartunion.kernel.procedures.registry import Act
from smartunion.kernel.publicity import watching as publicity
from smartunion.kernel.publicity.reads import may_open_file as may_open_posting_file
from smartunion.kernel.response import actions as response_actions
from smartunion.kernel.response import answering as response
from smartunion.kernel.response import firing as response_clocks
from smartunion.kernel.response import patrol, tracking
from smartunion.kernel.response.registry import Wired
from smartunion.kernel.timers.handlers import Handler, HandlerOfMany
from smartunion.kernel.timers.watches import Watch
from smartunion.kernel.trail.models import Entry
from smartunion.site import guarding, telling
from smartunion.site.alarms import tell_the_watch
from smartunion.site.command import places

SUBSCRIPTIONS: dict[str, tuple[Callable[[Entry], None], ...]] = {
    "calendar.year_confirmed": (changes.calendar_changed, publicity.calendar_changed),
    "calendar.day_ruled": (changes.calendar_changed, publicity.calendar_changed),
    "calendar.day_lifted": (changes.calendar_changed, publicity.calendar_changed),
    "people.away": (changes.went_away,),
    "people.back": (changes.went_away,),
    "people.appointed": (changes.posts_changed,),
    "people.term_ended": (changes.posts_changed,),
    "publicity.closed": (changes.window_closed,),
    "publicity.upheld": (changes.window_upheld,),
    "publicity.restarted": (changes.window_moved,),
    "publicity.taken_down": (changes.window_taken_down,),
    "publicity.recounted": (changes.window_moved,),
    "timers.alarmed": (tell_the_watch,),
    **telling.WALLET,
    **guarding.HEARS,
    "procedures.returned": (aid.hear_return,),
    "procedures.withdrawn": (aid.hear_withdrawal,),
    "procedures.closed": (crisis.hear_closed,),
}

SHEETS: tuple[Procedure, ...] = (
    *PROCUREMENT, *AID, *SAFETY, *CRISIS, *WELLBEING, *MERCHANTS, *SETTLEMENT,
    *INSPECTION, *PROPOSALS, *CONGRESS, *DISPUTES, *POLICY,
)  # fmt: skip
"""The six-column sheets of every domain, old versions as long as cases run by them."""

ACTS: dict[str, Act] = {
    **procurement.ACTS, **aid.ACTS, **wellbeing.ACTS, **inspection.ACTS, **proposals.ACTS,
    **disputes.ACTS,
}  # fmt: skip
"""What AUTO steps and escalations of the sheets call, by the name that they give."""

TIMERS: dict[str, Handler] = {
    **guarding.TIMERS,
    **telling.TIMERS,
    **firing.HANDLERS,
    **procurement.TIMERS,
    **crisis.TIMERS,
    **response_clocks.HANDLERS,
    **wellbeing.TIMERS,
    **settlement.TIMERS,
    **disputes.TIMERS,
    **proposals.TIMERS,
    "publicity.closes": publicity.closes,
    "publicity.probe": publicity.probe,
    "publicity.takes_down": publicity.takes_down,
    "publicity.reply_due": publicity.reply_due,
}
"""Kind of timer -> what is done when it fires (see kernel/timers/handlers.py)."""

TIMERS_TOGETHER: dict[str, HandlerOfMany] = {**response_clocks.TOGETHER}
"""The same for several of one matter that are due at once."""

RESPONSES: tuple[Wired, ...] = (
    Wired(patrol.PROTOCOL),
    Wired(RED, crisis.HOOKS, drilled=True),
    *safety.RESPONSES,
)
"""Every domain's protocols of emergency, the newest version of each last (kernel/response)."""

WHEREABOUTS: tuple[Callable[..., Any], ...] = (response_actions.look_at_positions,)
"""Domains' doors to where responders are, for the command board (site/command/shown.py)."""

PLACES: tuple[Callable[..., Mapping[str, str]], ...] = (places.of_red_cases,)
"""In which building what runs is, for the command board and whoever is on the case."""

NOTICE_ANSWERS: dict[str, Answering] = {
    "response": response.ANSWERING,
    "duty.check": duty.ANSWERING,
}
"""Whose notices are answered by one tap or by a reply, by the first word of their `about`."""


def response_terms(section: str, on: date) -> Mapping[str, Any]:
    """Return the plan's terms of a protocol on a campus day; none before the first plan."""
    try:
        return planning.lasting_terms(section, on=on)
    except NoTerms:
        return {}


def publicity_terms(on: date) -> Mapping[str, Any] | None:
    """Return the plan's terms for postings on a campus day, None where no adopted plan has any."""
    try:
        return planning.terms("publicity", on=on)
    except NoTerms:
        return None


def ledger_document(document: str) -> str:
    """Return the address that opens a transfer's document: what it sums up, and for whom."""
    kind, _, rest = document.partition(":")
    if kind == "fold" and not rest.partition(":")[2].startswith("-"):
        return reverse("settlement:posting", args=[document])
    if kind == "coupon":
        return reverse("coupons:card", args=[rest.partition(":")[0]])
    return ""


def duty_terms(on: date) -> Mapping[str, Any] | None:
    """Return the plan's terms for rosters on a campus day, None before the first plan."""
    try:
        return planning.lasting_terms("duty", on=on)
    except NoTerms:
        return None


PRIVATE_RECORDS: tuple[RecordKind, ...] = (
    *AID_RECORDS,
    *CRISIS_RECORDS,
    *WELLBEING_RECORDS,
    *SAFETY_RECORDS,
    *DISPUTES_RECORDS,
    tracking.POSITION,
)
"""Every kind of sealed record: its class, who may open it for what, how long it is kept."""


def private_terms(on: date) -> Mapping[str, Any] | None:
    """Return the plan's terms for sealed records on a campus day, None before the first plan."""
    try:
        return planning.lasting_terms("private", on=on)
    except NoTerms:
        return None


PRIVATE_HOLDS: tuple[Callable[[], Collection[str]], ...] = (crisis_cases.held,)
"""Under which names sealed records must not be erased now (kernel/private/holds.py)."""

WATCHES: dict[str, Watch] = {
    "消息未发": notices.late,
    "渠道不应答": notices.unanswered,
    "应急巡检": patrol.watch,
    "保险空档": safety_insured.alarms,
    "防控失效": safety_risks.alarms,
    "缺班": rosters.gaps,
    "值班号码未核对": rosters.unproven,
    "热线未登记": rosters.no_hotline,
    "到期未销毁": guarding.unerased,
    "查阅日志分区": guarding.unmade,
}
"""What the auditor looks at beside the timers' own (see kernel/timers/watches.py)."""

TREE_MATTERS: tuple[Callable[[Person], Collection[str]], ...] = (
    cases_of, aid_cases.matters_of, proposals_cases.matters_of, disputes_cases.matters_of,
)  # fmt: skip
"""What is somebody's own besides what they did: they take its receipts (kernel/tree)."""

FILE_DOORS: dict[str, Door] = {
    "procurement.purchase": lambda person, mandate, key: (
        mandate.may("procurement.view") or procurement_desk.may_open_file(person, key)
    ),
    "procedures.case": may_open_case_file,
    "publicity.posting": may_open_posting_file,
    "aid.application": aid_cases.may_open_files,
    "aid.disbursement": aid_cases.may_open_voucher,
    "aid.gift": aid_cases.may_open_gift,
    "safety.riskitem": safety_surveys.may_open_photo,
    "inspection.round": inspection_rounds.may_open_photo,
    "policy.version": policy_documents.may_open_source,
}
"""Who may open the files of a row, by the row's table: "aid.case" -> (person, mandate, id)."""

PAYMENTS = f"""
SELECT 0::bigint, a.version || '/' || b.version || '/' || c.version
FROM ({newest("wallet_payment")}) a(k, version),
  ({newest("wallet_paymentevent")}) b(k, version), ({newest("wallet_refund")}) c(k, version)
"""  # noqa: S608 - our own names
"""A payment, a change of one, a refund."""

WALLET = """
SELECT owner_id, w.xmin::text || '.' || seq || '.' || code_used || '.' || coalesce(
  (SELECT max(id) FROM wallet_payment
    WHERE wallet_id = w.id AND month >= w.month AND born = 'F'), 0)
FROM wallet_wallet w WHERE owner_id = ANY(%(keys)s)
"""
"""Whatever wrote the wallet's row: its transaction number is its version; and what was declined."""

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

INBOX = """
SELECT k, (SELECT count(*) || '.' || coalesce(sum(id), 0) || '.' || count(taken_over_at) || '.'
  || coalesce(sum(extract(epoch FROM due_at)), 0) FROM procedures_steprun
  WHERE state = 'open' AND (lead_id = k OR backup_id = k))
  || '/' || (SELECT count(*) FROM procedures_voter WHERE person_id = k AND state = 'waiting')
FROM unnest(%(keys)s::bigint[]) k
"""
"""What is open for a person, whose it is and until when; votes that they have not cast."""

CASES = """
SELECT 0::bigint, (SELECT coalesce(sum(id), 0) || '.' || count(*) FROM procedures_steprun
    WHERE state IN ('open', 'waiting'))
  || '/' || (SELECT coalesce(max(id), 0) FROM procedures_evidence)
  || '/' || (SELECT coalesce(max(id), 0) FROM procedures_signature)
"""
"""A step opened or ended, an output handed in, a signature."""

NOTICES = """
SELECT k, coalesce((SELECT max(id) || '.' || count(*) FROM notices_notice
                    WHERE person_id = k AND read_at IS NULL AND in_list), '')
FROM unnest(%(keys)s::bigint[]) k
"""
"""A notice more, or one that was read."""

RESPONSES_NEWEST = """
SELECT 0::bigint, (SELECT coalesce(max(id), 0) || '.' || coalesce(sum(id), 0)
    FROM (SELECT id FROM response_event ORDER BY id DESC LIMIT 64) newest)
  || '/' || (SELECT count(*) FROM notices_message
    WHERE priority = 0 AND state IN ('pending', 'sending'))
"""
"""Whatever happened in a response, and messages of a crisis that have gone out since."""

RESPONSES_OF_MINE = """
SELECT k, (SELECT coalesce(max(e.id), 0) || '.' || count(e.id) FROM response_event e
  WHERE e.run_id IN (SELECT a.run_id FROM response_asked a WHERE a.person_id = k
                     ORDER BY a.id DESC LIMIT 4))
FROM unnest(%(keys)s::bigint[]) k
"""
"""What happened in the runs in which somebody was last asked."""

LIVE_SOURCES = (
    Source("inbox", "home", INBOX, Whose.PERSON),
    Source("cases", "home", CASES),
    Source("payments", "indicator.view", PAYMENTS),
    Source("wallet", "wallet.own", WALLET, Whose.PERSON),
    Source("merchant", "till.use", MERCHANT, Whose.UNIT),
    Source("budget", "plan.view", BUDGET),
    Source("notices", "home", NOTICES, Whose.PERSON),
    Source("response", "response.view", RESPONSES_NEWEST),
    Source("responses_mine", "home", RESPONSES_OF_MINE, Whose.PERSON),
    Source("plan", "plan.view", newest("planning_achievement")),
)
"""The topics that pages may listen to at /live/; each is read anew at every tick."""

HANDBOOK_SAID = {"C1": Said(pages=17, clause="2.2")}
"""What the plan says of a committee's manual (R028), by the committee's code."""
