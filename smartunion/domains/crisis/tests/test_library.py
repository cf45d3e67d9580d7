"""The case library (§4.F): what a card may say, who lets it out, when, and how it is taken back."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.crisis.actions import library as actions
from smartunion.domains.crisis.models import Card, RedCase
from smartunion.domains.crisis.reads import library
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.library import scan, school_year, span_of
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person, Unit

from .conftest import Campus, appoint

CLEAN = {
    "worked": "接通以后先陪着说话，等医生到了再离开",
    "lesson": "首呼没人接时，不要反复拨打，立刻转给下一位去找人",
}


@pytest.fixture
def centre(campus: Campus) -> Campus:
    """A second psychologist and the health committee's chair, who read what the first wrote."""
    for username, name, office, unit in (
        ("psy2", "白露", "psychologist", "D05"), ("hua", "华敏", "health_committee_chair", "C2"),
    ):  # fmt: skip
        who = Person.objects.create(
            username=username, name=name, unit=campus["lin"].unit, kind="staff"
        )
        campus.people[username] = who
        appoint(office, who, Unit.objects.get(code=unit))
    return campus


def closed(campus: Campus, count: int) -> list[int]:
    """Return so many closed cases, soothed and debriefed, each of somebody else."""
    made = []
    for number in range(count):
        who = Person.objects.create(
            username=f"p{number}", name=f"某{number}", unit=campus["lin"].unit, kind="staff"
        )
        at = campus.at
        made.append(
            RedCase.objects.create(
                number=f"R2025-{200 + number}", subject_mark=f"{who.pk:064}", source="screening",
                state="closed", outcome="soothed", opened_at=at,
                settled_at=at + timedelta(minutes=12), closed_at=at + timedelta(hours=60),
                unit=who.unit,
            ).pk
        )  # fmt: skip
    return made


def drafted(campus: Campus, count: int, **words: str) -> Card:
    return actions.draft_card(
        cases=closed(campus, count), trigger="工作压力", **{**CLEAN, **words},
        by=campus["psy"], at=campus.at,
    )  # fmt: skip


def reviewed(campus: Campus, card: Card) -> Card:
    for who in ("psy2", "hua"):
        actions.review_card(card_id=card.pk, by=campus[who], at=campus.at)
    return card


@pytest.mark.clause("T51")
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("林晓梅接了电话", "姓名"), ("外国语学院的老师", "单位"), ("打 13800001234", "电话号码"),
        ("440301199001011234", "证件号"), ("R2025-003 那一次", "工号或编号"),
        ("3月5日上午", "日期"), ("10:41 接通", "钟点"), ("在二教等", "地点"),
        ("3号楼 301室", "地点"), ("粤B·12345 的车", "车牌"),
    ],
)  # fmt: skip
def test_the_scan_finds_what_leads_to_somebody(text: str, what: str) -> None:
    found = scan(text, names=["林晓梅", "莫思齐"], units=["外国语学院工会分会"])
    assert what in {one.what for one in found}
    assert scan(CLEAN["worked"] + CLEAN["lesson"], names=["林晓梅"], units=["机关"]) == []


def test_dates_become_school_years_and_minutes_spans() -> None:
    assert school_year(date(2025, 3, 5)) == "2024—2025学年"
    assert school_year(date(2025, 9, 1)) == "2025—2026学年"
    assert [span_of(m).value for m in (10, 10.1, 30, 31)] == [
        "10分钟内", "10—20分钟", "20—30分钟", "30分钟以上",
    ]  # fmt: skip


@pytest.mark.clause("R129")
@pytest.mark.clause("T51")
def test_five_of_a_kind_two_readers_and_the_centre_make_a_card(centre: Campus) -> None:
    card = drafted(centre, 5)
    asked = {"card_id": card.pk, "at": centre.at}
    with pytest.raises(refusals.OwnCard):
        actions.review_card(**asked, by=centre["psy"])
    actions.review_card(**asked, by=centre["hua"])
    with pytest.raises(refusals.ReviewsMissing, match="现有 1 位"):
        actions.release_card(**asked, by=centre["psy2"])
    actions.review_card(**asked, by=centre["psy2"])
    with pytest.raises(refusals.OwnCard):
        actions.release_card(**asked, by=centre["psy"])
    actions.release_card(**asked, by=centre["psy2"])
    assert library.thin_rows(5) == []
    shown = library.released().get()
    assert (shown.school_year, shown.span) == ("2024—2025学年", "10—20分钟")


@pytest.mark.clause("T51")
def test_a_handful_waits_a_year_and_then_loses_its_year_and_channel(centre: Campus) -> None:
    card = reviewed(centre, drafted(centre, 2))
    with pytest.raises(refusals.CardEmbargoed, match="只有 2 件"):
        actions.release_card(card_id=card.pk, by=centre["psy2"], at=centre.at)
    RedCase.objects.filter(cards__card=card).exists()
    later = centre.at.replace(month=12, day=31)
    with pytest.raises(refusals.CardEmbargoed):
        actions.release_card(card_id=card.pk, by=centre["psy2"], at=later)
    offered = library.offered(card)
    assert offered.newest_on is not None
    from smartunion.domains.crisis.rules.library import may_release, ripe

    a_year_on = offered.newest_on.replace(year=2026)
    asked = {"cases": 5, "months": 12, "on": a_year_on}
    assert ripe(offered, **asked)
    assert may_release(offered, by=centre["psy2"].pk, **asked) is None


@pytest.mark.clause("T51")
def test_words_with_a_trace_are_neither_reviewed_nor_let_out(centre: Campus) -> None:
    card = drafted(centre, 5, worked="林晓梅的同事陪在旁边")
    with pytest.raises(refusals.TracesLeft, match="林晓梅"):
        actions.review_card(card_id=card.pk, by=centre["hua"], at=centre.at)
    actions.rewrite_card(card_id=card.pk, **CLEAN, by=centre["psy"], at=centre.at)
    reviewed(centre, card)
    actions.rewrite_card(
        card_id=card.pk, worked=CLEAN["worked"], lesson="另写", by=centre["psy"], at=centre.at
    )
    with pytest.raises(refusals.ReviewsMissing, match="现有 0 位"):
        actions.release_card(card_id=card.pk, by=centre["psy2"], at=centre.at)


def test_a_card_is_one_pattern_of_real_closed_cases(centre: Campus) -> None:
    cases = closed(centre, 2)
    asked = {"trigger": "未明", **CLEAN, "by": centre["psy"], "at": centre.at}
    running = centre.alarm()
    drill = centre.alarm(drill=True)
    for wrong, why in ((running.pk, "未结案"), (drill.pk, "演练")):
        with pytest.raises(refusals.CardMixed, match=why):
            actions.draft_card(cases=[*cases, wrong], **asked)
    actions.draft_card(cases=cases, **asked)
    with pytest.raises(refusals.CardMixed, match="已入卡"):
        actions.draft_card(cases=cases, **asked)


def test_an_objection_takes_a_card_down_at_once(centre: Campus) -> None:
    card = reviewed(centre, drafted(centre, 5))
    actions.release_card(card_id=card.pk, by=centre["psy2"], at=centre.at)
    actions.withdraw_card(card_id=card.pk, by=centre["psy"], at=centre.at, because="家属提出异议")
    assert not library.released().exists()


def test_the_library_is_read_by_those_in_training_and_written_by_the_centre(
    centre: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: centre.at)
    cases = closed(centre, 5)

    def client(who: str) -> Client:
        made = Client()
        made.force_login(centre[who])
        return made

    psy = client("psy")
    psy.post(reverse("crisis:drafting"), {"cases": cases, "trigger": "工作压力", **CLEAN})
    page = reverse("crisis:card", kwargs={"card_id": Card.objects.get().pk})
    for who in ("psy2", "hua"):
        client(who).post(page, {"do": "review"})
    assert client("hua").post(page, {"do": "release"}).status_code == 404
    client("psy2").post(page, {"do": "release"})
    told = client("chair").get(reverse("crisis:library")).content.decode()
    assert CLEAN["lesson"] in told
    assert not any(f"R2025-{200 + n}" in told for n in range(5))
    assert client("mo").get(reverse("crisis:library")).status_code == 403
