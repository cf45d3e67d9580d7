"""What the pages show of congresses, meetings and votes; whose they are decides who finds them."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from smartunion.domains.congress.models import (
    AgendaItem,
    Assent,
    Ballot,
    Candidate,
    Congress,
    Delegate,
    Election,
    Meeting,
    Rectification,
    Scrutineer,
)
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import boxes, counting
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit, UnitKind
from smartunion.kernel.people.reads import Mandate, members

KEEP = "congress.keep"
Where = frozenset[int] | None
STATE = Election.State
MARKS = {
    STATE.PREPARED: "wait", STATE.FROZEN: "wait", STATE.KEYED: "wait", STATE.READY: "wait",
    STATE.OPEN: "run", STATE.CLOSED: "hold", STATE.SHUFFLED: "hold", STATE.READING: "run",
    STATE.ANNOUNCED: "hold", STATE.SIGNED: "ok", STATE.VOID: "no",
}  # fmt: skip

SUMMED = {
    STATE.CLOSED: "已封箱，待点剩票", STATE.SHUFFLED: "待开启合计",
    STATE.READING: "合计已开，待宣布",
}  # fmt: skip


def where(mandate: Mandate) -> Where:
    """Return the units whose congresses a mandate keeps; None for all."""
    return mandate.units[KEEP]


def units(kept: Where) -> QuerySet[Unit]:
    """Return the branches whose congresses may be kept."""
    found = Unit.objects.filter(kind=UnitKind.BRANCH).order_by("code")
    return found if kept is None else found.filter(pk__in=kept)


def congresses(kept: Where) -> list[Congress]:
    """Return the congresses that are kept, the newest first."""
    found = Congress.objects.select_related("unit").order_by("-since", "unit__code")
    return list(found if kept is None else found.filter(unit__in=kept))


def congress(congress_id: int, kept: Where) -> Congress | None:
    """Return one of the congresses that are kept; None for another's."""
    return next((one for one in congresses(kept) if one.pk == congress_id), None)


def eligible(it: Congress, *, at: datetime) -> QuerySet[Person]:
    """Return the unit's members who do not sit yet."""
    there = it.delegates.values("person_id")
    found = members(on=campus_day(at)).filter(unit=it.unit).exclude(pk__in=there)
    return found.order_by("name", "pk")


def roll(it: Congress, *, at: datetime) -> list[Delegate]:
    """Return the roll of a day."""
    return list(votes.delegates(it, on=campus_day(at)))


def sitting(it: Election, *, at: datetime) -> QuerySet[Person]:
    """Return who may scrutinize: the delegates of the day."""
    rows = votes.delegates(it.meeting.congress, on=campus_day(at))
    return Person.objects.filter(pk__in=rows.values("person_id")).order_by("name", "pk")


def meetings(it: Congress) -> list[Meeting]:
    """Return a congress's meetings, the newest first."""
    return list(it.meetings.order_by("-starts_at"))


def meeting(meeting_id: int, kept: Where) -> Meeting | None:
    """Return a meeting of a congress that is kept."""
    found = Meeting.objects.select_related("congress__unit").filter(pk=meeting_id)
    return found.first() if kept is None else found.filter(congress__unit__in=kept).first()


def meeting_of(person: Person, meeting_id: int, *, at: datetime) -> Meeting | None:
    """Return a meeting of a congress in which the person sits."""
    found = Meeting.objects.select_related("congress__unit").filter(pk=meeting_id).first()
    if found and votes.is_delegate(found.congress, person, on=campus_day(at)):
        return found
    return None


def vote(election_id: int, kept: Where) -> Election | None:
    """Return a vote of a congress that is kept."""
    found = _votes().filter(pk=election_id)
    if kept is not None:
        found = found.filter(meeting__congress__unit__in=kept)
    return found.first()


def _votes() -> QuerySet[Election]:
    return Election.objects.select_related("meeting__congress__unit")


def public(election_id: int) -> Election | None:
    """Return a vote for everybody: from the freezing of its names on."""
    return _votes().filter(pk=election_id).exclude(state=STATE.PREPARED).first()


def published() -> "list[Vote]":
    """Return every vote whose names are fixed, the newest first."""
    found = _votes().exclude(state=STATE.PREPARED).order_by("-meeting__starts_at", "-pk")
    return [Vote(one, words_of(one), MARKS[STATE(one.state)]) for one in found[:200]]


def words_of(it: Election) -> str:
    """Return how a vote stands, in words; a vote of sums is neither shuffled nor read out."""
    if it.opens == Election.Opens.SUMS and it.state in SUMMED:
        return SUMMED[STATE(it.state)]
    return it.get_state_display()


def is_shown(it: Election) -> bool:
    """Test if a slip's page shows the ballot: to vote, or to try it before the box is open."""
    tried = it.state == STATE.READY and it.opens == Election.Opens.BALLOTS
    return tried or it.state == STATE.OPEN


def to_cast(context: str) -> Election | None:
    """Return the vote to which a slip leads."""
    return _votes().filter(context=context).first()


def serving(person: Person, election_id: int) -> Scrutineer | None:
    """Return the person's own post at a vote."""
    found = Scrutineer.objects.select_related("election__meeting__congress__unit", "person")
    return found.filter(person=person, election_id=election_id).first()


@dataclass(frozen=True)
class Present:
    """One of the roll at a meeting: there or not, with a slip or not."""

    delegate: Delegate
    there: bool
    has_slip: bool


def hall(it: Meeting, *, at: datetime, election: Election | None = None) -> list[Present]:
    """Return the roll with who is there, and who has drawn a slip."""
    there = set(it.attendance.values_list("person_id", flat=True))
    drawn = set(election.handings.values_list("person_id", flat=True)) if election else set()
    return [
        Present(one, one.person_id in there, one.person_id in drawn)
        for one in roll(it.congress, at=at)
    ]


@dataclass(frozen=True)
class Delegation:
    """A delegation at a meeting: how many sit in it, how many are there."""

    name: str
    seats: int
    there: int


def delegations(rows: list[Present]) -> list[Delegation]:
    """Return the delegations of a hall in the order of the roll."""
    names = dict.fromkeys(one.delegate.delegation for one in rows)
    return [
        Delegation(
            name,
            sum(one.delegate.delegation == name for one in rows),
            sum(one.there for one in rows if one.delegate.delegation == name),
        )
        for name in names
    ]


def quorum(seats: int, *, at: datetime) -> int:
    """Return how many of a roll must be there."""
    return counting.quorum(seats, votes.terms(at).quorum)


def agenda(it: Meeting) -> list[AgendaItem]:
    """Return a meeting's agenda."""
    return list(it.agenda.order_by("number"))


@dataclass(frozen=True)
class Vote:
    """A vote as pages list it."""

    it: Election
    words: str
    mark: str


def listed(it: Meeting) -> list[Vote]:
    """Return a meeting's votes in their order."""
    return [
        Vote(one, words_of(one), MARKS[STATE(one.state)]) for one in it.elections.order_by("pk")
    ]


@dataclass(frozen=True)
class Line:
    """One name's count, as far as it was read out."""

    candidate: Candidate
    yes: int
    no: int
    abstained: int
    mark: str
    words: str


@dataclass(frozen=True)
class Card:
    """A vote with all that its pages show."""

    it: Election
    words: str
    mark: str
    candidates: list[Candidate]
    sworn: list[Scrutineer]
    present: int
    entitled: int
    quorum: int
    handed: int
    came: int
    printed: int
    lines: list[Line]
    spoilt: int
    last: str
    mean: str
    need: int
    written: list[tuple[str, int]]
    agreed: dict[str, list[str]]
    rectification: Rectification | None

    @property
    def exact(self) -> str:
        """Return the mean as it is, before any decimal is cut: a sum and how many share it."""
        counted = self.it.result or {}
        return f"{counted.get('valid')} 张有效票共 {counted.get('sum')} 分"

    @property
    def can_be_marked(self) -> bool:
        """Test if there are names enough to agree on a pattern that is known when it is read."""
        return len(self.candidates) > counting.PATTERN

    @property
    def total(self) -> int:
        """Return how many ballots there are to read; nought before they are opened."""
        return self.came if self.it.opened is not None else 0

    @property
    def on_paper(self) -> int:
        """Return how many ballots were entered from paper."""
        return Ballot.objects.filter(election=self.it, on_paper=True).count()


def card(it: Election, *, at: datetime) -> Card:
    """Return a vote's card: the count only of what was read out already."""
    names = list(it.candidates.order_by("number"))
    entitled = it.rules.get("entitled") or len(roll(it.meeting.congress, at=at))
    there = it.rules.get("present") or votes.present(it)
    done = it.state in (STATE.ANNOUNCED, STATE.SIGNED)
    read = list(it.opened or ())[: it.read]
    agreed: dict[str, list[str]] = {act: [] for act in Assent.Act.values}
    for one in it.assents.order_by("at").select_related("person"):
        agreed[one.act].append(one.person.name)
    appraised = it.kind == Election.Kind.APPRAISAL
    counted: dict[str, Any] = {}
    if it.opens == Election.Opens.SUMS:
        counted, read = it.result or {}, []
    elif read and not appraised:
        counted = counting.counted(read, votes.rules_of(it))
    elif read:
        counted = counting.scored(read)
    mean = counting.mean(counted) if appraised and read and done else None
    return Card(
        it=it, words=words_of(it), mark=MARKS[STATE(it.state)], candidates=names,
        sworn=list(it.scrutineers.order_by("number").select_related("person")),
        present=there, entitled=entitled,
        quorum=counting.quorum(entitled, votes.terms(at).quorum),
        handed=it.handings.count(), came=it.ballots.count(), printed=it.slips.count(),
        lines=[] if appraised else _lines(it, names, counted, done=done),
        spoilt=counted.get("spoilt", 0), last=_said(it, names, read), mean=_shown(mean),
        need=counted.get("need", 0), written=_written(it, counted), agreed=agreed,
        rectification=Rectification.objects.filter(election=it).first(),
    )  # fmt: skip


def _shown(mean: Fraction | None) -> str:
    if mean is None:
        return ""
    cut = int(mean * 10**4)  # cut, not rounded: 79.99996 does not pass
    return f"{cut // 10**4}.{cut % 10**4:04}".rstrip("0").rstrip(".")


def _lines(
    it: Election, names: list[Candidate], counted: dict[str, Any], *, done: bool
) -> list[Line]:
    valid = it.read - counted.get("spoilt", 0)
    found = []
    for at, one in enumerate(names):
        yes, no = (counted["yes"][at], counted["no"][at]) if counted else (0, 0)
        code = f"c{one.number}"
        mark, words = ("", "")
        if done and it.result:
            won = "通过" if it.kind == Election.Kind.MOTION else "当选"
            lost = "未通过" if it.kind == Election.Kind.MOTION else "未当选"
            mark, words = ("na", lost)
            if code in it.result["elected"]:
                mark, words = ("ok", won)
            elif code in it.result["tied"]:
                mark, words = ("hold", "票数相等，重投")
        found.append(Line(one, yes, no, valid - yes - no, mark, words))
    return found


def _written(it: Election, counted: dict[str, Any]) -> list[tuple[str, int]]:
    numbers = {int(n): votes_ for n, votes_ in counted.get("written", {}).items()}
    known = it.meeting.congress.delegates.filter(number__in=numbers).select_related("person")
    names = {one.number: one.person.name for one in known}
    return [(names.get(n, f"{n}号"), numbers[n]) for n in sorted(numbers)]


def _said(it: Election, names: list[Candidate], read: list[int | None]) -> str:
    """Return in words what the last ballot read says."""
    if not read:
        return ""
    value = read[-1]
    if it.kind == Election.Kind.APPRAISAL:
        if value is None or value > counting.BALLOT_ABSTAINS:
            return "废票"
        return "弃权" if value == counting.BALLOT_ABSTAINS else f"{value} 分"
    found = counting.said(value, votes.rules_of(it))
    if found is None:
        return "废票：所选多于应选，或读不出"
    marks, written = found
    said = [one.words for one, mark in zip(names, marks, strict=True) if mark == counting.YES]
    against = [one.words for one, mark in zip(names, marks, strict=True) if mark == counting.NO]
    parts = ["赞成 " + "、".join(said)] if said else []
    parts += ["反对 " + "、".join(against)] if against else []
    parts += [f"另选 {written}号代表"] if written else []
    return "；".join(parts) or "弃权"


@dataclass(frozen=True)
class Mine:
    """What waits for a delegate on the phone."""

    seats: list[Delegate]
    meetings: list[Meeting]
    scrutinies: list[Scrutineer]


def mine(person: Person, *, at: datetime) -> Mine:
    """Return a delegate's congresses, their meetings, and the votes at which they serve."""
    on = campus_day(at)
    found = Delegate.objects.filter(person=person).select_related("congress__unit")
    seats = [one for one in found if votes.is_delegate(one.congress, person, on=on)]
    sat = Meeting.objects.filter(congress__in=[one.congress_id for one in seats])
    serves = Scrutineer.objects.filter(person=person).exclude(election__state__in=["void"])
    return Mine(
        seats, list(sat.select_related("congress__unit").order_by("-starts_at")[:12]),
        list(serves.select_related("election__meeting__congress__unit").order_by("-pk")[:12]),
    )  # fmt: skip


def is_present(it: Meeting, person: Person) -> bool:
    """Test if somebody has signed in."""
    return it.attendance.filter(person=person).exists()


def scrutiny(me: Scrutineer) -> dict[str, Any]:
    """Return what a scrutineer's laptop needs to do its next step."""
    it = me.election
    sworn = list(it.scrutineers.order_by("number"))
    told: dict[str, Any] = {
        "state": it.state, "opens": it.opens, "context": it.context, "me": me.number,
        "needed": it.needed,
        "committed": me.commitment is not None, "sent": me.sent is not None,
        "accepted": me.acceptance is not None, "gave": me.part is not None,
        "shuffled": it.mixes.filter(scrutineer=me).exists(), "left_over": it.left_over,
        "commitments": {str(one.number): one.commitment for one in sworn if one.commitment},
        "to_me": {str(one.number): one.sent[str(me.number)] for one in sworn
                  if one.sent and one.number != me.number},
        "sworn": len(sworn), "key": it.key, "mixes": it.mixes.count(),
        "signed": it.assents.filter(act=Assent.Act.SIGN, person=me.person).exists(),
    }  # fmt: skip
    if it.state in (STATE.CLOSED, STATE.SHUFFLED):
        told["pairs"] = votes.last_out(it)
    return told


def most_bytes(it: Election) -> int:
    """Return how many bytes a laptop of this vote may send."""
    return boxes.most_bytes(it.ballots.count())


def listed_codes(it: Election) -> list[str]:
    """Return the tracking codes of the box, in their order."""
    if it.state == STATE.OPEN:
        return []  # what has come so far would say who came when
    return [one.code[:12] for one in votes.box(it)]


def commitments(it: Election) -> list[tuple[str, str]]:
    """Return the digests that the journal's tree holds of a vote, as a page shows them."""
    told = [("票号名单", it.slips_sha256)] if it.slips_sha256 else []
    if it.state not in (STATE.FROZEN, STATE.KEYED, STATE.READY, STATE.OPEN):
        told.append(("票箱", boxes.digest([one.code for one in votes.box(it)])))
    told += [
        (f"第{one.number}次洗牌", boxes.digest({"out": one.out, "rounds": one.rounds}))
        for one in it.mixes.order_by("number")
    ]
    if it.opened is not None:
        told += [("开出的票", boxes.digest(it.opened)), ("结果", boxes.digest(it.result))]
    return told
