"""Expected answers of "no"."""

from datetime import datetime

from smartunion.kernel.base.days import CAMPUS


class Refused(Exception):  # noqa: N818 - it reads as the sentence it is
    """The rules do not allow this. Shown to the person; never logged as an error.

    A subclass states `code` (domain.snake), `text` (Chinese, with the figures as {facts}),
    `clause` (where the plan says so), `remedy` (what to do now) and the HTTP `status`.
    Moments are told as the campus's clocks show them.
    """

    code = "refused"
    text = "此操作不符合规定"
    clause = ""
    remedy = ""
    status = 409

    def __init__(self, **facts: object) -> None:
        self.facts = {name: _on_campus(fact) for name, fact in facts.items()}
        super().__init__(self.text.format(**self.facts))

    def as_dict(self) -> dict[str, object]:
        """Return the one shape in which an API answers no."""
        return {
            "code": self.code,
            "text": str(self),
            "clause": self.clause,
            "remedy": self.remedy.format(**self.facts),
            "facts": self.facts,
        }


def _on_campus(fact: object) -> object:
    if isinstance(fact, datetime) and fact.tzinfo is not None:
        return fact.astimezone(CAMPUS)
    return fact
