"""When a vote counts and when it carries. Pure.

A share of one half must be exceeded (过半数); any other must be reached (以上、以内 include the
number itself, 民法典 §1259). Who is recused leaves the body, so the seats that count are fewer.
"""

from dataclasses import dataclass

from .define import Base, Vote

HALF = 2


@dataclass(frozen=True)
class Tally:
    """What lay in the box."""

    yes: int = 0
    no: int = 0
    abstain: int = 0

    @property
    def voted(self) -> int:
        """Return how many have voted, abstentions included."""
        return self.yes + self.no + self.abstain


def quorate(vote: Vote, *, recused: int, voted: int) -> bool:
    """Test if enough of the seats that are not recused have voted."""
    share, of = vote.quorum
    return voted > 0 and voted * of >= share * (vote.seats - recused)


def carried(vote: Vote, tally: Tally, *, recused: int) -> bool:
    """Test if the motion is carried, by the vote's own base."""
    base = {
        Base.ALL: vote.seats - recused,
        Base.PRESENT: tally.voted,
        Base.VALID: tally.yes + tally.no,
    }[Base(vote.base)]
    share, of = vote.majority
    if not tally.yes or not quorate(vote, recused=recused, voted=tally.voted):
        return False
    if share * HALF == of:
        return tally.yes * of > share * base
    return tally.yes * of >= share * base


def words(vote: Vote, tally: Tally, *, recused: int) -> str:
    """Return the result as the minutes say it."""
    seats = vote.seats - recused
    out = f"（{recused} 人回避）" if recused else ""
    result = "通过" if carried(vote, tally, recused=recused) else "未通过"
    if not quorate(vote, recused=recused, voted=tally.voted):
        result = "未达法定人数，未通过"
    return (
        f"应到 {seats} 人{out}，实到 {tally.voted} 人：赞成 {tally.yes} 票，"
        f"反对 {tally.no} 票，弃权 {tally.abstain} 票；{result}"
    )
