"""The pages of aid: what one sees, what one does not, and that nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.aid.actions import gifts as gift_actions
from smartunion.domains.aid.actions.handling import put_to_vote
from smartunion.domains.aid.models import Application, Gift
from smartunion.domains.aid.rules import refusals
from smartunion.domains.aid.rules.amounts import GiftKind
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.ledger.reads import encumbered_fen, spent_fen
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import mandate_of
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.procedures.models import StepRun

from .conftest import ACCOUNT, ILLNESS, House, paper

GIFTS = "2025/3.1/condolence"


@pytest.fixture
def house(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    return house


def client(who: Person) -> Client:
    browser = Client()
    browser.force_login(who)
    return browser


def page(who: Person, name: str, **objects: Any) -> Any:
    return client(who).get(reverse(f"aid:{name}", kwargs=objects))


def send(who: Person, name: str, data: dict[str, Any], **objects: Any) -> Any:
    return client(who).post(reverse(f"aid:{name}", kwargs=objects), data)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_what_was_typed_stands_in_the_form_beside_the_refusal(house: House) -> None:
    lin = house.people["lin"]
    made = house.draft(lin, papers=0)
    answer = send(
        lin, "edit",
        {"do": "hand_in", "category": "重大疾病", "cause": ILLNESS, "asked": "20,000",
         "story": "很长的一段话"},
        application_id=made.pk,
    )  # fmt: skip
    assert answer.status_code == 422
    assert "至少一份证明材料" in text(answer)
    assert "很长的一段话" in text(answer)
    assert ACCOUNT.replace(" ", "") not in text(answer), "the account shows its tail alone"
    assert "6620" in text(answer)


def test_the_register_and_the_card_name_no_illness_and_no_account(house: House) -> None:
    it = house.hand_in(house.people["lin"])
    for name, objects in (("desk", {}), ("card", {"application_id": it.pk})):
        shown = text(page(house.people["chen"], name, **objects))
        assert it.number in shown
        assert ILLNESS not in shown
        assert "62170000" not in shown


def test_a_sealed_part_opens_by_a_purpose_and_for_the_step_alone(house: House) -> None:
    it = house.hand_in(house.people["lin"])
    chen, tang = house.people["chen"], house.people["tang"]
    objects = {"application_id": it.pk, "part": "circumstances"}
    asked = page(chen, "sealed", **objects)
    assert ILLNESS not in text(asked), "asking is not reading"
    assert send(chen, "sealed", {"purpose": "看"}, **objects).status_code == 422
    opened = send(chen, "sealed", {"purpose": "受理核对材料"}, **objects)
    assert ILLNESS in text(opened)
    assert "no-store" in opened["Cache-Control"]
    refused = send(tang, "sealed", {"purpose": "想看一看"}, **objects)
    assert refused.status_code == 403
    assert ILLNESS not in text(refused)
    readers = [a.by for a in accesses(f"aid.application:{it.pk}")]
    assert [by for by in readers if by != it.beneficiary] == [chen]


@pytest.mark.clause("T31")
def test_acceptance_lists_both_ways_day_by_day_and_proposes_the_extraordinary_vote(
    house: House,
) -> None:
    house.at = house.at.replace(month=9, day=25)
    it = house.hand_in(house.people["lin"])
    shown = text(page(house.people["chen"], "step", run_id=house.run(it).pk))
    assert "9月28日 周日" in shown, "by then it must be posted"
    assert "临时线上票决（建议）" in shown
    assert "法定节假日" in shown


def test_somebody_who_does_not_do_the_step_sees_who_does_and_no_form(house: House) -> None:
    it = house.hand_in(house.people["lin"])
    shown = text(page(house.people["tang"], "step", run_id=house.run(it).pk))
    assert "现在由" in shown
    assert "陈志远" in shown
    assert "材料齐全，受理" not in shown
    answer = send(house.people["tang"], "step", {"vote": "online"}, run_id=house.run(it).pk)
    assert answer.status_code == 403


def test_a_late_payment_is_told_in_the_register(house: House) -> None:
    it = house.to(house.hand_in(house.people["lin"]), "pay")
    house.until(it.promised_at + timedelta(hours=9))
    shown = text(page(house.people["wang"], "desk"))
    assert "1 件已过期限" in shown
    house.pay(it)
    shown = client(house.people["wang"]).get(reverse("aid:desk") + "?seg=paid")
    assert "逾期放款" in text(shown)


def test_a_consent_page_shows_what_was_filled_in_to_its_person_alone(house: House) -> None:
    lin, chen = house.people["lin"], house.people["chen"]
    made = house.draft(lin, by=chen)
    send(
        chen, "edit",
        {"do": "hand_in", "category": "重大疾病", "cause": ILLNESS, "asked": "20000",
         "happened_on": "2025-02-10", "story": "x"},
        application_id=made.pk,
    )  # fmt: skip
    assert ILLNESS in text(page(lin, "consent", application_id=made.pk))
    assert page(chen, "consent", application_id=made.pk).status_code == 302
    send(lin, "consent", {"do": "consent"}, application_id=made.pk)
    assert Application.objects.get(pk=made.pk).state == "open"


def test_a_refused_applicant_reads_why_and_who_filed_for_them_does_not(house: House) -> None:
    lin, chen = house.people["lin"], house.people["chen"]
    made = house.draft(lin, by=chen)
    from smartunion.domains.aid.actions import drafting, handling

    drafting.hand_in(application_id=made.pk, by=chen, at=house.at)
    drafting.consent(application_id=made.pk, by=lin, at=house.at)
    made.refresh_from_db()
    house.vote(house.to(made, "vote"), yes=0)
    run = house.run(made, "reject")
    handling.reject(run_id=run.pk, by=run.lead, at=house.at, because="自付未达标准")
    house.later(minutes=1)
    assert "自付未达标准" in text(page(lin, "application", application_id=made.pk))
    assert "自付未达标准" not in text(page(chen, "application", application_id=made.pk))


# ---------- gifts ----------


def registered(house: House, kind: GiftKind = GiftKind.MARRIAGE, **given: Any) -> Gift:
    chen = house.people["chen"]
    return gift_actions.register(
        **{
            "receiver": house.people["lin"], "kind": kind, "by": chen, "at": house.at,
            "happened_on": campus_day(house.at) - timedelta(days=3),
            "mandate": mandate_of(chen, on=campus_day(house.at)), **given,
        }
    )  # fmt: skip


def step_of(gift: Gift, step: str) -> StepRun:
    return StepRun.objects.select_related("lead").get(case=gift.case, step=step, state="open")


def test_a_gift_goes_from_the_branch_to_the_person_and_its_money_through_the_ledger(
    house: House,
) -> None:
    gift = registered(house)
    run = step_of(gift, "check")
    send(run.lead, "gift_step", {"agreed": "yes"}, run_id=run.pk)
    house.later(minutes=1)
    assert encumbered_fen(GIFTS) == 1_000_00
    run = step_of(gift, "give")
    send(run.lead, "gift_step", {"signed": paper("签收.pdf")}, run_id=run.pk)
    run = step_of(gift, "settle")
    send(run.lead, "gift_step", {"receipt": "BX1", "voucher": paper("票.pdf")}, run_id=run.pk)
    gift.refresh_from_db()
    assert gift.state == "paid"
    assert (encumbered_fen(GIFTS), spent_fen(GIFTS)) == (0, 1_000_00)


def test_a_gift_is_given_once_near_its_day_and_by_the_own_branch(house: House) -> None:
    registered(house)
    with pytest.raises(refusals.GiftTwice):
        registered(house)
    with pytest.raises(refusals.GiftInFuture):
        registered(house, happened_on=campus_day(house.at) + timedelta(days=1))
    with pytest.raises(refusals.GiftTooLate, match="90 天"):
        registered(house, happened_on=campus_day(house.at) - timedelta(days=91))
    with pytest.raises(refusals.NotYourColleague):
        registered(house, receiver=house.people["mo"])
    with pytest.raises(refusals.NotYourColleague):
        registered(house, receiver=house.people["chen"])


def test_a_gift_that_is_refused_names_its_reason_and_may_be_registered_again(house: House) -> None:
    gift = registered(house)
    run = step_of(gift, "check")
    answer = send(run.lead, "gift_step", {"agreed": "no", "opinion": ""}, run_id=run.pk)
    assert "不符合的，写明理由" in text(answer)
    send(run.lead, "gift_step", {"agreed": "no", "opinion": "日期不对"}, run_id=run.pk)
    gift.refresh_from_db()
    assert gift.state == "refused"
    registered(house)


def test_the_gifts_register_tells_no_illness_from_a_death(house: House) -> None:
    registered(house, GiftKind.ILLNESS)
    registered(house, GiftKind.BEREAVEMENT)
    shown = text(page(house.people["tang"], "gifts"))
    table = shown[shown.index("<tbody>") :]
    assert table.count("慰问（事由不公开）") == 2
    assert "住院" not in table
    assert "去世" not in table


@pytest.mark.clause("T31")
@pytest.mark.parametrize("online", [True, False])
def test_the_vote_that_waits_for_no_meeting_is_called_as_an_extraordinary_one(
    house: House, online: bool
) -> None:
    """Chosen at acceptance where the calendar is short: the seven are called at once, urgently."""
    it = house.to(house.hand_in(house.people["lin"]), "accept")
    house.accept(it, online=online)
    it = house.to(it, "vote" if online else "agenda")
    if not online:
        run = house.run(it, "agenda")
        put_to_vote(run_id=run.pk, by=run.lead, at=house.at)
    run = house.run(it, "vote")
    assert run.poll.extraordinary is online
    called = Notice.objects.filter(about__startswith=f"poll/{run.poll.pk}/")
    assert called.count() == run.poll.voters.filter(state="waiting").count() > 0
    pressing = set(called.values_list("priority", flat=True))
    assert pressing == {Priority.URGENT if online else Priority.NORMAL}
    shown = text(client(house.people["zhao"]).get(f"/cases/{it.case_id}/"))
    assert ("不等例会，在线投票" in shown) is online
