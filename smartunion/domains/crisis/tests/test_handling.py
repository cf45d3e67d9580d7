"""Red, from the alarm to safe or handed over: Step2 to Step5, and everything that may say no."""

import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from smartunion.domains.crisis.actions import (
    aftercare,
    calling,
    ending,
    locating,
    referring,
    scene,
    sealing,
    vehicles,
)
from smartunion.domains.crisis.models import Call, LocationRequest, RedCase, Referral, Vehicle
from smartunion.domains.crisis.protocol import RED
from smartunion.domains.crisis.reads import cases, desk
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.reads.timeline import timeline
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.matrix import Field, Role
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.procedures import refusals as steps
from smartunion.kernel.response import actions as response
from smartunion.kernel.response import tracking
from smartunion.kernel.response.models import Asked, Event, Run
from smartunion.kernel.response.refusals import NotLocated, PositionConsentMissing, RunOver
from smartunion.kernel.trail.models import Entry

from .conftest import MARCH_5, Campus

# ---------- the protocol is the plan's ----------


@pytest.mark.clause("T43")
@pytest.mark.clause("T48")
def test_every_limit_is_the_plan_s_and_counts_from_the_alarm_but_the_vehicle_s(
    campus: Campus,
) -> None:
    """30 s, 4, 8, 30 min from T0; the vehicle 8 min from the referral; 230 seconds is nonsense."""
    assert RED.faults() == []
    case = campus.alarm()
    assert campus.step(case, "call").due_at == MARCH_5 + timedelta(seconds=30)
    campus.later(seconds=31)
    assert campus.step(case, "locate").due_at == MARCH_5 + timedelta(minutes=4)
    assert campus.step(case, "arrive").due_at == MARCH_5 + timedelta(minutes=8)
    campus.later(minutes=6)
    campus.come(case)
    campus.later(minutes=3)
    campus.decide(case, "refer")
    decided = campus.at
    assert campus.step(case, "vehicle").due_at == decided + timedelta(minutes=8)
    assert Vehicle.objects.get().due_at == decided + timedelta(minutes=8)
    assert Vehicle.objects.get().plate == "粤B·xxxxx"
    assert campus.run(case).limits["close_minutes"] == 30


# ---------- Step 2: the call ----------


@pytest.mark.clause("T44")
def test_no_answer_looks_for_the_person_at_once_and_so_do_thirty_silent_seconds(
    campus: Campus,
) -> None:
    case = campus.alarm()
    campus.later(seconds=12)
    campus.call(case, "no_answer")
    assert campus.step(case, "locate").opened_at == campus.at
    other = campus.alarm(subject=campus["mo"])
    campus.later(seconds=31)
    assert campus.step(other, "call").outcome == "timeout"
    assert campus.step(other, "locate").state == "open"
    assert campus.fresh(other).needs_location
    assert campus.fresh(other).called_at is None


def test_an_answered_call_needs_nobody_to_be_looked_for(campus: Campus) -> None:
    case = campus.alarm()
    campus.later(seconds=21)
    campus.call(case)
    case = campus.fresh(case)
    assert (case.called_at, case.needs_location) == (campus.at, False)
    assert campus.step(case, "locate").state == "waiting"
    told = sealing.open_fields(
        case=case, roles=[Role.C], fields=[Field.CALL], purpose="赶往现场", by=campus["he"],
        at=campus.at,
    )  # fmt: skip
    assert told == {"是否平安": "danger", "在哪里": "二教 301", "通话情况": "在哭，说不清"}


def test_a_tap_writes_the_same_row_as_the_form_and_a_late_result_changes_nothing(
    campus: Campus,
) -> None:
    case = campus.alarm()
    campus.later(seconds=9)
    campus.tap(case, "wu", "call", "no_answer")
    assert Call.objects.get().outcome == "no_answer"
    campus.later(seconds=60)
    campus.call(case, "answered")
    assert campus.fresh(case).called_at == MARCH_5 + timedelta(seconds=9)
    assert Event.objects.filter(run=case.run_id, kind="late").count() == 1


@pytest.mark.clause("R131")
def test_a_dead_number_looks_at_once_and_is_put_right_by_hand(campus: Campus) -> None:
    case = campus.alarm()
    campus.later(seconds=10)
    campus.call(case, "wrong_number")
    assert campus.step(case, "locate").state == "open"
    task = campus.run(case).corrections.get()
    from smartunion.kernel.response import actions as response

    response.correct(
        correction_id=task.pk, value="13911112222", by=campus["psy"], at=campus.at,
        because="人事登记",
    )  # fmt: skip
    told = sealing.open_fields(
        case=case, roles=[Role.A], fields=[Field.PHONE], purpose="再打一次", by=campus["wu"],
        at=campus.at,
    )  # fmt: skip
    assert told == {"电话": "13911112222"}


# ---------- Step 3: the location ----------


@pytest.mark.clause("R119")
@pytest.mark.clause("T50")
def test_two_persons_look_for_somebody_and_the_right_ends_by_itself(campus: Campus) -> None:
    """B asks on a ground, security releases, both are kept; what was seen goes dark in an hour."""
    case = campus.alarm()
    campus.later(seconds=31)
    noted = campus.locate(case)
    assert (noted.requested_by, noted.answered_by) == (campus["zhoufu"], campus["guard"])
    assert noted.basis == "emergency"

    def look(role: Role, who: str) -> dict[str, str]:
        return sealing.open_fields(
            case=case, roles=[role], fields=[Field.LAST_PLACE], purpose="找人", by=campus[who],
            at=campus.at,
        )  # fmt: skip

    assert look(Role.C, "he")["在哪里"] == "图书馆东侧长廊"
    assert look(Role.SECURITY, "guard2")["何时看到"] == "10:43"
    campus.at = noted.expires_at
    with pytest.raises(refusals.LookOver):
        look(Role.SECURITY, "guard")
    assert "定位授权失效" in [line.what for line in timeline(case)] or campus.later(seconds=1)
    again = locating.request_location(
        case_id=case.pk, basis="emergency", by_camera=True, by_position=False,
        by=campus["zhoufu"], at=campus.at, because="还没找到",
    )  # fmt: skip
    assert again.pk != noted.pk


@pytest.mark.clause("T50")
def test_nobody_looks_alone_or_without_a_ground(campus: Campus) -> None:
    case = campus.alarm()
    asked = {
        "case_id": case.pk, "basis": "emergency", "by_camera": True, "by_position": True,
        "by": campus["zhoufu"], "at": campus.at, "because": "无人接听",
    }  # fmt: skip
    for lacking in (
        {"basis": "好奇"},
        {"because": " "},
        {"by_camera": False, "by_position": False},
    ):
        with pytest.raises(refusals.NoReason):
            locating.request_location(**{**asked, **lacking})
    request = locating.request_location(**asked)
    with pytest.raises(refusals.AskedAlready, match="待放行"):
        locating.request_location(**asked)
    with pytest.raises(refusals.SameTwo):
        locating.release_location(request_id=request.pk, by=campus["zhoufu"], at=campus.at)
    place = {"place": "北门", "seen": "10:50", "photo": "", "by": campus["guard"], "at": campus.at}
    with pytest.raises(refusals.NotReleased):
        locating.note_place(request_id=request.pk, **place)
    with pytest.raises(IntegrityError), transaction.atomic():
        LocationRequest.objects.update(
            state="released", answered_by=campus["zhoufu"], answered_at=campus.at,
            expires_at=campus.at + timedelta(minutes=5),
        )  # fmt: skip
    no = locating.refuse_location(
        request_id=request.pk, by=campus["guard"], at=campus.at, because="人已在办公室"
    )
    assert no.state == "refused"


@pytest.mark.clause("T50")
def test_the_person_hears_of_it_when_it_is_over_in_words_that_say_nothing(campus: Campus) -> None:
    case = campus.alarm()
    campus.locate(case)
    assert campus.fresh(case).telling_case is None, "nobody is told while it goes on"
    campus.soothed(case)
    with pytest.raises(refusals.NotForYou):
        sealing.open_fields(
            case=campus.fresh(case), roles=[Role.SECURITY], fields=[Field.LAST_PLACE],
            purpose="看看", by=campus["guard"], at=campus.at,
        )  # fmt: skip
    run = campus.sheet(case, "telling")
    assert (run.lead, run.due_at) == (campus["psy"], campus.fresh(case).settled_at + timedelta(3))
    reminded = Notice.objects.filter(person=campus["psy"], about__startswith=f"run/{run.pk}/")
    assert reminded.count() == 1, "the task itself"
    campus.later(hours=48)
    assert reminded.count() == 2, "reminded after two thirds of it"
    campus.later(hours=24, seconds=1)
    assert Notice.objects.filter(
        person=campus["vice"], about__startswith=f"run/{run.pk}/"
    ).exists(), "the executive vice chair hears that it is late"
    with pytest.raises(steps.NotYours):
        aftercare.tell_of_location(run_id=run.pk, by=campus["sun"], at=campus.at)
    aftercare.tell_of_location(run_id=run.pk, by=campus["psy"], at=campus.at)
    assert LocationRequest.objects.get().told_by == campus["psy"]
    told = Notice.objects.get(person=campus["lin"])
    assert "个人信息" in told.title
    assert not any(word in told.title + told.text for word in ("红色", "心理", "危机", "位置"))


# ---------- Step 4: the scene ----------


@pytest.mark.clause("R120")
@pytest.mark.clause("R121")
@pytest.mark.clause("R111")
def test_the_doctor_comes_in_time_and_soothes_and_the_thirty_minutes_end(campus: Campus) -> None:
    case = campus.soothed()
    assert case.arrived_at - case.opened_at < timedelta(minutes=8)
    assert (case.state, case.outcome, case.settled_at) == ("caring", "soothed", campus.at)
    run = campus.run(case)
    assert (run.settled_at, run.state) == (campus.at, "closed")
    assert run.breached_at is None
    assert case.settled_at - case.opened_at < timedelta(minutes=30)
    assert "急救箱" in next(step.ask for step in RED.steps if step.code == "arrive")
    graded = sealing.open_fields(
        case=case, roles=[Role.C], fields=[Field.SCENE], purpose="交班", by=campus["he"],
        at=campus.at,
    )  # fmt: skip
    assert graded["风险等级"] == "高"


@pytest.mark.clause("T49")
def test_no_step_form_word_or_paper_of_ours_ever_orders_a_restraint(campus: Campus) -> None:
    """约束 stands only where it is said that it is the hospital's alone (第40条)."""
    from smartunion.domains.crisis import forms
    from smartunion.domains.crisis.models import Decision
    from smartunion.domains.crisis.pages.steps import ACTS

    assert [one.value for one in Decision] == ["soothe", "refer", "false_alarm"]
    words = [o.name for step in RED.steps for o in step.outcomes] + [step.ask for step in RED.steps]
    words += [act.title for act in ACTS]
    words += [str(f.label) for form in vars(forms).values() if hasattr(form, "base_fields")
              for f in form.base_fields.values()]  # fmt: skip
    assert not any("约束" in word or "隔离" in word or "绑" in word for word in words)
    assert all(
        "第40条" in line
        for step in RED.steps for line in step.advice.split("\n") if "约束" in line
    )  # fmt: skip


def test_a_decision_needs_an_arrival_and_stands(campus: Campus) -> None:
    case = campus.alarm()
    with pytest.raises(refusals.NotArrived):
        campus.decide(case, "soothe")
    campus.come(case)
    first = campus.come(case).arrived_at
    assert first == campus.at
    campus.decide(case, "refer")
    with pytest.raises(refusals.DecidedAlready, match="转介医院"):
        campus.decide(case, "soothe")
    with pytest.raises(refusals.OwnCase):
        scene.arrive(case_id=case.pk, by=campus["lin"], at=campus.at)


def test_a_false_alarm_closes_the_case_without_after_care(campus: Campus) -> None:
    case = campus.alarm()
    campus.come(case)
    campus.decide(case, "false_alarm")
    case = campus.fresh(case)
    assert (case.state, case.outcome, case.debrief_case) == ("closed", "false_alarm", None)


# ---------- Step 5: referral, car, 120 ----------


@pytest.mark.clause("R122")
@pytest.mark.clause("T49")
@pytest.mark.parametrize(
    ("legal", "no"),
    [
        ({"ground": ""}, refusals.NoGround),
        ({"ground": "because"}, refusals.NoGround),
        ({"own_consent": False}, refusals.NotVoluntary),
        ({"family_told_at": None}, refusals.FamilyUntold),
    ],
)
def test_no_referral_without_a_ground_in_law(
    campus: Campus, legal: dict[str, object], no: type[Exception]
) -> None:
    case = campus.alarm()
    campus.come(case)
    campus.decide(case, "refer")
    with pytest.raises(no):
        campus.refer(case, **legal)
    assert not Referral.objects.exists()


@pytest.mark.clause("R107")
@pytest.mark.clause("R124")
@pytest.mark.clause("T49")
def test_the_green_channel_is_open_for_a_day_and_admits_only_by_law(campus: Campus) -> None:
    """Danger to oneself: not without the guardian; the database says so, too."""
    case = campus.alarm()
    campus.come(case)
    campus.decide(case, "refer")
    made = campus.refer(
        case, ground="self", own_consent=False, guardian="pending", family_told_at=None,
        family_untold="电话无人接听，10:55、11:02 各一次",
    )  # fmt: skip
    assert made.channel_until - made.issued_at == timedelta(hours=24)
    assert made.hospital == terms_on(campus.at).words("hospital")
    campus.later(minutes=12)
    referring.deliver(case_id=case.pk, by=campus["he"], at=campus.at)
    asked = {"case_id": case.pk, "by": campus["psy"], "at": campus.at}
    with pytest.raises(refusals.FamilyUntold):
        referring.admit(**asked)
    referring.tell_family(**asked, guardian="refused")
    with pytest.raises(refusals.NoGuardian, match="监护人不同意"):
        referring.admit(**asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.update(admitted_at=campus.at)
    referring.tell_family(**asked, guardian="agreed")
    assert referring.admit(**asked).admitted_at == campus.at
    with pytest.raises(refusals.AdmittedAlready):
        referring.admit(**asked)


@pytest.mark.clause("R122")
def test_the_referral_is_pressed_for_the_reading_only_and_says_its_ground(campus: Campus) -> None:
    case = campus.alarm()
    campus.come(case)
    campus.decide(case, "refer")
    campus.refer(case)
    before = len(accesses(cases.about(case)))
    paper = referring.print_referral(
        case_id=case.pk, roles=[Role.C], purpose="随车交医院", by=campus["he"], at=campus.at
    )
    again = referring.print_referral(
        case_id=case.pk, roles=[Role.C], purpose="随车交医院", by=campus["he"], at=campus.at
    )
    assert paper.pdf[:5] == b"%PDF-"
    assert (paper.pages, paper.pdf) == (1, again.pdf)
    assert len(accesses(cases.about(case))) > before
    said = "".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.pdf)).pages).split()
    )
    for words in (
        "林晓梅", case.number, "精神卫生法第30条第1款", "本人同意", "免挂号",
        "现场安抚后本人愿意就诊", "林母", "何伟",
    ):  # fmt: skip
        assert words in said
    with pytest.raises(refusals.NotForYou):
        referring.print_referral(
            case_id=case.pk, roles=[Role.A], purpose="看看", by=campus["wu"], at=campus.at
        )


@pytest.mark.clause("R123")
@pytest.mark.clause("R110")
def test_the_car_comes_and_the_person_is_in_hospital_within_the_half_hour(campus: Campus) -> None:
    case = campus.referred()
    car = Vehicle.objects.get(case=case)
    assert car.arrived_at is not None
    assert car.arrived_at <= car.due_at
    terms = terms_on(campus.at)
    assert (car.plate, car.due_at - case.decided_at) == (terms.words("plate"), timedelta(minutes=8))
    assert (case.state, case.outcome) == ("caring", "referred")
    assert case.settled_at - case.opened_at <= timedelta(minutes=30)
    assert campus.run(case).breached_at is None
    assert not Vehicle.objects.filter(kind="ambulance").exists()


@pytest.mark.clause("R132")
@pytest.mark.clause("R133")
def test_a_car_that_does_not_come_is_followed_by_120_and_a_green_wave(campus: Campus) -> None:
    case = campus.alarm()
    campus.come(case)
    campus.decide(case, "refer")
    campus.later(minutes=8, seconds=1)
    assert campus.step(case, "vehicle").timed_out_at is not None
    assert campus.step(case, "ambulance").state == "open"
    assert Asked.objects.filter(run=case.run_id, post="leader").exists()
    vehicles.call_120(case_id=case.pk, log_number="120-0305-17", by=campus["boss"], at=campus.at)
    assert campus.step(case, "gate").due_at == campus.at + timedelta(minutes=10)
    assert Notice.objects.filter(person=campus["guard"], title__contains=case.number).exists()
    campus.later(minutes=7)
    vehicles.open_wave(case_id=case.pk, by=campus["guard"], at=campus.at)
    campus.tap(case, "guard", "gate", "in")
    came = Vehicle.objects.get(kind="ambulance")
    assert came.wave_at == came.arrived_at == campus.at
    assert came.arrived_at <= came.due_at
    assert came.log_number == "120-0305-17"
    with pytest.raises(refusals.VehicleAlready):
        vehicles.call_120(case_id=case.pk, log_number="", by=campus["boss"], at=campus.at)


def test_a_doctor_who_does_not_come_is_followed_by_120(campus: Campus) -> None:
    case = campus.alarm()
    campus.call(case)
    campus.later(minutes=8, seconds=1)
    assert campus.step(case, "ambulance").state == "open"
    assert campus.step(case, "arrive").state == "open"


# ---------- the end ----------


@pytest.mark.clause("T44")
def test_a_person_who_is_safe_lets_a_stand_the_case_down_with_a_reason(campus: Campus) -> None:
    case = campus.alarm()
    campus.later(seconds=25)
    campus.call(case, safe="safe")
    asked = {"case_id": case.pk, "by": campus["wu"], "at": campus.at}
    with pytest.raises(refusals.NoDetail):
        ending.stand_down(**asked, reason="本人电话确认平安", note=" ")
    case = ending.stand_down(**asked, reason="本人电话确认平安", note="在家，妻子在身边")
    assert (case.state, case.outcome, case.closed_at) == ("stood_down", "by_phone", campus.at)
    assert campus.run(case).because == "本人电话确认平安"
    assert Notice.objects.filter(person=campus["he"], title__contains=case.number).count() >= 2
    with pytest.raises(refusals.CaseOver):
        campus.call(case)


@pytest.mark.clause("R109")
def test_lost_control_is_said_once_with_a_reason_and_counted(campus: Campus) -> None:
    case = campus.soothed()
    said = {"case_id": case.pk, "harm": "本人失联，没有找到", "note": "当晚离家未归"}
    by_psy = {"by": campus["psy"], "at": campus.at}
    with pytest.raises(refusals.NoDetail):
        ending.lose_control(**said | by_psy | {"note": " "})
    with pytest.raises(refusals.OwnCase):
        ending.lose_control(**said, by=campus["lin"], at=campus.at)
    drill = campus.alarm(drill=True)
    with pytest.raises(refusals.OnlyDrill):
        ending.lose_control(**said | by_psy | {"case_id": drill.pk})
    ending.lose_control(**said | by_psy)
    ending.lose_control(**said | by_psy | {"note": "次日在亲戚家找到"})
    assert campus.fresh(case).lost_control
    assert desk.counts(2025).uncontrolled == 1
    (told,) = Notice.objects.filter(person=campus["zhao"], about=f"crisis.control/{case.pk}")
    assert not any(word in told.title + told.text for word in ("林", "R2025", "离家"))
    assert Entry.objects.filter(what="crisis.control_lost").count() == 1
    read = {"case": campus.fresh(case), "fields": [Field.HARM], "purpose": "复核", "at": campus.at}
    assert "亲戚" in sealing.open_fields(**read, roles=[Role.CENTRE], by=campus["psy"])["失控经过"]
    with pytest.raises(refusals.NotForYou):
        sealing.open_fields(**read, roles=[Role.AUDITOR], by=campus["sun"])
    assert desk.counts(2025).cases is None, "one case is never told as a number"


def test_a_drill_runs_the_same_way_about_nobody_and_leaves_no_after_care(campus: Campus) -> None:
    from smartunion.domains.crisis import jobs

    run = jobs.begin_drill(campus["lin"].unit, campus["boss"], campus.at)
    case = RedCase.objects.get(run_id=run.pk)
    assert (case.is_drill, run.is_drill, case.number) == (True, True, "Y2025-001")
    campus.soothed(case)
    case = campus.fresh(case)
    assert (case.state, case.debrief_case) == ("closed", None)
    assert all(n.title.startswith("【演练】") for n in Notice.objects.all())
    assert Run.objects.get().state == "closed"


# ---------- what everybody may follow ----------


def test_one_timeline_says_who_did_and_read_what_when(campus: Campus) -> None:
    case = campus.referred()
    sealing.open_fields(
        case=case, roles=[Role.CENTRE], fields=[Field.CALL], purpose="回访准备",
        by=campus["psy"], at=campus.at,
    )  # fmt: skip
    lines = timeline(case)
    assert lines == sorted(lines, key=lambda line: line.at)
    assert {line.kind for line in lines} >= {"时钟", "经过", "查阅"}
    read = [line for line in lines if line.kind == "查阅" and line.by == "苏晴"]
    assert ["回访准备" in line.more for line in read] == [True]
    whole = " ".join(f"{line.what} {line.more}" for line in lines)
    assert not any(word in whole for word in ("林晓梅", "13800001234", "图书馆", "林母"))


def test_the_phone_shows_name_and_number_only_after_received(campus: Campus) -> None:
    """A chat program that opens the link for its preview must learn nothing."""
    from smartunion.domains.crisis import jobs
    from smartunion.kernel.response import actions as response

    case = campus.alarm()
    run, step = campus.run(case), campus.step(case, "call")
    before = jobs.card(run, step, campus["wu"])
    assert (before.number, before.heading) == ("", "先按“收到”，马上显示姓名和号码")
    response.receive(run_id=run.pk, by=campus["wu"], at=campus.at, via="link")
    shown = jobs.card(run, step, campus["wu"])
    assert ("林晓梅" in shown.heading, shown.number) == (True, "13800001234")
    assert jobs.card(run, campus.step(case, "arrive"), campus["he"]).number == ""
    assert calling.Call.objects.count() == 0


@pytest.mark.clause("R123", "R238")
@pytest.mark.clause("T51")
def test_the_car_and_who_comes_stand_on_the_map_for_those_who_may_know_where(
    campus: Campus,
) -> None:
    """By their own consent, until the case is settled; elsewhere it would say where she is."""
    case = campus.alarm()
    here = {"run_id": case.run_id, "latitude": 22.5331, "longitude": 113.9362}
    tracking.agree(by=campus["driver"], at=campus.at)
    with pytest.raises(NotLocated):
        tracking.share(**here, by=campus["driver"], at=campus.at)
    campus.later(seconds=18)
    campus.call(case, "no_answer", safe="", place="", note="")
    campus.locate(case)
    campus.come(case)
    campus.decide(case, "refer")
    with pytest.raises(PositionConsentMissing):
        tracking.share(**here, by=campus["he"], at=campus.at)
    tracking.agree(by=campus["he"], at=campus.at)
    for who in ("driver", "he"):
        tracking.share(**here, by=campus[who], at=campus.at)
    with pytest.raises(NotLocated):
        tracking.share(**here, by=campus["sun"], at=campus.at)

    def seen(who: str) -> dict[str, str]:
        return {
            one.role: one.label for one in response.look_at_positions(by=campus[who], at=campus.at)
        }

    assert seen("guard") == {"vehicle": "值班车1", "medic": "医护1"}
    assert seen("vice") == seen("lin") == seen("driver") == {}, "the wall elsewhere shows nothing"
    said = " ".join(str(one.facts) + str(one.because) for one in Entry.objects.all())
    assert "22.53" not in said
    campus.refer(case)
    referring.deliver(case_id=case.pk, by=campus["he"], at=campus.at)
    assert seen("guard") == {}
    with pytest.raises(RunOver):
        tracking.share(**here, by=campus["driver"], at=campus.at)
