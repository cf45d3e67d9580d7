"""What of a fact the public may see: named masks, declared with each fact. Pure.

林晓梅 is 林** under `surname`; 12,000.00 yuan is 1万—2万元 under `band`. What no posting may say of
anybody (an illness, an identity number, an account) cannot even be declared.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

NOT_SHOWN = "不公开"
UNKNOWN = "—"
COMPOUND_SURNAMES = frozenset({
    "欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "令狐", "慕容", "宇文",
    "长孙", "东方", "独孤", "南宫", "端木", "百里",
})  # fmt: skip
BANDS_FEN = tuple(
    yuan * 100 for yuan in (1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
)
"""Upper ends of the bands, each included: 50,000.00 yuan is still within 2万—5万元."""

WAN = 10_000

NEVER_SHOWN = frozenset({
    "illness", "disease", "diagnosis", "medical_record", "health", "identity_number", "id_number",
    "phone", "bank_account", "account_number", "home_address",
})  # fmt: skip
"""Facts that no mask makes fit for the public (R227: never the illness)."""


def plain(value: object) -> str:
    """Return the value as it is."""
    return str(value)


def surname(value: object) -> str:
    """Return a person by the surname alone; how long the name is is not told: 林**."""
    name = str(getattr(value, "name", value)).strip()
    if not name:
        return UNKNOWN
    kept = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return f"{name[:kept]}**"


def band(value: object) -> str:
    """Return the band in which an amount of whole fen lies: 1万—2万元."""
    if not isinstance(value, int):
        raise TypeError(f"a band is of whole fen, not of {value!r}")
    below = 0
    for above in BANDS_FEN:
        if value <= above:
            return f"{_wan(below)}—{_wan(above)}元" if below else f"{_wan(above)}元及以下"
        below = above
    return f"{_wan(below)}元以上"


def _wan(fen: int) -> str:
    yuan = Decimal(fen) / 100
    return f"{(yuan / WAN).normalize():f}万" if yuan >= WAN else f"{yuan:,.0f}"


def unit(value: object) -> str:
    """Return a unit by its name."""
    return str(getattr(value, "name", value))


def hidden(value: object) -> str:
    """Return that there is something which the public does not see."""
    return NOT_SHOWN


MASKS: dict[str, Callable[[object], str]] = {
    "plain": plain,
    "surname": surname,
    "band": band,
    "unit": unit,
    "hidden": hidden,
}


@dataclass(frozen=True)
class Shown:
    """One fact of a posting: its name among the case's facts, its label, its mask."""

    fact: str
    label: str
    mask: str = "plain"

    def __post_init__(self) -> None:
        """Refuse to be declared with a mask that does not exist, or to show what nobody may see."""
        if self.mask not in MASKS:
            raise ValueError(f"{self.fact}: no mask is called {self.mask!r}")
        if self.fact in NEVER_SHOWN and self.mask != "hidden":
            raise ValueError(f"{self.fact} may only be hidden: no posting tells it")

    def text(self, value: object) -> str:
        """Return what the public sees of the value; a fact that is not known is a dash."""
        if value is None or value == "":
            return UNKNOWN
        return MASKS[self.mask](value)


def rows(shows: Iterable[Shown], facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the rows of a posting, label and masked text, in the order declared."""
    return [(shown.label, shown.text(facts.get(shown.fact))) for shown in shows]
