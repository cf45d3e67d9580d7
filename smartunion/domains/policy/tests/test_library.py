"""Curators keep cases under their articles, and topics that no rule answers."""

import pytest

from smartunion.domains.policy.models import CaseNote, NoAnswer

from .conftest import House

ADDRESS = "/policy/library/"
CASE = {
    "do": "case", "title": "早产假期", "facts": "某教师早产。", "result": "按产假休满。",
    "source": "校工会", "cites": "女职工规定第七条\n《教职工请假办法》第三条",
}  # fmt: skip
TOPIC = {
    "do": "topic", "topic": "班车时刻", "words": "班车+几点|时刻\n校车时刻",
    "answer": "看后勤处当季通知。", "desk": "welfare_officer",
}  # fmt: skip


@pytest.mark.clause("R198")
def test_a_case_stands_under_its_article_the_moment_it_is_kept(house: House) -> None:
    """What it cites leads there, or says that the rule is not here; a name is taken once."""
    desk = house.client("tang")
    assert "已收录" in desk.post(ADDRESS, CASE, follow=True).content.decode()
    page = desk.get(ADDRESS).content.decode()
    assert f"#{house.piece('第七条').anchor}" in page
    assert "《教职工请假办法》第三条（制度库还没有）" in page
    asked = house.client("lin").post("/policy/", {"q": "女职工规定第七条"}, follow=True)
    assert "早产假期" in asked.content.decode()
    other = desk.post(ADDRESS, CASE | {"facts": "另一件。"})
    assert (other.status_code, CaseNote.objects.filter(title="早产假期").count()) == (409, 1)
    for wrong in ({"cites": "凭感觉"}, {"facts": ""}, {"source_url": "javascript:alert(1)"}):
        refused = desk.post(ADDRESS, CASE | {"title": "另一件"} | wrong)
        assert "invalid" in refused.content.decode()
    assert CaseNote.objects.filter(title="另一件").count() == 0
    assert house.client("lin").get(ADDRESS).status_code == 403


@pytest.mark.clause("3.6-2")
def test_a_topic_without_a_rule_is_said_so_from_the_next_question_on(house: House) -> None:
    desk, lin = house.client("tang"), house.client("lin")
    desk.post(ADDRESS, TOPIC)
    row = NoAnswer.objects.get(topic="班车时刻")
    assert row.words == ["班车+几点|时刻", "校车时刻"]
    said = lin.post("/policy/", {"q": "学校班车几点发车"}, follow=True).content.decode()
    assert "制度里没有写这件事" in said
    assert "看后勤处当季通知" in said
    assert "校车时刻" in desk.get(f"{ADDRESS}?topic={row.pk}").content.decode()
    desk.post(ADDRESS, TOPIC | {"answer": "看车站牌。"})
    assert NoAnswer.objects.get(pk=row.pk).answer == "看车站牌。"
    for wrong in ({"words": "车"}, {"words": "班车+"}, {"desk": "nobody"}, {"answer": ""}):
        assert "invalid" in desk.post(ADDRESS, TOPIC | {"topic": "别的"} | wrong).content.decode()
    assert not NoAnswer.objects.filter(topic="别的").exists()
    assert desk.get(f"{ADDRESS}?topic=99999999").status_code == 200
