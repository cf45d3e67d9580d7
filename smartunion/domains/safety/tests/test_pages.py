"""The pages of safety: what one sees and may do there."""

import io
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from smartunion.domains.safety.models import Event, Incident, RiskItem
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import accesses_to
from tests.bank import SandboxProcess
from tests.cast import appoint

from .conftest import House, photo


@pytest.fixture
def house(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    return house


def client(who: Person) -> Client:
    browser = Client()
    browser.force_login(who)
    return browser


def page(who: Person, name: str, **objects: Any) -> Any:
    return client(who).get(reverse(f"safety:{name}", kwargs=objects))


def send(who: Person, name: str, data: dict[str, Any], **objects: Any) -> Any:
    return client(who).post(reverse(f"safety:{name}", kwargs=objects), data)


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.clause("R230", "R231")
def test_three_phones_sign_one_list(house: House) -> None:
    survey = house.plan().survey
    run = house.run(survey, "list")
    first, *others = survey.items.order_by("pk")
    answer = send(house.security, "survey", {"do": "risk", "item": first.pk}, run_id=run.pk)
    assert "写看到什么" in text(answer)
    told = {"do": "risk", "item": first.pk, "found": "跑道有坑"}
    answer = send(house.security, "survey", told, run_id=run.pk)
    assert answer.status_code == 422
    assert "有风险要附照片" in text(answer)
    send(house.security, "survey", {**told, "photos": photo()}, run_id=run.pk)
    for item in others:
        send(house.hospital, "survey", {"do": "clear", "item": item.pk}, run_id=run.pk)
    send(house.organiser, "survey", {"do": "hand_in"}, run_id=run.pk)
    for party in ("hospital", "security", "union"):
        step = house.run(survey, party)
        assert "签字</button>" in text(page(house.people[party], "survey", run_id=step.pk))
        assert "签字</button>" not in text(page(house.qian, "survey", run_id=step.pk))
        send(house.people[party], "survey", {"do": "sign"}, run_id=step.pk)
    survey.refresh_from_db()
    assert survey.signed_at == house.at
    done = {"do": "settle", "item": first.pk, "how": "已填平"}
    assert send(house.lin, "survey", done, run_id=run.pk).status_code == 403
    assert send(house.zhao, "survey", done, run_id=run.pk).status_code == 404
    send(house.union, "survey", {**done, "photos": photo()}, run_id=run.pk)
    assert RiskItem.objects.get(pk=first.pk).state == "settled"


def test_an_event_is_planned_and_opened_at_the_desk_when_nothing_is_missing(house: House) -> None:
    told = {
        "title": "春季五公里赛", "kind": "competition", "venue": house.venue.pk,
        "starts_at": "2025-05-17T08:00", "ends_at": "2025-05-17T11:00", "expected": "1000",
        "open_to_public": "on",
    }  # fmt: skip
    answer = send(house.organiser, "plan", told)
    assert "达到 1000 人须有公安机关安全许可" in text(answer)
    assert 'value="春季五公里赛"' in text(answer)
    assert send(house.organiser, "plan", {**told, "expected": "60"}).status_code == 302
    event = Event.objects.get(title="春季五公里赛")
    here = {"event_id": event.pk}
    shown = text(page(house.organiser, "card", **here))
    assert "三方签字还差：校医院、保卫处、工会" in shown
    assert "医护还差 2 人，安保还差 2 人，志愿者还差 2 人" in shown
    assert "放行，开始报名" not in shown
    assert send(house.hospital, "card", {"do": "open"}, **here).status_code == 404
    assert "三方签字还差" in text(send(house.organiser, "card", {"do": "open"}, **here))
    house.sign(event.survey)
    house.insure()
    house.equip(event)
    times = {"since": "2025-05-17T08:00", "until": "2025-05-17T11:00"}
    for n, role in enumerate(("medic", "guard", "volunteer") * 2):
        who = house.someone(f"duty{n}").username
        send(
            house.organiser, "card", {"do": "station", "number": who, "role": role, **times}, **here
        )
    no = {"do": "station", "number": "nobody", "role": "guard", **times}
    assert "没有工号 nobody" in text(send(house.organiser, "card", no, **here))
    assert "放行，开始报名" in text(page(house.organiser, "card", **here))
    send(house.organiser, "card", {"do": "open"}, **here)
    event.refresh_from_db()
    assert (event.state, event.opened_by) == ("open", house.organiser)
    for name in ("desk", "devices", "insurance"):
        assert page(house.organiser, name).status_code == 200


@pytest.mark.clause("R239", "R240")
def test_a_member_agrees_signs_up_and_stands_on_the_insurers_list(
    house: House, bank: SandboxProcess, settings: Any
) -> None:
    settings.HOSPITAL_FHIR_URL = f"{bank.url}/hospital/fhir/r5"
    event = house.open()
    here = {"event_id": event.pk}
    hospital = f"{bank.url}/hospital/"
    httpx.post(hospital, data={"number": "lin", "report_on": "2025-04-20", "mode": "ok"})
    httpx.post(hospital, data={"number": "mo", "report_on": "2025-02-16", "mode": "ok"})
    assert event.title in text(page(house.lin, "home"))
    shown = text(page(house.lin, "event", **here))
    assert "我单独同意核验" in shown
    assert "核验体检报告要先单独同意" in text(send(house.lin, "event", {"do": "join"}, **here))
    joined = {"do": "join", "agreed": "on"}
    assert send(house.lin, "event", joined, **here).status_code == 302
    assert "4月20日" in text(page(house.lin, "event", **here))
    answer = send(house.mo, "event", joined, **here)
    assert answer.status_code == 409
    assert "体检报告是 2025-02-16，到活动当天（2025-05-17）已超过 3 个月" in text(answer)
    httpx.post(hospital, data={"number": "mo", "mode": "error"})
    answer = send(house.mo, "event", {"do": "join"}, **here)
    assert answer.status_code == 503
    assert "没有应答" in text(answer)
    sheet = page(house.organiser, "insured_list", **here)
    book = load_workbook(io.BytesIO(sheet.content)).active
    found = [[cell.value for cell in row] for row in book.iter_rows()]
    [row] = [row for row in found if "lin" in row]
    assert "林晓梅" in row
    assert "PICC-2025-88" in row
    assert 300_000 in row
    assert page(house.lin, "insured_list", **here).status_code == 403


@pytest.mark.clause("R235", "R238")
def test_two_taps_report_an_incident_and_those_on_duty_answer_it(house: House) -> None:
    event = house.open()
    assert page(house.duty0, "report").status_code == 404
    house.at = event.starts_at
    assert "报告突发事件" in text(page(house.duty2, "home"))
    assert "报告突发事件" not in text(page(house.lin, "home"))
    assert page(house.lin, "report").status_code == 404
    assert "终点" in text(page(house.duty2, "report"))
    answer = send(house.duty2, "report", {"place": "终点"})
    it = Incident.objects.get()
    here = {"incident_id": it.pk}
    assert answer["Location"] == reverse("safety:incident", kwargs=here)
    assert page(house.lin, "incident", **here).status_code == 404
    assert "我在处置" in text(page(house.duty2, "incident", **here))
    assert "我在处置" not in text(page(house.union, "incident", **here))
    send(house.duty2, "incident", {"do": "onsite:there"}, **here)
    point = {"latitude": "22.5331", "longitude": "113.9362"}
    where, consent = (reverse(f"response:{p}", args=[it.run_id]) for p in ("position", "sharing"))
    medic = client(house.duty0)
    assert medic.post(where, point).status_code == 422
    assert "我单独同意" in text(page(house.duty0, "incident", **here))
    medic.post(consent, {"do": "agree"})
    assert where in text(page(house.duty0, "incident", **here))
    assert medic.post(where, point).status_code == 204
    send(house.duty0, "incident", {"do": "medics:arrived"}, **here)
    send(house.duty0, "incident", {"do": "hospital:delivered"}, **here)
    assert medic.post(where, point).status_code == 410
    shown = text(page(house.organiser, "incident", **here))
    assert "封存经过" in shown
    told = {
        "do": "account",
        "account": "王某抽筋摔倒，左膝擦伤，校医院处理后自行回家",
        "hurt": "nobody",
    }
    assert send(house.duty0, "incident", told, **here).status_code == 404
    assert "没有工号 nobody" in text(send(house.organiser, "incident", told, **here))
    send(house.organiser, "incident", {**told, "hurt": "lin"}, **here)
    assert send(house.organiser, "incident", told, **here).status_code == 404, "written once"
    assert "王某" not in text(page(house.organiser, "incident", **here))
    asked = {"do": "read", "purpose": "复盘终点的救护"}
    appoint(house.mo, "safety.own", "safety.view", "safety.exercise")
    for who in (house.duty0, house.qian):
        assert "看经过" not in text(page(who, "incident", **here))
        assert send(who, "incident", asked, **here).status_code == 404
    assert "写用途" in text(send(house.organiser, "incident", {"do": "read"}, **here))
    for who in (house.organiser, house.mo):
        answer = send(who, "incident", asked, **here)
        assert "王某抽筋摔倒" in text(answer)
        assert "no-store" in answer["Cache-Control"]
    mine = [(one.by, one.purpose) for one in accesses_to(house.lin)]
    assert sorted(by.username for by, _ in mine if by) == sorted(["mo", house.organiser.username])
    assert {said for _, said in mine} == {"处置与复盘：复盘终点的救护"}
    assert "三段都按时" in text(page(house.qian, "incidents"))
