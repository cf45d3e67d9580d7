"""What those on duty are told. It travels by SMS: a number, a place of meeting, no name, no mind.

`about` begins with response/<run>/, by which kernel/notices finds the one-tap link, hands replies
back, and reports a number that leads to nobody (answering.py).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.notices.rules import Channel, Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders

from .define import PARTS, Part, Protocol, Step
from .models import DRILL, Asked, Run

TEXTS = (Channel.SMS, Channel.WECOM, Channel.EMAIL)
"""For whoever need not be called out of bed: a standby, somebody whose matter is over."""

ALARM = (*TEXTS, Channel.VOICE)
"""For whoever must act now: the telephone rings as well."""


def link(run: Run) -> str:
    """Return where somebody on the run answers after signing in."""
    return f"/response/{run.pk}/alert/"


def _say(
    run: Run,
    persons: Iterable[Person],
    *,
    what: str,
    title: str,
    text: str = "",
    channels: Sequence[Channel] = ALARM,
    at: datetime,
) -> None:
    """Tell persons once of one thing in a run, at the priority of a crisis."""
    mark = DRILL if run.is_drill else ""
    meet = f"集合地点：{run.place}。" if run.place else ""
    tell(
        to=list(persons),
        about=f"response/{run.pk}/{what}",
        title=f"{mark}{title}",
        text=f"{text}{meet}{'这是演练，请照真的做。' if run.is_drill else ''}",
        link=link(run),
        priority=Priority.CRISIS,
        channels=channels,
        at=at,
    )


def alert(run: Run, protocol: Protocol, asked: Sequence[Asked], *, at: datetime) -> None:
    """Tell people that it is their turn: by every way, by voice too."""
    turn = "-".join(str(one.pk) for one in asked)
    parts = {PARTS[Part(one.part)] for one in asked}
    who = f"您是{parts.pop()}。" if len(parts) == 1 else ""
    _say(
        run, [one.person for one in asked], what=f"turn/{turn}"[:100],
        title=f"{protocol.title} {run.number} {protocol.word}",
        text=f"{who}点此应答；回复“收到”也算。", at=at,
    )  # fmt: skip


def stand_by(run: Run, protocol: Protocol, asked: Sequence[Asked], *, at: datetime) -> None:
    """Tell the deputies that it may become their turn."""
    _say(
        run, [one.person for one in asked], what="standby",
        title=f"{protocol.title} {run.number} 请待命，您是候补",
        text="值班人没有应答时由您接手，请留意电话。", channels=TEXTS, at=at,
    )  # fmt: skip


def call(run: Run, protocol: Protocol, asked: Sequence[Asked], *, at: datetime) -> None:
    """Call again who has not answered: by voice, and a message beside it."""
    for calls in sorted({one.calls for one in asked}):
        alike = [one for one in asked if one.calls == calls]
        turn = "-".join(str(one.pk) for one in alike)
        _say(
            run, [one.person for one in alike], what=f"call/{turn}/{calls}"[:100],
            title=f"{protocol.title} {run.number} {protocol.word}（第{calls}次呼叫）",
            text="还没有收到您的应答。", channels=[Channel.VOICE, Channel.SMS], at=at,
        )  # fmt: skip


def step_opened(
    run: Run, protocol: Protocol, step: Step, persons: Sequence[Person], *,
    due_at: datetime, at: datetime,
) -> None:  # fmt: skip
    """Tell whoever is in turn that their step has begun."""
    limit = f"{due_at.astimezone(CAMPUS):%H:%M:%S}"
    if campus_day(due_at) != campus_day(at):
        limit = f"{due_at.astimezone(CAMPUS):%m-%d %H:%M}"
    _say(
        run, persons, what=f"step/{step.code}",
        title=f"{protocol.title} {run.number} {step.name}，{limit}前",
        text="点此应答。", at=at,
    )  # fmt: skip


def over(run: Run, protocol: Protocol, persons: Sequence[Person], *, at: datetime) -> None:
    """Tell everybody who was told that it is over."""
    _say(
        run, persons, what="over",
        title=f"{protocol.title} {run.number} 已解除，不必再去",
        channels=[way for way in TEXTS if way != Channel.EMAIL], at=at,
    )  # fmt: skip


def heads(
    run: Run, protocol: Protocol, *, what: str, title: str, text: str, at: datetime
) -> list[Person]:
    """Tell the offices that answer for the whole, and return who holds them."""
    people = {
        person.pk: person
        for office in protocol.told_on_breach
        for person in holders(office, on=campus_day(at))
        if not run.excludes(person.pk)
    }
    _say(
        run, people.values(), what=what, title=f"{protocol.title} {run.number} {title}",
        text=text, at=at,
    )  # fmt: skip
    return list(people.values())
