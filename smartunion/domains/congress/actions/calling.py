"""A vote is called: its names, its scrutineers, the key that three of them make."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from smartunion.domains.congress.models import Candidate, Election, Meeting, Scrutineer
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import boxes, counting, keys, refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

State = Election.State


@transaction.atomic
def prepare(
    *,
    meeting_id: int,
    kind: str,
    title: str,
    seats: int,
    names: Sequence[str] = (),
    persons: Sequence[int] = (),
    elects_delegates: bool = False,
    opens: str = Election.Opens.BALLOTS,
    again: Election | None = None,
    by: Person | None,
    at: datetime,
) -> Election:
    """Prepare a vote: persons who stand, or the one text that is voted on or appraised.

    A small body votes on a text by sums alone: no ballot of it is ever opened. Refused for others.
    """
    meeting = Meeting.objects.select_related("congress").get(pk=meeting_id)
    if not title.strip() or not (names or persons):
        raise refusals.TextMissing(what="票决的名称或候选")
    if opens == Election.Opens.SUMS and (kind != Election.Kind.MOTION or len(names) != 1):
        raise refusals.SumsForMotions
    made = Election.objects.create(
        meeting=meeting, kind=kind, title=title, seats=seats, context=uuid4().hex, again=again,
        elects_delegates=elects_delegates, opens=opens,
    )  # fmt: skip
    standing = {one.pk: one for one in Person.objects.filter(pk__in=persons)}
    rows: list[tuple[Person | None, str]] = [(standing[pk], standing[pk].name) for pk in persons]
    rows += [(None, words) for words in names]
    Candidate.objects.bulk_create(
        Candidate(election=made, number=number, person=person, words=words)
        for number, (person, words) in enumerate(rows, start=1)
    )
    record("congress.vote_prepared", made, by=by, at=at, seats=seats, names=len(rows))
    return made


@transaction.atomic
def freeze(
    *, election_id: int, scrutineers: Sequence[int], by: Person | None, at: datetime
) -> Election:
    """Freeze names, roll and scrutineers. Refused: a small differential, who stands, who is kin."""
    it = votes.locked(election_id, "定名单", State.PREPARED)
    terms, on = votes.terms(at), campus_day(at)
    names = list(it.candidates.order_by("number"))
    if it.kind == Election.Kind.ELECTION and it.again is None:
        need = counting.names_needed(it.seats, terms.contested_percent)
        if len(names) < need:
            raise refusals.FewNames(
                seats=it.seats, need=need, names=len(names), percent=terms.contested_percent,
                missing=need - len(names),
            )  # fmt: skip
    if len(set(scrutineers)) != terms.scrutineers:
        raise refusals.NeedsScrutineers(need=terms.scrutineers, there=len(set(scrutineers)))
    roll = list(votes.delegates(it.meeting.congress, on=on))
    sitting, standing = {one.person_id: one.person for one in roll}, {n.person_id for n in names}
    for pk in scrutineers:
        if pk not in sitting:
            raise refusals.NotDelegate(
                person=Person.objects.get(pk=pk).name, congress=it.meeting.congress
            )
        if pk in standing:
            raise refusals.MayNot(person=sitting[pk].name, act="作监票人", why="本人是候选人")
    Scrutineer.objects.bulk_create(
        Scrutineer(election=it, number=number, person_id=pk)
        for number, pk in enumerate(scrutineers, start=1)
    )
    writable = it.kind == Election.Kind.ELECTION and it.again is None
    it.rules = {
        "seats": it.seats, "names": [one.words for one in names], "entitled": len(roll),
        "present": 0, "base": terms.majority_base,
        "writes": max((one.number for one in roll), default=0) if writable else 0,
    }  # fmt: skip
    it.needed, it.state = terms.keys_needed, State.FROZEN
    it.save(update_fields=["rules", "needed", "state"])
    record(
        "congress.vote_frozen", it, by=by, at=at, names=len(names), entitled=len(roll),
        sha256=boxes.digest(it.rules),
    )  # fmt: skip
    return it


@transaction.atomic
def commit(
    *, election_id: int, said: Mapping[str, Any], declared: bool, by: Person, at: datetime
) -> Scrutineer:
    """Take a scrutineer's commitment to the key, and that they are no candidate's close kin."""
    it = votes.locked(election_id, "生成钥匙", State.FROZEN)
    me = votes.serving(it, by)
    if not declared:
        raise refusals.MayNot(person=by.name, act="监票", why="没有声明不是候选人的近亲属")
    if me.commitment is not None:
        raise refusals.GivenTwice(number=me.number, act="作过承诺")
    if not keys.is_commitment(it.context, me.number, it.needed, said):
        raise refusals.KeyWrong(number=me.number, what="钥匙承诺")
    me.commitment, me.declared = dict(said), True
    me.save(update_fields=["commitment", "declared"])
    record("congress.key_committed", it, by=by, at=at, sha256=boxes.digest(said))
    return me


@transaction.atomic
def send(*, election_id: int, shares: Mapping[str, str], by: Person, at: datetime) -> Scrutineer:
    """Take what a scrutineer sends the others, which only those can read."""
    it = votes.locked(election_id, "交换份额", State.FROZEN)
    me = votes.serving(it, by)
    others = {str(n) for n in it.scrutineers.values_list("number", flat=True)} - {str(me.number)}
    if len(votes.commitments(it)) != len(others) + 1 or set(shares) != others:
        raise refusals.KeyWrong(number=me.number, what="份额")
    if me.sent is not None:
        raise refusals.GivenTwice(number=me.number, act="送出过份额")
    me.sent = dict(shares)
    me.save(update_fields=["sent"])
    record("congress.key_shared", it, by=by, at=at, sha256=boxes.digest(me.sent))
    return me


@transaction.atomic
def accept(*, election_id: int, said: Mapping[str, Any], by: Person, at: datetime) -> Scrutineer:
    """Take the proof that a scrutineer holds their share; with the last one the key is there."""
    it = votes.locked(election_id, "生成钥匙", State.FROZEN)
    me = votes.serving(it, by)
    sworn = list(it.scrutineers.all())
    if any(one.sent is None for one in sworn):
        raise refusals.NotNow(state="份额还没有送齐", act="生成钥匙")
    public = keys.public_of(me.number, votes.commitments(it))
    if not keys.is_acceptance(it.context, me.number, public, said):
        raise refusals.KeyWrong(number=me.number, what="握有证明")
    me.acceptance = dict(said)
    me.save(update_fields=["acceptance"])
    record("congress.key_accepted", it, by=by, at=at, number=me.number)
    if not it.scrutineers.filter(acceptance__isnull=True).exists():
        it.key, it.state = keys.whole(votes.commitments(it)).hex(), State.KEYED
        it.save(update_fields=["key", "state"])
        record("congress.key_made", it, by=None, at=at, key=it.key)
    return me
