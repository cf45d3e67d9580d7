"""Ranking without a database: everyday words find the article, and only the one they belong to."""

from pathlib import Path

import pytest

from smartunion.domains.policy.rules import numbering, ranking, sayings
from smartunion.domains.policy.rules.kinds import PieceKind
from smartunion.domains.policy.rules.lexicon import Lexicon

HERE = Path(__file__).resolve()
LAWS = next((p / "shared/laws" for p in HERE.parents if (p / "shared/laws").is_dir()), HERE)
NOTHING = Lexicon([])


def entry(key: int, text: str, said: str = "") -> ranking.Entry:
    return ranking.Entry(key, text, "第一章", "测试办法", said)


@pytest.mark.clause("R198")
def test_what_people_say_finds_the_article_whose_words_they_do_not_know() -> None:
    """媳妇 is written nowhere: 老婆 stands beside it, and both mean the one who is asked about."""
    index = ranking.index(
        [
            entry(1, "第一条 承办者对活动的安全负责。"),
            entry(2, "第二条 配偶可以享受护理假十五日。", "老婆生孩子我能歇几天 陪产"),
            entry(3, "第三条 配偶的工资由单位支付。"),
            entry(4, "第四条 子女入学按照规定办理。", "娃上学"),
        ]
    )
    assert index.rank("媳妇刚生完，陪她在家待几天行吗", NOTHING).hits[0].key == 2
    assert index.rank("我家宝宝要上学了", NOTHING).hits[0].key == 4


def test_words_stay_with_the_text_and_not_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moved article takes its words along; another text under the old number gets none."""
    old, other = "第七条 职工可以请假。", "第七条 车辆由办公室调度。"
    monkeypatch.setattr(
        sayings, "shipped", lambda: {"办法": {f"7:{sayings.mark(old)}": "想歇几天"}}
    )
    for title in ("办法", "中华人民共和国办法"):
        assert sayings.words_of(title, [(7, "第七条　 职工可以请假 。")]) == ["想歇几天"]
    moved = [(7, other), (8, "第八条 职工可以请假。")]
    assert sayings.words_of("办法", moved) == ["", "想歇几天"]
    assert sayings.words_of("别的", moved) == ["", ""]


@pytest.mark.skipif(LAWS == HERE, reason="needs the statutes: shared/laws beside the house")
def test_every_line_of_the_sayings_belongs_to_an_article_that_stands() -> None:
    """What no longer finds its text is said to nobody: it has to be read again or deleted."""
    lost = []
    for law, rows in sayings.shipped().items():
        path = LAWS / f"{law}.md"
        pieces = numbering.cut(path.read_text(encoding="utf-8")).articles
        stands = {(p.number, sayings.mark(p.text)) for p in pieces if p.kind == PieceKind.ARTICLE}
        for key in rows:
            number, _, mark = key.partition(":")
            if (int(number), mark) not in stands:
                lost.append(f"{law} {key}")
    assert not lost
