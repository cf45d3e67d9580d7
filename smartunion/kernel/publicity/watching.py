"""Look at every open posting as the public sees it; mend nothing, tell, and count anew (T30).

The timer asks for a look; a look over HTTP is background work (jobs.look), a look from inside is
taken at once. What was seen is judged here, under the posting's lock.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import record

from . import actions, proofs, reads, rules, telling, windows
from .inside import look_inside
from .models import Objection, Outage, Posting, Snapshot
from .page_text import Seen

OK = 200
LOOK_AGAIN = timedelta(minutes=5)
"""While a page is not as posted it is looked at this often, to know when it was mended."""


def inside() -> bool:
    """Test if pages are looked at from inside the house, as while a year is played."""
    return bool(settings.PUBLICITY_LOOKS == "inside")


def every(terms: rules.Terms) -> timedelta:
    """Return how often a page is looked at; seldom while a year is played."""
    return timedelta(minutes=terms.probe_minutes_played if inside() else terms.probe_minutes)


def probe(timer: Timer, at: datetime) -> None:
    """Ask for a look at a posting's page, and set the timer of the next (timer publicity.probe)."""
    posting = windows.locked(timer.payload["posting"])
    if posting.state != Posting.State.OPEN:
        return
    snapshot = Snapshot.objects.create(posting=posting, asked_at=at, inside=inside())
    windows.look_after(posting, at + every(reads.terms(campus_day(at))), at=at)
    if snapshot.inside:
        _judge(posting, snapshot, look_inside(posting.number), at)


@transaction.atomic
def go_public(*, at: datetime) -> int:
    """Look at what stands, and picture it, from when a played year ends; return how many stand."""
    standing = list(Posting.objects.select_for_update().filter(state=Posting.State.OPEN))
    for posting in standing:
        windows.look_after(posting, at + timedelta(seconds=1), at=at)  # later than all that fired
    proofs.ask_for_open(at=at)
    return len(standing)


@transaction.atomic
def saw(*, snapshot_id: int, seen: Seen, at: datetime) -> None:
    """Write what a look saw, and what follows: an outage begins, goes on, or is mended."""
    posting_id = Snapshot.objects.values_list("posting_id", flat=True).get(pk=snapshot_id)
    posting = windows.locked(posting_id)
    snapshot = Snapshot.objects.select_for_update(of=("self",)).get(pk=snapshot_id)
    if snapshot.at is not None:
        return
    _judge(posting, snapshot, seen, at)


def _judge(posting: Posting, snapshot: Snapshot, seen: Seen, at: datetime) -> None:
    """Write what was seen into the snapshot and draw the consequences; both rows are locked."""
    before = None if snapshot.inside else reads.looks(posting).first()
    snapshot.at = at
    snapshot.status_code = seen.status_code
    snapshot.sha256 = rules.digest(seen.text) if seen.text else ""
    snapshot.good = seen.status_code == OK and snapshot.sha256 == posting.content_sha256
    snapshot.text = "" if snapshot.good else seen.text[:20_000]
    snapshot.trouble = seen.trouble[:200]
    snapshot.save()
    if posting.state != Posting.State.OPEN:
        return
    if snapshot.good:
        if not snapshot.inside:
            _unseen(posting, before, at)
        _mended(posting, at)
    else:
        kind = Outage.Kind.CHANGED if seen.status_code == OK else Outage.Kind.DOWN
        _broken(posting, kind, seen, at)


def _unseen(posting: Posting, before: Snapshot | None, at: datetime) -> None:
    """Write down that nobody looked for longer than the rhythm and the term for outages allow.

    Nobody can say that the page was down, so the clock goes on; the desk may count anew.
    """
    if before and before.inside:
        return  # a played year has just ended
    last_at = before.at if before and before.at else posting.posted_at
    if posting.outages.filter(repaired_at=None).exists():
        return  # that it was down is known
    terms = reads.terms(campus_day(at))
    if at - last_at < every(terms) + timedelta(minutes=terms.outage_minutes):
        return
    outage = Outage.objects.create(
        posting=posting, kind=Outage.Kind.UNSEEN, began_at=last_at, repaired_at=at,
        note="核对停了，期间页面是否在线没有记录",
    )  # fmt: skip
    record("publicity.unseen", posting, by=None, at=at, about=posting.about)
    telling.of_outage(outage, at=at)


def _broken(posting: Posting, kind: Outage.Kind, seen: Seen, at: datetime) -> None:
    """Begin an outage or let it go on; tell of it once it is seen twice, of a change at once."""
    outage = posting.outages.filter(repaired_at=None).first()
    if outage is None:
        outage = Outage.objects.create(
            posting=posting, kind=kind, began_at=at, note=seen.trouble[:400]
        )
        record(
            "publicity.interrupted", posting, by=None, at=at, about=posting.about,
            because=f"{outage.get_kind_display()} {seen.trouble}".strip()[:400],
        )  # fmt: skip
    else:
        if kind == Outage.Kind.CHANGED and outage.kind == Outage.Kind.DOWN:
            outage.kind = kind
            outage.save(update_fields=["kind"])
        telling.of_outage(outage, at=at)
    if kind == Outage.Kind.CHANGED:
        telling.of_outage(outage, at=at)
    windows.look_after(posting, at + LOOK_AGAIN, at=at)


def _mended(posting: Posting, at: datetime) -> None:
    """End the outage; a long one, or one that showed something else, counts the window anew."""
    outage = posting.outages.filter(repaired_at=None).first()
    if outage is None:
        return
    terms = reads.terms(campus_day(at))
    outage.repaired_at = at
    outage.restarted = outage.kind == Outage.Kind.CHANGED or rules.restarts(
        outage.began_at, at, terms
    )
    outage.save(update_fields=["repaired_at", "restarted"])
    record("publicity.mended", posting, by=None, at=at, about=posting.about)
    windows.look_after(posting, at + every(terms), at=at)
    if outage.restarted:
        minutes = int((at - outage.began_at).total_seconds() // 60)
        actions.restart(
            posting_id=posting.pk, by=None, at=at,
            because=f"{outage.get_kind_display()} {minutes} 分钟，恢复当日起重新计算",
        )  # fmt: skip
    elif at >= posting.closes_at + rules.SETTLE:
        windows.expire(posting, at=at)


def closes(timer: Timer, at: datetime) -> None:
    """End the window for which the timer was set (timer publicity.closes)."""
    posting = windows.locked(timer.payload["posting"])
    counted_anew = posting.restarts != timer.payload["restarts"]
    if posting.state == Posting.State.OPEN and not counted_anew:
        windows.expire(posting, at=at)


def calendar_changed(entry: Entry) -> None:
    """Count open windows anew when an officer rules a day or confirms a year (T30)."""
    recount(at=entry.at)


def recount(*, at: datetime) -> int:
    """Count every open window by the calendar of now; return how many ends moved."""
    standing = Posting.objects.filter(state=Posting.State.OPEN).values_list("pk", flat=True)
    return sum(actions.recount(posting_id=pk, at=at) for pk in list(standing))


def takes_down(timer: Timer, at: datetime) -> None:
    """Take an ended posting off the public page (timer publicity.takes_down)."""
    actions.take_down(
        posting_id=timer.payload["posting"], by=None, at=at, because="公示结束后的展示期已满"
    )


def reply_due(timer: Timer, at: datetime) -> None:
    """Tell the desk that an objection was not answered in time (timer publicity.reply_due)."""
    objection = Objection.objects.select_related("posting").get(pk=timer.payload["objection"])
    if objection.state == Objection.State.RECEIVED:
        telling.of_lateness(objection, at=at)
