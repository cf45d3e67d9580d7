"""7.3: nobody starts without a report in date, said over FHIR; never a default yes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from smartunion.domains.safety.actions import events, insuring, joining
from smartunion.domains.safety.gateways import Asked, Hospital, ask
from smartunion.domains.safety.models import Event, HealthCheck, Participant
from smartunion.domains.safety.reads.gate import covers
from smartunion.domains.safety.reads.insured import alarms, insured
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import Answer, EventKind
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Unit
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.models import Consent
from smartunion.kernel.trail.models import Entry
from tests.bank import SandboxProcess

from .conftest import RACE, House, at_once, told

TOKEN = "only for tests"


class Campus:
    """The simulated hospital of the sandbox process, as a test speaks to it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def tell(self, number: str, mode: str = "ok", report_on: date | None = None) -> None:
        told = {"number": number, "mode": mode, "report_on": report_on or ""}
        assert httpx.post(f"{self.url}/hospital/", data=told).status_code == 303

    def asked(self) -> list[str]:
        found: list[str] = httpx.get(f"{self.url}/hospital/asked").json()
        return found


@pytest.fixture(scope="module", params=["r4", "r5"])
def hospital(bank: SandboxProcess, request: pytest.FixtureRequest) -> Iterator[Hospital]:
    made = Hospital(f"{bank.url}/hospital/fhir/{request.param}", token=bank.hospital_token)
    yield made
    made.close()


@pytest.fixture
def campus(bank: SandboxProcess) -> Campus:
    return Campus(bank.url)


def asked(house: House, hospital: Hospital, **given: Any) -> Asked:
    known = {"event_on": RACE.date(), "months": 3, "at": house.at, "hospital": hospital}
    return ask(house.lin, **{**known, **given})


@pytest.mark.clause("R239")
def test_the_hospital_is_asked_after_consent_and_tells_one_day_only(
    house: House, hospital: Hospital, campus: Campus
) -> None:
    before = len(campus.asked())
    with pytest.raises(refusals.ConsentMissing):
        asked(house, hospital)
    assert len(campus.asked()) == before
    joining.agree(by=house.lin, at=house.at)
    campus.tell("lin", report_on=date(2025, 2, 17))
    assert asked(house, hospital) == Asked(Answer.FIT, date(2025, 2, 17))
    went = campus.asked()[before:]
    assert [one.partition("?")[0].rpartition("/")[2] for one in went] == [
        "Patient", "DiagnosticReport",
    ]  # fmt: skip
    assert "_elements=status%2Csubject%2CeffectiveDateTime" in went[1]
    assert "lin" not in went[1]
    private.withdraw_consent(
        consent_id=Consent.objects.get(subject=house.lin).pk, by=house.lin, at=house.at
    )
    with pytest.raises(refusals.ConsentMissing):
        asked(house, hospital, at=house.at + timedelta(seconds=1))


NOES: tuple[tuple[str, date | None, Answer, type[Refused]], ...] = (
    ("ok", date(2025, 2, 16), Answer.OLD, refusals.ReportOld),
    ("none", None, Answer.NO_REPORT, refusals.NoReport),
    ("unknown", None, Answer.UNKNOWN, refusals.UnknownPatient),
    ("twice", None, Answer.UNCLEAR, refusals.AnswerUnclear),
    ("other", None, Answer.UNCLEAR, refusals.AnswerUnclear),
    ("future", None, Answer.UNCLEAR, refusals.AnswerUnclear),
    ("malformed", None, Answer.UNCLEAR, refusals.AnswerUnclear),
    ("error", None, Answer.SILENT, refusals.HospitalSilent),
)


@pytest.mark.clause("R239")
def test_every_answer_that_is_not_a_yes_is_a_no_with_words(
    house: House, hospital: Hospital, campus: Campus
) -> None:
    event = house.open()
    joining.agree(by=house.lin, at=house.at)
    for mode, report_on, answer, no in NOES:
        campus.tell("lin", mode, report_on)
        found = asked(house, hospital)
        assert (mode, found.answer) == (mode, answer)
        check = joining.note_check(
            event_id=event.pk, answer=answer, report_on=found.report_on, by=house.lin, at=house.at
        )
        with pytest.raises(no) as refused:
            joining.sign_up(event_id=event.pk, check_id=check.pk, by=house.lin, at=house.at)
        assert refused.value.as_dict()["remedy"]
    assert not Participant.objects.exists()
    assert Event.objects.get(pk=event.pk).taken == 0
    assert HealthCheck.objects.count() == len(NOES)


@pytest.mark.clause("R239")
def test_a_hospital_that_does_not_answer_in_time_or_is_not_there_says_no(
    house: House, bank: SandboxProcess, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartunion.domains.safety.gateways.ANSWER_SECONDS", 0.3)
    joining.agree(by=house.lin, at=house.at)
    campus.tell("lin", "silent")
    slow = Hospital(f"{bank.url}/hospital/fhir/r4", token=bank.hospital_token)
    assert asked(house, slow).answer == Answer.SILENT
    campus.tell("lin")
    stranger = Hospital(f"{bank.url}/hospital/fhir/r4", token="somebody else")
    assert asked(house, stranger).answer == Answer.SILENT
    gone = Hospital("http://127.0.0.1:9/fhir/r4", token=TOKEN)
    assert asked(house, gone).answer == Answer.SILENT


@pytest.mark.clause("R239", "T54")
def test_a_race_wants_the_report_a_run_a_declaration_too_and_a_culture_day_neither(
    house: House,
) -> None:
    race = house.open()
    with pytest.raises(refusals.ConsentMissing):
        joining.sign_up(event_id=race.pk, by=house.lin, at=house.at)
    with pytest.raises(refusals.ConsentMissing):
        joining.sign_up(
            event_id=race.pk, check_id=house.fit(race, house.mo), by=house.lin, at=house.at
        )
    joining.sign_up(
        event_id=race.pk, check_id=house.fit(race, house.lin), by=house.lin, at=house.at
    )
    with pytest.raises(refusals.SignedUpAlready):
        joining.sign_up(
            event_id=race.pk, check_id=house.fit(race, house.lin), by=house.lin, at=house.at
        )
    tomorrow = {"starts_at": RACE + timedelta(days=1), "ends_at": RACE + timedelta(days=1, hours=1)}
    run = house.open(kind=EventKind.RUN, **tomorrow)
    with pytest.raises(refusals.DeclarationMissing):
        joining.sign_up(
            event_id=run.pk, check_id=house.fit(run, house.lin), by=house.lin, at=house.at
        )
    joining.sign_up(
        event_id=run.pk, check_id=house.fit(run, house.lin), declared=True, by=house.lin,
        at=house.at,
    )  # fmt: skip
    later = {"starts_at": RACE + timedelta(days=2), "ends_at": RACE + timedelta(days=2, hours=1)}
    fair = house.open(kind=EventKind.CULTURE, **later)
    joining.sign_up(event_id=fair.pk, by=house.lin, at=house.at)
    joining.withdraw(event_id=fair.pk, by=house.lin, at=house.at)
    assert Event.objects.get(pk=fair.pk).taken == 0
    with pytest.raises(refusals.NotSignedUp):
        joining.withdraw(event_id=fair.pk, by=house.lin, at=house.at)
    with pytest.raises(refusals.SignUpClosed, match="已开始"):
        joining.sign_up(event_id=fair.pk, by=house.lin, at=RACE + timedelta(days=2))
    assert "2025-04-01" not in str(list(Entry.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(house: House) -> None:
    event = house.open(places=1)
    people = [house.lin, house.mo, house.chen, house.gu]
    checks = [house.fit(event, who) for who in people]
    results = at_once(
        *(
            lambda who=who, check=check: joining.sign_up(
                event_id=event.pk, check_id=check, by=who, at=house.at
            )
            for who, check in zip(people, checks, strict=True)
        )
    )
    assert told(results) == ["safety.full"] * 3
    assert Participant.objects.filter(event=event).count() == 1
    assert Event.objects.get(pk=event.pk).taken == 1


@pytest.mark.clause("R240")
def test_every_participant_is_insured_and_gaps_are_alarmed(house: House) -> None:
    event = house.plan()
    house.sign(event.survey)
    house.staff(event)
    house.equip(event)
    picc = {"insurer": Unit.objects.get(code="X04"), "by": house.organiser, "at": house.at}
    insuring.register_policy(
        number="A", since=date(2025, 1, 1), until=date(2026, 1, 1), per_person_fen=299_999_99,
        **picc,
    )  # fmt: skip
    with pytest.raises(refusals.NotInsured, match="300,000 元"):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    insuring.register_policy(
        number="B", since=date(2025, 1, 1), until=date(2026, 1, 1), per_person_fen=300_000_00,
        **picc,
    )  # fmt: skip
    events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    [gap] = alarms(house.at)
    assert gap.text == "2026-01-01 至 2027-12-31 没有每人 300,000 元的人身意外险"
    insuring.register_policy(
        number="C", since=date(2026, 1, 1), until=date(2028, 1, 1), per_person_fen=300_000_00,
        **picc,
    )  # fmt: skip
    assert list(alarms(house.at)) == []
    assert len(covers()) == 3
    joining.sign_up(
        event_id=event.pk, check_id=house.fit(event, house.lin), by=house.lin, at=house.at
    )
    [row] = insured(event)
    assert (row.name, row.number, row.policy, row.insured_fen) == (
        "林晓梅", "lin", "B", 300_000_00,
    )  # fmt: skip
    assert row.on == campus_day(RACE)
