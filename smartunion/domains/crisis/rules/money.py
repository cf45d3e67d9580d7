"""The deposit: one for a case, within the limit, from a fund that still has it. Pure; fen."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused

from . import refusals


@dataclass(frozen=True)
class Fund:
    """爱心基金: its yearly interest, what is used of it, what is advanced and not back."""

    name: str
    whole_fen: int
    used_fen: int
    out_fen: int

    @property
    def left_fen(self) -> int:
        """Return what can still be advanced."""
        return max(self.whole_fen - self.used_fen - self.out_fen, 0)


def yuan(fen: int) -> str:
    """Return fen as yuan in words: whole yuan whole."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}" if rest else f"{whole:,}"


def may_advance(asked_fen: int, most_fen: int, fund: Fund | None, *, source: str) -> Refused | None:
    """Return why a deposit may not be advanced: above the limit, no fund, or the fund is short."""
    if fund is None or fund.whole_fen <= 0:
        return refusals.Unfunded(source=source)
    if not 0 < asked_fen <= most_fen:
        return refusals.AdvanceOutside(asked=yuan(asked_fen), most=yuan(most_fen))
    if asked_fen > fund.left_fen:
        return refusals.FundShort(
            fund=fund.name, whole=yuan(fund.whole_fen), used=yuan(fund.used_fen),
            out=yuan(fund.out_fen), left=yuan(fund.left_fen), asked=yuan(asked_fen),
        )  # fmt: skip
    return None
