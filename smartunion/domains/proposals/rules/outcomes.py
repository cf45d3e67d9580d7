"""What may become of a proposal, and what its author says of it. Pure."""

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


OUTCOMES = {
    Outcome.DONE: "已采纳实施",
    Outcome.PLANNED: "列入计划",
    Outcome.NOTED: "留作参考",
    Outcome.DECLINED: "暂不采纳",
}
RATINGS = ((5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意"))
SATISFIED, UNHAPPY = 4, 2
"""From which rating on one is satisfied, and up to which the matter is handled once more."""
