"""A rule cut into its pieces is still the rule, whatever its numbering."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartunion.domains.policy.rules import numbering, numerals
from smartunion.domains.policy.rules.kinds import PieceKind

LAWS = Path(__file__).parents[5] / "shared" / "laws"
LINES = st.sampled_from(
    """第一条 甲。|第二条 乙。|第三条之一 丙。|第七条 丁。
|第十条的规定不适用。|## 第一章 总则|第二章　分则
|（一）项；|一、总则|5.1 采购|1. 目的|附件：表|目 录
|   |第１条 全角。|# 办法
|第一章规定的情形，依照本办法。|\f|任何文字""".replace("\n", "").split("|")
)


@given(st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=40))
@settings(max_examples=150, deadline=None)
@pytest.mark.clause("R198")
def test_the_pieces_in_their_order_are_the_whole_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = numbering.cut(text)
    assert "\n".join(p.text for p in found.pieces) == "\n".join(numbering.kept_lines(text))
    anchors = [p.anchor for p in found.pieces]
    assert len(anchors) == len(set(anchors))


def test_headings_count_only_where_they_go_on() -> None:
    """A table of contents, a cross-reference at a line's start and full-width numbers."""
    text = """目录
第一章 总则
第二章 采购
第一章 总则
第一条 本办法依据上级规定。
第二条 依照
第七条规定的程序办理。
第二章 采购
第３条 询价。
第三条之一 应急。
第四条 验收。"""
    found = numbering.cut(text)
    articles = [p for p in found.pieces if p.kind is PieceKind.ARTICLE]
    assert [(p.number, p.sub, p.path) for p in articles] == [
        (1, 0, ("第一章 总则",)), (2, 0, ("第一章 总则",)), (3, 0, ("第二章 采购",)),
        (3, 1, ("第二章 采购",)), (4, 0, ("第二章 采购",)),
    ]  # fmt: skip
    assert articles[1].text == "第二条 依照\n第七条规定的程序办理。"
    assert [p.anchor for p in articles][2:4] == ["article-3", "article-3-1"]
    assert found.findings == ()


def test_gaps_and_duplicates_are_told_to_the_importer() -> None:
    found = numbering.cut("第一条 甲。\n第二条 乙。\n第五条 丁。\n第五条 又一个。")
    assert [(f.kind, f.words) for f in found.findings] == [
        ("gap", "缺第 3、4 条"), ("duplicate", "第五条重复或倒退，未当作新的一条"),
    ]  # fmt: skip
    assert [p.number for p in found.articles] == [1, 2, 5]


def test_rules_without_articles_are_cut_by_their_own_signs() -> None:
    found = numbering.cut(
        "救助细则\n一、对象\n（一）在职教职工。\n（二）退休教职工。\n"
        "二、标准\n5.1 生活困难。\n5.2 重大疾病。"
    )
    told = [(p.label, p.path) for p in found.articles]
    assert ("（二）", ("一、对象",)) in told
    assert ("5.2", ("二、标准",)) in told


@pytest.mark.parametrize(
    ("said", "one"), [("三十日", "30日"), ("30天", "30日"), ("两年", "2年"), ("百分之八十", "80%"),
                      ("一百五十个小时", "150小时"), ("１２个月", "12月")],
)  # fmt: skip
def test_numbers_are_one_however_they_are_written(said: str, one: str) -> None:
    text = said.translate(str.maketrans("１２", "12"))
    assert numerals.quantities(text) == [one]


@pytest.mark.skipif(not LAWS.is_dir(), reason="the public statutes are not beside the project")
@pytest.mark.clause("R198")
def test_every_statute_is_cut_without_loss() -> None:
    """72 statutes: as many articles as lines begin with 第…条, none missing, none left over."""
    for path in sorted(LAWS.glob("*.md")):
        text = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found = numbering.cut(text)
        written = len(
            re.findall(r"^第[一二三四五六七八九十百千零]+条(?:之\S+)?\s", text, re.MULTILINE)
        )
        articles = [p for p in found.pieces if p.kind is PieceKind.ARTICLE]
        assert (len(articles), found.findings) == (written, ()), path.name
