"""The window of one posting: locked, counted by a timer, ended. For actions and watching."""

from datetime import datetime, timedelta

from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.timers.actions import cancel_under, set_timer
from smartunion.kernel.trail.record import record

from . import proofs, reads, refusals, rules
from .models import Posting, Proof

CLOSES, PROBE, TAKES_DOWN, REPLY_DUE = (
    "publicity.closes", "publicity.probe", "publicity.takes_down", "publicity.reply_due",
)  # fmt: skip


def locked(posting_id: int) -> Posting:
    """Return the posting, its row locked until the transaction ends."""
    return Posting.objects.select_for_update(of=("self",)).get(pk=posting_id)


def must_stand(posting: Posting, verb: str, *states: str) -> None:
    """Refuse to do something to a posting that is in none of the states (open, by default)."""
    if posting.state not in (states or (Posting.State.OPEN,)):
        raise refusals.NotOpen(number=posting.number, state=posting.get_state_display(), verb=verb)


def last_day(posting: Posting) -> str:
    """Return the last day of the window as the trail writes it."""
    return reads.window_of(posting).last_on.isoformat()


def until(posting: Posting) -> str:
    """Return the end of the window as people read it: 4月25日 24:00."""
    last = reads.window_of(posting).last_on
    return f"{last.month}月{last.day}日 24:00"


def count(posting: Posting, at: datetime) -> None:
    """Set the timer of the window's end; each start of the clock has one of its own."""
    set_timer(
        kind=CLOSES,
        key=f"posting/{posting.pk}/closes/{posting.restarts}",
        due_at=posting.closes_at + rules.SETTLE,
        payload={"posting": posting.pk, "restarts": posting.restarts},
        at=at,
    )


def look_after(posting: Posting, due_at: datetime, *, at: datetime) -> None:
    """Let there be one next look at the page, then; watching goes on from there."""
    cancel_under(prefix=f"posting/{posting.pk}/probe", at=at)
    set_timer(
        kind=PROBE,
        key=f"posting/{posting.pk}/probe/{due_at.timestamp():.0f}",
        due_at=due_at,
        payload={"posting": posting.pk},
        at=at,
    )


def expire(posting: Posting, *, at: datetime) -> None:
    """End a locked posting whose window is over, unless something still keeps it.

    A page that is not mended yet holds it open, for its window will count anew; an objection that
    nobody has decided keeps it waiting.
    """
    if posting.outages.filter(repaired_at=None).exists():
        return
    if posting.objections.filter(state__in=reads.PENDING).exists():
        if posting.state == Posting.State.OPEN:
            posting.state = Posting.State.WAITING
            posting.save(update_fields=["state"])
            record("publicity.expired", posting, by=None, at=at, about=posting.about)
        return
    posting.state = Posting.State.CLOSED
    end(posting, at=at, because="公示期满，没有成立的异议")
    record("publicity.closed", posting, by=None, at=at, about=posting.about)


def end(posting: Posting, *, at: datetime, because: str) -> None:
    """Write the end; the page stays for the retention, then it is taken down by itself."""
    posting.ended_at = at
    posting.ended_because = because
    on = campus_day(at)
    posting.shown_until = end_of(on + timedelta(days=reads.terms(on).retention_days))
    posting.save(update_fields=["state", "ended_at", "ended_because", "shown_until"])
    cancel_under(prefix=f"posting/{posting.pk}", at=at)
    set_timer(
        kind=TAKES_DOWN, key=f"posting/{posting.pk}/down", due_at=posting.shown_until,
        payload={"posting": posting.pk}, at=at,
    )  # fmt: skip
    proofs.keep(posting, Proof.Moment.ENDED, at=at)
