"""The pages: whose they are, what they show to whom, and that each act goes through its form."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.crisis.models import Call, LocationRequest, RedCase
from smartunion.domains.crisis.reads import cases
from smartunion.kernel.base import clock
from smartunion.kernel.private.reads import accesses

from .conftest import Campus

SECRETS = ("林晓梅", "13800001234", "二教 301", "图书馆东侧长廊", "林母", "现场安抚后本人愿意就诊")


@pytest.fixture
def at_noon(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Campus:
    """Pages live at the campus's own moment."""
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    return campus


def client(campus: Campus, who: str) -> Client:
    made = Client()
    made.force_login(campus[who])
    return made


def at(name: str, case: RedCase, **more: Any) -> str:
    return reverse(f"crisis:{name}", kwargs={"case_id": case.pk, **more})


def test_only_those_on_the_case_find_it_and_no_page_shows_a_secret_unasked(
    at_noon: Campus,
) -> None:
    campus = at_noon
    case = campus.alarm()
    assert client(campus, "zhao").get(at("case", case)).status_code == 404
    case = campus.referred(case)
    for who in ("mo", "root", "lin"):
        assert client(campus, who).get(at("case", case)).status_code == 404, who
    for who in ("wu", "zhoufu", "he", "guard", "driver", "psy", "sun", "tang", "liaison", "chair"):
        answer = client(campus, who).get(at("case", case))
        assert answer.status_code == 200, who
        text = answer.content.decode()
        assert case.number in text
        assert not any(secret in text for secret in SECRETS), who
    line = client(campus, "sun").get(at("line", case)).content.decode()
    assert "放行定位" in line
    assert not any(secret in line for secret in SECRETS)
    assert client(campus, "wu").get(at("line", case)).status_code == 404
    assert client(campus, "zhao").get(reverse("crisis:counts")).status_code == 200


def test_opening_asks_for_a_purpose_leaves_a_line_and_gives_no_more_than_the_part(
    at_noon: Campus,
) -> None:
    campus = at_noon
    case = campus.alarm()
    campus.call(case)
    before = len(accesses(cases.about(case)))
    wu = client(campus, "wu")
    asked = {"field": ["姓名", "电话"], "purpose": "打电话"}
    assert "请填写用途" in wu.post(at("reading", case), {**asked, "purpose": ""}).content.decode()
    shown = wu.post(at("reading", case), asked).content.decode()
    assert "林晓梅" in shown
    assert "13800001234" in shown
    assert len(accesses(cases.about(case))) == before + 1
    more = wu.post(at("reading", case), {"field": ["现场评估"], "purpose": "看看"})
    assert more.status_code == 403
    he = client(campus, "he").post(at("reading", case), {"field": ["电话"], "purpose": "看看"})
    assert he.status_code == 403


def test_a_b_and_security_do_their_acts_by_their_forms(at_noon: Campus) -> None:
    campus = at_noon
    case = campus.alarm()
    wu, b, guard = (client(campus, who) for who in ("wu", "zhoufu", "guard"))
    assert wu.get(at("step", case, act="location")).status_code == 404
    wu.post(at("step", case, act="call"), {"outcome": "no_answer"})
    assert Call.objects.get().outcome == "no_answer"
    form = b.get(at("step", case, act="location")).content.decode()
    assert "个人信息保护法第13条第1款第4项" in form
    no = b.post(at("step", case, act="location"), {"basis": "emergency", "because": "没人接"})
    assert no.status_code == 422
    assert "方式" in no.content.decode()
    b.post(
        at("step", case, act="location"),
        {"basis": "emergency", "because": "没人接", "by_camera": "on"},
    )
    assert b.get(at("step", case, act="release")).status_code == 404
    assert "林晓梅" not in guard.get(at("step", case, act="release")).content.decode()
    guard.post(at("step", case, act="release"))
    guard.post(at("step", case, act="place"), {"place": "北门", "seen": "10:45"})
    assert LocationRequest.objects.get().state == "found"


def test_the_doctor_decides_refers_and_prints(at_noon: Campus) -> None:
    campus = at_noon
    case = campus.alarm()
    he = client(campus, "he")
    he.post(at("step", case, act="arrival"))
    he.post(
        at("step", case, act="decision"), {"decision": "refer", "risk": "高", "findings": "激动"}
    )
    given = {"guardian": "none", "risk": "高", "story": "愿意就诊", "family_untold": "正在联系"}
    no = he.post(at("step", case, act="referral"), given)
    assert no.status_code == 422
    assert "没有选定法定依据" in no.content.decode()
    he.post(at("step", case, act="referral"), {**given, "ground": "voluntary", "own_consent": "on"})
    paper = he.post(at("paper", case), {"purpose": "随车"})
    assert paper["Content-Type"] == "application/pdf"
    assert "no-store" in paper["Cache-Control"]
    assert client(campus, "wu").post(at("paper", case), {"purpose": "看看"}).status_code == 404


def test_after_care_is_done_on_its_own_page_by_whoever_s_it_is(at_noon: Campus) -> None:
    campus = at_noon
    case = campus.referred()
    run = campus.sheet(case, "escort")
    page = reverse("crisis:aftercare", kwargs={"run_id": run.pk})
    assert client(campus, "mo").get(page).status_code == 404
    tang = client(campus, "tang")
    assert "带上转介单编号" in tang.get(page).content.decode()
    tang.post(page, {"met_at": "2025-03-05T12:00", "asks": "5000"})
    run = campus.sheet(case, "escort")
    page = reverse("crisis:aftercare", kwargs={"run_id": run.pk})
    shown = client(campus, "clerk").get(page).content.decode()
    assert "5,000" in shown
    client(campus, "clerk").post(page, {"receipt": "HD1"})
    assert campus.sheet(case, "escort").step == "settle"


@pytest.mark.clause("R130")
@pytest.mark.clause("R132")
def test_the_troubleshooting_of_the_plan_is_told_in_words(at_noon: Campus) -> None:
    told = client(at_noon, "wu").get(reverse("crisis:helping")).content.decode()
    for words in ("Chrome 108", "人工修正号码", "120", "绿波", "10 分钟内进校"):
        assert words in told
