"""One red night, played on the campus's clock: who is asked when, and what each answer does."""

from datetime import timedelta

import pytest

from smartunion.kernel.notices.models import Message, Notice
from smartunion.kernel.response import actions, reads
from smartunion.kernel.response.models import Correction, Event, Run, Via
from smartunion.kernel.response.refusals import (
    DrillMixed,
    NoSuchOutcome,
    NotAsked,
    NoteMissing,
    NotYours,
    OwnMatter,
    ReasonMissing,
    TermMissing,
)
from smartunion.kernel.timers.models import Timer

from . import conftest
from .conftest import Duty, after, asked, begin, states, until

KIND = Event.Kind


def answered(
    run: Run, step: str, outcome: str, by: object, seconds: float, *, note: str = ""
) -> bool:
    return actions.answer(
        run_id=run.pk, step=step, outcome=outcome, by=by, at=after(seconds), via=Via.PAGE, note=note
    )


def told(run: Run, person: object) -> list[str]:
    found = Notice.objects.filter(about__startswith=f"response/{run.pk}/", person=person)
    return list(found.order_by("id").values_list("about", flat=True))


@pytest.mark.clause("R116")
def test_three_contacts_hear_of_it_by_every_way_in_the_same_moment(duty: Duty) -> None:
    run = begin(duty)
    for person in (duty.lin, duty.sun, duty.zheng):
        sent = Message.objects.filter(notice__person=person, notice__about__contains="/turn/")
        assert {"sms", "wecom", "voice"} <= set(sent.values_list("channel", flat=True))
        assert {message.next_at for message in sent} == {run.t0}
    assert told(run, duty.he) == [f"response/{run.pk}/standby"]
    assert told(run, duty.qian) == []


@pytest.mark.clause("R116")
def test_no_message_names_anybody_or_says_a_word_of_the_mind(duty: Duty) -> None:
    run = begin(duty)
    said = " ".join(" ".join(row) for row in Notice.objects.values_list("title", "text", "link"))
    assert run.number in said
    assert not [word for word in (*conftest.CAST.values(), "心理", "抑郁", "自杀") if word in said]


@pytest.mark.clause("R118")
def test_no_answer_opens_the_next_steps_at_once(duty: Duty) -> None:
    run = begin(duty)
    assert states(run) == {
        "call": "open", "locate": "waiting", "scene": "waiting", "vehicle": "waiting",
    }  # fmt: skip
    assert answered(run, "call", "no_answer", duty.lin, 11)
    rows = {row.code: row for row in run.steps.all()}
    assert rows["locate"].opened_at == after(11)
    assert rows["locate"].due_at == after(240), "the limit counts from T0, not from the opening"
    assert rows["scene"].due_at == after(480)
    assert f"response/{run.pk}/step/locate" in told(run, duty.sun)


@pytest.mark.clause("R117")
@pytest.mark.clause("R118")
def test_thirty_seconds_without_a_word_are_no_answer(duty: Duty) -> None:
    run = begin(duty)
    until(29)
    assert states(run)["locate"] == "waiting"
    until(30)
    assert states(run)["call"] == "done"
    assert run.steps.get(code="call").outcome == "timeout"
    assert states(run)["locate"] == states(run)["scene"] == "open"


def test_a_step_that_comes_late_delays_none_after_it(duty: Duty) -> None:
    run = begin(duty)
    until(600)  # the clock was stopped for ten minutes
    rows = {row.code: row for row in run.steps.all()}
    assert (rows["call"].due_at, rows["locate"].due_at) == (after(30), after(240))
    assert rows["scene"].due_at == after(480)


def test_an_answer_after_the_fact_is_logged_late_and_changes_nothing(duty: Duty) -> None:
    run = begin(duty)
    until(31)
    before = states(run)
    assert not answered(run, "call", "answered", duty.lin, 35)
    assert not answered(run, "call", "answered", duty.lin, 36), "the link pressed again"
    assert states(run) == before
    late = run.events.get(kind=KIND.LATE)
    assert (late.step, late.word, late.by) == ("call", "已接通", duty.lin)
    assert run.steps.get(code="call").outcome == "timeout"


def test_the_same_answer_again_is_the_same_answer(duty: Duty) -> None:
    run = begin(duty)
    assert answered(run, "call", "no_answer", duty.lin, 5)
    assert answered(run, "call", "no_answer", duty.lin, 9)
    assert run.events.filter(kind=KIND.ANSWERED).count() == 1
    assert run.steps.get(code="call").closed_at == after(5)
    assert not run.events.filter(kind=KIND.LATE).exists()


def test_received_stops_only_ones_own_calls(duty: Duty) -> None:
    run = begin(duty)
    assert actions.receive(run_id=run.pk, by=duty.lin, at=after(4), via=Via.LINK)
    assert not actions.receive(run_id=run.pk, by=duty.lin, at=after(5), via=Via.LINK)
    until(25)
    assert asked(run, duty.lin).calls == 1
    assert asked(run, duty.sun).calls == 2, "B has said nothing"
    assert asked(run, duty.zheng).calls == 2


def test_calls_go_to_the_deputy_and_then_to_the_leader(duty: Duty) -> None:
    run = begin(duty)
    until(20)
    assert asked(run, duty.lin).calls == 2
    until(40)
    assert asked(run, duty.lin).passed_at == after(40)
    he = asked(run, duty.he)
    assert (he.summoned_at, he.calls) == (after(40), 1)
    until(80)
    leader = run.asked.get(post="a", person=duty.qian)
    assert leader.summoned_at == after(80)
    assert asked(run, duty.he).calls == 2


def test_the_deputys_word_does_not_stop_the_calls_to_who_is_in_turn(duty: Duty) -> None:
    run = begin(duty)
    actions.receive(run_id=run.pk, by=duty.he, at=after(3), via=Via.LINK)
    until(25)
    assert asked(run, duty.lin).calls == 2
    until(41)
    assert asked(run, duty.he).summoned_at == after(40)
    until(90)
    assert asked(run, duty.he).calls == 1, "who has answered is not called"


def test_when_everybody_was_called_in_vain_those_who_answer_for_it_are_told(duty: Duty) -> None:
    run = begin(duty)
    until(150)
    assert run.events.filter(kind=KIND.NOBODY, word="c").exists()


def test_who_cannot_come_hands_over_at_once(duty: Duty) -> None:
    run = begin(duty)
    actions.decline(run_id=run.pk, by=duty.lin, at=after(6), via=Via.LINK, because="在外地")
    he = asked(run, duty.he)
    assert he.summoned_at == after(6)
    until(25)
    assert asked(run, duty.lin).calls == 1
    until(26)
    assert asked(run, duty.he).calls == 2, "20 seconds after her own turn came"


@pytest.mark.clause("R131")
def test_a_wrong_number_of_a_contact_summons_the_deputy_and_asks_for_a_correction(
    duty: Duty,
) -> None:
    run = begin(duty)
    actions.number_wrong(run_id=run.pk, person=duty.lin, channel="sms", at=after(2))
    assert asked(run, duty.he).summoned_at == after(2)
    task = Correction.objects.get(run=run)
    assert task.asked.person == duty.lin
    actions.correct(
        correction_id=task.pk, value="13900001234", by=duty.qian, at=after(300), because="本人来电"
    )
    task.refresh_from_db()
    assert (task.done_at, task.by) == (after(300), duty.qian)


@pytest.mark.clause("R131")
def test_an_empty_number_of_the_person_opens_a_task_and_the_search(duty: Duty) -> None:
    run = begin(duty)
    answered(run, "call", "wrong_number", duty.lin, 9)
    assert Correction.objects.get(run=run).what == "当事人登记的号码"
    assert states(run)["locate"] == "open"


def test_a_step_that_holds_stays_open_and_calls_in_others(duty: Duty) -> None:
    run = begin(duty)
    until(31)
    for person in (duty.sun, duty.zheng):
        actions.receive(run_id=run.pk, by=person, at=after(32), via=Via.PAGE)
    until(240)
    row = run.steps.get(code="locate")
    assert (row.state, row.timed_out_at) == ("open", after(240))
    assert asked(run, duty.wu).summoned_at == after(240)
    actions.receive(run_id=run.pk, by=duty.wu, at=after(245), via=Via.PAGE)
    until(300)
    assert run.asked.get(post="b", person=duty.qian).summoned_at == after(300)
    assert answered(run, "locate", "located", duty.sun, 310, note="图书馆三楼")
    assert reads.clocks_of(run, conftest.RED)[1].is_late


def test_the_whole_is_breached_at_thirty_minutes_and_only_then(duty: Duty) -> None:
    run = begin(duty)
    until(1799)
    run.refresh_from_db()
    assert run.breached_at is None
    until(1800)
    run.refresh_from_db()
    assert run.breached_at == after(1800)


def test_what_is_settled_is_never_breached(duty: Duty) -> None:
    run = begin(duty)
    answered(run, "call", "no_answer", duty.lin, 5)
    answered(run, "scene", "soothed", duty.zheng, 300)
    until(4000)
    run.refresh_from_db()
    assert (run.settled_at, run.breached_at) == (after(300), None)
    assert run.state == "closed"
    assert states(run) == {
        "call": "done", "locate": "canceled", "scene": "done", "vehicle": "canceled",
    }  # fmt: skip


def test_the_vehicles_minutes_count_from_the_decision(duty: Duty) -> None:
    run = begin(duty)
    answered(run, "call", "no_answer", duty.lin, 5)
    answered(run, "locate", "located", duty.sun, 90, note="东湖边")
    answered(run, "scene", "referred", duty.zheng, 400)
    assert run.steps.get(code="vehicle").due_at == after(400 + 480)
    assert asked(run, duty.driver).summoned_at == after(400)
    answered(run, "vehicle", "arrived", duty.driver, 700)
    run.refresh_from_db()
    assert (run.state, run.settled_at) == ("closed", after(700))


def test_who_is_sooner_than_asked_is_heard(duty: Duty) -> None:
    run = begin(duty)
    assert answered(run, "locate", "located", duty.sun, 8, note="宿舍")
    assert states(run)["locate"] == "done"


def test_standing_down_needs_a_reason_and_stops_everything(duty: Duty) -> None:
    run = begin(duty)
    with pytest.raises(ReasonMissing):
        actions.stand_down(run_id=run.pk, by=duty.lin, at=after(9), because=" ")
    with pytest.raises(NotYours):
        actions.stand_down(run_id=run.pk, by=duty.sun, at=after(9), because="没事")
    actions.stand_down(run_id=run.pk, by=duty.lin, at=after(10), because="已与本人通话，确认安全")
    actions.stand_down(run_id=run.pk, by=duty.zheng, at=after(12), because="再按一次")
    written = Message.objects.filter(notice__about__startswith=f"response/{run.pk}/").count()
    assert until(4000) == 0
    assert (
        Message.objects.filter(notice__about__startswith=f"response/{run.pk}/").count() == written
    ), "nobody is told after it has ended"
    run.refresh_from_db()
    assert (run.ended_at, run.ended_by) == (after(10), duty.lin)
    assert f"response/{run.pk}/over" in told(run, duty.he)
    assert not Timer.objects.filter(key__startswith=f"response/{run.pk}/", state="pending").exists()


def test_nobody_answers_for_another_or_in_their_own_matter(duty: Duty, mo: object) -> None:
    run = begin(duty, excluded=[duty.lin.pk])
    assert asked(run, duty.he).summoned_at == run.t0, "whom it concerns is passed over"
    assert str(duty.lin.pk) not in run.excluded, "and the run does not say who that is"
    with pytest.raises(OwnMatter):
        answered(run, "call", "answered", duty.lin, 4)
    with pytest.raises(NotAsked):
        answered(run, "call", "answered", mo, 4)
    with pytest.raises(NoSuchOutcome):
        answered(run, "call", "timeout", duty.he, 4)
    answered(run, "call", "no_answer", duty.he, 6)
    with pytest.raises(NoteMissing):
        answered(run, "locate", "located", duty.sun, 7)


def test_a_plan_without_the_limit_opens_no_run(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(conftest.LIMITS, "scene_minutes")
    with pytest.raises(TermMissing):
        begin(duty)


def test_a_run_keeps_the_numbers_of_its_hour(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin(duty)
    monkeypatch.setitem(conftest.LIMITS, "locate_minutes", 1)
    until(30)
    assert run.steps.get(code="locate").due_at == after(240)


def test_the_same_number_again_is_the_same_run(duty: Duty) -> None:
    run = begin(duty)
    assert begin(duty, number=run.number, about=run.about) == run
    with pytest.raises(DrillMixed):
        begin(duty, number=run.number, about=run.about, drill=True)


def test_t0_is_the_databases_present(duty: Duty) -> None:
    from smartunion.kernel.base import clock

    wrong = clock.now() + timedelta(seconds=3)  # this machine's clock is fast
    run = begin(duty, at=wrong)
    assert abs((run.t0 - clock.now()).total_seconds()) < 2
