"""Slips, the box, the ballots: from the printing to the closing."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Any

from django.db import transaction

from smartunion.domains.congress.actions.calling import State
from smartunion.domains.congress.models import (
    Assent,
    Attendance,
    Ballot,
    Election,
    Handing,
    Slip,
)
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import boxes, counting, group, refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

TWO = 2
"""Nobody opens or closes a box alone."""

SUMS = Election.Opens.SUMS


@transaction.atomic
def print_slips(*, election_id: int, by: Person | None, at: datetime) -> list[int]:
    """Make the slips: their secrets are returned once, for the paper; only the rest is kept."""
    it = votes.locked(election_id, "印票", State.KEYED)
    number = ceil(it.rules["entitled"] * votes.terms(at).slips_percent / 100)
    made = [group.fresh() for _ in range(number)]
    public = sorted(group.base(one).hex() for one in made)
    Slip.objects.bulk_create(Slip(public=one, election=it) for one in public)
    it.slips_sha256 = sha256("\n".join(public).encode()).hexdigest()
    it.state = State.READY
    it.save(update_fields=["slips_sha256", "state"])
    record("congress.slips_printed", it, by=by, at=at, slips=number, sha256=it.slips_sha256)
    return made


@transaction.atomic
def hand_out(*, election_id: int, person_id: int, by: Person | None, at: datetime) -> Handing:
    """Note that a delegate who is present drew a slip from the box; never which."""
    it = votes.locked(election_id, "发票", State.READY, State.OPEN)
    person = Person.objects.get(pk=person_id)
    if not votes.is_delegate(it.meeting.congress, person, on=campus_day(at)):
        raise refusals.NotDelegate(person=person.name, congress=it.meeting.congress)
    if not Attendance.objects.filter(meeting=it.meeting_id, person=person).exists():
        raise refusals.NotPresent(person=person.name)
    if it.handings.filter(person=person).exists():
        raise refusals.SlipTaken(person=person.name)
    printed = it.slips.count()
    if it.handings.count() >= printed:
        raise refusals.NoSlipLeft(printed=printed)
    made = Handing.objects.create(election=it, person=person)
    record("congress.slip_handed", it, by=by, at=at, person=person.name)
    return made


@transaction.atomic
def open_box(*, election_id: int, by: Person, at: datetime) -> Election:
    """Agree to open the box; it opens when a second one agrees. Refused without a quorum."""
    it = votes.locked(election_id, "开箱", State.READY)
    entitled, there = it.rules["entitled"], votes.present(it)
    need = counting.quorum(entitled, votes.terms(at).quorum)
    if there < need:
        raise refusals.NoQuorum(entitled=entitled, present=there, need=need, missing=need - there)
    if _second(it, Assent.Act.OPEN, by, at):
        it.rules = {**it.rules, "present": there}
        it.state = State.OPEN
        it.save(update_fields=["rules", "state"])
        record("congress.box_opened", it, by=by, at=at, present=there, entitled=entitled)
    return it


@transaction.atomic
def cast(
    *, election_id: int, said: Mapping[str, Any], on_paper: bool = False, at: datetime
) -> Ballot:
    """Take a ballot. Safe to send again: the same ballot is the same row.

    What is written down of it bears the moment at which the box was opened, not its own.
    """
    it = Election.objects.select_for_update(of=("self",), no_key=True).get(pk=election_id)
    if it.state != State.OPEN:
        raise refusals.NotOpen(state=it.get_state_display())
    try:
        told = boxes.mark_of(said) if it.opens == SUMS else boxes.ballot_of(said).told()
    except ValueError as wrong:
        raise refusals.BallotWrong from wrong
    code = boxes.code_of(told) if it.opens == SUMS else boxes.ballot_of(told).code
    slip = Slip.objects.select_for_update().filter(public=told["slip"], election=it).first()
    if slip is None:
        raise refusals.SlipUnknown
    there = Ballot.objects.filter(slip=slip).first()
    if there is not None and there.code == code:
        return there
    if there is not None:
        raise refusals.SlipUsed(code=there.code[:12])
    if not _is_good(it, told):
        raise refusals.BallotWrong
    made = Ballot.objects.create(code=code, election=it, slip=slip, told=told, on_paper=on_paper)
    opened = it.assents.filter(act=Assent.Act.OPEN).order_by("-at").values_list("at", flat=True)
    record("congress.ballot_taken", it, by=None, at=opened.first() or at)
    return made


def _is_good(it: Election, told: Mapping[str, Any]) -> bool:
    key = bytes.fromhex(it.key)
    if it.opens == SUMS:
        return boxes.is_mark(it.context, key, counting.CHOICES, told)
    return boxes.is_ballot(it.context, key, boxes.ballot_of(told))


@transaction.atomic
def close_box(*, election_id: int, by: Person, at: datetime) -> Election:
    """Agree to close the box; it closes when a second one agrees.

    More ballots than slips handed out void the vote, whatever the ballots say.
    """
    it = votes.locked(election_id, "封箱", State.OPEN)
    if not _second(it, Assent.Act.CLOSE, by, at):
        return it
    it.issued, came = it.handings.count(), it.ballots.count()
    it.state = State.CLOSED
    if came > it.issued:
        it.state = State.VOID
        it.void_because = f"收回 {came} 张，多于发出的 {it.issued} 张，本次选举无效"
    least = votes.terms(at).least_ballots
    if it.kind == Election.Kind.APPRAISAL and came < least:
        it.state = State.VOID
        it.void_because = f"收回 {came} 张，不足 {least} 张：不开启，会议重评"
    it.save(update_fields=["issued", "state", "void_because"])
    sha = boxes.digest([one.code for one in votes.box(it)])
    record(
        "congress.box_closed", it, by=by, at=at, because=it.void_because, issued=it.issued,
        came=came, sha256=sha,
    )  # fmt: skip
    return it


@transaction.atomic
def count_left(*, election_id: int, counted: int, by: Person, at: datetime) -> Election:
    """Take how many slips the scrutineers counted in the box that nobody drew."""
    it = votes.locked(election_id, "点剩票", State.CLOSED)
    votes.serving(it, by)
    assert it.issued is not None, "the closing set it"
    printed = it.slips.count()
    if counted != printed - it.issued:
        raise refusals.CountDiffers(
            printed=printed, issued=it.issued, should=printed - it.issued, counted=counted
        )
    it.left_over = counted
    if it.opens == SUMS:
        it.state = State.SHUFFLED  # there is no order of ballots to hide: none is opened
    it.save(update_fields=["left_over", "state"])
    record("congress.slips_counted", it, by=by, at=at, left=counted)
    return it


def _second(it: Election, act: str, by: Person, at: datetime) -> bool:
    """Note that somebody agrees; True once a keeper and a scrutineer, or two of them, have."""
    if it.candidates.filter(person=by).exists():
        raise refusals.MayNot(person=by.name, act=Assent.Act(act).label, why="本人是候选人")
    Assent.objects.get_or_create(election=it, act=act, person=by, defaults={"at": at})
    agreed = set(it.assents.filter(act=act).values_list("person_id", flat=True))
    record("congress.agreed", it, by=by, at=at, act=act)
    sworn = set(it.scrutineers.values_list("person_id", flat=True))
    return len(agreed) >= TWO and bool(agreed & sworn)
