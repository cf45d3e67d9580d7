"""The pages: what the person reads, what an officer may not, and the centre's desk."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.wellbeing.actions import campaigns, importing, policy
from smartunion.domains.wellbeing.models import Alert, Campaign, Response, SignedPolicy, Task
from smartunion.domains.wellbeing.reads import figures
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import accesses_to
from tests.cast import appoint

from .conftest import BLUE, CALM, RED, YELLOW, House

COLOURS = re.compile("蓝|黄色|红色|预警|因子|分数|异常")


@pytest.fixture
def house(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    return house


def browser(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def get(who: Person, name: str, **objects: Any) -> Any:
    return browser(who).get(reverse(f"wellbeing:{name}", kwargs=objects))


def send(who: Person, name: str, data: dict[str, Any], **objects: Any) -> Any:
    return browser(who).post(reverse(f"wellbeing:{name}", kwargs=objects), data)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def main(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", text(answer).partition("<main")[2].partition("</main>")[0])


def walk(house: House, who: Person, told: list[int]) -> Response:
    """Answer nine pages in the browser, one after the other."""
    house.at += timedelta(minutes=1)
    invited = house.invitation(who).pk
    answer = send(who, "invitation", {"agreed": "on"}, invitation_id=invited)
    made = Response.objects.get(invitation=invited)
    assert answer.url == reverse("wellbeing:answering", args=[made.pk])
    for page in range(1, 10):
        items = range(page * 10 - 9, page * 10 + 1)
        data: dict[str, Any] = {f"i{item}": told[item - 1] for item in items}
        data |= {"page": page, "do": "hand_in" if page == 9 else "next"}
        answer = send(who, "answering", data, response_id=made.pk)
    assert answer.url == reverse("wellbeing:done", args=[made.pk])
    made.refresh_from_db()
    return made


def test_everybody_reads_the_same_words_and_the_help_lines_at_once(house: House) -> None:
    house.open()
    pages = []
    for name, told in (("lin", CALM), ("wu", BLUE), ("tan", RED)):
        who = house.people[name]
        made = walk(house, who, told)
        page = get(who, "done", response_id=made.pk)
        assert "tel:12356" in text(page)
        assert "tel:0755-26001234" in text(page)
        assert not COLOURS.search(main(page)), main(page)
        assert not COLOURS.search(main(get(who, "home")))
        pages.append(re.sub(r"\d+:\d+", "", main(page)).replace(who.name, ""))
    assert len(set(pages)) == 1, "calm, blue and red read the very same"
    assert Alert.objects.count() == 2


def test_a_page_left_half_done_is_shown_again_with_what_was_answered(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.begin(lin)
    answer = send(
        lin, "answering", {"page": 1, "do": "next", "i1": 3, "i2": 1}, response_id=made.pk
    )
    assert answer.url.endswith("?page=1&missing=1")
    page = browser(lin).get(answer.url)
    assert "还有没答的题" in text(page)
    assert re.search(r'name="i1" value="3" checked', text(page))
    again = get(lin, "answering", response_id=made.pk)
    assert "第 1 页，共 9 页" in text(again), "another browser goes on where it was left"
    short = send(lin, "answering", {"page": 9, "do": "hand_in", "i90": 1}, response_id=made.pk)
    assert "missing=1" in short.url
    bad = send(lin, "answering", {"page": 1, "do": "next", "i3": 6}, response_id=made.pk)
    assert bad.status_code == 422
    assert "第 3 题的答案 6" in text(bad)


def test_the_stand_in_says_that_it_is_none_of_the_scale_s_words(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.begin(lin)
    assert "演示用占位文字，不是量表原文" in text(get(lin, "answering", response_id=made.pk))


def test_nobody_agrees_by_not_reading_and_no_thank_you_is_an_answer(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    invited = house.invitation(lin).pk
    page = send(lin, "invitation", {"avoid": []}, invitation_id=invited)
    assert "要先勾选同意" in text(page)
    assert not Response.objects.exists()
    assert send(lin, "invitation", {"do": "decline"}, invitation_id=invited).status_code == 302
    assert "这次不参加" in text(get(lin, "home"))
    assert get(house.people["wu"], "invitation", invitation_id=invited).status_code == 404


def test_what_was_handed_in_can_be_taken_back(house: House) -> None:
    lin = house.people["lin"]
    house.open()
    made = house.answer(lin, CALM)
    assert send(lin, "withdrawing", {}, response_id=made.pk).status_code == 302
    assert "已撤回" in text(get(lin, "home"))
    assert get(lin, "done", response_id=made.pk).status_code == 404


@pytest.mark.clause("R102")
def test_the_officer_talks_on_the_phone_and_sees_a_name_only_when_asking(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    _, run = house.task("talk")
    officer = run.lead
    page = get(officer, "talk", run_id=run.pk)
    assert "林晓梅" not in text(page)
    opened = send(officer, "talk", {"do": "open"}, run_id=run.pk)
    assert "林晓梅" in text(opened)
    assert not re.search("蓝|黄色|因子|分数|预警|测评结果", main(opened))
    wrong = send(officer, "talk", {"do": "finish", "summary": "聊了"}, run_id=run.pk)
    assert "聊了" in text(wrong)
    data = {"do": "finish", "met_at": house.at.strftime("%Y-%m-%dT%H:%M"), "way": "当面",
            "summary": "聊了近况", "outcome": "close"}  # fmt: skip
    late = send(officer, "talk", {**data, "met_at": "2025-03-02T08:00"}, run_id=run.pk)
    assert late.status_code == 422
    assert "不在任务产生之后" in text(late)
    assert send(officer, "talk", data, run_id=run.pk).status_code == 302
    assert Task.objects.get().outcome == "close"
    assert "已办" in text(get(officer, "talks"))
    assert "看记录" in text(get(officer, "talks"))
    shut = get(officer, "records", run_id=run.pk)
    assert "聊了近况" not in text(shut)
    asked = {"task": str(Task.objects.get().pk), "purpose": ""}
    assert "聊了近况" not in text(send(officer, "records", asked, run_id=run.pk))
    told = send(officer, "records", asked | {"purpose": "准备回访"}, run_id=run.pk)
    assert "聊了近况" in text(told)
    assert "no-store" in told["Cache-Control"]
    (line, *_) = accesses_to(house.people["lin"])
    assert (line.by, "准备回访" in line.purpose) == (officer, True)
    other = run.backup if run.backup != officer else run.lead
    assert "还没有能看的记录" in text(get(other, "records", run_id=run.pk)), "who did not write it"
    assert send(other, "records", asked | {"purpose": "看看"}, run_id=run.pk).status_code == 403
    assert get(house.people["mo"], "talk", run_id=run.pk).status_code == 403
    assert get(house.people["chen"], "talk", run_id=run.pk).status_code == 404


def test_the_inbox_names_the_number_and_nothing_else(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    _, run = house.task("talk")
    inbox = main(browser(run.lead).get("/inbox/"))
    assert "关心谈心 GX-2025-0001" in inbox
    assert "林晓梅" not in inbox
    case = browser(house.people["zhao"]).get(f"/cases/{run.case_id}/")
    assert case.status_code in (403, 404), "not even who sees all cases sees this one"


@pytest.mark.clause("R104")
def test_the_centre_s_desk_from_the_list_to_the_sealed_record(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], YELLOW)
    _, run = house.task("assessment")
    who = run.lead
    listed = text(get(who, "tasks"))
    assert "GX-2025-0001" in listed
    assert "林晓梅" not in listed
    closed = get(who, "task", run_id=run.pk)
    assert "林晓梅" not in text(closed)
    assert "3.1" not in main(closed)
    opened = send(who, "task", {"do": "open", "purpose": "面谈前了解"}, run_id=run.pk)
    assert "40 / 13" in text(opened)
    assert "3.1" in main(opened)
    assert "作答不足" not in text(opened)
    data = {"do": "finish", "met_at": house.at.strftime("%Y-%m-%dT%H:%M"), "way": "当面",
            "summary": "评估", "outcome": "hospital"}  # fmt: skip
    assert send(who, "task", data, run_id=run.pk).status_code == 302
    assert "已办结" in text(get(who, "task", run_id=run.pk))


@pytest.mark.clause("T41")
def test_the_review_s_page_says_what_waits_and_asks_for_a_reason(house: House) -> None:
    head = house.people["head"]
    digest = figures.digest_of(figures.proposal_of(figures.terms_on(house.at.date())))
    policy.sign(sha256=digest, by=head, at=house.at)
    house.open()
    house.answer(house.people["lin"], [1] * 14 + [5] + [1] * 75)
    _, run = house.task("review")
    appoint(run.lead, "wellbeing.assess")
    assert "红色前复核" in text(get(run.lead, "tasks"))
    page = get(run.lead, "task", run_id=run.pk)
    assert "系统按红色处置" in text(page)
    assert "林晓梅" not in text(page)
    data = {"do": "finish", "met_at": house.at.strftime("%Y-%m-%dT%H:%M"), "way": "电话",
            "summary": "", "outcome": "blue"}  # fmt: skip
    assert "请填写理由" in text(send(run.lead, "task", data, run_id=run.pk))
    answer = send(run.lead, "task", {**data, "summary": "误点，本人说明"}, run_id=run.pk)
    assert answer.status_code == 302
    assert Alert.objects.get().band == "blue"
    assert Task.objects.get(kind="talk").done_at is None


def test_the_head_plans_reads_the_gate_opens_and_signs(bare: House, monkeypatch: Any) -> None:
    house, head = bare, bare.people["head"]
    monkeypatch.setattr(clock, "now", lambda: house.at)
    unit = house.people["lin"].unit
    day = house.at.date().isoformat()
    data = {"title": "春季自评", "opens_on": day, "closes_on": day, "populations": ["staff"],
            "units": [unit.pk], "cap": ""}  # fmt: skip
    wrong = send(head, "campaigns", {**data, "closes_on": "2025-01-01", "populations": []})
    assert "末日不能早于首日" in text(wrong)
    assert "至少选一类对象" in text(wrong)
    assert f'value="{unit.pk}" class="form-check-input" id="id_units_0" checked' in text(wrong)
    assert send(head, "campaigns", data).status_code == 302
    it = Campaign.objects.get()
    page = get(head, "campaign", campaign_id=it.pk)
    assert "不具备" in text(page)
    assert "Front. Psychiatry 2021" in text(page)
    no = send(head, "campaign", {"do": "open"}, campaign_id=it.pk)
    assert no.status_code == 409
    assert "值守排满" in text(no)
    floor = text(get(head, "floor"))
    assert "未签发，没有生效" in floor
    digest = re.search(r'name="sha256" value="(\w+)"', floor)
    assert digest is not None
    assert send(head, "floor", {"do": "sign", "sha256": digest[1]}).status_code == 302
    assert SignedPolicy.objects.get().signed_by == head
    assert "已生效" in text(get(head, "floor"))


@pytest.mark.clause("R113")
def test_the_head_sees_how_much_came_from_outside_and_never_whose(house: House) -> None:
    head = house.people["head"]
    assert "还没有外部系统送来的作答" in text(get(head, "imports"))
    at = (house.at - timedelta(hours=1)).isoformat()
    rows = [
        {"key": f"E{n}", "username": who, "answers": CALM, "answered_at": at, "consented_at": at}
        for n, who in enumerate(("lin", "S2301"))
    ]
    for _ in range(2):
        importing.take(source="外部测评", rows=rows, shift=0, at=house.at)
    page = main(get(head, "imports"))
    assert re.search(r"外部测评\s+1\s+1\s+0", page)
    assert "林晓梅" not in page
    assert get(house.people["lin"], "imports").status_code == 403


@pytest.mark.clause("T51")
def test_the_chair_sees_counts_of_closed_campaigns_and_none_below_ten(house: House) -> None:
    house.open()
    house.answer(house.people["lin"], BLUE)
    zhao = house.people["zhao"]
    assert "还没有结束的自评活动" in text(get(zhao, "counts"))
    campaigns.close(campaign_id=house.campaign.pk, by=house.people["head"], at=house.at)
    page = text(get(zhao, "counts"))
    assert page.count("不足 10</span>") == 4
    assert "不显示" in page
