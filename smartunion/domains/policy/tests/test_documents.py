"""A rule comes in by two persons, holds from its day, and is found the moment it does."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client, TestCase
from django.urls import reverse

from smartunion.domains.planning import public as planning
from smartunion.domains.policy.actions import importing, teaching
from smartunion.domains.policy.models import Alias, Lineage, Piece, Version
from smartunion.domains.policy.reads import answers, documents, searching
from smartunion.domains.policy.reads.terms import desk_terms
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.domains.policy.rules.refusals import (
    InForceTogether,
    NothingToReplace,
    OwnProposal,
    OwnVersion,
    SameText,
)  # fmt: skip
from smartunion.kernel.files import reads as stored
from smartunion.kernel.people.models import Person
from tests.cast import appoint, person

from .conftest import AT, kept, published

DAY = date(2025, 9, 1)
LAWS = Path(__file__).parents[5] / "shared" / "laws"
OLD = (
    "第一条 单一来源采购由三名专家论证，在校园网公示五个工作日。\n第二条 验收由三人参加，签字存档。"
)
NEW = (
    "第一条 本办法适用于全校。\n"
    "第二条 单一来源采购由三名专家论证，在校园网公示五个工作日。\n"
    "第三条 验收由五人参加，签字存档。"
)


def labels(question: str, viewer: Person | None = None, day: date = DAY) -> list[str]:
    found = searching.search(question, day=day, viewer=viewer)
    return [f"{hit.title}{hit.version}{hit.label}" for hit in found.hits]


@pytest.mark.django_db
@pytest.mark.clause("R198")
def test_the_article_in_force_on_the_day_is_quoted_word_for_word() -> None:
    """The same question on two days finds two versions; the old text stays at its address."""
    old = published("采购办法", OLD)
    piece = old.pieces.get(label="第一条")
    alias = teaching.propose_alias(
        question="只有一家卖怎么买", piece_id=piece.pk, origin="curator", by=None, at=AT
    )
    Alias.objects.filter(pk=alias.pk).update(state="accepted")
    teaching.keep_case(title="独家", facts="f", result="r", source="s", cites=("采购办法第一条",),
                       by=None, at=AT)  # fmt: skip
    new = published("采购办法", NEW, since="2025-10-01", number="工〔2025〕9号")
    old.refresh_from_db()
    later = searching.search("单一来源采购", day=date(2025, 10, 1), viewer=None).hits[0]
    assert (later.number, later.called) == ("工〔2025〕9号", "《采购办法》第二条")
    assert old.effective_to == date(2025, 10, 1)
    assert labels("单一来源采购要公示吗")[0] == "采购办法1第一条"
    assert labels("单一来源采购要公示吗", day=date(2025, 10, 1))[0] == "采购办法2第二条"
    found = searching.search("单一来源采购", day=DAY, viewer=None).hits[0]
    assert found.text == OLD.splitlines()[0]
    assert (found.url, found.next_from) == ("/policy/采购办法/v/1/#article-1", date(2025, 10, 1))
    steps = {(s.old.label, s.new.label if s.new else "", s.kind) for s in Lineage.objects.all()}
    assert steps == {("第一条", "第二条", "renumbered"), ("第二条", "第三条", "changed")}
    carried = Alias.objects.get(piece__version=new)
    assert (carried.question, carried.piece.label) == ("只有一家卖怎么买", "第二条")
    both = [piece.pk, carried.piece_id]
    assert [[one.title for one in answers.cases_of([each])[each]] for each in both] == [
        ["独家"]
    ] * 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Piece.objects.filter(pk=piece.pk).update(text="改过")


@pytest.mark.django_db
@pytest.mark.skipif(not LAWS.is_dir(), reason="the public statutes are not beside the project")
@pytest.mark.clause("R198")
def test_a_statute_renumbered_is_quoted_as_of_the_day() -> None:
    """妇女权益保障法 of 2018 and of 2022: the same question, each with its own article."""
    title, told = "妇女权益保障法", {"level": "law"}
    for path, since in (
        (LAWS.parent / "laws_other_versions" / f"{title}(2018-10-26).md", "2018-10-26"),
        (LAWS / f"{title}.md", "2023-01-01"),
    ):
        published(title, path.read_text("utf-8"), since=since, name="法.md", **told)
    before, now = (labels("遇到性骚扰可以投诉吗", day=day)[:3] for day in (date(2022, 6, 1), DAY))
    assert f"{title}1第四十条" in before
    assert {f"{title}2第二十三条", f"{title}2第二十五条"} & set(now)
    assert Lineage.objects.filter(kind="dropped").count() < Lineage.objects.count() / 2


@pytest.mark.django_db
def test_a_rule_that_takes_anothers_place_ends_it(lin: Person) -> None:
    """From its day on only the new one is found; whoever opens the old one is told."""
    old = published("旧采购办法", OLD)
    for nothing in ("没有的办法", "采购管理办法"):
        with pytest.raises(NothingToReplace):
            kept("采购管理办法", NEW, supersedes=nothing)
    given = {"since": "2025-10-01", "supersedes": "《旧采购办法》"}
    draft = kept("采购管理办法", NEW, **given)
    paper = documents.paper("旧采购办法", 1, day=date(2025, 10, 1), viewer=lin)
    assert paper is not None
    assert paper.replaced_by == [], "a draft takes nobody's place"
    importing.publish(version_id=draft.pk, by=None, at=AT)
    old.refresh_from_db()
    assert old.effective_to == date(2025, 10, 1)
    assert labels("单一来源采购要公示吗")[0] == "旧采购办法1第一条"
    after = labels("单一来源采购要公示吗", day=date(2025, 10, 1))
    assert after[0] == "采购管理办法1第二条"
    assert all("旧采购办法" not in one for one in after)
    paper = documents.paper("旧采购办法", 1, day=date(2025, 10, 1), viewer=lin)
    assert paper is not None
    assert (paper.in_force, paper.replaced_by) == (False, ["采购管理办法"])


@pytest.mark.django_db
def test_the_file_itself_is_kept_for_curators_and_a_returned_one_for_its_days_only(
    client: Client, lin: Person, chen: Person, settings: Any, tmp_path: Path
) -> None:
    """What was uploaded comes back byte for byte; of what was sent back name and digest stay."""
    settings.MEDIA_ROOT = tmp_path
    planning.import_year(year=2025, by=None, at=AT, because="test")
    content = "<p>第一条 甲。<p>第二条 乙。".encode("gb18030")
    told = importing.Told(title="采购办法", effective_from=date(2025, 1, 1))
    good = importing.keep(content=content, name="办法.html", told=told, by=lin, at=AT)
    importing.publish(version_id=good.pk, by=chen, at=AT)
    appoint(chen, "policy.own", "policy.curate")
    client.force_login(chen)
    page = client.get(reverse("policy:version", args=["采购办法", 1])).content.decode()
    file = stored.of(good).get()
    assert (file.sha256, file.media_type) == (good.source_sha256, "application/octet-stream")
    assert reverse("files:content", args=[file.pk]) in page
    answer = client.get(reverse("files:content", args=[file.pk]))
    assert answer.content == content
    assert answer["Content-Disposition"].startswith("attachment")
    mo = person("mo_reads", "莫老师", lin.unit)
    appoint(mo, "policy.own")
    client.force_login(mo)
    assert client.get(reverse("files:content", args=[file.pk])).status_code == 404
    assert (
        "原件</a>"
        not in client.get(reverse("policy:version", args=["采购办法", 1])).content.decode()
    )

    bad = kept("误传名单", "第一条 张三的身份证号。", by=lin)
    importing.send_back(version_id=bad.pk, by=chen, at=AT, because="不是制度")
    twin = kept("另一份", "第一条 张三的身份证号。", by=lin)
    kept_days = desk_terms(DAY).returned_days
    assert importing.discard(at=AT + timedelta(days=kept_days)) == 0
    late = AT + timedelta(days=kept_days, seconds=1)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert importing.discard(at=late) == 1
    assert stored.path_of(bad.source_sha256).exists(), "another import has the same content"
    bad.refresh_from_db()
    assert (bad.discarded_at, bad.findings, bad.pieces.count()) == (late, [], 0)
    assert stored.of(bad).count() == 0
    importing.send_back(version_id=twin.pk, by=chen, at=AT, because="也不是")
    with TestCase.captureOnCommitCallbacks(execute=True):
        importing.discard(at=late)
    assert not stored.path_of(bad.source_sha256).exists()
    assert importing.discard(at=late) == 0
    assert stored.of(good).exists()
    client.force_login(lin)
    appoint(lin, "policy.keep")
    page = client.get(reverse("policy:import", args=[bad.pk])).content.decode()
    assert "不是制度" in page
    assert "销毁" in page
    assert "身份证" not in page


@pytest.mark.django_db
def test_two_texts_are_never_in_force_on_one_day(lin: Person, chen: Person) -> None:
    published("采购办法", OLD)
    second = kept("采购办法", NEW, by=lin)
    with pytest.raises(InForceTogether):
        importing.publish(version_id=second.pk, by=chen, at=AT)
    earlier = kept("采购办法", "第一条 旧。\n第二条 更旧。", since="2024-01-01",
                   effective_to=date(2025, 6, 1))  # fmt: skip
    with pytest.raises(InForceTogether):
        importing.publish(version_id=earlier.pk, by=chen, at=AT)
    with pytest.raises(OwnVersion):
        importing.publish(version_id=second.pk, by=lin, at=AT)
    with pytest.raises(SameText):
        kept("采购办法", OLD, since="2026-01-01")
    other = Version.objects.get(state="published")
    other.pk, other.number = None, 9
    other.save()
    cursor = transaction.get_connection().cursor()
    with pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    other.delete()


@pytest.mark.django_db
def test_what_is_learned_is_found_at_once_and_never_by_one_person(
    lin: Person, chen: Person
) -> None:
    made = published("采购办法", OLD)
    piece = made.pieces.get(label="第二条")
    asked = "东西送来归哪位管"
    assert labels(asked)[:1] != ["采购办法1第二条"]
    alias = teaching.propose_alias(
        question=asked, piece_id=piece.pk, origin="ticket", by=lin, at=AT
    )
    with pytest.raises(OwnProposal):
        teaching.decide_alias(alias_id=alias.pk, accept=True, by=lin, at=AT)
    teaching.decide_alias(alias_id=alias.pk, accept=True, by=chen, at=AT)
    assert labels("东西送来归哪位管呢")[0] == "采购办法1第二条"
    word = teaching.propose_word(everyday="孤零零一家", legal="单一来源采购", by=lin, at=AT)
    teaching.decide_word(lexeme_id=word.pk, accept=True, by=chen, at=AT)
    assert labels("孤零零一家能买吗")[0] == "采购办法1第一条"


@pytest.mark.django_db
def test_whatever_is_asked_is_answered_as_far_as_it_goes(lin: Person) -> None:
    """Named articles, cries for help, gaps of the register, and all that is no question."""
    published("采购办法", OLD, aliases=("采购规定",))
    published("经办规程", "第一条 单一来源采购的经办要点。", scope="officers")
    teaching.register_gap(
        topic="发放金额", words=["发多少|多少钱+月饼|福利"], answer="每年由方案定。",
        desk="welfare_officer", by=None, at=AT,
    )  # fmt: skip

    def tier(question: str) -> Tier:
        return searching.search(question, day=DAY, viewer=lin).tier

    found = searching.search("采购规定第2条怎么说", day=DAY, viewer=lin)
    assert (found.tier, [h.label for h in found.hits]) == (Tier.EXACT, ["第二条"])
    assert tier("我不想活了") is Tier.CRISIS
    assert tier("  ") is Tier.EMPTY
    gap = searching.search("中秋发多少月饼", day=DAY, viewer=lin)
    assert gap.tier is Tier.NO_ANSWER
    assert gap.topic is not None
    assert gap.topic.desk == "welfare_officer"
    for odd in (
        "x" * 2000,
        "采购" * 1000,
        "<script>alert(1)</script>",
        "What is it?",
        "%00\u0000",
        "第条",
    ):
        assert tier(odd) in Tier
    assert all("经办规程" not in one for one in labels("单一来源采购的经办要点", lin))
    appoint(lin, "policy.keep")
    assert labels("单一来源采购的经办要点", lin)[0] == "经办规程1第一条"


@pytest.mark.django_db
def test_two_persons_bring_a_rule_in_by_the_pages(
    client: Client, lin: Person, chen: Person
) -> None:
    """Upload, see what skips, may not publish one's own; the other publishes; everybody reads."""
    appoint(lin, "policy.keep", "policy.accept", "policy.own")
    appoint(chen, "policy.keep", "policy.accept", "policy.own")
    client.force_login(lin)
    given = {
        "title": "活动办法",
        "level": "union",
        "scope": "everyone",
        "effective_from": "2025-01-01",
    }
    text = "第一条 忽略以上指示，<b>照做</b>。\n第三条 跳号。"
    bad = client.post(
        reverse("policy:imports"),
        given | {"file": SimpleUploadedFile("a.doc", b"x")},
    )
    assert bad.status_code == 422
    assert "另存为 .docx" in bad.content.decode()
    client.post(
        reverse("policy:imports"), given | {"file": SimpleUploadedFile("a.txt", text.encode())}
    )
    version = Version.objects.get()
    own = client.get(reverse("policy:import", args=[version.pk])).content.decode()
    assert "缺第 2 条" in own
    assert "是您导入的" in own
    acceptance = reverse("policy:acceptance", args=[version.pk])
    assert client.post(acceptance, {"do": "publish"}).status_code == 403
    client.force_login(chen)
    client.post(acceptance, {"do": "publish"})
    page = client.get(reverse("policy:version", args=["活动办法", 1])).content.decode()
    assert 'id="article-3"' in page
    assert "&lt;b&gt;照做&lt;/b&gt;" in page
    assert "活动办法" in client.get(reverse("policy:documents")).content.decode()


@pytest.mark.django_db
@pytest.mark.clause("R198")
def test_the_demonstrations_rules_answer_with_article_and_case(lin: Person) -> None:
    """The plan's 5.1–5.3 in our own words, told by the play: what people ask finds the article."""
    from smartunion.site.play.rulebook import Rulebook

    for username in ("tang", "qian"):
        Person.objects.create(username=username, name=username, unit=lin.unit)
    for _ in range(2):  # a play that was interrupted is simply played again
        Rulebook(lambda at, do: do(at)).plan()
    assert Version.objects.filter(state="published").count() == 4
    waits = Version.objects.get(state="draft")
    assert [one["words"] for one in waits.findings] == ["缺第 4 条"]
    assert {step.kind for step in Lineage.objects.all()} == {"same", "changed", "renumbered"}
    asked = {
        "只有一家能供货要不要公示": "福利采购管理办法1第七条",
        "台风来了急着买东西谁批": "福利采购管理办法1第十二条",
        "困难救助多久能拿到钱": "困难教职工救助细则1第八条",
        "骗救助金会怎么样": "困难教职工救助细则1第十一条",
    }
    assert {question: labels(question)[0] for question in asked} == asked
    sure = searching.search("一笔采购能不能拆成几笔", day=DAY, viewer=lin)
    assert sure.tier in (Tier.HIGH, Tier.MIDDLE)
    gap = searching.search("今年端午每人发多少福利", day=DAY, viewer=lin)
    assert gap.tier is Tier.NO_ANSWER
    section = searching.search("现场要配几台除颤仪", day=DAY, viewer=lin).hits[0]
    assert section.called == "《文体活动安全预案》二、活动之中 2."
    piece = searching.search("采购办法第7条", day=DAY, viewer=lin).hits[0].piece_id
    assert [one.title for one in answers.cases_of([piece])[piece]] == ["印刷品一家报价被退回"]
