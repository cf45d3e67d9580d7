"""The rules that the demonstration answers from: kept by one, published by another."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from smartunion.domains.policy.actions import importing, teaching
from smartunion.domains.policy.models import Document, NoAnswer
from smartunion.domains.policy.rules.kinds import VersionState
from smartunion.kernel.people.models import Person

from .campus import HERE, moment, told

Note = Callable[[datetime, Callable[[datetime], None]], None]
NEXT_DAY = timedelta(days=1)


class Rulebook:
    """Three rules, what they do not say, and three cases, a week before the desk opens."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.story: dict[str, Any] = told("rulebook.yaml")

    def plan(self) -> None:
        """Note the import, and the publication on the day after."""
        at = moment(self.story["day"], "09:30")
        self.note(at, self._keep)
        self.note(at + NEXT_DAY, self._publish)

    def _who(self, post: str) -> Person:
        return Person.objects.get(username=self.story[post])

    def _keep(self, at: datetime) -> None:
        for each in self.story["rules"]:
            if Document.objects.filter(title=each["title"]).exists():
                continue
            since: date = each["since"]
            given = importing.Told(
                title=each["title"], effective_from=since, promulgated_on=since,
                label=f"{since.year} 年版", issuer=each["issuer"], number=each["number"],
                aliases=tuple(each["aliases"]), desk="welfare_officer",
            )  # fmt: skip
            content = (HERE / "rulebook" / each["file"]).read_bytes()
            importing.keep(
                content=content, name=each["file"], told=given, by=self._who("keeper"), at=at
            )

    def _publish(self, at: datetime) -> None:
        by = self._who("accepter")
        titles = [each["title"] for each in self.story["rules"]]
        for document in Document.objects.filter(title__in=titles).order_by("pk"):
            for draft in document.versions.filter(state=VersionState.DRAFT):
                importing.publish(version_id=draft.pk, by=by, at=at)
        known = set(NoAnswer.objects.values_list("topic", flat=True))
        for gap in self.story["gaps"]:
            if gap["topic"] not in known:
                teaching.register_gap(**gap, by=by, at=at)
        for case in self.story["cases"]:
            words = {name: case[name] for name in ("title", "facts", "result")}
            teaching.keep_case(**words, source="演示案例", cites=tuple(case["cites"]), by=by, at=at)
