"""Campaigns: the gate, the cap, whom one asks, what one agrees to, and what one may take back."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from smartunion.domains.wellbeing.actions import answering, campaigns, opening, policy
from smartunion.domains.wellbeing.models import Alert, Campaign, Response, SignedPolicy
from smartunion.domains.wellbeing.reads import answers, figures, gate
from smartunion.domains.wellbeing.rules import refusals, wording
from smartunion.domains.wellbeing.rules.records import RECORDS
from smartunion.domains.wellbeing.rules.scale import result_of
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import accesses, consents_of, versions
from smartunion.kernel.response import drills
from smartunion.kernel.response.models import Drill

from .conftest import BLUE, CALM, House, drilled, fill_roster


def kept(response: Response) -> set[str]:
    """Return what is sealed of a response, by kind."""
    place = answers.about(response.pk)
    return {one.code for one in RECORDS if versions(place, one.code)}


def missing(house: House, **more: Any) -> str:
    with pytest.raises(refusals.GateShut) as no:
        campaigns.open_campaign(
            campaign_id=house.plan(**more).pk, by=house.people["head"], at=house.at
        )  # fmt: skip
    return str(no.value)


@pytest.mark.clause("R112")
def test_an_empty_roster_and_no_hotline_keep_a_campaign_shut(bare: House) -> None:
    told = missing(bare)
    assert "值守排满（今后 72 小时缺 14 班：" in told
    assert "校内热线（还没有登记真实号码）" in told
    assert bare.campaign.state == Campaign.State.PLANNED
    assert not Notice.objects.filter(about__startswith="wellbeing").exists()


def test_one_shift_missing_on_the_third_night_keeps_it_shut(house: House) -> None:
    shift = Shift.objects.order_by("pk")[0]
    shift.until = house.at + timedelta(hours=70)
    shift.save()
    assert "缺 1 班" in missing(house)
    shift.until = house.at + timedelta(hours=72)
    shift.save()
    house.open()
    assert house.campaign.invitations.exists()


def test_a_drill_older_than_the_plan_s_days_keeps_it_shut(house: House) -> None:
    """Seven days from its passing, to the moment; the refusal says how old it is and what to do."""
    passed_at = gate.last_drill(house.at)
    assert passed_at == house.at - timedelta(days=1) + timedelta(minutes=4)
    house.at = passed_at + timedelta(days=7, microseconds=1)
    with pytest.raises(refusals.GateShut) as no:
        house.open()
    assert "演练（最近一次通过是 3月2日，7 日前；7 日内有效）" in str(no.value)
    assert "到应急演练下达一次红色预警演练" in no.value.as_dict()["remedy"]
    house.at -= timedelta(microseconds=1)
    house.open()
    assert house.campaign.invitations.exists()


def test_a_drill_that_nobody_finished_or_the_patrol_s_own_is_no_drill(bare: House) -> None:
    fill_roster(bare.at)
    drill = drilled(bare.at - timedelta(days=2))
    Drill.objects.filter(pk=drill.pk).update(is_synthetic=True)
    assert "演练（还没有通过的演练，须在 7 日内通过一次）" in missing(bare)
    unfinished = drills.order(
        protocol="crisis.red", unit=None, planned_at=bare.at, by=None, at=bare.at, because="测试"
    )
    drills.begin(unfinished, at=bare.at)
    assert gate.last_drill(bare.at + timedelta(days=1)) is None


@pytest.mark.clause("R102")
def test_more_a_day_than_officers_can_talk_to_is_not_opened(house: House) -> None:
    """One branch: four officers and the chair, two talks each, at 47.2 %; two of the centre."""
    assert "每日上限 22 人，按人力至多 21 人" in missing(house, cap=22)
    assert house.plan(cap=None).cap == 21
    house.open(cap=21)
    house.campaign.refresh_from_db()
    assert house.campaign.forecast["most"] == 21
    assert "Front. Psychiatry" in house.campaign.forecast["source"]


def test_no_more_invitations_go_out_on_a_day_than_the_cap(house: House) -> None:
    campaign = house.open(cap=3)
    people = campaign.invitations.count()
    assert people > 6
    assert campaigns.release(campaign_id=campaign.pk, at=house.at) == 0
    house.later(days=1)
    assert campaign.invitations.exclude(sent_on=None).count() == 6
    told = Notice.objects.filter(about__startswith="wellbeing.invitation")
    assert told.count() == 6
    said = "".join(one.title + one.text for one in told)
    assert not any(word in said for word in ("心理", "健康", "测评"))


@pytest.mark.clause("T45")
def test_staff_and_students_are_asked_and_told_apart(house: House) -> None:
    house.open()
    kinds = dict(house.campaign.invitations.values_list("person__username", "population"))
    assert (kinds["lin"], kinds["S2301"]) == ("staff", "student")
    made = house.answer(house.people["student"], CALM)
    assert made.population == "student"


def test_nobody_begins_on_somebody_else_s_invitation_or_outside_the_window(house: House) -> None:
    lin, mo = house.people["lin"], house.people["wu"]
    house.open()
    with pytest.raises(refusals.NotInvited, match="没有找到"):
        answering.begin(invitation_id=house.invitation(lin).pk, by=mo, at=house.at)
    house.at += timedelta(days=14)
    with pytest.raises(refusals.WindowShut) as no:
        house.begin(lin)
    assert "12356" in no.value.as_dict()["remedy"], "help stands beside every no"
    assert "0755-26001234" in no.value.as_dict()["remedy"]


def test_the_day_is_full_for_who_begins_and_never_for_who_hands_in(house: House) -> None:
    house.open(cap=20)
    Campaign.objects.update(cap=1)
    first = house.fill(house.people["lin"], CALM)
    with pytest.raises(refusals.CapReached, match="每天最多 1 人"):
        house.begin(house.people["wu"])
    answering.submit(response_id=first.pk, by=house.people["lin"], at=house.at)
    house.at += timedelta(days=1)
    house.begin(house.people["wu"])


def test_a_draft_outlives_the_browser_and_is_destroyed_after_a_day(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.begin(lin)
    half = dict.fromkeys(range(1, 41), 2)
    answering.save(response_id=made.pk, given=half, by=lin, at=house.at)
    again = house.begin(lin)
    assert again.pk == made.pk
    assert answering.save(response_id=made.pk, given={}, by=lin, at=house.at) == half
    with pytest.raises(refusals.AnswersMissing, match="现有 40 题"):
        answering.submit(response_id=made.pk, by=lin, at=house.at)
    with pytest.raises(refusals.AnswerOutside, match="第 41 题的答案 6"):
        answering.save(response_id=made.pk, given={41: 6}, by=lin, at=house.at)
    house.later(hours=23)
    assert answering.save(response_id=made.pk, given={}, by=lin, at=house.at) == half
    house.later(hours=2)
    with pytest.raises(refusals.NothingBegun, match="满 24 小时"):
        answering.save(response_id=made.pk, given={}, by=lin, at=house.at)
    assert versions(answers.about(made.pk), "wellbeing.draft") == 0
    made.refresh_from_db()
    assert made.state == Response.State.LAPSED
    assert house.begin(lin).pk == made.pk, "one may begin anew while the window is open"


@pytest.mark.clause("T51")
def test_nobody_answers_without_agreeing_and_what_is_taken_back_is_destroyed(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.fill(lin, CALM)
    ((purpose, consent),) = consents_of(lin)
    assert (purpose, consent.wording) == ("参加心理健康自评", wording.CONSENT)
    answering.withdraw(response_id=made.pk, by=lin, at=house.at)
    with pytest.raises(refusals.NothingBegun):
        answering.submit(response_id=made.pk, by=lin, at=house.at)
    assert not consents_of(lin)
    assert not kept(made)


def test_a_consent_taken_back_elsewhere_stops_the_draft_as_well(house: House) -> None:
    from smartunion.kernel.private import actions as private

    lin = house.people["lin"]
    house.open()
    made = house.fill(lin, CALM)
    private.withdraw_consent(consent_id=consents_of(lin)[0][1].pk, by=lin, at=house.at)
    with pytest.raises(refusals.NoConsent, match="还没有您对这一版告知书的同意"):
        answering.submit(response_id=made.pk, by=lin, at=house.at)


def test_answers_are_sealed_and_counted_answers_are_the_same_bytes_again(house: House) -> None:
    house.open()
    made = house.answer(house.people["lin"], CALM)
    assert made.state == Response.State.SUBMITTED
    assert not Alert.objects.exists()
    assert kept(made) == {"wellbeing.answers", "wellbeing.result", "wellbeing.link"}
    given, told = opening.answers(response_id=made.pk, purpose="rescore", by=None, at=house.at)
    assert given["answers"] == "1" * 90
    assert result_of(told["text"]).text() == told["text"]
    assert told["flags"] == ["全部题目选了同一个答案"]


@pytest.mark.django_db(transaction=True)
def test_handing_in_twice_at_the_same_moment_is_handing_in_once(
    organization: dict[str, Person],
) -> None:
    from .conftest import MARCH_3, furnish

    house = furnish(organization)
    fill_roster(MARCH_3)
    drilled(MARCH_3 - timedelta(days=1))
    from smartunion.kernel.duty import actions as duty

    duty.set_hotline(number="0755-26001234", by=None, at=MARCH_3, because="测试")
    house.open()
    lin = house.people["lin"]
    made = house.fill(lin, BLUE)
    states: list[str] = []

    def hand_in() -> None:
        try:
            found = answering.submit(response_id=made.pk, by=lin, at=house.at)
            states.append(found.state)
        finally:
            connection.close()

    threads = [Thread(target=hand_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["submitted"] * 6
    assert Alert.objects.count() == 1
    assert versions(answers.about(made.pk), "wellbeing.result") == 1


@pytest.mark.clause("T41")
def test_the_floor_is_off_until_the_head_has_signed_what_she_read(house: House) -> None:
    head, lin, wu = house.people["head"], house.people["lin"], house.people["wu"]
    lone = [*CALM]
    lone[14] = 2
    house.open()
    house.answer(lin, lone)
    assert not Alert.objects.exists()
    digest = figures.digest_of(figures.proposal_of(figures.terms_on(campus_day(house.at))))
    with pytest.raises(refusals.HeadOnly, match="江静"):
        policy.sign(sha256=digest, by=house.people["psy1"], at=house.at)
    with pytest.raises(refusals.PolicyChanged):
        policy.sign(sha256="0" * 64, by=head, at=house.at)
    policy.sign(sha256=digest, by=head, at=house.at)
    with pytest.raises(refusals.SignedAlready, match="江静"):
        policy.sign(sha256=digest, by=head, at=house.at)
    house.answer(wu, lone)
    assert house.alert().band == "yellow"
    policy.revoke(by=head, at=house.at, because="复核")
    house.answer(house.people["tan"], lone)
    assert (Alert.objects.count(), SignedPolicy.objects.filter(in_force=True).count()) == (1, 0)


def test_the_person_s_own_readings_are_the_only_ones(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.answer(lin, CALM)
    assert {one.by for one in accesses(answers.about(made.pk))} == {lin}
