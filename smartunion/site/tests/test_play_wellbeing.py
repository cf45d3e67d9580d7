"""The year's questionnaires as the demonstration lives them: most in time, one talk too late."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime

import pytest

from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.planning import public as planning
from smartunion.domains.wellbeing.actions.opening import differing
from smartunion.domains.wellbeing.models import Alert, Campaign, Response, Task
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import members
from smartunion.kernel.response import drills
from smartunion.site.org import founding, rosters
from smartunion.site.play.campus import Campus, moment
from smartunion.site.play.drills import Drills
from smartunion.site.play.wellbeing import Wellbeing

END = datetime(2025, 12, 19, 10, 41, tzinfo=CAMPUS)


def live(place: Campus) -> None:
    diary: dict[date, list[tuple[datetime, int, Callable[[datetime], None]]]] = defaultdict(list)

    def note(at: datetime, do: Callable[[datetime], None]) -> None:
        if at <= END:
            diary[campus_day(at)].append((at, sum(map(len, diary.values())), do))

    Drills(note, END).plan()
    Wellbeing(place, note, END).plan()
    for day in sorted(diary):
        for at, _, do in sorted(diary[day]):
            do(at)


@pytest.mark.django_db(transaction=True)
def test_a_year_of_questionnaires_has_blue_and_yellow_and_one_too_late() -> None:
    first = moment(date(2025, 1, 2), "08:30")
    founding.found(year=2025, people=300, seed=2025, at=first)
    rosters.lay(year=2025, at=first)
    planning.import_year(year=2025, by=None, at=first, because="测试")
    staff = {p.username: p for p in Person.objects.filter(kind=Person.Kind.STAFF)}
    place = Campus(
        seed=1, calendar=campus(), shops=[], tills={}, story={}, officers=staff,
        people=list(members(on=date(2025, 1, 1)).order_by("username")),
    )  # fmt: skip
    for _ in range(2):  # a play that was interrupted is simply played again
        live(place)
        assert list(Campaign.objects.order_by("pk").values_list("state", flat=True)) == [
            "closed", "open",
        ]  # fmt: skip
        assert Response.objects.filter(state="submitted").count() == 17
        bands = Counter(Alert.objects.values_list("band", flat=True))
        assert bands == {"blue": 5, "yellow": 2}
        late = [task for task in Task.objects.exclude(done_at=None) if task.done_at > task.due_at]
        assert [task.kind for task in late] == ["talk"]
        assert Task.objects.filter(done_at=None).count() == 1, "one waits at the scene"
        (review,) = Task.objects.filter(kind="review")
        assert review.outcome == "yellow", "a single answer was looked at before it was red"
        held = drills.held()
        played = Counter(held.filter(run__breached_at=None).values_list("protocol", flat=True))
        assert played == {"crisis.red": 20, "safety.incident": 10}
        assert {one.run.settled_at is not None for one in held if one.run} == {True}
    march = Period(date(2025, 3, 1), date(2025, 4, 1))
    rows = MEASURES["K27"].rows(march, END.date())
    assert (sum(row.hit for row in rows), len(rows)) == (2, 3)
    assert differing(limit=20, at=END) == []
