"""The rules that the demonstration answers from: kept by one, published by another."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from smartunion.domains.policy.actions import importing, teaching
from smartunion.domains.policy.models import NoAnswer, Version
from smartunion.domains.policy.rules.kinds import VersionState
from smartunion.kernel.people.models import Person

from .campus import HERE, moment, told

Note = Callable[[datetime, Callable[[datetime], None]], None]
NEXT_DAY = timedelta(days=1)


class Rulebook:
    """Three rules, what they do not say, and cases, before the desk opens; in December the next."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.story: dict[str, Any] = told("rulebook.yaml")

    def plan(self) -> None:
        """Note the import, and the publication on the day after; the same in December."""
        at = moment(self.story["day"], "09:30")
        self.note(at, lambda at: self._keep(self.story["rules"], at))
        self.note(at + NEXT_DAY, self._publish)
        later = moment(self.story["later"]["day"], "15:10")
        self.note(later, lambda at: self._keep(self.story["later"]["rules"], at))
        self.note(later + NEXT_DAY, self._publish_later)

    def _who(self, post: str) -> Person:
        return Person.objects.get(username=self.story[post])

    def _keep(self, rules: list[dict[str, Any]], at: datetime) -> None:
        for each in rules:
            since: date = each["since"]
            known = Version.objects.filter(document__title=each["title"], effective_from=since)
            if known.exists():
                continue
            given = importing.Told(
                title=each["title"], effective_from=since, promulgated_on=since,
                label=f"{since.year} 年版", issuer=each["issuer"], number=each["number"],
                aliases=tuple(each["aliases"]), desk="welfare_officer",
            )  # fmt: skip
            content = (HERE / "rulebook" / each["file"]).read_bytes()
            importing.keep(
                content=content, name=each["file"], told=given, by=self._who("keeper"), at=at
            )

    def _accept(self, rules: list[dict[str, Any]], at: datetime) -> None:
        """Publish what is still a draft of the named rules."""
        for each in rules:
            there = Version.objects.filter(
                document__title=each["title"], effective_from=each["since"],
                state=VersionState.DRAFT,
            )  # fmt: skip
            for draft in there:
                importing.publish(version_id=draft.pk, by=self._who("accepter"), at=at)

    def _publish_later(self, at: datetime) -> None:
        later = self.story["later"]["rules"]
        self._accept([each for each in later if each["published"]], at)

    def _publish(self, at: datetime) -> None:
        by = self._who("accepter")
        self._accept(self.story["rules"], at)
        known = set(NoAnswer.objects.values_list("topic", flat=True))
        for gap in self.story["gaps"]:
            if gap["topic"] not in known:
                teaching.register_gap(**gap, by=by, at=at)
        for case in self.story["cases"]:
            words = {name: case[name] for name in ("title", "facts", "result")}
            teaching.keep_case(**words, source="演示案例", cites=tuple(case["cites"]), by=by, at=at)
