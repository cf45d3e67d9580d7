"""The deposit: one for a case, within the limit, from a fund that still has it. Pure; fen."""

from dataclasses import dataclass

from smartunion.kernel.base.money import in_yuan
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


def may_advance(asked_fen: int, most_fen: int, fund: Fund | None, *, source: str) -> Refused | None:
    """Return why a deposit may not be advanced: above the limit, no fund, or the fund is short."""
    if fund is None or fund.whole_fen <= 0:
        return refusals.Unfunded(source=source)
    if not 0 < asked_fen <= most_fen:
        return refusals.AdvanceOutside(asked=in_yuan(asked_fen), most=in_yuan(most_fen))
    if asked_fen > fund.left_fen:
        return refusals.FundShort(
            fund=fund.name, whole=in_yuan(fund.whole_fen), used=in_yuan(fund.used_fen),
            out=in_yuan(fund.out_fen), left=in_yuan(fund.left_fen), asked=in_yuan(asked_fen),
        )  # fmt: skip
    return None
