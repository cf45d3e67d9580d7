"""Questions to the runs: what somebody is asked, what stands, who was told by which way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from smartunion.kernel.base.days import start_of
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.reads import way
from smartunion.kernel.notices.rules import UNSENT, Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate

from . import registry
from .define import PARTS, Outcome, Part, Protocol, Step, span, words
from .models import Asked, Event, Run, StepRun
from .registry import Card

HUGE = 2
"""How many huge buttons stand side by side."""

SECONDS, MINUTES = 100, 6000
"""Up to here the clock counts seconds, and minutes."""

VIEW, LEAD, DRILL = "response.view", "response.lead", "response.drill"

STATES = {
    "received": "已应答",
    "calling": "呼叫中",
    "standby": "待命",
    "declined": "去不了，已换人",
    "wrong": "号码有误，已换人",
    "passed": "未应答，已转下一位",
    "waiting": "未轮到",
    "unanswered": "未应答",
}


@dataclass(frozen=True)
class Clock:
    """One step as a board or a phone shows it."""

    step: str
    name: str
    posts: tuple[str, ...]
    state: str
    opened_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    outcome: str
    timed_out_at: datetime | None
    by: str
    is_late: bool
    limit: str

    @property
    def mark(self) -> str:
        """Return the letter of the first post, or its first character."""
        return self.posts[0][-1] if self.posts[0][-1].isascii() else self.posts[0][0]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody is asked for it now."""
        return self.state == StepRun.State.OPEN


@dataclass(frozen=True)
class Told:
    """Somebody who was asked: as what, since when, by which ways with their receipts."""

    post: str
    part: str
    name: str
    told_at: datetime | None
    summoned_at: datetime | None
    received_at: datetime | None
    via: str
    state: str
    """received, calling, standby, declined, wrong, passed, waiting, unanswered."""
    ways: list[tuple[str, str]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Return how it stands with them, in words."""
        return STATES[self.state]


@dataclass(frozen=True)
class Standing:
    """A run for the board: clocks, who received; never a person in crisis."""

    run_id: int
    number: str
    title: str
    unit: str
    place: str
    is_drill: bool
    opened_at: datetime
    sla_at: datetime | None
    settled_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None
    clocks: list[Clock]
    told: list[Told]
    url: str


@dataclass(frozen=True)
class Alert:
    """What the phone of somebody who was asked shows."""

    run: Run
    title: str
    clause: str
    part: str
    step: Step | None
    """The open step that waits for this person, the first of them."""
    clock: Clock | None
    limit: str
    left: int
    """Seconds until the limit, negative after it."""
    whole: int
    share: int
    """Per cent of the limit that is left."""
    card: Card
    received_at: datetime | None
    declined_at: datetime | None
    clocks: list[Clock]
    told: list[Told]
    may_stand_down: bool
    page: str
    """Address of the domain's own page for the step."""

    @property
    def is_over(self) -> bool:
        """Tell whether the run has ended."""
        return self.run.ended_at is not None

    @property
    def clock_words(self) -> str:
        """Return the seconds that are left, or that have passed since, as the phone says them."""
        left = abs(self.left)
        text = f"{left}秒" if left < SECONDS else f"{left // 60}:{left % 60:02}"
        text = text if left < MINUTES else f"{round(left / 3600)}小时"
        return f"+{text}" if self.left < 0 else text

    @property
    def plain(self) -> list[Outcome]:
        """Return the huge buttons: the first two outcomes that ask for no words."""
        return self._buttons[:HUGE]

    @property
    def further(self) -> list[Outcome]:
        """Return the smaller buttons below."""
        return self._buttons[HUGE:]

    @property
    def told_with_words(self) -> list[Outcome]:
        """Return the outcomes that ask for a sentence."""
        return [one for one in self._outcomes if one.needs_note]

    @property
    def _buttons(self) -> list[Outcome]:
        return [one for one in self._outcomes if not one.needs_note]

    @property
    def _outcomes(self) -> tuple[Outcome, ...]:
        """Return what the engine's own page may answer; a step with a page answers there."""
        return self.step.outcomes if self.step and not self.step.page else ()


def run_of(about: str) -> Run | None:
    """Return the newest run about a domain's row."""
    return runs_of(about).first()


def runs_of(about: str) -> QuerySet[Run]:
    """Return every run about a domain's row, the newest first."""
    return Run.objects.filter(about=about).select_related("protocol", "unit").order_by("-t0", "-pk")


def was_asked(run: Run, person: Person) -> bool:
    """Test if somebody was asked in a run."""
    return Asked.objects.filter(run=run, person=person).exists()


def may_see(run: Run, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may open a run: who was asked, who leads, whom the domain names.

    Whoever must keep out of it sees nothing, whatever their office grants.
    """
    if run.excludes(person.pk):
        return False
    hooks = registry.of(run).hooks
    named = hooks.who_may_see is not None and hooks.who_may_see(run, person, mandate)
    return named or mandate.may(LEAD) or was_asked(run, person)


def clocks_of(run: Run, protocol: Protocol) -> list[Clock]:
    """Return every step of a run in order."""
    rows = {row.code: row for row in run.steps.select_related("by").order_by("number")}
    return [_clock(run, step, rows[step.code]) for step in protocol.steps if step.code in rows]


def _clock(run: Run, step: Step, row: StepRun) -> Clock:
    outcome = step.outcome(row.outcome) if row.outcome else None
    late = row.due_at is not None and row.closed_at is not None and row.closed_at > row.due_at
    return Clock(
        step=step.code,
        name=step.name,
        posts=tuple(post_words(post) for post in step.posts),
        state=row.state,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        outcome=outcome.name if outcome else "",
        timed_out_at=row.timed_out_at,
        by=str(row.by or ""),
        is_late=bool(row.timed_out_at or late),
        limit=words(step.within, run.limits),
    )


def post_words(post: str) -> str:
    """Return what a post is called: one of the roster, or a domain's own."""
    return str(Post(post).label) if post in Post.values else registry.own_posts().get(post, post)


def told_in(run: Run) -> list[Told]:
    """Return everybody who was asked in a run, by post and turn, with what became of messages."""
    rows = list(Asked.objects.filter(run=run).select_related("person").order_by("post", "turn"))
    ways: dict[int, dict[str, tuple[str, str]]] = {}
    sent = Message.objects.filter(
        notice__about__startswith=f"response/{run.pk}/",
        notice__person__in=[row.person_id for row in rows],
    ).select_related("notice")
    for message in sent.order_by("id"):  # the newest of each way stands
        ways.setdefault(message.notice.person_id, {})[message.channel] = way(message)
    return [
        Told(
            post=post_words(row.post),
            part=PARTS[Part(row.part)],
            name=row.person.name,
            told_at=row.told_at,
            summoned_at=row.summoned_at,
            received_at=row.received_at,
            via=row.get_via_display() if row.via else "",
            state=_state(row, ended=run.ended_at is not None),
            ways=list(ways.get(row.person_id, {}).values()) if row.told_at else [],
        )
        for row in rows
    ]


def _state(row: Asked, *, ended: bool) -> str:
    if row.declined_at:
        return "declined"
    if row.received_at:
        return "received"
    if row.wrong_at:
        return "wrong"
    if row.passed_at:
        return "passed"
    if row.summoned_at:
        return "unanswered" if ended else "calling"
    return "standby" if row.told_at else "waiting"


FRESH_SECONDS = 30
"""A phone's page is drawn anew at least so often: its domain's card may say more than the log."""


def version_of(run_id: int, *, at: datetime) -> str:
    """Return what differs whenever a run has gone on; everything that happens in it is an event."""
    log = Event.objects.filter(run=run_id).aggregate(last=Max("pk"), count=Count("pk"))
    return f"{log['last']}.{log['count']}.{int(at.timestamp()) // FRESH_SECONDS}"


def alert_of(run_id: int, person: Person, *, at: datetime) -> Alert | None:
    """Return what somebody's phone shows of a run; None for whoever was not asked in it."""
    run = Run.objects.select_related("protocol", "unit").filter(pk=run_id).first()
    if run is None or run.excludes(person.pk):
        return None
    mine = list(Asked.objects.filter(run=run, person=person).order_by("turn"))
    if not mine:
        return None
    wired = registry.of(run)
    protocol, hooks = wired.protocol, wired.hooks
    clocks = clocks_of(run, protocol)
    posts = {row.post for row in mine}
    step = _waiting(protocol, clocks, posts) if run.ended_at is None else None
    clock = next((one for one in clocks if step and one.step == step.code), None)
    row = run.steps.get(code=step.code) if step else None
    left, whole = _left(clock, at), _whole(clock)
    return Alert(
        run=run,
        title=protocol.title,
        clause=step.clause if step else protocol.clause,
        part=PARTS[Part(mine[0].part)],
        step=step,
        clock=clock,
        limit=words(step.within, run.limits) if step else "",
        left=left,
        whole=whole,
        share=max(0, min(100, round(100 * left / whole))) if whole else 0,
        card=hooks.card(run, row, person) if hooks.card else Card(),
        received_at=next((one.received_at for one in mine if one.received_at), None),
        declined_at=next((one.declined_at for one in mine if one.declined_at), None),
        clocks=clocks,
        told=told_in(run),
        may_stand_down=bool(posts & {str(post) for post in protocol.stands_down}),
        page=reverse(step.page, args=[run.pk]) if step and step.page else "",
    )


def _waiting(protocol: Protocol, clocks: Sequence[Clock], posts: set[str]) -> Step | None:
    """Return the first open step of somebody's posts."""
    opened = {clock.step for clock in clocks if clock.is_open}
    for step in protocol.steps:
        if step.code in opened and posts & {str(post) for post in step.posts}:
            return step
    return None


def _left(clock: Clock | None, at: datetime) -> int:
    if clock is None or clock.due_at is None:
        return 0
    return round((clock.due_at - at).total_seconds())


def _whole(clock: Clock | None) -> int:
    if clock is None or clock.due_at is None or clock.opened_at is None:
        return 0
    return max(1, round((clock.due_at - clock.opened_at).total_seconds()))


def standing_of(run: Run) -> Standing:
    """Return a run as the board shows it."""
    protocol = registry.of(run).protocol
    return Standing(
        run_id=run.pk,
        number=run.number,
        title=protocol.title,
        unit=str(run.unit or ""),
        place=run.place,
        is_drill=run.is_drill,
        opened_at=run.t0,
        sla_at=run.t0 + span(protocol.sla, run.limits[protocol.sla]) if protocol.sla else None,
        settled_at=run.settled_at,
        breached_at=run.breached_at,
        ended_at=run.ended_at,
        clocks=clocks_of(run, protocol),
        told=told_in(run),
        url=f"/response/{run.pk}/",
    )


def standing(*, at: datetime) -> list[Standing]:
    """Return every run that is under way, real ones first, the newest first; no patrol's own."""
    going = _all().filter(ended_at=None)
    return [standing_of(run) for run in going.order_by("is_drill", "-t0")]


def _all() -> QuerySet[Run]:
    """Return every run but those of the patrol, which call nobody."""
    return Run.objects.exclude(drill__is_synthetic=True).select_related("protocol", "unit")


SEGMENTS = {"": "处置中", "ended": "已结束", "breached": "超时", "drills": "演练"}


def listed(segment: str = "") -> QuerySet[Run]:
    """Return the desk's list: under way, ended, breached or drills; the newest first."""
    found = _all()
    found = {
        "": found.filter(ended_at=None),
        "ended": found.exclude(ended_at=None).filter(is_drill=False),
        "breached": found.exclude(breached_at=None).filter(is_drill=False),
        "drills": found.filter(is_drill=True),
    }.get(segment, found)
    return found.order_by("is_drill", "-t0", "-pk")


def tally() -> dict[str, int]:
    """Return how many runs stand in each segment."""
    return {segment: listed(segment).count() for segment in SEGMENTS}


def may_stand_down(run: Run, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may end a run by hand; the action asks again."""
    if run.ended_at is not None or run.excludes(person.pk):
        return False
    mine = Asked.objects.filter(run=run, person=person)
    posts = [str(post) for post in registry.of(run).protocol.stands_down]
    leads = mine.filter(part=Part.LEADER).exclude(summoned_at=None)
    return mandate.may(LEAD) or mine.filter(post__in=posts).exists() or leads.exists()


@dataclass(frozen=True)
class Line:
    """One thing that happened, in words."""

    event: Event
    step: str
    who: str
    words: str


def log_of(run: Run, protocol: Protocol) -> list[Line]:
    """Return everything that happened in a run, the newest first, in words."""
    lines = []
    for event in run.events.select_related("by").order_by("-id"):
        word = event.word
        if word in Post.values or word in registry.own_posts():
            word = post_words(word)
        lines.append(
            Line(
                event,
                protocol.name_of(event.step) if event.step else "",
                str(event.by or ""),
                "：".join(part for part in (event.get_kind_display(), word) if part),
            )
        )
    return lines


@dataclass(frozen=True)
class Calling:
    """A run that calls for somebody right now."""

    run: Run
    title: str
    step: Clock | None


def calling(person: Person) -> list[Calling]:
    """Return the runs in which it is somebody's turn and they have not answered."""
    waiting = (
        Asked.objects.filter(
            person=person, summoned_at__isnull=False, received_at=None, declined_at=None,
            run__ended_at=None,
        )
        .select_related("run__protocol", "run__unit")
        .order_by("run__is_drill", "-run__t0")
    )  # fmt: skip
    found: dict[int, Calling] = {}
    for row in waiting:
        protocol = registry.of(row.run).protocol
        clocks = clocks_of(row.run, protocol)
        step = _waiting(protocol, clocks, {row.post})
        mine = next((one for one in clocks if step and one.step == step.code), None)
        found.setdefault(row.run_id, Calling(row.run, protocol.title, mine))
    return list(found.values())


DWELL_MS = (50, 100, 250, 500, 1000, 2000, 5000, 10_000)


def dwell(*, at: datetime) -> list[tuple[str, int]]:
    """Return how long crisis messages of the last day lay until the gateway took them.

    A histogram: up to so many milliseconds -> messages. What was never taken is the last bar.
    """
    sent = Message.objects.filter(
        priority=Priority.CRISIS, at__gt=at - timedelta(days=1)
    ).values_list("next_at", "at", "sent_at", "state")
    counts = dict.fromkeys([*DWELL_MS, 0, -1], 0)
    for _, written, taken, state in sent:
        if taken is None:
            counts[-1] += state not in UNSENT or at - written > timedelta(seconds=10)
            continue
        ms = (taken - written).total_seconds() * 1000
        counts[next((edge for edge in DWELL_MS if ms <= edge), 0)] += 1
    words = {edge: f"≤ {edge} 毫秒" for edge in DWELL_MS} | {0: "更久", -1: "没有送出"}
    return [(words[edge], counts[edge]) for edge in [*DWELL_MS, 0, -1]]


@dataclass(frozen=True)
class Measured:
    """One real run, for the indicators (4.2 ④)."""

    number: str
    t0: datetime
    settled_at: datetime | None
    minutes: float | None
    """From T0 to safe or handed over; None while it goes on."""
    breached: bool
    stood_down: bool


def responses(*, protocol: str, since: date, until: date) -> list[Measured]:
    """Return the real runs of a protocol that began in [since, until); drills never count."""
    runs = Run.objects.filter(
        protocol__code=protocol, is_drill=False, t0__gte=start_of(since), t0__lt=start_of(until)
    )
    return [
        Measured(
            run.number,
            run.t0,
            run.settled_at,
            (run.settled_at - run.t0).total_seconds() / 60 if run.settled_at else None,
            run.breached_at is not None,
            run.state == Run.State.STOOD_DOWN,
        )
        for run in runs.order_by("t0", "pk")
    ]
