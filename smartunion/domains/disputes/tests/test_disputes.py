"""A dispute of work: its calendar on day one, mediation in private, silence costs nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from smartunion.domains.disputes.actions import counting, filing, mediating
from smartunion.domains.disputes.models import EarlierYear, LabourDispute
from smartunion.domains.disputes.procedure import DISPUTE
from smartunion.domains.disputes.reads import cases
from smartunion.domains.disputes.reads.shown import agreed
from smartunion.domains.disputes.rules import refusals
from smartunion.domains.disputes.rules.records import Part
from smartunion.domains.disputes.rules.rights import Happened, rights, year_after
from smartunion.domains.disputes.rules.terms import Terms
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import period_of
from smartunion.domains.planning import public as planning
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.models import Evidence, StepRun
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.privacy import nowhere_in_clear

SEPT_22 = datetime(2025, 9, 22, 10, 0, tzinfo=CAMPUS)
TERMS = Terms(1, 15, 5, 45, 15, 15, 30, (30, 3))
SECRET, DEMAND = "进修培训费一直没有报销", "报销两千六百元"


def reckoned(topic: str, happened: Happened) -> dict[str, tuple[date | None, bool]]:
    days = Calendar()

    def roll(day: date) -> date:
        return day if days.is_working_day(day) else days.next_working_day(day)

    found = rights(topic, happened, TERMS, roll=roll, add=days.add_working_days)
    return {one.code: (one.until, one.estimated) for one in found}


@pytest.mark.clause("R008")
def test_registration_gives_the_whole_calendar_of_rights_at_once() -> None:
    """One year, 15 days, 5 working days, 45 and 15 days, 15 days: each by its article, in dates."""
    known, registered = date(2025, 8, 4), date(2025, 9, 22)
    at_once = reckoned("pay", Happened(known, registered))
    assert at_once["arbitration"] == (date(2026, 8, 4), False), (
        "not rolled: the earlier day is safe"
    )
    assert at_once["mediation"] == (date(2025, 10, 9), False), "the 15th day lies in National Day"
    assert at_once["acceptance"] == (date(2025, 10, 16), True), "the make-up Saturday is worked"
    assert at_once["award"] == (date(2025, 11, 30), True)
    assert at_once["court"] == (date(2025, 12, 30), True)
    later = Happened(known, registered, date(2025, 10, 20), date(2025, 10, 24), date(2026, 1, 19))
    real = reckoned("pay", later)
    assert real["award"] == (date(2025, 12, 8), False)
    assert real["court"] == (date(2026, 2, 3), False)
    review = reckoned("review", Happened(known, registered))
    assert review == {"review": (date(2025, 9, 3), False), "appeal": (None, False)}
    assert year_after(date(2024, 2, 29), 1) == date(2025, 2, 28)


@dataclass
class House:
    """The cast with a committee of mediation, and one's own clock."""

    people: dict[str, Person]
    at: datetime = SEPT_22

    def until(self, at: datetime) -> None:
        while self.at < at:
            self.at = min(self.at + timedelta(days=1), at)
            for _ in range(5):
                if not fire_due(at=self.at) + deliver(at=self.at):
                    break

    def registered(self, by: str = "lin", topic: str = "insurance") -> LabourDispute:
        return filing.register(
            topic=topic, known_on=date(2025, 8, 4), story=SECRET, demand=DEMAND,
            by=self.people[by], at=self.at,
        )  # fmt: skip

    def stands(self, it: LabourDispute) -> tuple[str, ...]:
        runs = StepRun.objects.filter(case=it.case_id, state="open")
        return tuple(runs.values_list("step", flat=True))


@pytest.fixture
def house(organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> House:
    planning.import_year(year=2025, by=None, at=SEPT_22, because="test")
    unit = Unit.objects.get(code="D11")
    posts = (("mediator", "gu"), ("mediator", "tang"), ("mediation_chair", "yutong"))
    for office, username in posts:
        Appointment.objects.create(
            office=Office.objects.get(code=office), unit=unit, person=organization[username],
            since=date(2025, 1, 1),
        )  # fmt: skip
    made = House(organization)
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made


def nothing_is_told_of(person: Person) -> None:
    """Neither table, trail nor notice says what it is about or whose it is."""
    assert nowhere_in_clear(SECRET, DEMAND) == []
    assert not Entry.objects.filter(what__startswith="disputes.", by=person).exists()
    assert not Entry.objects.filter(what="procedures.opened", by=person).exists()
    assert "争议" not in str([*Notice.objects.values("title", "text", "link")])


def the_agreement_is_printed_for_its_own(phone: Client, near: Client, it: LabourDispute) -> None:
    """The applicant takes it as a paper to sign; another's mediator has no such address."""
    paper = phone.post(reverse("disputes:agreement", args=[it.pk]))
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert near.post(reverse("disputes:agreement", args=[it.pk])).status_code == 404
    told = agreed(cases.dispute(it.pk) or it, "下月报销", printed="")
    assert ["申请人意见", "已在系统内确认，2025年9月22日"] in told["facts"]
    readings = [one.kind for one in accesses(cases.about(it))]
    assert readings.count(Part.AGREEMENT) == 2, "a print is noted like any other reading"


@pytest.mark.clause("R008")
def test_a_dispute_is_mediated_in_private_and_nobody_mediates_in_their_own_unit(
    house: House,
) -> None:
    """Registered on the phone, mediated by another unit's officer, agreed, confirmed, kept."""
    lin, gu, tang = (house.people[one] for one in ("lin", "gu", "tang"))
    phone, desk, near = Client(), Client(), Client()
    for client, one in ((phone, lin), (desk, tang), (near, gu)):
        client.force_login(one)
    phone.post(
        reverse("disputes:applying"),
        {"topic": "insurance", "known_on": "2025-08-04", "story": SECRET, "demand": DEMAND},
    )
    it = LabourDispute.objects.get()
    mine, card = (reverse(f"disputes:{one}", args=[it.pk]) for one in ("mine", "dispute"))
    shown = phone.get(mine).content.decode()
    assert "2026年8月4日" in shown
    assert "10月9日" in shown
    (run,) = StepRun.objects.filter(case=it.case_id, state="open")
    assert (run.lead, run.backup) == (tang, house.people["yutong"]), "gu is of lin's own branch"
    assert near.get(card).status_code == 404
    assert phone.get(card).status_code == 403
    register = near.get(reverse("disputes:register")).content.decode()
    assert it.number in register
    assert lin.name not in register
    nothing_is_told_of(lin)
    desk.post(card, {"do": "accept"})
    assert house.stands(it) == ("mediate",)
    (run,) = StepRun.objects.filter(case=it.case_id, state="open")
    assert run.due_at is not None
    assert run.due_at.astimezone(CAMPUS).date() <= date(2025, 10, 10)
    opened = desk.post(card, {"part": Part.CLAIM, "purpose": "准备调解"}).content.decode()
    assert SECRET in opened
    assert "准备调解" in accesses(cases.about(it))[0].purpose
    with pytest.raises(refusals.NotYours):
        mediating.read(dispute_id=it.pk, part=Part.CLAIM, purpose="看看", by=gu, at=house.at)
    with pytest.raises(refusals.AgreementMissing):
        mediating.mediate(
            dispute_id=it.pk, is_agreed=True, minutes="谈过", agreement=" ", by=tang, at=house.at
        )
    with pytest.raises(Refused):
        engine.pass_step(
            run_id=run.pk, facts={"agreed": True, "minuted": True}, by=tang, at=house.at
        )
    desk.post(
        card, {"do": "mediate", "is_agreed": "yes", "minutes": SECRET, "agreement": "下月报销"}
    )
    assert house.stands(it) == ("confirm",)
    with pytest.raises(refusals.NotYours):
        mediating.confirm(dispute_id=it.pk, is_confirmed=True, by=tang, at=house.at)
    assert "下月报销" in phone.post(mine, {"do": Part.AGREEMENT}).content.decode()
    phone.post(mine, {"do": "confirm", "is_confirmed": "yes"})
    the_agreement_is_printed_for_its_own(phone, near, it)
    assert house.stands(it) == ("perform",)
    desk.post(card, {"do": "perform", "is_kept": "yes"})
    it.refresh_from_db()
    assert (it.outcome, house.stands(it)) == ("kept", ())
    evidence = str([*Evidence.objects.values_list("text", flat=True)])
    assert SECRET not in evidence
    assert "下月报销" not in evidence
    assert nowhere_in_clear(SECRET, DEMAND, "下月报销") == []


@pytest.mark.clause("K03")
def test_fewer_cases_count_only_against_a_number_that_two_people_hold(house: House) -> None:
    """75 % fewer: one case against four; who came to ask stands beside it."""
    house.registered()
    gu, tang = house.people["gu"], house.people["tang"]
    near = Client()
    near.force_login(gu)
    year, on = period_of("Y", SEPT_22.date()), SEPT_22.date()
    assert "2024 年登记数还没有由两人核对" in MEASURES["K03"].gate(year, on)
    counting.say_year(year=2024, cases=4, source="登记簿", by=tang, at=house.at)
    with pytest.raises(refusals.SameHand):
        counting.confirm_year(year=2024, by=tang, at=house.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        EarlierYear.objects.update(confirmed_by=tang)
    near.post(reverse("disputes:register"), {"do": "confirm"})
    near.post(reverse("disputes:register"), {"do": "contact", "way": "visit", "topic": "pay"})
    assert MEASURES["K03"].tally(year, on).value == 75, "one case against four"
    assert "每百次登记 100.0 件" in str(MEASURES["K03"].rows(year, on))
    with pytest.raises(refusals.YearThere):
        counting.say_year(year=2024, cases=400, source="另一本", by=gu, at=house.at)


@pytest.mark.clause("R008")
def test_silence_ends_the_mediation_and_tells_the_applicant_every_right(house: House) -> None:
    """Nobody accepts in time, nobody meets: on the last day the letter of rights is written."""
    it = house.registered()
    mediating.accept(dispute_id=it.pk, by=house.people["tang"], at=house.at)
    house.until(datetime(2025, 10, 11, 9, 0, tzinfo=CAMPUS))
    it.refresh_from_db()
    assert (it.outcome, house.stands(it)) == ("referred", ())
    lin, asked = house.people["lin"], {"dispute_id": it.pk, "at": house.at}
    letter = mediating.read(part=Part.LETTER, purpose="", by=lin, **asked)["letter"]
    assert "申请劳动人事仲裁：2026年8月4日 前（劳动争议调解仲裁法第二十七条）" in letter
    with pytest.raises(refusals.EventWrong, match="先填申请仲裁"):
        filing.happened(what="accepted_on", on=house.at.date(), by=lin, **asked)
    with pytest.raises(refusals.EventWrong, match="晚于今天"):
        filing.happened(what="applied_on", on=date(2025, 12, 1), by=lin, **asked)
    with pytest.raises(refusals.NotYours):
        filing.happened(what="applied_on", on=house.at.date(), by=house.people["tang"], **asked)
    house.at = datetime(2026, 7, 5, 9, 1, tzinfo=CAMPUS)
    fire_due(at=house.at)
    assert Notice.objects.filter(person=lin, title__contains="还剩 30 天").count() == 1
    asked["at"] = house.at
    filing.happened(what="applied_on", on=house.at.date(), by=lin, **asked)
    it.refresh_from_db()
    acceptance = next(one for one in cases.calendar(it) if one.code == "acceptance")
    assert not acceptance.estimated
    house.at = datetime(2026, 8, 2, 9, 1, tzinfo=CAMPUS)
    fire_due(at=house.at)
    assert not Notice.objects.filter(title__contains="还剩 3 天").exists(), "it is applied for"


def test_an_appraisal_goes_to_review_and_bad_words_are_refused(house: House) -> None:
    """Neither arbitration nor mediation: 30 days for the review, told at once; each no says why."""
    at, tang = house.at, house.people["tang"]
    given = {"story": SECRET, "demand": DEMAND, "at": at}
    with pytest.raises(refusals.KnownLater):
        filing.register(topic="pay", known_on=date(2025, 9, 23), by=house.people["lin"], **given)
    with pytest.raises(refusals.NotStaff):
        filing.register(topic="pay", known_on=at.date(), by=house.people["cashier1"], **given)
    with pytest.raises(refusals.Incomplete, match="请求"):
        filing.register(topic="pay", known_on=at.date(), by=tang, **{**given, "demand": " "})
    it = house.registered(by="mo", topic="review")
    with pytest.raises(refusals.FiledAlready, match=it.number):
        house.registered(by="mo", topic="review")
    by = StepRun.objects.get(case=it.case_id, step="accept").lead
    assert by is not None
    mediating.accept(dispute_id=it.pk, by=by, at=at)
    house.until(at + timedelta(days=1))
    it.refresh_from_db()
    assert it.outcome == "referred"
    mo = house.people["mo"]
    letter = mediating.read(dispute_id=it.pk, part=Part.LETTER, purpose="", by=mo, at=house.at)
    assert "仲裁" not in letter["letter"]
    assert "申请复核" in letter["letter"]
    assert {step.code for step in DISPUTE.steps} >= {"accept", "mediate", "confirm", "refer"}
