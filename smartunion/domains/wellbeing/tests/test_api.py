"""Results from an outside assessment system: signed, row by row, once, counted here."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from smartunion.domains.wellbeing.models import Alert, Response
from smartunion.kernel.base import clock
from smartunion.kernel.notices.gateways import signature

from .conftest import BLUE, CALM, RED, YELLOW, House

PATH = "/wellbeing/results/"


@pytest.fixture
def house(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    return house


def row(key: str, username: str, answers: list[int], at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "username": username, "answers": answers, "answered_at": at.isoformat(),
        "consented_at": (at - timedelta(minutes=20)).isoformat(), "seconds": 600, **more,
    }  # fmt: skip


def push(
    settings: Any, house: House, body: Any, *, secret: str = "", key: str = "", late: int = 0
) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(house.at.timestamp()) - late)
    mac = signature(secret or settings.ASSESSMENT_SECRET, "POST", PATH, stamp, body=raw)
    return Client().post(
        PATH, raw, content_type="application/json", headers={
            "X-Key-Id": key or settings.ASSESSMENT_KEY_ID, "X-Timestamp": stamp,
            "X-Signature": mac,
        },
    )  # fmt: skip


@pytest.mark.clause("R113")
def test_results_are_taken_row_by_row_and_counted_here(house: House, settings: Any) -> None:
    at = house.at - timedelta(minutes=5)
    rows = [
        row("A1", "lin", BLUE, at), row("A2", "wu", CALM, at), row("A3", "nobody", CALM, at),
        row("A4", "tan", CALM[:89], at), row("A5", "S2301", YELLOW, at), "x",
        row("A6", "shi", CALM, at, band="none"), row("A7", "he", RED, at),
    ]  # fmt: skip
    answer = push(settings, house, {"scale": "1-5", "rows": rows})
    assert answer.status_code == 200
    told = [(one["key"], one["state"]) for one in answer.json()["rows"]]
    assert told == [
        ("A1", "taken"), ("A2", "taken"), ("A3", "refused"), ("A4", "refused"), ("A5", "taken"),
        ("", "refused"), ("A6", "refused"), ("A7", "taken"),
    ]  # fmt: skip
    because = [one["refused"]["code"] for one in answer.json()["rows"] if "refused" in one]
    assert because == [
        "wellbeing.person_unknown", "wellbeing.answers_missing", "wellbeing.row_wrong",
        "wellbeing.row_wrong",
    ]  # fmt: skip
    assert sorted(Alert.objects.values_list("band", flat=True)) == ["blue", "red", "yellow"]
    assert set(Alert.objects.values_list("source", flat=True)) == {"import"}
    assert Response.objects.get(key="A5").population == "student"
    assert not any(word in answer.content.decode() for word in ("blue", "yellow", 'red"', 'band":'))


@pytest.mark.clause("R113")
def test_the_same_again_is_known_and_other_content_is_refused(house: House, settings: Any) -> None:
    at = house.at - timedelta(minutes=5)
    body = {"scale": "1-5", "rows": [row("A1", "lin", BLUE, at)]}
    for state in ("taken", "known", "known"):
        assert push(settings, house, body).json()["rows"][0]["state"] == state
    other = {"scale": "1-5", "rows": [row("A1", "lin", CALM, at)]}
    told = push(settings, house, other).json()["rows"][0]
    assert told["refused"]["code"] == "wellbeing.conflicting"
    assert (Alert.objects.count(), Response.objects.count()) == (1, 1)


@pytest.mark.clause("T40")
def test_nought_to_four_without_a_conversion_is_refused_whole(house: House, settings: Any) -> None:
    at = house.at - timedelta(minutes=5)
    noughts = [one - 1 for one in BLUE]
    rows = [row("A1", "lin", noughts, at)]
    for said, code in (
        ({}, "wellbeing.scale_undeclared"), ({"scale": "0-4"}, "wellbeing.conversion_missing"),
    ):  # fmt: skip
        answer = push(settings, house, {**said, "rows": rows})
        assert (answer.status_code, answer.json()["refused"]["code"]) == (422, code)
    answer = push(settings, house, {"scale": "1-5", "rows": rows})
    assert answer.json()["rows"][0]["refused"]["code"] == "wellbeing.answer_outside"
    answer = push(settings, house, {"scale": "0-4", "conversion": "plus_one", "rows": rows})
    assert answer.json()["rows"][0]["state"] == "taken"
    assert Alert.objects.get().band == "blue"


def test_what_is_not_signed_by_us_both_is_not_even_read(house: House, settings: Any) -> None:
    body = {"scale": "1-5", "rows": []}
    assert push(settings, house, body).status_code == 200
    assert push(settings, house, body, secret="another").status_code == 401
    assert push(settings, house, body, key="OTHER").status_code == 401
    assert push(settings, house, body, late=301).status_code == 401
    assert Client().post(PATH, b"{}", content_type="application/json").status_code == 401
    settings.ASSESSMENT_SECRET = ""
    assert push(settings, house, body, secret="x").status_code == 401


def test_what_is_no_message_is_refused(house: House, settings: Any) -> None:
    for wrong in (b"", b"[]", b"\xff", b'{"rows": 3}'):
        assert push(settings, house, wrong).status_code == 400
    many = {"scale": "1-5", "rows": [{}] * 201}
    assert push(settings, house, many).status_code == 400


@pytest.mark.clause("R113")
@pytest.mark.django_db(transaction=True)
def test_the_simulated_system_pushes_over_http_and_nothing_is_lost_or_doubled(
    organization: Any, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the vendor's form, signed by the vendor's own code, over a socket, to the talk."""
    from datetime import UTC

    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from smartunion.sandbox.assessment import Assessments

    from .conftest import MARCH_3, furnish

    house = furnish(organization)
    offset = MARCH_3 - datetime.now(UTC)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + offset)
    secret = settings.ASSESSMENT_SECRET.encode()
    vendor = Assessments(live_server.url, settings.ASSESSMENT_KEY_ID, secret, offset)
    client = TestClient(Starlette(routes=vendor.routes()))
    for username, preset, form in (
        ("lin", "body", "1-5"), ("wu", "calm", "0-4"), ("tan", "mood", "raw"),
        ("he", "body", "short"), ("tan", "mood", "0-4"),
    ):  # fmt: skip
        client.post("/assessment/push", data={"username": username, "preset": preset, "form": form})
    told = [json.loads(said) for _, _, said in vendor.sent]
    states = [one["rows"][0]["state"] if "rows" in one else one["refused"]["code"] for one in told]
    assert states == [
        "taken", "taken", "wellbeing.conversion_missing", "refused", "taken",
    ]  # fmt: skip
    assert sorted(Alert.objects.values_list("band", flat=True)) == ["blue", "yellow"]
    assert house.task("talk")[1].lead is not None
    assert "taken" in client.get("/assessment/").text
