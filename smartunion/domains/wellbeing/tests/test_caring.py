"""Blue, yellow, red: who cares, by when, what they may know, and what happens when nobody does."""

from datetime import timedelta
from typing import Any

import pytest

from smartunion.domains.wellbeing import public
from smartunion.domains.wellbeing.actions import answering, caring, policy, rereading
from smartunion.domains.wellbeing.models import Alert, Task
from smartunion.domains.wellbeing.procedure import ASSESSMENT, CONTACT, REVIEW, TALK
from smartunion.domains.wellbeing.reads import answers, figures
from smartunion.domains.wellbeing.reads.caring import talkers
from smartunion.domains.wellbeing.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty import reads as duty
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.notices.models import Message, Notice
from smartunion.kernel.people.models import Absence, Appointment, Person, Unit
from smartunion.kernel.private.reads import accesses_to, versions
from smartunion.kernel.private.refusals import NoPurpose
from smartunion.kernel.procedures.define import Unit as Counted
from smartunion.kernel.procedures.define import Within
from smartunion.kernel.procedures.models import Case
from smartunion.kernel.response.models import Asked, Run
from smartunion.kernel.trail.models import Entry
from tests.cast import appoint

from .conftest import BLUE, CALM, MARCH_3, RED, YELLOW, House, post

LONE = [1] * 14 + [5] + [1] * 75
"""Only item 15 is answered 5: no factor reaches 2.0."""
TELLING = ("蓝", "黄色", "红色", "抑郁", "躯体", "心理", "测评", "分数", "预警", "林晓梅")


def finish(house: House, kind: str, outcome: str = "close", by: Person | None = None) -> Task:
    _, run = house.task(kind)
    by = by or (run.backup if run.taken_over_at else run.lead)
    assert by is not None
    return caring.finish(
        run_id=run.pk, kind=kind, met_at=house.at, way="当面", summary="聊了近况，睡眠不好",
        outcome=outcome, by=by, at=house.at,
    )  # fmt: skip


def told_to(who: Person) -> list[str]:
    return [
        f"{one.title}|{one.text}|{one.link}"
        for one in Notice.objects.filter(person=who).order_by("pk")
        if "wellbeing.invitation" not in one.about and not one.about.startswith("response")
    ]


@pytest.mark.clause("R102")
def test_a_blue_result_asks_a_branch_officer_to_talk_within_a_day(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    task, run = house.task("talk")
    assert (house.alert().band, house.alert().unit.code) == ("blue", "B01")
    assert run.lead in [house.people[name] for name in ("wu", "tan", "shi", "he")]
    assert task.due_at == house.at + timedelta(hours=24)
    house.later(hours=3)
    finish(house, "talk")
    task.refresh_from_db()
    assert task.done_at is not None
    assert task.done_at <= task.due_at
    assert house.alert().closed_at == house.at


@pytest.mark.clause("T51")
def test_whoever_talks_learns_a_name_and_a_limit_and_no_score_no_band(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.answer(lin, BLUE)
    _, run = house.task("talk")
    case = Case.objects.get()
    told = [*told_to(run.lead), case.title, str(case.facts)]
    told += [f"{e.what}{e.subject}{e.because}{e.facts}{e.by_id}" for e in Entry.objects.filter(
        at=house.at).exclude(what__startswith="notices")]  # fmt: skip
    assert not [line for line in told for word in TELLING if word in line]
    assert not [e for e in Entry.objects.filter(at=house.at) if e.by_id == lin.pk]
    found = caring.whom(run_id=run.pk, kind="talk", by=run.lead, at=house.at)
    assert found.person == lin
    (read,) = [one for one in accesses_to(lin) if one.by == run.lead]
    assert (read.purpose, read.kind) == ("办理关心谈心", "wellbeing.whom")
    with pytest.raises(refusals.NotYourTask):
        caring.open_answers(run_id=run.pk, purpose="看看", by=run.lead, at=house.at)
    with pytest.raises(refusals.NotYourTask):
        caring.whom(run_id=run.pk, kind="talk", by=house.people["mo"], at=house.at)
    assert versions(answers.about(made.pk), "wellbeing.result") == 1


@pytest.mark.clause("T46")
def test_never_the_person_nor_a_superior_nor_whom_they_asked_to_leave_out(house: House) -> None:
    people = house.people
    b01 = Unit.objects.get(code="B01")
    house.open()
    post("college_leader", people["tan"], b01)
    Absence.objects.create(
        person=people["shi"], since=house.at.date(), until=house.at.date() + timedelta(days=9)
    )
    house.answer(people["wu"], BLUE, avoid=[people["chen"].pk])
    task, run = house.task("talk")
    assert run.lead == people["he"], "wu herself, tan leads the college, shi is away"
    assert run.backup is None or run.backup.pk not in (
        people["wu"].pk, people["tan"].pk, people["shi"].pk, people["chen"].pk,
    )  # fmt: skip
    assert task.case.facts["chair"] not in (None, people["chen"].pk), "the union's own takes over"


def test_the_one_with_the_fewest_open_talks_is_asked(house: House) -> None:
    house.open()
    for name in ("lin", "zhou"):
        if house.campaign.invitations.filter(person=house.people[name]).exists():
            house.answer(house.people[name], BLUE)
    extra = Person.objects.filter(unit__code="B01", kind="staff").exclude(username__in=house.people)
    for who in extra[:2]:
        if house.campaign.invitations.filter(person=who).exists():
            house.answer(who, BLUE)
    leads = [task.case.runs.get().lead_id for task in Task.objects.filter(kind="talk")]
    assert len(leads) == len(set(leads))


@pytest.mark.clause("T45")
def test_a_student_is_cared_for_by_the_counsellor_first(house: House) -> None:
    counsellor = Person.objects.create(
        username="fd", name="傅丹", unit=Unit.objects.get(code="B01")
    )
    post("contact_b", counsellor, Unit.objects.get(code="B01"))
    house.open()
    house.answer(house.people["student"], BLUE)
    assert house.task("talk")[1].lead == counsellor
    assert house.alert().population == "student"


def test_where_a_branch_has_nobody_the_union_s_own_are_asked(house: House) -> None:
    terms = figures.terms_on(campus_day(house.at))
    found = talkers(unit=None, population="staff", out=(), terms=terms, at=house.at)
    assert found.officer is not None
    assert found.officer == found.chair


@pytest.mark.clause("R102")
def test_a_talk_that_nobody_holds_is_reminded_passed_on_and_taken_by_the_chair(
    house: House,
) -> None:
    """8 and 20 hours: reminders; 22: the deputy; 24: the branch's chair; nobody is told more."""
    house.open()
    house.answer(house.people["lin"], BLUE)
    _, run = house.task("talk")
    lead, deputy, chair = run.lead, run.backup, house.people["chen"]
    mine = len(told_to(lead))
    house.later(hours=8)
    assert len(told_to(lead)) == mine + 1
    house.later(hours=12)
    assert len(told_to(lead)) == mine + 2
    house.later(hours=2)
    run.refresh_from_db()
    assert run.taken_over_at == house.at
    assert told_to(deputy)
    house.later(hours=2)
    run.refresh_from_db()
    assert (run.backup, run.late) == (chair, True)
    assert f"/wellbeing/talks/{run.pk}/" in told_to(chair)[-1]
    finish(house, "talk")
    assert Task.objects.get().done_by == chair
    assert not [line for who in (lead, deputy, chair) for line in told_to(who)
                for word in TELLING if word in line]  # fmt: skip


@pytest.mark.clause("R104")
def test_a_yellow_result_is_assessed_by_the_centre_within_two_days(house: House) -> None:
    """24 and 40 hours: reminders; 48: the centre's head."""
    lin, head = house.people["lin"], house.people["head"]
    house.open()
    house.answer(lin, YELLOW)
    assert (house.alert().band, Task.objects.get().kind) == ("yellow", "assessment")
    task, run = house.task("assessment")
    psychologist = run.lead
    assert psychologist in (house.people["psy1"], house.people["psy2"])
    assert task.due_at == house.at + timedelta(hours=48)
    before = len(told_to(psychologist))
    house.later(hours=24)
    house.later(hours=16)
    assert len(told_to(psychologist)) == before + 2
    house.later(hours=8)
    run.refresh_from_db()
    assert (run.backup, run.late, run.taken_over_at) == (head, True, house.at)
    finish(house, "assessment", "hospital", by=head)
    assert house.alert().closed_at == house.at


@pytest.mark.clause("R099")
def test_the_centre_opens_answers_with_a_purpose_only_and_the_person_sees_it(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    house.answer(lin, YELLOW)
    _, run = house.task("assessment")
    with pytest.raises(NoPurpose):
        caring.open_answers(run_id=run.pk, purpose=" ", by=run.lead, at=house.at)
    found = caring.open_answers(run_id=run.pk, purpose="面谈前了解", by=run.lead, at=house.at)
    assert (list(found.answers), found.result.top) == (YELLOW, "DEP")
    other = house.people["psy2"] if run.lead == house.people["psy1"] else house.people["psy1"]
    with pytest.raises(refusals.NotYourTask):
        caring.open_answers(run_id=run.pk, purpose="好奇", by=other, at=house.at)
    purposes = {(one.kind, one.purpose) for one in accesses_to(lin) if one.by == run.lead}
    said = "专业评估：面谈前了解"
    assert {("wellbeing.answers", said), ("wellbeing.result", said)} < purposes
    finish(house, "assessment")
    with pytest.raises(refusals.NotYourTask):
        caring.open_answers(run_id=run.pk, purpose="再看", by=run.lead, at=house.at)


@pytest.mark.clause("T42")
def test_yellow_may_ask_for_a_talk_within_a_day_besides(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    plain = figures.terms_on
    monkeypatch.setattr(figures, "terms_on", lambda day: replace(plain(day), yellow_contact=True))
    house.open()
    house.answer(house.people["lin"], YELLOW)
    due = {task.kind: task.due_at - task.opened_at for task in Task.objects.all()}
    assert due == {"assessment": timedelta(hours=48), "talk": timedelta(hours=24)}
    assert Task.objects.get(kind="talk").is_extra
    finish(house, "talk")
    assert house.alert().closed_at is None, "the assessment is still to come"
    finish(house, "assessment")
    assert house.alert().closed_at == house.at


@pytest.mark.clause("R100")
def test_a_talk_may_refer_to_the_centre_and_the_centre_to_a_hospital(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    finish(house, "talk", "refer")
    assert house.alert().closed_at is None
    _, run = house.task("assessment")
    assert run.lead in (house.people["psy1"], house.people["psy2"])
    talk = Task.objects.get(kind="talk")
    asked = {"run_id": run.pk, "task_id": talk.pk, "purpose": "面谈前了解", "at": house.at}
    assert rereading.reread(by=run.lead, **asked).kind == "关心谈心"
    with pytest.raises(refusals.NotYourTask):
        rereading.reread(by=talk.done_by, **asked)
    finish(house, "assessment", "hospital")
    with pytest.raises(refusals.NotYourTask):
        rereading.reread(by=run.lead, **asked)
    assert [task.outcome for task in Task.objects.order_by("pk")] == ["refer", "hospital"]
    assert house.alert().closed_at == house.at


@pytest.mark.clause("R105")
def test_red_goes_to_crisis_in_the_transaction_of_the_submission(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], RED)
    alert = house.alert()
    assert (alert.band, Task.objects.count()) == ("red", 0)
    assert alert.crisis


@pytest.mark.clause("R115")
@pytest.mark.clause("R106")
@pytest.mark.clause("T45")
def test_a_student_s_red_calls_the_three_contacts_as_a_teacher_s_does(house: House) -> None:
    """A, B and C hear of it in the moment of the submission, each by SMS and by WeCom."""
    for number, one in enumerate(Person.objects.order_by("pk")):
        Person.objects.filter(pk=one.pk).update(phone=f"139{number:08}")
    house.open()
    house.answer(house.people["student"], RED)
    run = Run.objects.get(is_drill=False)
    told = Asked.objects.filter(run=run, turn=1, post__in=["a", "b", "c"]).select_related("person")
    assert [one.told_at for one in told] == [house.at] * 3
    for one in told:
        ways = Message.objects.filter(notice__person=one.person, notice__at=house.at)
        assert {"sms", "wecom"} <= set(ways.values_list("channel", flat=True))
    assert house.alert().population == "student"


@pytest.mark.clause("R105")
def test_whoever_sees_danger_in_a_talk_raises_the_alarm(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    finish(house, "talk", "red")
    alert = house.alert()
    assert (alert.band, bool(alert.crisis), alert.closed_at) == ("blue", True, house.at)


@pytest.fixture
def signed(house: House) -> House:
    """The floor signed by the head, and a campaign open."""
    digest = figures.digest_of(figures.proposal_of(figures.terms_on(campus_day(house.at))))
    policy.sign(sha256=digest, by=house.people["head"], at=house.at)
    house.open()
    return house


@pytest.mark.clause("T41")
def test_a_single_answer_that_asks_for_red_is_looked_at_by_the_centre_first(signed: House) -> None:
    """Whoever is on duty opens the answers, sets it to yellow with a reason; nobody was alarmed."""
    house, lin = signed, signed.people["lin"]
    house.answer(lin, LONE)
    alert, (task, run) = house.alert(), house.task("review")
    assert (alert.band, alert.crisis, alert.closed_at) == ("review", "", None)
    assert task.due_at == house.at + timedelta(minutes=30)
    on_duty = duty.on_call(unit=None, posts=[Post.CENTRE], at=house.at)[Post.CENTRE]
    assert [run.lead, run.backup] == on_duty.in_turn()
    assert not [line for line in told_to(run.lead) for word in TELLING if word in line]
    appoint(run.lead, "wellbeing.assess")
    opened = caring.open_answers(run_id=run.pk, purpose="复核", by=run.lead, at=house.at)
    assert (opened.result.critical, opened.result.plan_band.value) == ((15,), "none")
    with pytest.raises(refusals.OutcomeWrong):
        finish(house, "review", "close")
    with pytest.raises(refusals.NotYourTask):
        finish(house, "review", "blue", by=house.people["mo"])
    finish(house, "review", "yellow")
    alert.refresh_from_db()
    assert (alert.band, alert.crisis) == ("yellow", "")
    assert house.task("assessment")[0].due_at == house.at + timedelta(hours=48)
    assert versions(f"wellbeing.task:{task.pk}", "wellbeing.review") == 1
    march = (campus_day(house.at).replace(day=1), campus_day(house.at).replace(month=4, day=1))
    (waiting,) = public.coverage(*march, on=campus_day(house.at))
    assert (waiting.came, waiting.pending) == (False, True), "to look at answers is not to come"
    house.later(hours=1)
    assert house.alert().band == "yellow", "the clock of a review that was written says nothing"


@pytest.mark.clause("T41")
def test_a_review_goes_to_the_deputy_and_turns_red_when_nobody_looks(signed: House) -> None:
    """15 minutes: the deputy has it; 30: red, whoever is asleep."""
    house = signed
    house.answer(house.people["lin"], LONE)
    task, run = house.task("review")
    house.later(minutes=15)
    run.refresh_from_db()
    assert run.taken_over_at == house.at
    assert told_to(run.backup)
    assert house.alert().crisis == ""
    house.later(minutes=15)
    alert = house.alert()
    task.refresh_from_db()
    assert (alert.band, bool(alert.crisis), alert.closed_at) == ("red", True, house.at)
    assert (task.outcome, task.done_by, task.done_at) == ("red", None, house.at)
    reads = {(one.by, one.purpose) for one in accesses_to(house.people["lin"])}
    assert (None, "到时限无人复核，转红色处置") in reads


@pytest.mark.clause("T41")
def test_the_centre_may_confirm_red_and_a_factor_s_red_waits_for_nobody(signed: House) -> None:
    house = signed
    house.answer(house.people["lin"], LONE)
    finish(house, "review", "red")
    assert (house.alert().band, bool(house.alert().crisis)) == ("red", True)
    both = [max(pair) for pair in zip(RED, LONE, strict=True)]
    house.answer(house.people["tan"], both)
    assert Alert.objects.filter(band="red").count() == 2
    assert Task.objects.filter(kind="review", done_at=None).count() == 0


@pytest.mark.clause("T41")
def test_whoever_thinks_of_ending_it_is_called_the_same_day_and_not_in_two(signed: House) -> None:
    """Item 15 at 2: yellow, the assessment in 48 hours, and a call of the centre in four."""
    house, lin = signed, signed.people["lin"]
    house.answer(lin, [1] * 14 + [2] + [1] * 75)
    due = {task.kind: task.due_at - house.at for task in Task.objects.all()}
    assert due == {"assessment": timedelta(hours=48), "contact": timedelta(hours=4)}
    task, run = house.task("contact")
    on_duty = duty.on_call(unit=None, posts=[Post.CENTRE], at=house.at)[Post.CENTRE]
    assert [run.lead, run.backup] == on_duty.in_turn()
    assert not [line for line in told_to(run.lead) for word in TELLING if word in line]
    appoint(run.lead, "wellbeing.assess")
    opened = caring.open_answers(run_id=run.pk, purpose="打电话前", by=run.lead, at=house.at)
    assert opened.result.critical == (15,)
    caring.note_attempt(run_id=run.pk, way="电话", by=run.lead, at=house.at)
    house.later(hours=2)
    run.refresh_from_db()
    assert (run.taken_over_at, task.attempts.count()) == (house.at, 1), "the deputy goes on"
    with pytest.raises(refusals.OutcomeWrong):
        finish(house, "contact", "hospital")
    finish(house, "contact")
    assert versions(f"wellbeing.task:{task.pk}", "wellbeing.contact") == 1
    assert house.alert().closed_at is None, "the assessment is still to come"
    finish(house, "assessment")
    assert house.alert().closed_at == house.at
    house.answer(house.people["tan"], [1] * 58 + [3] + [1] * 31)
    assert Task.objects.filter(done_at=None).values_list("kind", flat=True).get() == "assessment"
    house.answer(house.people["shi"], [1] * 14 + [3] + [1] * 75)
    finish(house, "contact", "red")
    assert Alert.objects.latest("pk").crisis


def test_without_anybody_at_the_centre_it_is_red_at_once(signed: House) -> None:
    house = signed
    Shift.objects.filter(post=Post.CENTRE).delete()
    Appointment.objects.filter(office__code__in=["psychologist", "psychology_head"]).delete()
    house.answer(house.people["lin"], LONE)
    assert (house.alert().band, bool(house.alert().crisis)) == ("red", True)


def test_what_cannot_be_recorded_is_refused_and_nothing_is_kept(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    _, run = house.task("talk")
    good: dict[str, Any] = {
        "run_id": run.pk, "kind": "talk", "met_at": house.at, "way": "当面", "summary": "x",
        "outcome": "close", "by": run.lead, "at": house.at,
    }  # fmt: skip
    for wrong, refusal in (
        ({"outcome": "hospital"}, refusals.OutcomeWrong),
        ({"met_at": house.at + timedelta(minutes=1)}, refusals.MomentWrong),
        ({"met_at": house.at - timedelta(days=1)}, refusals.MomentWrong),
        ({"by": house.people["mo"]}, refusals.NotYourTask),
    ):
        with pytest.raises(refusal):
            caring.finish(**{**good, **wrong})
    assert versions(f"wellbeing.task:{Task.objects.get().pk}", "wellbeing.talk") == 0
    caring.note_attempt(run_id=run.pk, way="电话", by=run.lead, at=house.at)
    assert Task.objects.get().attempts.count() == 1
    caring.finish(**good)
    with pytest.raises(refusals.NotYourTask):
        caring.finish(**good)


def test_answers_taken_back_while_somebody_cares_are_destroyed_when_that_ends(
    house: House,
) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.answer(lin, YELLOW)
    answering.withdraw(response_id=made.pk, by=lin, at=house.at)
    _, run = house.task("assessment")
    assert caring.open_answers(run_id=run.pk, purpose="面谈前", by=run.lead, at=house.at).answers
    finish(house, "assessment")
    assert versions(answers.about(made.pk), "wellbeing.answers") == 0
    calm = house.people["tan"]
    other = house.answer(calm, CALM)
    answering.withdraw(response_id=other.pk, by=calm, at=house.at)
    assert versions(answers.about(other.pk), "wellbeing.answers") == 0


@pytest.mark.clause("T42")
def test_the_sheets_run_by_the_plan_s_hours(house: House) -> None:
    terms = figures.terms_on(MARCH_3.date())
    talk, assess, review, call = TALK.first, ASSESSMENT.first, REVIEW.first, CONTACT.first
    assert call.within == Within(terms.same_day_hours, Counted.HOURS)
    assert call.duty.take_over_after == Within(terms.same_day_deputy_hours, Counted.HOURS)
    assert review.within == Within(terms.review_minutes, Counted.MINUTES)
    assert review.duty.take_over_after == Within(terms.review_deputy_minutes, Counted.MINUTES)
    assert talk.within == Within(terms.minutes["blue"] // 60, Counted.HOURS)
    assert assess.within == Within(terms.minutes["yellow"] // 60, Counted.HOURS)
    assert talk.duty.take_over_after == Within(terms.deputy_hours, Counted.HOURS)
    assert Alert.objects.count() == 0
