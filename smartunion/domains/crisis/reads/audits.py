"""What must hold of red cases at any moment; `smartunion check` asks and names every row.

Rows are named by number. What only a program can try (a mark, a seal, a name) stands below; no
seal is opened for it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Max
from psycopg.sql import SQL, Identifier, Literal

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.procedure import mark_of
from smartunion.domains.crisis.reads import cases
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base import clock
from smartunion.kernel.ledger.audits import Audit
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import versions
from smartunion.kernel.private.registry import erased_from, kind_of

ROUND = timedelta(hours=1)
"""How long after its time a record may still lie there: the clock looks each minute."""

RUN = """
SELECT format('crisis_redcase %s', c.number) AS "where",
  CASE WHEN r.id IS NULL THEN 'no clock runs for it'
    ELSE format('its clock is of %s, drill %s', r.about, r.is_drill) END AS what
FROM crisis_redcase c LEFT JOIN response_run r ON r.id = c.run_id
WHERE r.id IS NULL OR r.is_drill <> c.is_drill OR r.number <> c.number
  OR r.about <> 'crisis.redcase:' || c.id
"""

SHEETS = """
SELECT format('crisis_redcase %s', c.number) AS "where", wrong AS what
FROM crisis_redcase c
LEFT JOIN procedures_case e ON e.id = c.escort_case_id
LEFT JOIN procedures_case d ON d.id = c.debrief_case_id
LEFT JOIN procedures_case t ON t.id = c.telling_case_id
CROSS JOIN LATERAL (VALUES
  (c.is_drill AND COALESCE(e.id, d.id, t.id) IS NOT NULL, 'a drill has after-care'),
  (NOT c.is_drill AND c.outcome IN ('soothed', 'referred') AND d.id IS NULL, 'no debrief'),
  (NOT c.is_drill AND c.outcome = 'referred' AND e.id IS NULL, 'nobody escorts the family'),
  (c.state = 'closed' AND NOT c.is_drill AND (e.id IS NOT NULL AND e.closed_at IS NULL
    OR d.id IS NOT NULL AND d.closed_at IS NULL), 'closed before its after-care'),
  (d.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM crisis_debrief b WHERE b.case_id = c.id),
    'the debrief is closed and nobody sat together'),
  (d.id IS NOT NULL AND NOT EXISTS (SELECT FROM procedures_steprun s
    WHERE s.case_id = d.id AND s.step = 'debrief' AND s.due_at IS NOT NULL),
    'the debrief is due at no moment')
) AS said(is_wrong, wrong)
WHERE said.is_wrong
"""

MONEY = """
SELECT format('crisis_advance %s', c.number) AS "where",
  format('%s fen out, ledger %s; %s back, ledger %s, entered %s; %s set aside', a.amount_fen,
    COALESCE(l.paid, 0), a.settled_fen, COALESCE(l.back, 0), COALESCE(s.fen, 0),
    COALESCE(n.fen, 0)) AS what
FROM crisis_advance a JOIN crisis_redcase c ON c.id = a.case_id
LEFT JOIN LATERAL (SELECT sum(amount_fen) FILTER (WHERE debit = 'receivable.advance') AS paid,
    sum(amount_fen) FILTER (WHERE credit = 'receivable.advance') AS back
  FROM ledger_transfer WHERE document = 'crisis.advance:' || c.id) l ON true
LEFT JOIN LATERAL (SELECT sum(amount_fen) AS fen FROM crisis_settlement
  WHERE advance_id = a.id) s ON true
LEFT JOIN LATERAL (SELECT sum(amount_fen) AS fen FROM ledger_encumbrance
  WHERE document = 'crisis.advance:' || c.id) n ON true
WHERE a.amount_fen <> COALESCE(l.paid, 0) OR a.settled_fen <> COALESCE(l.back, 0)
  OR a.settled_fen <> COALESCE(s.fen, 0) OR a.amount_fen - a.settled_fen <> COALESCE(n.fen, 0)
UNION ALL
SELECT 'ledger_transfer ' || t.id, t.document || ' is no case''s advance'
FROM ledger_transfer t WHERE t.document LIKE 'crisis.advance:%'
  AND NOT EXISTS (SELECT FROM crisis_advance a
    WHERE 'crisis.advance:' || a.case_id = t.document)
"""

FORGOTTEN = """
SELECT format('crisis_advance %s', c.number) AS "where",
  format('%s fen are out since %s and nobody is asked for them', a.amount_fen - a.settled_fen,
    a.paid_at) AS what
FROM crisis_advance a JOIN crisis_redcase c ON c.id = a.case_id
WHERE a.settled_at IS NULL AND NOT EXISTS (SELECT FROM procedures_steprun s
  WHERE s.case_id = c.escort_case_id AND s.step = 'settle' AND s.state = 'open')
"""

TOLD = """
SELECT format('crisis_locationrequest %s', c.number) AS "where",
  CASE WHEN l.told_at IS NULL THEN 'over, and nobody is to tell the person'
    ELSE 'told before it was over, or by no sheet' END AS what
FROM crisis_locationrequest l JOIN crisis_redcase c ON c.id = l.case_id
LEFT JOIN procedures_case t ON t.id = c.telling_case_id
WHERE NOT c.is_drill AND c.settled_at IS NOT NULL AND l.answered_at IS NOT NULL
  AND (l.told_at IS NULL AND (t.id IS NULL OR t.closed_at IS NOT NULL)
    OR l.told_at IS NOT NULL AND (t.id IS NULL OR l.told_at < c.settled_at))
"""

AUDITS = (
    Audit("K1", "每件红色个案都有自己的时钟，演练标记一致", RUN),
    Audit("K2", "善后的表齐全：该复盘的有期限，办完才结案，演练没有善后", SHEETS),
    Audit("K3", "垫付、结算与总账和预留相符", MONEY),
    Audit("K4", "没结清的垫付都有人在办", FORGOTTEN),
    Audit("K5", "用过位置的都已告知本人，或者有人限期告知", TOLD),
)


def kept_too_long(limit: int) -> Sequence[tuple[Any, ...]]:
    """Return cases whose whereabouts still lie there after their day, though nobody holds them."""
    return list(islice(_kept_too_long(), limit))


def _kept_too_long() -> Iterator[tuple[str, str]]:
    at, held = clock.now(), cases.held()
    for case in RedCase.objects.filter(locations__isnull=False).distinct().order_by("pk"):
        if cases.about(case) in held:
            continue
        for written, part in (("found_at", Part.LOCATION), ("requested_at", Part.WHY)):
            last = case.locations.exclude(**{written: None}).order_by(f"-{written}").first()
            until = erased_from(kind_of(part), getattr(last, written)) if last else None
            since = max(filter(None, [until, case.closed_at, _lifted(case)]), default=at)
            if until and since + ROUND < at and versions(cases.about(case), part):
                yield f"crisis_redcase {case.number}", f"{part} was to be erased by {until}"


def _lifted(case: RedCase) -> datetime | None:
    at: datetime | None = case.holds.aggregate(at=Max("lifted_at"))["at"]
    return at


def unsealed(limit: int) -> Sequence[tuple[Any, ...]]:
    """Return cases of which a sealed part is missing that must be there until its day."""
    return list(islice(_unsealed(), limit))


def _unsealed() -> Iterator[tuple[str, str]]:
    at = clock.now()
    found = RedCase.objects.select_related("referral", "debrief").prefetch_related("locations")
    for case in found.order_by("pk"):
        for part, since in _expected(case):
            until = erased_from(kind_of(part), since)
            if (until is None or at < until) and not versions(cases.about(case), part):
                yield f"crisis_redcase {case.number}", f"{part} is not sealed"


def _expected(case: RedCase) -> Iterator[tuple[Part, Any]]:
    yield Part.SUBJECT, case.opened_at
    for asked in case.locations.all():
        yield Part.WHY, asked.requested_at
        if asked.found_at is not None:
            yield Part.LOCATION, asked.found_at
    if referral := getattr(case, "referral", None):
        yield Part.REFERRAL, referral.issued_at
    if debrief := getattr(case, "debrief", None):
        yield Part.REPORT, debrief.reported_at
    if case.lost_control:
        yield Part.HARM, case.opened_at


SAID = """
WITH whose AS (
  SELECT * FROM unnest(%(cases)s::bigint[], %(names)s::text[], %(phones)s::text[])
    AS w(case_id, name, phone)),
red AS (SELECT w.name, w.phone, c.* FROM whose w JOIN crisis_redcase c ON c.id = w.case_id),
said(place, text, name, phone) AS (
  SELECT 'crisis_redcase ' || c.number, to_jsonb(t)::text, c.name, c.phone
    FROM red c JOIN crisis_redcase t ON t.id = c.id
  {tables}
  UNION ALL SELECT 'response_run ' || r.number, concat(r.because, r.place, e.note), c.name, c.phone
    FROM red c JOIN response_run r ON r.id = c.run_id LEFT JOIN response_event e ON e.run_id = r.id
  UNION ALL SELECT 'notices_notice ' || n.id, concat(n.title, n.text, n.link, n.about), c.name,
      c.phone
    FROM red c JOIN notices_notice n ON n.about LIKE 'response/' || c.run_id || '/%%'
      OR n.about LIKE 'crisis.%%' AND position(c.number IN n.title) > 0
  UNION ALL SELECT 'procedures_case ' || p.id, concat(p.title, p.facts), c.name, c.phone
    FROM red c JOIN procedures_case p
      ON p.id IN (c.escort_case_id, c.debrief_case_id, c.telling_case_id)
  UNION ALL SELECT 'trail_entry ' || t.id, concat(t.because, t.facts), c.name, c.phone
    FROM red c JOIN trail_entry t ON t.subject = 'crisis.redcase:' || c.id)
SELECT place, 'says whom it is about' FROM said
WHERE position(name IN text) > 0 OR phone <> '' AND position(phone IN text) > 0 LIMIT %(limit)s
"""
OF_TABLE = SQL(
    "UNION ALL SELECT {name} || t.id, to_jsonb(t)::text, c.name, c.phone"
    " FROM red c JOIN {table} t ON t.case_id = c.id"
)
OF_A_CASE = (
    "crisis_call", "crisis_locationrequest", "crisis_scene", "crisis_referral", "crisis_vehicle",
    "crisis_escort", "crisis_advance", "crisis_debrief", "crisis_hold",
)  # fmt: skip


def named(limit: int) -> Sequence[tuple[Any, ...]]:
    """Return open rows of a case, or words sent about it, that name the person or their number."""
    whose = _whose()
    tables = SQL(" ").join(
        OF_TABLE.format(name=Literal(f"{name} "), table=Identifier(name)) for name in OF_A_CASE
    )
    with connection.cursor() as cursor:
        cursor.execute(
            SAID.replace("{tables}", tables.as_string()),
            {
                "cases": list(whose),
                "names": [who.name for who in whose.values()],
                "phones": [who.phone for who in whose.values()],
                "limit": limit,
            },
        )
        return list(cursor.fetchall())


DID = (
    ("calls", "by_id"), ("locations", "requested_by_id"), ("locations", "answered_by_id"),
    ("locations", "told_by_id"), ("scene", "doctor_id"), ("referral", "issued_by_id"),
    ("vehicles", "asked_by_id"), ("escort", "by_id"), ("advance", "by_id"),
    ("advance__settlements", "by_id"), ("debrief", "by_id"), ("holds", "asked_by_id"),
    ("holds", "agreed_by_id"), ("holds", "over_asked_by_id"), ("holds", "lifted_by_id"),
)  # fmt: skip
"""Who has done something on a case: where it stands."""


def own_matters(limit: int) -> Sequence[tuple[Any, ...]]:
    """Return what somebody has done on the case that is about themselves."""
    found = []
    for key, who in _whose().items():
        case = RedCase.objects.get(pk=key)
        for where, by in DID:
            if RedCase.objects.filter(pk=key, **{f"{where}__{by}": who.pk}).exists():
                found.append((f"crisis_redcase {case.number}", f"{where}.{by} is its own person"))
    return found[:limit]


def _whose() -> dict[int, Person]:
    """Return each case's person, known by the mark alone."""
    marked: dict[str, list[int]] = {}
    for key, mark in RedCase.objects.values_list("pk", "subject_mark"):
        marked.setdefault(mark, []).append(key)
    if not marked:
        return {}
    people = Person.objects.only("pk", "name", "phone")
    return {
        key: person for person in people.iterator() for key in marked.get(mark_of(person.pk), ())
    }
