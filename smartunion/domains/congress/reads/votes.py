"""What stands of a vote: its ballots in their order, its shuffles, the file for verifiers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from smartunion.domains.congress.models import (
    Attendance,
    Ballot,
    Candidate,
    Congress,
    Delegate,
    Election,
    Mix,
    Scrutineer,
    Slip,
)
from smartunion.domains.congress.rules import boxes, counting, keys, refusals
from smartunion.domains.congress.rules.counting import Rules
from smartunion.domains.congress.rules.terms import Terms, terms_of
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import held_on, members


def terms(at: datetime) -> Terms:
    """Return the plan's numbers of a moment's day."""
    return terms_of(planning.lasting_terms("congress", on=campus_day(at)))


def delegates(congress: Congress, *, on: date) -> QuerySet[Delegate]:
    """Return who sits in the congress on a day, in the order of the roll."""
    held = held_on(on).values("pk")
    found = congress.delegates.filter(appointment__in=held).select_related("person")
    return found.order_by("number")


def is_delegate(congress: Congress, person: Person, *, on: date) -> bool:
    """Test if a person sits in the congress on a day."""
    return delegates(congress, on=on).filter(person=person).exists()


def present(election: Election) -> int:
    """Return how many delegates have signed in."""
    return Attendance.objects.filter(meeting=election.meeting_id).count()


def rules_of(election: Election) -> Rules:
    """Return how the vote counts, as it was frozen."""
    said = election.rules
    return Rules(
        election.seats, len(said["names"]), said["entitled"], said["present"], said["base"],
        said["writes"],
    )  # fmt: skip


def most(election: Election) -> int:
    """Return the largest value that a ballot of this vote can say."""
    if election.kind == Election.Kind.APPRAISAL:
        return counting.BALLOT_ABSTAINS
    if election.opens == Election.Opens.SUMS:
        return election.ballots.count()
    return rules_of(election).most


def commitments(election: Election) -> list[Mapping[str, Any]]:
    """Return the scrutineers' commitments in their order."""
    rows = election.scrutineers.order_by("number").values_list("commitment", flat=True)
    return [row for row in rows if row]


def public_of(scrutineer: Scrutineer) -> bytes:
    """Return a scrutineer's public share of the key."""
    return keys.public_of(scrutineer.number, commitments(scrutineer.election))


def box(election: Election) -> list[Ballot]:
    """Return the ballots in the order of their codes, which says nothing of when they came."""
    return list(Ballot.objects.filter(election=election).order_by("code"))


def last_out(election: Election) -> str:
    """Return what the last shuffle left, or the box itself, written one after the other.

    Where only the sums are opened: the sums.
    """
    last = Mix.objects.filter(election=election).order_by("-number").first()
    if last:
        return last.out
    if election.opens == Election.Opens.SUMS:
        sums = boxes.columns([one.told for one in box(election)], counting.CHOICES)
        return "".join(a.hex() + b.hex() for a, b in sums)
    return "".join(one.told["a"] + one.told["b"] for one in box(election))


def slips(election: Election) -> list[str]:
    """Return the published slips."""
    found = Slip.objects.filter(election=election).order_by("public")
    return list(found.values_list("public", flat=True))


def title(election: Election) -> str:
    """Return what the vote is called, with its congress."""
    return f"{election.meeting.congress} {election.title}"


def bundle(election: Election) -> dict[str, Any]:
    """Return everything that a verifier needs, in the one form that all three read.

    Ballots and their proofs from the closing of the box; what they say from the reading on.
    """
    state = Election.State
    shown = election.state in (state.READING, state.ANNOUNCED, state.SIGNED)
    closed = election.state not in (
        state.PREPARED, state.FROZEN, state.KEYED, state.READY, state.OPEN,
    )  # fmt: skip
    sworn = election.scrutineers.order_by("number").select_related("person")
    told = {
        "kind": election.kind,
        "opens": election.opens,
        "title": title(election),
        "context": election.context,
        "needed": election.needed,
        "key": election.key,
        "rules": election.rules,
        "scrutineers": [
            {
                "number": one.number, "name": one.person.name,
                "commitment": one.commitment, "acceptance": one.acceptance,
            }
            for one in sworn
        ],
        "slips": slips(election),
        "slips_sha256": election.slips_sha256,
        "issued": election.issued,
        "left_over": election.left_over,
        "ballots": [one.told for one in box(election)] if closed else [],
        "mixes": [
            {"number": one.number, "by": one.scrutineer.number, "out": one.out,
             "rounds": one.rounds}
            for one in election.mixes.order_by("number").select_related("scrutineer")
        ],
    }  # fmt: skip
    if shown:
        told |= {
            "parts": {str(one.number): one.part for one in sworn if one.part},
            "opened": election.opened,
            "most": most(election),
            "result": election.result,
        }
    return told


def opening(election: Election) -> list[boxes.Pair]:
    """Return the ciphertexts that are opened: what the last shuffle left."""
    return boxes.pairs_of(last_out(election))


def people_of(congress: Congress, *, at: datetime) -> QuerySet[Person]:
    """Return the unit's members: who may stand."""
    return members(on=campus_day(at)).filter(unit=congress.unit).order_by("name", "pk")


def locked(election_id: int, act: str, *states: str) -> Election:
    """Return the vote, locked, where it is the turn of this act; NotNow says whose turn it is."""
    found = (
        Election.objects.select_for_update(of=("self",))
        .select_related("meeting__congress__unit")
        .get(pk=election_id)
    )
    if found.state not in states:
        raise refusals.NotNow(state=found.get_state_display(), act=act)
    return found


def serving(election: Election, person: Person) -> Scrutineer:
    """Return the person's own post at this vote; refused for whoever is no scrutineer."""
    found = election.scrutineers.filter(person=person).first()
    if found is None:
        raise refusals.MayNot(person=person.name, act="监票", why="不是本次的监票人")
    found.election = election
    return found


def elected(it: Election) -> list[Candidate]:
    """Return who is elected of those on the ballot."""
    won = set((it.result or {}).get("elected", ()))
    return [one for one in it.candidates.order_by("number") if f"c{one.number}" in won]
