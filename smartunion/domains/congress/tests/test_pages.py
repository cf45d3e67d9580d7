"""The pages answer, say no in words, and show nobody what is not theirs."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.congress.models import Ballot, Congress, Election, Meeting, Slip
from smartunion.domains.congress.rules import boxes, group
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Office, Person

from .conftest import Hall
from .test_votes import TWO, closed, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november(monkeypatch: pytest.MonkeyPatch, hall: Hall) -> None:
    from datetime import datetime

    from smartunion.kernel.base.days import CAMPUS

    seconds = (hall.at - datetime.now(CAMPUS)).total_seconds()
    monkeypatch.setenv(clock.VARIABLE, str(seconds))


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_keeper_calls_a_meeting_and_prepares_a_vote(hall: Hall) -> None:
    keeper = client_of(hall.keeper)
    page = reverse("congress:roll", args=[hall.congress.pk])
    said = {"do": "call", "title": "四届四次", "place": "厅", "starts": "2025-12-01T14:00",
            "agenda": "甲\n乙"}  # fmt: skip
    assert keeper.post(page, said).status_code == 302
    made = Meeting.objects.get(title="四届四次")
    assert made.agenda.count() == 2
    there = reverse("congress:meeting", args=[made.pk])
    asked = {"do": "prepare", "kind": "election", "title": "补选", "seats": "10",
             "opens": "ballots", "persons": [one.pk for one in hall.people[:11]]}  # fmt: skip
    assert keeper.post(there, asked).status_code == 302
    it = Election.objects.get(title="补选")
    refused = keeper.post(
        reverse("congress:vote", args=[it.pk]),
        {"do": "freeze", "scrutineers": [one.pk for one in hall.people[-3:]]},
    )
    assert refused.status_code == 409
    assert "要 12 名候选人" in refused.content.decode()
    assert "四届四次" in keeper.get(page).content.decode()
    minutes = {"do": "close", "minutes": "会议按议程进行。"}
    assert keeper.post(there, minutes).status_code == 302
    assert "会议按议程进行" in keeper.get(there).content.decode()


def test_a_term_is_convened_once(hall: Hall) -> None:
    keeper, page = client_of(hall.keeper), reverse("congress:congresses")
    said = {"unit": hall.congress.unit_id, "session": "5", "since": "2030-01-01",
            "until": "2035-01-01"}  # fmt: skip
    assert keeper.post(page, said).status_code == 302
    assert "这一届已经登记" in keeper.post(page, said).content.decode()
    assert Congress.objects.count() == 2


def test_a_phone_casts_without_a_name_and_is_told_why_not(hall: Hall) -> None:
    laptops, slips = opened(hall)
    it = laptops.election
    phone, page = Client(), reverse("congress:cast", args=[it.context])
    shown = phone.get(page)
    assert shown.status_code == 200
    assert "sessionid" not in shown.cookies
    made = boxes.cast(it.context, bytes.fromhex(it.key), slips[0], TWO[0])
    told = phone.post(page, json.dumps(made.told()), content_type="application/json")
    assert told.json() == {"code": made.code}
    again = boxes.cast(it.context, bytes.fromhex(it.key), slips[0], 0)
    refused = phone.post(page, json.dumps(again.told()), content_type="application/json")
    assert refused.status_code == 409
    assert made.code[:12] in refused.json()["text"]
    assert phone.post(page, "[]", content_type="application/json").status_code in (400, 422)
    # the public pages say nothing of what came so far
    told_page = Client().get(reverse("congress:result", args=[it.pk])).content.decode()
    assert made.code[:12] not in told_page
    bundle = Client().get(reverse("congress:bundle", args=[it.pk])).json()
    assert bundle["ballots"] == []
    closed(hall, laptops)
    for name in ("result", "screen"):
        there = Client().get(reverse(f"congress:{name}", args=[it.pk])).content.decode()
        assert made.code[:12] in there, name


def test_the_slips_are_printed_once(hall: Hall) -> None:
    hall.come(10)
    laptops = hall.laptops(hall.vote())
    laptops.make_the_key()
    keeper, page = client_of(hall.keeper), reverse("congress:vote", args=[laptops.election.pk])
    paper = keeper.post(page, {"do": "print"})
    assert paper.content.startswith(b"%PDF")
    assert laptops.election.slips.count() == 17, "fifteen entitled and a tenth, rounded up"
    assert keeper.post(page, {"do": "print"}).status_code == 409


def test_the_sheet_is_a_pdf_once_the_result_is_announced(hall: Hall) -> None:
    hall.come(10)
    laptops = hall.laptops(hall.vote())
    page = reverse("congress:sheet", args=[laptops.election.pk])
    assert Client().get(page).status_code == 404
    laptops.hold(TWO, keeper=hall.keeper)
    assert Client().get(page).content.startswith(b"%PDF")
    result = Client().get(reverse("congress:result", args=[laptops.election.pk]))
    assert "不能防收据" in result.content.decode()
    assert "没有经过校外机构审计" in result.content.decode()
    script = Client().get(reverse("congress:script"))
    assert b"def verify" in script.content


def test_a_delegate_signs_in_and_a_scrutineer_finds_their_own_page_only(hall: Hall) -> None:
    first, last = client_of(hall.people[0]), client_of(hall.people[-1])
    sitting = reverse("congress:sitting", args=[hall.meeting.pk])
    assert first.post(sitting).status_code == 302
    assert "已签到" in first.get(sitting).content.decode()
    laptops = hall.laptops(hall.vote())
    page = reverse("congress:scrutiny", args=[laptops.election.pk])
    assert first.get(page).status_code == 404
    assert last.get(page).status_code == 200
    state = last.get(reverse("congress:scrutiny_state", args=[laptops.election.pk])).json()
    assert (state["state"], state["me"] in (1, 2, 3)) == ("frozen", True)
    refused = last.post(page, '{"do": "commit", "said": {}}', content_type="application/json")
    assert refused.status_code == 403
    assert "近亲属" in refused.json()["text"]
    assert "我监票" in last.get(reverse("congress:home")).content.decode()


def test_another_units_keeper_finds_nothing(hall: Hall) -> None:
    from tests.cast import person, unit

    stranger = person("stranger", "别院主席", unit("B03", "文学院工会分会"))
    office = Office.objects.create(
        code="test_stranger", title="主席", scope="unit", grants=["congress.keep"]
    )
    from smartunion.kernel.people.models import Appointment

    Appointment.objects.create(
        office=office, unit=stranger.unit, person=stranger, since=hall.congress.since
    )
    client = client_of(stranger)
    for name, pk in (("roll", hall.congress.pk), ("meeting", hall.meeting.pk)):
        assert client.get(reverse(f"congress:{name}", args=[pk])).status_code == 404
    assert (
        hall.congress.unit.name not in client.get(reverse("congress:congresses")).content.decode()
    )


def test_a_paper_slip_is_entered_by_a_scrutineer(hall: Hall) -> None:
    laptops, slips = opened(hall)
    it = laptops.election
    made = boxes.cast(it.context, bytes.fromhex(it.key), slips[3], TWO[0])
    page = reverse("congress:paper", args=[it.pk])
    body = json.dumps(made.told())
    last = client_of(hall.people[-1])
    assert last.post(page, body, content_type="application/json").json() == {"code": made.code}
    assert it.ballots.get().on_paper
    first = client_of(hall.people[0])
    assert first.post(page, body, content_type="application/json").status_code == 404


def test_two_hundred_ballots_fit_the_laptops_request_and_no_more(hall: Hall) -> None:
    """What a shuffle of 200 weighs is read and judged; what is larger still is not taken at all."""
    key = group.base(5)
    few = json.dumps({"do": "shuffle", "said": boxes.shuffle("x", key, 1, [(key, key)] * 3)})
    assert len(few) < boxes.most_bytes(3)
    laptops, _ = opened(hall)
    it = laptops.election
    slips = [group.base(n) for n in range(1, 201)]
    pair = dict.fromkeys("ab", key.hex())
    Slip.objects.bulk_create(Slip(public=one.hex(), election=it) for one in slips)
    Ballot.objects.bulk_create(
        Ballot(code=f"{n:064x}", election=it, slip_id=one.hex(), told=pair)
        for n, one in enumerate(slips)
    )
    Election.objects.filter(pk=it.pk).update(state="closed", left_over=7)
    last, page = client_of(hall.people[-1]), reverse("congress:scrutiny", args=[it.pk])
    rows = {"shadow": "ab" * 64 * 200, "order": list(range(200)), "blinds": "7" * 64 * 200}
    said = json.dumps({"do": "shuffle", "said": {"out": "ab" * 64 * 200, "rounds": [rows] * 128}})
    assert len(said) > 2 * 2_500_000, "the framework's own limit is two and a half million"
    told = last.post(page, said, content_type="application/json")
    assert (told.status_code, told.json()["text"][:9]) == (422, "洗牌的证明不成立：")
    told = last.post(page, said + " " * 1_000_000, content_type="application/json")
    assert (told.status_code, told.json()["text"][:8]) == (413, "送来的比一次洗牌")
