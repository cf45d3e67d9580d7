"""How much: the table of 5.2 by category and band, the gifts by kind. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.base.refusals import Refused

from . import refusals


class Category(StrEnum):
    """The three categories of 5.2 (R222)."""

    HARDSHIP = "生活困难"
    ILLNESS = "重大疾病"
    ACCIDENT = "突发事故"


class GiftKind(StrEnum):
    """On which occasions the union comes with a gift."""

    MARRIAGE = "结婚"
    BIRTH = "生育"
    ILLNESS = "住院"
    BEREAVEMENT = "亲属去世"
    RETIREMENT = "退休"

    @property
    def key(self) -> str:
        """Return the word under which the terms know it."""
        return self.name.lower()

    @property
    def shown(self) -> str:
        """Return how a list may name it: an illness is told apart from a death by nobody."""
        sad = self in (GiftKind.ILLNESS, GiftKind.BEREAVEMENT)
        return "慰问（事由不公开）" if sad else f"{self.value}慰问"


@dataclass(frozen=True)
class Band:
    """One line of the table: from `least_fen` to `most_fen`, both included, and for whom."""

    category: str
    name: str
    least_fen: int
    most_fen: int
    when: str

    @property
    def words(self) -> str:
        """Return the band's span; bands meet, and the lower one has what they share."""
        whole = self.least_fen // 100
        above = " 以上" if self.least_fen % 100 else ""
        return f"{whole:,}{above} — {self.most_fen // 100:,} 元"


@dataclass(frozen=True)
class Terms:
    """The aid terms of a plan year on a day; amounts in fen."""

    least_fen: int
    most_fen: int
    pay_days: int
    publicity_working_days: int
    table: tuple[Band, ...]
    gifts_fen: Mapping[str, int]
    gift_days: int
    photos: int
    meeting_day: int
    fund_fen: int
    budget_code: str
    fund_source: str
    gift_budget_code: str
    gift_fund_source: str

    def bands(self, category: str) -> list[Band]:
        """Return the lines of a category, the smallest first."""
        return [band for band in self.table if band.category == category]

    def band_of(self, category: str, amount_fen: int) -> Band | None:
        """Return the line that an amount falls into."""
        return next(
            (b for b in self.bands(category) if b.least_fen <= amount_fen <= b.most_fen), None
        )


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms from the plan year's values; KeyError when one is missing."""
    table = tuple(
        Band(row["category"], row["band"], row["least_fen"], row["most_fen"], row["when"])
        for row in given["table"]
    )
    assert all(band.least_fen <= band.most_fen for band in table)
    names = {field for field in Terms.__dataclass_fields__ if field != "table"}
    return Terms(table=table, **{name: given[name] for name in names})


def within_range(amount_fen: int, terms: Terms) -> Refused | None:
    """Return the refusal of an amount below 5,000 or above 50,000 yuan; both ends are inside."""
    if terms.least_fen <= amount_fen <= terms.most_fen:
        return None
    return refusals.OutsideRange(
        asked=in_yuan(amount_fen), least=in_yuan(terms.least_fen), most=in_yuan(terms.most_fen)
    )


def within_table(category: str, band: str, amount_fen: int, terms: Terms) -> Refused | None:
    """Return the refusal of an amount that the table does not give for category and band (R223)."""
    if no := within_range(amount_fen, terms):
        return no
    line = next((b for b in terms.bands(category) if b.name == band), None)
    if line is None:
        return refusals.NoSuchBand(category=category, band=band)
    if not line.least_fen <= amount_fen <= line.most_fen:
        return refusals.OutsideBand(
            category=category, band=band, asked=in_yuan(amount_fen),
            least=in_yuan(line.least_fen), most=in_yuan(line.most_fen),
        )  # fmt: skip
    return None


def within_fund(asked_fen: int, used_fen: int, terms: Terms) -> Refused | None:
    """Return the refusal of an amount that the fund's yearly interest no longer holds (4.1)."""
    left = max(terms.fund_fen - used_fen, 0)
    if asked_fen <= left:
        return None
    return refusals.FundShort(
        fund=in_yuan(terms.fund_fen),
        used=in_yuan(used_fen),
        left=in_yuan(left),
        asked=in_yuan(asked_fen),
    )


def gift_fen(kind: GiftKind, terms: Terms) -> int:
    """Return what the gift for an occasion may cost, in fen."""
    return terms.gifts_fen[kind.key]


def joined(bands: Sequence[Band]) -> str:
    """Return a category's whole span in words: 5,000—50,000 元."""
    return (
        f"{in_yuan(min(b.least_fen for b in bands))}—{in_yuan(max(b.most_fen for b in bands))} 元"
    )
