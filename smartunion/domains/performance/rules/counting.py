"""How rows become a figure, and a figure a state. Exact: fractions, never rounded in between."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from operator import eq, ge, gt, le, lt

Cell = str | int | None


class Kind(StrEnum):
    """What is made of the rows that count."""

    SHARE = "share"
    """Σ part ÷ Σ whole, in per cent."""
    COUNT = "count"
    """Σ part."""
    LARGEST = "largest"
    """The largest part."""
    MEAN = "mean"
    """Σ part ÷ Σ whole: parts in a finer unit, each whole one row in the shown unit."""


class State(StrEnum):
    """The four states, by the shape that shows them."""

    MET = "ok"
    WATCH = "wait"
    MISSED = "late"
    NONE = "na"

    @property
    def word(self) -> str:
        """Return the state's word."""
        return {"ok": "达标", "wait": "关注", "late": "未达", "na": "不适用"}[self.value]


@dataclass(frozen=True)
class Row:
    """One row behind a figure.

    `hit` says that it is in the numerator, `excluded` (a reason) that it does not count at all.
    `part` and `whole` are what it adds to numerator and denominator: 1 for things that are
    counted, fen or days for things that are measured.
    """

    key: str
    cells: tuple[Cell, ...]
    hit: bool
    excluded: str = ""
    part: int = 1
    whole: int = 1
    link: str = ""


@dataclass(frozen=True)
class Tally:
    """What the rows add up to."""

    kind: Kind
    part: int
    whole: int
    n: int
    hits: int
    excluded: tuple[tuple[str, int], ...] = ()

    @property
    def left_out(self) -> int:
        """Return how many rows do not count."""
        return sum(count for _, count in self.excluded)

    @property
    def value(self) -> Fraction | None:
        """Return the figure, or None without a row that counts: nothing is never 100 %."""
        if self.n == 0 or (self.kind in (Kind.SHARE, Kind.MEAN) and self.whole == 0):
            return None
        if self.kind is Kind.SHARE:
            return Fraction(100 * self.part, self.whole)
        if self.kind is Kind.MEAN:
            return Fraction(self.part, self.whole)
        return Fraction(self.part)


def tally(kind: Kind, rows: Iterable[Row]) -> Tally:
    """Add the rows up."""
    part = whole = n = hits = 0
    excluded: Counter[str] = Counter()
    for row in rows:
        if row.excluded:
            excluded[row.excluded] += 1
            continue
        n += 1
        hits += row.hit
        whole += row.whole
        if kind is Kind.LARGEST:
            part = row.part if n == 1 else max(part, row.part)
        elif row.hit:
            part += row.part
    return Tally(kind, part, whole, n, hits, tuple(sorted(excluded.items())))


OPERATORS = {"<": lt, "<=": le, "==": eq, ">=": ge, ">": gt}
SIGNS = {"<": "<", "<=": "≤", "==": "", ">=": "≥", ">": ">"}
WORDS = {
    "<": "严格小于，等于 {0} 为未达",
    "<=": "不超过，等于 {0} 为达标",
    "==": "必须等于 {0}",
    ">=": "不低于，等于 {0} 为达标",
    ">": "严格大于，等于 {0} 为未达",
}


def meets(value: Fraction, op: str, target: Decimal) -> bool:
    """Test the figure against its target, unrounded (4.2)."""
    return bool(OPERATORS[op](value, Fraction(target)))


def judge(
    value: Fraction | None,
    op: str,
    target: Decimal,
    *,
    closed: bool,
    mendable: bool,
    band: Fraction,
) -> State:
    """Return the state of a figure.

    不适用 without data. 达标 when the target is met, 关注 when it is met by no more than `band`
    of the target (a term; a target that must be hit exactly has no band). Unmet: 未达 once the
    period is closed or nothing can mend it any more, 关注 while it can still be reached.
    """
    if value is None:
        return State.NONE
    if not meets(value, op, target):
        return State.MISSED if closed or not mendable else State.WATCH
    exact = Fraction(target)
    near = op != "==" and exact != 0 and abs(value - exact) <= band * abs(exact)
    return State.WATCH if near else State.MET


MOST_DIGITS = 6


def written(value: Fraction | None, op: str, target: Decimal, unit: str) -> str:
    """Return the figure for people: whole things whole, rates with one digit, and with as many
    more as it takes that the rounding never says met where the exact figure says unmet."""
    if value is None:
        return "–"
    if value.denominator == 1 and (unit != "%" or value in (0, 100)):
        return signed(f"{int(value):,}")
    truth = meets(value, op, target)
    for digits in range(1 if abs(value) >= 1 else 3, MOST_DIGITS + 1):
        text = f"{rounded(value, digits):,f}"
        if meets(Fraction(rounded(value, digits)), op, target) == truth:
            break
    return signed(text)


def signed(text: str) -> str:
    """Return the number with a true minus."""
    return text.replace("-", "−")


def rounded(value: Fraction, digits: int) -> Decimal:
    """Return the fraction as a decimal of so many digits, half up."""
    scale = 10**digits
    whole, rest = divmod(abs(value.numerator) * scale, value.denominator)
    whole += 2 * rest >= value.denominator
    sign = -1 if value < 0 else 1
    return Decimal(sign * whole).scaleb(-digits)


def aim(op: str, target: Decimal) -> str:
    """Return the target for people: ≥ 75, < 0.1, 100."""
    return f"{SIGNS[op]} {plain(target)}".strip()


def plain(number: Decimal) -> str:
    """Return a decimal without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fingerprint(rows: Sequence[Row]) -> str:
    """Return the SHA-256 of the rows in the order of their keys: the same rows, the same hash.

    The canonical text is JSON, one row a line: key, cells, hit, excluded, part, whole.
    """
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda row: row.key):
        line = [row.key, row.cells, row.hit, row.excluded, row.part, row.whole]
        digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def masked(name: str) -> str:
    """Return a name as a public page writes it: 林*梅, 王*."""
    return name[:1] + "*" + (name[2:] if len(name) > 2 else "")  # noqa: PLR2004 - two characters
