"""The box of a vote and its roll: opened with the step, sealed anew at every vote.

The box is one ciphertext of three sums. It names nobody, keeps no order and no time, and is
written as a whole each time, so neither a row's number nor its transaction tells who voted what;
what it does not protect from is told in the ADR on votes.
"""

from datetime import datetime

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.private.box import lock, unlock

from .define import Step, Vote
from .models import Box, Case, Poll, StepRun, Voter
from .staffing import body_of, own_matter
from .tally import Tally

DIGITS = 5


def open_poll(run: StepRun, case: Case, step: Step, vote: Vote, *, at: datetime) -> Poll:
    """Call the body: freeze the roll, let those stay out whose matter it is, seal an empty box."""
    poll = Poll.objects.create(
        run=run, secret=vote.secret, seats=vote.seats, closes_at=run.due_at,
        extraordinary=bool(vote.extraordinary and vote.extraordinary(case.facts)),
    )  # fmt: skip
    Voter.objects.bulk_create(
        Voter(
            poll=poll,
            person=member,
            state=Voter.State.RECUSED if own_matter(step, case, member) else Voter.State.WAITING,
            because="与本事项有关" if own_matter(step, case, member) else "",
        )
        for member in body_of(vote.offices, case, campus_day(at))
    )
    Box.objects.create(poll=poll, sealed=seal(poll, Tally()))
    return poll


def seal(poll: Poll, tally: Tally) -> bytes:
    """Return the sums as a ciphertext of always the same length, tied to the number of votes."""
    plain = f"{tally.yes:0{DIGITS}}{tally.no:0{DIGITS}}{tally.abstain:0{DIGITS}}".encode()
    return lock(plain, about=f"poll:{poll.pk}", kind="box", version=tally.voted)


def unseal(box: Box, *, voted: int) -> Tally:
    """Return what lies in the box; raises Broken for a box of another poll or another moment."""
    about = f"poll:{box.poll_id}"
    plain = unlock(bytes(box.sealed), about=about, kind="box", version=voted).decode()
    yes, no, abstain = (int(plain[n * DIGITS : (n + 1) * DIGITS]) for n in range(3))
    return Tally(yes, no, abstain)
