"""The year of aid as the demonstration lives it: some late, one objected, one twice, one untrue."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from smartunion.domains.aid.models import Application, Disbursement, Gift, Reclaim
from smartunion.domains.aid.public import payments
from smartunion.domains.aid.reads.audits import audits_on
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.reads import encumbered_fen, spent_fen
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import members
from smartunion.site.org import founding
from smartunion.site.play.aid import Aid
from smartunion.site.play.campus import Campus, moment

MOST_SECONDS = 25
"""Of our own processor time; the database's comes to about as much again."""

END = datetime(2025, 12, 19, 10, 41, tzinfo=CAMPUS)


def found() -> Campus:
    first = moment(date(2025, 1, 2), "08:30")
    founding.found(year=2025, people=300, seed=2025, at=first)
    planning.import_year(year=2025, by=None, at=first, because="测试")
    ledger.load_chart(at=first)
    staff = {p.username: p for p in Person.objects.filter(kind=Person.Kind.STAFF)}
    people = list(members(on=date(2025, 1, 1)).order_by("username"))
    return Campus(
        seed=1, calendar=campus(), shops=[], tills={}, people=people, story={}, officers=staff
    )


def live(place: Campus) -> Counter[str]:
    """Live the aid of the year, and nothing else."""
    diary: dict[date, list[tuple[datetime, int, Callable[[datetime], None]]]] = defaultdict(list)
    refused: Counter[str] = Counter()

    def note(at: datetime, do: Callable[[datetime], None]) -> None:
        if at <= END:
            diary[campus_day(at)].append((at, sum(map(len, diary.values())), do))

    Aid(place, note, END).plan()
    for day in sorted(diary):
        for at, _, do in sorted(diary[day]):
            try:
                do(at)
            except Refused as no:
                refused[no.code] += 1
    return refused


@pytest.mark.django_db(transaction=True)
def test_a_year_of_aid_is_lived_quickly_once_and_breaks_nothing(settings: Any) -> None:
    settings.PUBLICITY_LOOKS = "inside"
    place = found()
    began = time.process_time()
    refused = live(place)
    took = time.process_time() - began
    states = Counter(Application.objects.values_list("state", flat=True))
    assert refused == {"aid.once_per_cause": 1}, "one asks twice for one cause"
    assert states == {
        "paid": 11, "refused": 2, "withdrawn": 1, "reclaimed": 1, "approved": 1, "open": 2,
        "draft": 1,
    }, states  # fmt: skip
    assert Gift.objects.filter(state="paid").count() == 6
    assert Reclaim.objects.get().returned_fen == 5_000_00
    late = [
        each.number
        for each in payments(date(2025, 1, 1), date(2026, 1, 1), on=date(2025, 12, 19))
        if not each.excluded and not each.in_time
    ]
    assert len(late) in range(1, 5), late
    assert [(a.id, a.offenders()) for a in audits_on(date(2025, 12, 19)) if a.offenders()] == []
    rows = Disbursement.objects.count()
    spent = (spent_fen("2025/3.1/aid"), encumbered_fen("2025/3.1/aid"))
    assert sum(spent) <= 300_000_00, "the interest of the love fund holds it"
    live(place)
    assert Disbursement.objects.count() == rows, "living it again changes nothing"
    assert (spent_fen("2025/3.1/aid"), encumbered_fen("2025/3.1/aid")) == spent
    assert took < MOST_SECONDS
