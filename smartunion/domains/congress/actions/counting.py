"""From the closed box to the signed sheet: shuffles, the opening, the reading, the result."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import transaction

from smartunion.domains.congress.actions import appraising, terms
from smartunion.domains.congress.actions.calling import State, prepare
from smartunion.domains.congress.models import Assent, Election, Mix, Scrutineer
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import boxes, counting, refusals
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def shuffle(*, election_id: int, said: Mapping[str, Any], by: Person, at: datetime) -> Mix:
    """Take a scrutineer's shuffle, every round of its proof checked first."""
    it = votes.locked(election_id, "洗牌", State.CLOSED, State.SHUFFLED)
    me = votes.serving(it, by)
    if it.opens == Election.Opens.SUMS:
        raise refusals.NotNow(state="只开合计", act="洗牌")
    if it.left_over is None:
        raise refusals.NotNow(state="剩票还没有点清", act="洗牌")
    if it.mixes.filter(scrutineer=me).exists():
        raise refusals.GivenTwice(number=me.number, act="洗过牌")
    number = it.mixes.count() + 1
    key, pairs = bytes.fromhex(it.key), votes.opening(it)
    if not boxes.is_shuffle(it.context, key, number, pairs, said):
        raise refusals.ShuffleWrong
    made = Mix.objects.create(
        election=it, number=number, scrutineer=me, out=said["out"], rounds=said["rounds"]
    )
    it.state = State.SHUFFLED
    it.save(update_fields=["state"])
    record(
        "congress.shuffled", it, by=by, at=at, number=number,
        sha256=boxes.digest({"out": made.out, "rounds": made.rounds}),
    )  # fmt: skip
    return made


@transaction.atomic
def give_part(
    *, election_id: int, said: Sequence[Mapping[str, str]], by: Person, at: datetime
) -> Scrutineer:
    """Take a scrutineer's part of the opening; with enough of them the ballots can be read."""
    it = votes.locked(election_id, "开启", State.SHUFFLED)
    me = votes.serving(it, by)
    if me.part is not None:
        raise refusals.GivenTwice(number=me.number, act="开启")
    pairs = votes.opening(it)
    if not boxes.is_part(it.context, me.number, votes.public_of(me), pairs, said):
        raise refusals.PartWrong(number=me.number)
    me.part = [dict(one) for one in said]
    me.save(update_fields=["part"])
    record("congress.part_given", it, by=by, at=at, sha256=boxes.digest(me.part))
    parts = {one.number: one.part or [] for one in it.scrutineers.exclude(part__isnull=True)}
    if len(parts) == it.needed:
        it.opened = boxes.opened(pairs, parts, votes.most(it))
        it.result = _count(it, it.opened)
        it.state = State.READING
        it.read = it.ballots.count() if it.opens == Election.Opens.SUMS else 0
        least = votes.terms(at).least_ballots
        if it.kind == Election.Kind.APPRAISAL and it.result["valid"] < least:
            return _withhold(it, me, least, at=at)
        it.save(update_fields=["opened", "result", "state", "read"])
        record(
            "congress.opened", it, by=None, at=at, ballots=it.ballots.count(),
            sha256=boxes.digest(it.opened),
        )  # fmt: skip
    return me


def _withhold(it: Election, me: Scrutineer, least: int, *, at: datetime) -> Scrutineer:
    """Release nothing of an appraisal by too few: who gave what would be known (T62)."""
    assert it.result is not None, "it was counted"
    it.void_because = f"有效票 {it.result['valid']} 张，不足 {least} 张：不公布，会议重评"
    it.opened, it.result, it.state = None, None, State.VOID
    it.save(update_fields=["opened", "result", "state", "void_because"])
    it.scrutineers.update(part=None)
    record("congress.voided", it, by=None, at=at, because=it.void_because)
    return me


def _count(it: Election, opened: Sequence[int | None]) -> dict[str, Any]:
    if it.kind == Election.Kind.APPRAISAL:
        return {**counting.scored(opened)}
    if it.opens == Election.Opens.SUMS:
        return counting.totalled(opened, it.ballots.count(), votes.rules_of(it))
    return counting.counted(opened, votes.rules_of(it))


@transaction.atomic
def read_out(*, election_id: int, upto: int, by: Person, at: datetime) -> Election:
    """Read ballots aloud up to a number; what was read stays read."""
    it = votes.locked(election_id, "唱票", State.READING)
    assert it.opened is not None, "the constraint of the state"
    before = it.read
    it.read = max(before, min(upto, it.ballots.count()))
    it.save(update_fields=["read"])
    record("congress.read_out", it, by=by, at=at, since=before, until=it.read)
    return it


@transaction.atomic
def announce(*, election_id: int, by: Person, at: datetime) -> Election:
    """Announce the result once every ballot was read; who is elected to the congress sits."""
    it = votes.locked(election_id, "宣布", State.READING)
    assert it.opened is not None, "the constraint of the state"
    assert it.result is not None, "it was counted when it was opened"
    if left := it.ballots.count() - it.read:
        raise refusals.NotNow(state=f"还有 {left} 张没有唱", act="宣布")
    numbers = votes.terms(at)
    it.state = State.ANNOUNCED
    it.save(update_fields=["state"])
    record("congress.announced", it, by=by, at=at, sha256=boxes.digest(it.result))
    if it.kind == Election.Kind.APPRAISAL:
        mean = Fraction(it.result["sum"], it.result["valid"])
        if mean < numbers.appraisal_pass:
            appraising.demand(election=it, mean=mean, by=by, at=at)
    elif it.elects_delegates:
        _seat(it, by=by, at=at)
    return it


def _seat(it: Election, *, by: Person, at: datetime) -> None:
    for one in votes.elected(it):
        if one.person_id is not None:
            terms.seat(
                congress_id=it.meeting.congress_id, person_id=one.person_id,
                delegation="补选", election=it, by=None, at=at,
            )  # fmt: skip


@transaction.atomic
def vote_again(*, election_id: int, by: Person | None, at: datetime) -> Election:
    """Prepare the vote among the tied, for the seats that are left (选举法第45条)."""
    it = votes.locked(election_id, "重投", State.ANNOUNCED, State.SIGNED)
    result = it.result or {}
    tied = [c for c in it.candidates.order_by("number") if f"c{c.number}" in result.get("tied", ())]
    if not tied or it.repeated.exists():
        raise refusals.NotNow(state="没有票数相等待定的人", act="重投")
    left = it.seats - len(result["elected"])
    made = prepare(
        meeting_id=it.meeting_id, kind=it.kind, title=f"{it.title}（票数相等者重投）", seats=left,
        persons=[c.person_id for c in tied if c.person_id], elects_delegates=it.elects_delegates,
        names=[c.words for c in tied if not c.person_id], again=it, by=by, at=at,
    )  # fmt: skip
    record("congress.voted_again", it, by=by, at=at, names=len(tied), seats=left)
    return made


@transaction.atomic
def sign(*, election_id: int, by: Person, at: datetime) -> Election:
    """Sign the sheet; with all scrutineers' names under it, it is published."""
    it = votes.locked(election_id, "签字", State.ANNOUNCED)
    votes.serving(it, by)
    Assent.objects.get_or_create(election=it, act=Assent.Act.SIGN, person=by, defaults={"at": at})
    record("congress.sheet_signed", it, by=by, at=at, sha256=boxes.digest(it.result))
    if it.assents.filter(act=Assent.Act.SIGN).count() == it.scrutineers.count():
        it.state = State.SIGNED
        it.save(update_fields=["state"])
        record("congress.published", it, by=None, at=at, sha256=boxes.digest(it.opened))
    return it
