"""The year of red cases as the demonstration lives it: one closed after care, one stood down."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from smartunion.domains.crisis.models import Advance, RedCase
from smartunion.domains.crisis.public import measured
from smartunion.domains.crisis.reads.timeline import timeline
from smartunion.domains.crisis.rules.parts import Part
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.reads import balance_fen
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import members
from smartunion.kernel.private.models import Glass
from smartunion.kernel.private.reads import accesses, versions
from smartunion.kernel.trail.record import name_of_subject
from smartunion.site.audits import CRISIS, SEALED
from smartunion.site.org import founding, rosters
from smartunion.site.play.campus import Campus, moment
from smartunion.site.play.crisis import Crisis

END = datetime(2025, 12, 19, 10, 41, tzinfo=CAMPUS)
MOST_SECONDS = 10
"""Of our own processor time."""


def found() -> Campus:
    first = moment(date(2025, 1, 2), "08:30")
    founding.found(year=2025, people=300, seed=2025, at=first)
    rosters.lay(year=2025, at=first)
    planning.import_year(year=2025, by=None, at=first, because="测试")
    ledger.load_chart(at=first)
    staff = {p.username: p for p in Person.objects.filter(kind=Person.Kind.STAFF)}
    people = list(members(on=date(2025, 1, 1)).order_by("username"))
    return Campus(
        seed=1, calendar=campus(), shops=[], tills={}, people=people, story={}, officers=staff
    )


def live(place: Campus) -> Counter[str]:
    diary: dict[date, list[tuple[datetime, int, Callable[[datetime], None]]]] = defaultdict(list)
    refused: Counter[str] = Counter()

    def note(at: datetime, do: Callable[[datetime], None]) -> None:
        if at <= END:
            diary[campus_day(at)].append((at, sum(map(len, diary.values())), do))

    Crisis(place, note, END).plan()
    for day in sorted(diary):
        for at, _, do in sorted(diary[day]):
            try:
                do(at)
            except Refused as no:
                refused[no.code] += 1
    return refused


def test_one_red_case_is_lived_to_its_end_and_one_is_stood_down(db: Any) -> None:
    place = found()
    began = time.process_time()
    assert live(place) == Counter()
    assert time.process_time() - began < MOST_SECONDS
    first, second = RedCase.objects.order_by("opened_at")
    assert (first.number, first.state, first.outcome) == ("R2025-001", "closed", "referred")
    assert (second.state, second.outcome) == ("stood_down", "by_phone")
    assert Advance.objects.get().settled_at is not None
    assert balance_fen("receivable.advance") == 0
    assert len(timeline(first)) > 40
    broken = Glass.objects.get()
    assert broken.told_at is not None
    assert broken.reviewed_at is not None
    assert broken.told_at - broken.at <= timedelta(days=3)
    assert broken.reviewed_at - broken.at < timedelta(days=7)
    assert broken.reviewed_by_id not in (broken.by_id, broken.subject_id)
    assert Notice.objects.filter(person=broken.subject, about__endswith="/told").count() == 2
    through = [line for line in accesses(name_of_subject(first)) if line.glass_id == broken.pk]
    assert [(line.by, line.kind) for line in through] == [(broken.by, Part.FAMILY)]
    hold = first.holds.get()
    assert hold.lifted_by_id != hold.over_asked_by_id
    assert versions(name_of_subject(first), Part.LOCATION) == 0, "gone when the hold was lifted"
    assert [audit.id for audit in (*CRISIS, *SEALED) if audit.offenders()] == []
    on = END.date()
    for code in ("K29", "K30", "K31", "K32", "K33", "K34"):
        rows = measured(code, date(2025, 1, 1), date(2026, 1, 1), on=on)
        assert [r.in_time for r in rows if not r.excluded], code
        assert all(r.in_time for r in rows if not r.excluded), code
    before = RedCase.objects.count()
    assert live(place) == Counter(), "played again, nothing happens twice"
    assert RedCase.objects.count() == before
