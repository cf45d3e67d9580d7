"""The year of events, lived without the shops beside it, with the hospital as a real process."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from smartunion.domains.performance.reads.events import RESPONDED, STAFFED, SURVEYED
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.planning import public as planning
from smartunion.domains.safety.models import Event, HealthCheck, Incident, LegalHold, Participant
from smartunion.domains.safety.procedure import CHILD_INCIDENT
from smartunion.domains.safety.reads.incidents import legs
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.models import Case
from smartunion.kernel.response import drills
from smartunion.site.org import founding
from smartunion.site.play.campus import gather
from smartunion.site.play.safety import Safety
from tests.bank import SandboxProcess

pytestmark = pytest.mark.django_db

FIRST = datetime(2025, 1, 2, 8, 30, tzinfo=CAMPUS)
SCENE = datetime(2025, 12, 19, 10, 41, tzinfo=CAMPUS)


@pytest.mark.clause("K62", "K63", "K64")
def test_a_year_of_events_is_safe_but_for_what_the_figures_show(
    bank: SandboxProcess, settings: Any
) -> None:
    settings.HOSPITAL_FHIR_URL = f"{bank.url}/hospital/fhir/r4"
    founding.found(year=2025, people=300, seed=7, at=FIRST)
    planning.import_year(year=2025, by=None, at=FIRST, because="test")
    diary: list[tuple[datetime, int, Callable[[datetime], None]]] = []
    campus = gather(seed=7, year=2025, tills={})
    Safety(campus, lambda at, do: diary.append((at, len(diary), do)), SCENE).plan()
    refused = []
    for at, _, do in sorted(diary, key=lambda deed: deed[:2]):
        if at <= SCENE:
            try:
                do(at)
            except Refused as no:
                refused.append((f"{at:%m-%d}", no.code))
    assert refused == [("06-06", "safety.survey_unsigned")]
    states = dict(Event.objects.values_list("title", "state"))
    assert states.pop("迎新年健步走") == "open"
    assert set(states.values()) == {"closed"}
    assert len(states) == 5
    real, drill = Incident.objects.order_by("is_drill")
    assert [round(one.took_seconds or 0) for one in legs(real)] == [18, 60, 195, 441]
    assert (drill.is_drill, drill.number) == (True, "YL-2025-001")
    assert [
        (one.run.protocol.code, one.passed, len(one.acks), one.acks[-1] < 30)
        for drill in drills.held().order_by("planned_at")
        if (one := drills.result_of(drill))
    ] == [("safety.cash_out", True, 3, True), ("safety.child_injury", True, 3, True)]
    child = Case.objects.get(sheet__code=CHILD_INCIDENT.code)
    assert child.closed_at is not None
    assert not child.runs.filter(late=True).exists()
    assert LegalHold.objects.get(case=child).released_at is not None
    answers = set(HealthCheck.objects.values_list("answer", flat=True))
    assert answers == {"fit", "old"}
    assert Participant.objects.exists()
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    staffed = STAFFED.rows(year, SCENE.date())
    assert (len(staffed), all(row.hit for row in staffed)) == (5, True)
    surveyed = {row.cells[1]: row.hit for row in SURVEYED.rows(year, SCENE.date())}
    assert [title for title, hit in surveyed.items() if not hit] == ["端午龙舟友谊赛"]
    [row] = RESPONDED.rows(year, SCENE.date())
    assert (row.key, row.hit) == ("TF-2025-001", True)
