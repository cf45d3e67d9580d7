"""5.3: surveyed 48 hours before by three, 1:50, one AED, three kits; else it does not open."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.db import DatabaseError, transaction
from django.test import Client

from smartunion.domains.safety.actions import devices, events, surveys
from smartunion.domains.safety.models import Event, OnDuty, Override, RiskItem
from smartunion.domains.safety.procedure import HOURS, SURVEY
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.reads.surveys import signatures
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import EventKind, Party, Role
from smartunion.kernel.base import clock
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.glass import Proof
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.refusals import NotYours, OwnMatter

from .conftest import RACE, House, at_once, photo, told


@pytest.mark.clause("R230")
def test_the_survey_is_due_48_hours_before_and_three_sign_it(house: House) -> None:
    event = house.plan()
    assert terms_on(RACE.date()).survey_hours == HOURS
    assert event.survey.due_at == RACE - timedelta(hours=48)
    assert house.run(event.survey, "list").due_at == RACE - timedelta(hours=48)
    house.hand_in(event.survey)
    assert {house.run(event.survey, p.value).due_at for p in Party} == {event.survey.due_at}
    with pytest.raises(refusals.SurveyUnsigned, match="校医院、保卫处、工会"):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    house.sign(event.survey, Party.HOSPITAL, Party.SECURITY)
    assert event.survey.signed_at is None
    with pytest.raises(refusals.SurveyUnsigned, match="还差：工会"):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    assert house.sign(event.survey, Party.UNION).signed_at == house.at
    assert [one.party for one in signatures(event.survey) if one.by] == list(Party)
    event.survey.case.refresh_from_db()
    assert event.survey.case.closed_at == house.at


@pytest.mark.clause("R230")
def test_no_survey_is_promised_that_cannot_be_in_time(house: House) -> None:
    house.at = RACE - timedelta(hours=48)
    with pytest.raises(refusals.TooShortNotice, match="48 小时"):
        house.plan()
    house.at -= timedelta(minutes=1)
    assert house.plan().number == "HD-2025-001"


@pytest.mark.clause("R230")
def test_a_late_signature_is_late_and_still_makes_the_place_safe(house: House) -> None:
    event = house.plan()
    house.at = RACE - timedelta(hours=47)
    house.sign(event.survey)
    assert all(one.late for one in signatures(event.survey))
    assert event.survey.signed_at > event.survey.due_at


@pytest.mark.clause("R231")
def test_the_list_is_looked_at_line_by_line_and_an_open_risk_keeps_the_gate_shut(
    house: House,
) -> None:
    event = house.plan()
    items = list(event.survey.items.order_by("pk"))
    assert [item.matter for item in items] == list(terms_on(RACE.date()).checklist)
    run = house.run(event.survey, "list")
    with pytest.raises(refusals.ChecksMissing, match=f"{len(items)} 项没看"):
        surveys.hand_in_list(run_id=run.pk, by=house.organiser, at=house.at)
    with pytest.raises(refusals.PhotoMissing, match="有风险要附照片"):
        surveys.look(item_id=items[0].pk, found="跑道有坑", by=house.security, at=house.at)
    surveys.look(
        item_id=items[0].pk, found="跑道有坑", photos=[photo()], by=house.security, at=house.at
    )
    house.sign(event.survey)
    house.staff(event)
    house.equip(event)
    house.insure()
    with pytest.raises(refusals.ItemsOpen, match="1 项未整改：场地与器材"):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    with pytest.raises(refusals.PhotoMissing, match="销项要附照片"):
        surveys.settle(item_id=items[0].pk, how="已填平", photos=[], by=house.union, at=house.at)
    surveys.settle(item_id=items[0].pk, how="已填平", photos=[photo()], by=house.union, at=house.at)
    opened = events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    assert (opened.state, opened.opened_by) == ("open", house.organiser)


@pytest.mark.clause("R230", "2.2")
def test_nobody_signs_for_another_twice_from_elsewhere_or_in_their_own_event(house: House) -> None:
    event = house.plan()
    house.hand_in(event.survey)
    run = house.run(event.survey, "hospital")
    with pytest.raises(NotYours):
        surveys.sign(run_id=run.pk, by=house.lin, at=house.at)
    with pytest.raises(refusals.SignOnSite):
        engine.pass_step(
            run_id=run.pk, outputs={"signature": Given(text="签")}, by=house.hospital, at=house.at
        )
    surveys.sign(run_id=run.pk, by=house.hospital, at=house.at)
    with pytest.raises(refusals.SignedForAnother, match="已代表校医院签过"):
        surveys.sign(run_id=house.run(event.survey, "union").pk, by=house.hospital, at=house.at)
    own = house.plan(by=house.security, starts_at=RACE + timedelta(days=9),
                     ends_at=RACE + timedelta(days=9, hours=1))  # fmt: skip
    house.hand_in(own.survey)
    with pytest.raises(OwnMatter):
        surveys.sign(run_id=house.run(own.survey, "security").pk, by=house.security, at=house.at)


@pytest.mark.clause("T53")
def test_one_survey_serves_the_morning_runs_of_a_venue_for_a_season(house: House) -> None:
    run = {"kind": EventKind.RUN, "title": "晨跑"}
    first = house.plan(**run)
    house.sign(first.survey)
    house.at = RACE + timedelta(days=1)
    soon = house.at + timedelta(hours=20)
    second = house.plan(**run, starts_at=soon, ends_at=soon + timedelta(hours=1))
    assert second.survey == first.survey
    assert second.survey.season == "2025春"
    autumn = RACE.replace(month=9)
    third = house.plan(**run, starts_at=autumn, ends_at=autumn + timedelta(hours=1))
    assert (third.survey.season, third.survey.signed_at) == ("2025秋", None)
    race = house.plan(starts_at=autumn, ends_at=autumn + timedelta(hours=1))
    assert race.survey != third.survey


@pytest.mark.clause("5.3")
def test_a_thousand_from_outside_need_a_permit_number(house: House) -> None:
    with pytest.raises(refusals.PermitMissing, match="1000 人"):
        house.plan(expected=1000, open_to_public=True)
    event = house.plan(expected=1000, open_to_public=True, permit_number="深公许〔2025〕17号")
    assert event.permit_needed
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(permit_number="")


@pytest.mark.clause("R232")
def test_1_to_50_by_named_persons_for_the_whole_time(house: House) -> None:
    event = house.plan(expected=51)
    house.sign(event.survey)
    house.equip(event)
    house.insure()
    house.staff(event, each=1)
    with pytest.raises(
        refusals.StaffMissing, match="医护还差 1 人，安保还差 1 人，志愿者还差 1 人"
    ):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    house.staff(event, each=2)
    late = house.someone("duty5")
    events.station(
        event_id=event.pk, person_id=late.pk, role=Role.VOLUNTEER, since=event.starts_at,
        until=event.ends_at - timedelta(minutes=1), by=house.organiser, at=house.at,
    )  # fmt: skip
    with pytest.raises(refusals.StaffMissing, match="志愿者还差 1 人"):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    events.station(
        event_id=event.pk, person_id=late.pk, role=Role.VOLUNTEER, since=event.starts_at,
        until=event.ends_at, by=house.organiser, at=house.at,
    )  # fmt: skip
    events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    one = OnDuty.objects.get(event=event, person=late)
    with pytest.raises(refusals.StaffMissing):
        events.relieve(duty_id=one.pk, by=house.organiser, at=house.at, because="有课")
    assert OnDuty.objects.filter(pk=one.pk).exists()
    other = house.plan(title="同时的活动")
    with pytest.raises(refusals.TwoPosts, match="HD-2025-001"):
        events.station(
            event_id=other.pk, person_id=late.pk, role=Role.GUARD, since=other.starts_at,
            until=other.ends_at, by=house.organiser, at=house.at,
        )  # fmt: skip


@pytest.mark.clause("R233", "R234")
def test_one_aed_and_three_kits_that_somebody_has_looked_at_today(house: House) -> None:
    event = house.plan()
    house.sign(event.survey)
    house.staff(event)
    house.insure()
    house.equip(event, aeds=0, kits=2)
    with pytest.raises(
        refusals.DevicesMissing, match="AED除颤仪 0，要 1，点检合格的急救包 2，要 3"
    ):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    house.equip(event)
    aed = event.devices.get(device__kind="aed").device
    devices.check_device(
        device_id=aed.pk, is_fit=False, note="电极片过期", by=house.guard, at=house.at
    )
    with pytest.raises(refusals.DevicesMissing, match="AED"):
        events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    devices.check_device(device_id=aed.pk, is_fit=True, by=house.guard, at=house.at)
    later = house.at + timedelta(hours=24, seconds=1)
    with pytest.raises(refusals.DevicesMissing):
        events.open_event(event_id=event.pk, by=house.organiser, at=later)
    events.open_event(event_id=event.pk, by=house.organiser, at=house.at)
    other = house.plan(title="同时的活动")
    with pytest.raises(refusals.DeviceTaken):
        events.bring(
            event_id=other.pk, device_id=aed.pk, spot="门口", by=house.organiser, at=house.at
        )


BECAUSE = "赛前台风过境，校医院签字人被调去支援，现场由医护组长负责"


def override(house: House, event: Event, by: Person, **given: Any) -> Event:
    proof = Proof("totp", house.at)
    asked = {"proof": proof, "by": by, "at": house.at, "because": BECAUSE, **given}
    return events.override(event_id=event.pk, **asked)


@pytest.mark.clause("R231")
def test_the_glass_is_broken_by_a_second_factor_with_a_reason_and_looked_at_afterwards(
    house: House,
) -> None:
    event = house.plan()
    house.hand_in(event.survey)
    with pytest.raises(refusals.StaffMissing):
        override(house, event, house.qian)
    house.staff(event)
    house.equip(event)
    house.insure()
    with pytest.raises(refusals.ReasonTooShort):
        override(house, event, house.qian, because="急")
    late = Proof("totp", house.at - timedelta(minutes=5, seconds=1))
    for proof in (None, late, Proof("totp", house.at + timedelta(seconds=1))):
        with pytest.raises(refusals.ProveYourself, match="前 5 分钟内"):
            override(house, event, house.qian, proof=proof)
    override(house, event, house.qian)
    row = Override.objects.get(event=event)
    assert "三方签字还差：校医院、保卫处、工会" in row.missing
    assert (row.factor, row.proven_at) == ("totp", house.at)
    assert Notice.objects.filter(person=house.sun, about=f"safety.override:{event.pk}").exists()
    house.at += timedelta(days=7)
    again = {"starts_at": RACE + timedelta(days=7), "ends_at": RACE + timedelta(days=7, hours=1)}
    other = house.plan(**again)
    with pytest.raises(refusals.OverrideUnreviewed, match="HD-2025-001 已满 7 天"):
        override(house, other, house.qian)
    events.review_override(event_id=event.pk, by=house.sun, at=house.at, because="看过")
    row.refresh_from_db()
    assert row.reviewed_by == house.sun
    with pytest.raises(refusals.StaffMissing):
        override(house, other, house.qian)


@pytest.mark.clause("R231", "2.2")
def test_nobody_overrides_or_reviews_their_own_matter(house: House) -> None:
    """Not who planned it, not who looked at the place or signed for it; the database knows too."""
    event = house.ready()
    again = {"starts_at": RACE + timedelta(days=9), "ends_at": RACE + timedelta(days=9, hours=1)}
    other = house.plan(**again)
    house.sign(other.survey, Party.HOSPITAL, Party.SECURITY)
    for own in (house.organiser, house.hospital, house.security):
        with pytest.raises(refusals.OwnEvent):
            override(house, other, own)
    with pytest.raises(refusals.NothingToOverride):
        override(house, event, house.qian)
    row = {
        "event": other, "at": house.at, "because": BECAUSE, "missing": "x", "factor": "totp",
        "proven_at": house.at,
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="its own organiser"), transaction.atomic():
        Override.objects.create(**row, by=house.organiser)
    with pytest.raises(DatabaseError, match="override_was_proven"), transaction.atomic():
        Override.objects.create(**{**row, "factor": ""}, by=house.qian)
    Override.objects.create(**row, by=house.qian)
    for own in (house.qian, house.organiser, house.hospital):
        with pytest.raises(refusals.OwnEvent):
            events.review_override(event_id=other.pk, by=own, at=house.at, because="看过")


@pytest.mark.clause("R231")
def test_the_page_asks_for_the_second_factor_before_it_lets_one_override(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    offset = house.at - datetime.now(house.at.tzinfo)
    monkeypatch.setenv(clock.VARIABLE, str(offset.total_seconds()))
    event = house.plan()
    house.staff(event)
    house.equip(event)
    house.insure()
    here = f"/safety/desk/events/{event.pk}/"
    qian, told = Client(), {"do": "override", "because": BECAUSE}
    qian.force_login(house.qian)
    refused = qian.post(here, told)
    assert refused.status_code == 403
    assert "去验证" in refused.content.decode()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(house.qian, secret)
    code = totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    asked = {"code": totp.format_hotp_value(code), "next": f"{here}#override"}
    again = qian.post("/accounts/2fa/reauthenticate/", asked)
    assert again["Location"] == f"{here}#override"
    assert "写明理由，破例放行" in qian.get(here).content.decode()
    assert qian.post(here, told).status_code == 302
    event.refresh_from_db()
    assert (event.state, event.override.factor) == ("open", "totp")
    assert event.override.proven_at == pytest.approx(clock.now(), abs=timedelta(minutes=1))


@pytest.mark.clause("R231")
@pytest.mark.breaks
def test_the_database_opens_no_event_without_a_signed_survey(house: House) -> None:
    event = house.plan()
    opened = {"state": "open", "opened_at": house.at, "opened_by": house.organiser}
    with pytest.raises(DatabaseError, match="without a signed survey"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**opened)
    house.sign(event.survey)
    RiskItem.objects.filter(survey=event.survey).update(state="open", found="坑")
    with pytest.raises(DatabaseError, match="open risk"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**opened)


@pytest.mark.django_db(transaction=True)
def test_the_third_signature_and_the_opening_at_one_moment(house: House) -> None:
    """Either the opening comes after the signature and stands, or it is refused: never between."""
    for n in range(4):
        event = house.plan(
            starts_at=RACE + timedelta(days=n), ends_at=RACE + timedelta(days=n, hours=1)
        )
        house.sign(event.survey, Party.HOSPITAL, Party.SECURITY)
        house.staff(event)
        house.equip(event)
        house.insure()
        run = house.run(event.survey, "union")
        results = at_once(
            lambda run=run: surveys.sign(run_id=run.pk, by=house.union, at=house.at),
            lambda event=event: events.open_event(
                event_id=event.pk, by=house.organiser, at=house.at
            ),
        )
        event.refresh_from_db()
        event.survey.refresh_from_db()
        assert event.survey.signed_at is not None
        assert told(results) in ([], ["safety.survey_unsigned"])
        assert event.state == ("planned" if told(results) else "open")
    assert SURVEY.code == "safety.survey"
