"""Who may start: the age of a health report, the permit, the insurance. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from .kinds import Answer, EventKind
from .terms import Terms


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later; the last day of a shorter month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    first = date(year, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def report_months(kind: EventKind, terms: Terms) -> int:
    """Return how many months old a report may be for this kind of event; 0 asks for none (T54)."""
    return terms.report_months.get(kind.value, 0)


def is_fresh(report_on: date, event_on: date, months: int) -> bool:
    """Test if a report is good on the day of the event: 3 months old is, a day more is not."""
    return report_on <= event_on <= months_after(report_on, months)


def judged(report_on: date | None, *, event_on: date, asked_on: date, months: int) -> Answer:
    """Return what the newest report of a known patient comes to. A date to come is no report."""
    assert months > 0
    if report_on is None:
        return Answer.NO_REPORT
    if report_on > asked_on:
        return Answer.UNCLEAR
    return Answer.FIT if is_fresh(report_on, event_on, months) else Answer.OLD


def needs_permit(expected: int, *, open_to_public: bool, terms: Terms) -> bool:
    """Test if the police must permit it: open to the public and so many persons (条例第2条)."""
    return open_to_public and expected >= terms.permit_from


@dataclass(frozen=True)
class Cover:
    """What a policy covers: from a day until (exclusive) another, per person in fen."""

    since: date
    until: date
    per_person_fen: int


def gaps(covers: Iterable[Cover], terms: Terms) -> list[tuple[date, date]]:
    """Return the days of the promised period without full cover, each [from, until) (R240)."""
    found, at = [], terms.insured_from
    for cover in sorted(covers, key=lambda c: c.since):
        if cover.per_person_fen < terms.insured_fen or cover.until <= at:
            continue
        if cover.since > at:
            found.append((at, min(cover.since, terms.insured_until)))
        at = max(at, cover.until)
        if at >= terms.insured_until:
            break
    if at < terms.insured_until:
        found.append((at, terms.insured_until))
    return [(a, b) for a, b in found if a < b]


def is_covered(covers: Iterable[Cover], on: date, terms: Terms) -> bool:
    """Test if some policy covers each person in full on a day."""
    return any(c.since <= on < c.until and c.per_person_fen >= terms.insured_fen for c in covers)
