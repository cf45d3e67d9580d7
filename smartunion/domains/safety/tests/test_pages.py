"""The pages of safety: what one sees and may do there."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.safety.models import RiskItem
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person

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
