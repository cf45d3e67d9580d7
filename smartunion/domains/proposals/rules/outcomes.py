"""What may become of a proposal, and what its author says of it. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    """The answer's class: only the first two are a thing done or to be done (落实)."""

    DONE = "done"
    PLANNED = "planned"
    NOTED = "noted"
    DECLINED = "declined"

    @property
    def words(self) -> str:
        """Return the class in words."""
        return OUTCOMES[self]

    @property
    def is_carried_out(self) -> bool:
        """Tell if something was done: a plan for later is carried out when it is done."""
        return self is Outcome.DONE

    def is_carried_out_by(self, planned_on: date | None, fulfilled_on: date | None) -> bool:
        """Tell if it was done: at once, or by the day that the plan has promised (T63)."""
        if self is not Outcome.PLANNED:
            return self.is_carried_out
        return planned_on is not None and fulfilled_on is not None and fulfilled_on <= planned_on


OUTCOMES = {
    Outcome.DONE: "已采纳实施",
    Outcome.PLANNED: "列入计划",
    Outcome.NOTED: "留作参考",
    Outcome.DECLINED: "暂不采纳",
}
RATINGS = ((5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意"))
SATISFIED, UNHAPPY = 4, 2
"""From which rating on one is satisfied, and up to which the matter is handled once more."""


def told(given: Sequence[int], authors: int) -> str:
    """Put an answer's ratings into words: how many of its authors said what, never who."""
    if not given:
        return "到期没有评价，不计入满意率"
    counted = Counter(given)
    words = "、".join(f"{name} {counted[one]}" for one, name in RATINGS if counted[one])
    return f"{authors} 人中 {len(given)} 人评价：{words}"
