"""The case library (§4.F): pattern cards for training, from which nobody can be found again. Pure.

With a handful of red cases a year no combination of college, age and role hides anybody, so a card
has none of them: a trigger class, a channel, how it ended, a span of minutes, what worked. It waits
until enough cases share the pattern or long enough has passed; then it is made still coarser.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from smartunion.kernel.base.refusals import Refused

from . import refusals


class Trigger(StrEnum):
    """What it was about, in five words for everybody."""

    RELATION = "人际或家庭"
    WORK = "工作压力"
    LOSS = "丧失或变故"
    BODY = "身体疾病"
    UNKNOWN = "未明"


class Span(StrEnum):
    """How long it took until the person was safe."""

    TEN = "10分钟内"
    TWENTY = "10—20分钟"
    THIRTY = "20—30分钟"
    MORE = "30分钟以上"


ANY = "不区分"
EARLIER = "往年"
"""What channel and school year become on a card that waited for time instead of cases."""

REVIEWERS = 2
SHORTEST_NAME = 2
MONTHS = 12
NEW_SCHOOL_YEAR = 9
"""The month in which a school year begins."""

TELLING = (
    ("电话号码", re.compile(r"1[3-9]\d{9}|\d{3,4}-?\d{7,8}")),
    ("证件号", re.compile(r"\d{17}[\dXx]")),
    ("工号或编号", re.compile(r"\b[A-Z]\d{4,}|[RY]\d{4}-\d{3}")),
    ("车牌", re.compile(r"[一-鿿][A-Z]·?[A-Z0-9]{4,6}")),
    ("日期", re.compile(r"\d{4}年|\d{4}-\d{1,2}|\d{1,2}月\d{1,2}[日号]")),
    ("日期", re.compile(r"(星期|周)[一二三四五六日天]")),
    ("钟点", re.compile(r"\d{1,2}[:：]\d{2}|\d{1,2}点")),
    ("地点", re.compile(r"\d+\s*(栋|号楼|室|层|教学楼)|[一二三四五六七八九十]教")),
    ("单位", re.compile(r"[一-鿿]{2,8}(学院|分会|附中|附小|附幼|研究所|实验室)")),
)  # fmt: skip
"""What may stand on no card, whoever it belongs to."""


@dataclass(frozen=True)
class Finding:
    """A place in a card's words that could lead to somebody."""

    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.what}“{self.text}”"


def scan(text: str, *, names: Iterable[str], units: Iterable[str]) -> list[Finding]:
    """Return every phone, id, date, place, name and unit in a text, each once.

    `names` and `units` are the roster's own: every person and every unit of the university.
    """
    found = [Finding(what, hit.group()) for what, rule in TELLING for hit in rule.finditer(text)]
    long = [name for name in names if len(name) >= SHORTEST_NAME]
    found += [Finding("姓名", name) for name in sorted(set(long)) if name in text]
    found += [Finding("单位", unit) for unit in sorted(set(units)) if unit and unit in text]
    return list(dict.fromkeys(found))


def school_year(on: date) -> str:
    """Return the school year of a day: 2024—2025学年."""
    first = on.year if on.month >= NEW_SCHOOL_YEAR else on.year - 1
    return f"{first}—{first + 1}学年"


def span_of(minutes: float) -> Span:
    """Return the span that a number of minutes lies in."""
    limits = ((10, Span.TEN), (20, Span.TWENTY), (30, Span.THIRTY))
    return next((span for most, span in limits if minutes <= most), Span.MORE)


@dataclass(frozen=True)
class Offered:
    """A card as it is asked for release."""

    cases: int
    """How many real cases share its pattern."""
    newest_on: date | None
    """The day of the newest of them."""
    drafted_by: int
    passed_by: Sequence[int]
    findings: Sequence[Finding]


def months_since(day: date, on: date) -> int:
    """Return how many whole months have passed."""
    months = (on.year - day.year) * MONTHS + on.month - day.month
    return months - (on.day < day.day)


def ripe(offered: Offered, *, cases: int, months: int, on: date) -> bool:
    """Test if enough cases share the pattern, or long enough has passed since the newest."""
    if offered.newest_on is None:
        return False
    return offered.cases >= cases or months_since(offered.newest_on, on) >= months


def may_release(offered: Offered, *, by: int, cases: int, months: int, on: date) -> Refused | None:
    """Return why a card may not be shown yet (T51): traces, reviewers, embargo, own draft."""
    if offered.findings:
        return refusals.TracesLeft(
            count=len(offered.findings), findings="、".join(str(one) for one in offered.findings)
        )
    others = {who for who in offered.passed_by if who != offered.drafted_by}
    if len(others) < REVIEWERS:
        return refusals.ReviewsMissing(need=REVIEWERS, have=len(others))
    if by == offered.drafted_by:
        return refusals.OwnCard()
    if not ripe(offered, cases=cases, months=months, on=on):
        since = months_since(offered.newest_on, on) if offered.newest_on else 0
        return refusals.CardEmbargoed(cases=offered.cases, need=cases, months=since, wait=months)
    return None
