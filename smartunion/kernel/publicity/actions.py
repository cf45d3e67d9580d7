"""Post, object, answer, decide, mend, take down. Each locks the posting first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from smartunion.kernel.base import calendar
from smartunion.kernel.base.days import CAMPUS, campus_day, end_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import cancel_under, set_timer
from smartunion.kernel.trail.record import record

from . import proofs, reads, refusals, rules, telling, windows
from .models import Objection, Outage, Posting, Proof


@transaction.atomic
def post(
    *,
    about: str,
    title: str,
    basis: str,
    rows: Sequence[tuple[str, str]],
    working_days: int,
    body: str = "",
    section: str = "其他",
    if_upheld: str = "",
    decided_by: Sequence[Person] = (),
    by: Person | None,
    at: datetime,
) -> Posting:
    """Show something to the campus for so many working days and return the posting (5.1§7, T30).

    `about` is posted once; `rows` are label and masked text (masks.rows); `section` is where the
    public list files it (采购, 救助); `if_upheld` tells what an upheld objection leads to;
    `decided_by` may not judge objections, nor may `by`. The trail tells the end: publicity.closed,
    publicity.upheld; and publicity.restarted, all with the fact `about`.
    """
    if not rows and not body.strip():
        raise refusals.NothingShown
    number = _next_number(campus_day(at).year)
    if before := reads.of_matter(about):
        raise refusals.PostedAlready(number=before.number)
    window = rules.window(campus_day(at), working_days, calendar.campus())
    kept_rows = [[label, text] for label, text in rows]
    said = rules.said(
        number=number, title=title, basis=basis, posted_at=at, body=body, rows=kept_rows
    )
    posting = Posting.objects.create(
        number=number, about=about, section=section, title=title, basis=basis, body=body,
        rows=kept_rows, if_upheld=if_upheld, posted_by=by, posted_at=at,
        working_days=working_days, counted_from_on=window.counted_from_on,
        closes_at=window.closes_at, provisional=window.provisional, content_sha256=said.sha256,
    )  # fmt: skip
    posting.decided_by.set(decided_by)
    record(
        "publicity.posted", posting, by=by, at=at, about=about, working_days=working_days,
        closes=windows.last_day(posting), sha256=said.sha256,
    )  # fmt: skip
    windows.count(posting, at)
    windows.look_after(posting, at, at=at)
    proofs.keep(posting, Proof.Moment.POSTED, at=at)
    return posting


def _next_number(year: int) -> str:
    """Return the next number of a year, GS-2025-0021; whoever posts meanwhile waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('publicity.number'))")
    last = Posting.objects.filter(number__startswith=f"GS-{year}-").aggregate(n=Max("number"))["n"]
    return f"GS-{year}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04}"


@transaction.atomic
def amend(
    *,
    posting_id: int,
    rows: Sequence[tuple[str, str]] | None = None,
    body: str | None = None,
    by: Person | None,
    at: datetime,
    because: str,
) -> Posting:
    """Change what a posting says: its window counts anew from today."""
    posting = windows.locked(posting_id)
    windows.must_stand(posting, "更正")
    if rows is not None:
        posting.rows = [[label, text] for label, text in rows]
    if body is not None:
        posting.body = body
    if not posting.rows and not posting.body.strip():
        raise refusals.NothingShown
    said = reads.said_by(posting)
    if said.sha256 == posting.content_sha256:
        return posting
    posting.content_sha256 = said.sha256
    posting.save(update_fields=["rows", "body", "content_sha256"])
    Outage.objects.create(
        posting=posting, kind=Outage.Kind.AMENDED, began_at=at, repaired_at=at, restarted=True,
        note=because,
    )  # fmt: skip
    record("publicity.amended", posting, by=by, at=at, because=because, sha256=said.sha256)
    return restart(posting_id=posting_id, by=by, at=at, because=f"更正内容：{because}")


@transaction.atomic
def restart(*, posting_id: int, by: Person | None, at: datetime, because: str) -> Posting:
    """Count the window anew from the campus day of `at`, which is itself not counted."""
    posting = windows.locked(posting_id)
    windows.must_stand(posting, "重新起算")
    window = rules.window(campus_day(at), posting.working_days, calendar.campus())
    posting.counted_from_on = window.counted_from_on
    posting.closes_at = window.closes_at
    posting.provisional = window.provisional
    posting.restarts += 1
    posting.save(update_fields=["counted_from_on", "closes_at", "provisional", "restarts"])
    cancel_under(prefix=f"posting/{posting.pk}/closes", at=at)
    windows.count(posting, at)
    record(
        "publicity.restarted", posting, by=by, at=at, because=because, about=posting.about,
        closes=windows.last_day(posting),
    )  # fmt: skip
    proofs.keep(posting, Proof.Moment.RESTARTED, at=at)
    telling.desk(
        posting, "restarted", at=at, number=posting.restarts,
        title=f"{posting.number} 公示期重新起算",
        text=f"{because}。公示期 {posting.working_days} 个工作日，至 {windows.until(posting)}。",
    )  # fmt: skip
    return posting


@transaction.atomic
def recount(*, posting_id: int, at: datetime) -> bool:
    """Follow the campus calendar where it changed within the window; return whether the end moved.

    A window that would have been over by the new calendar is left as it was announced.
    """
    posting = windows.locked(posting_id)
    window = rules.window(posting.counted_from_on, posting.working_days, calendar.campus())
    same = (posting.closes_at, posting.provisional) == (window.closes_at, window.provisional)
    if posting.state != Posting.State.OPEN or same or window.closes_at <= at:
        return False
    moved = posting.closes_at != window.closes_at
    posting.closes_at, posting.provisional = window.closes_at, window.provisional
    posting.save(update_fields=["closes_at", "provisional"])
    if moved:
        windows.count(posting, at)
        record(
            "publicity.recounted", posting, by=None, at=at, because="校历有变动",
            about=posting.about, closes=windows.last_day(posting),
        )  # fmt: skip
        telling.desk(
            posting, "recounted", at=at, number=int(at.timestamp()),
            title=f"{posting.number} 公示期满日有变",
            text=f"校历有变动，改为 {windows.until(posting)}。",
        )  # fmt: skip
    return moved


@transaction.atomic
def take_down(*, posting_id: int, by: Person | None, at: datetime, because: str) -> Posting:
    """Take a posting off the public page; one that still stands is withdrawn by that."""
    posting = windows.locked(posting_id)
    if posting.taken_down_at is not None:
        return posting
    posting.taken_down_at = at
    if posting.state in (Posting.State.OPEN, Posting.State.WAITING):
        posting.state = Posting.State.WITHDRAWN
        posting.ended_at = at
        posting.ended_because = because
    posting.save(update_fields=["taken_down_at", "state", "ended_at", "ended_because"])
    cancel_under(prefix=f"posting/{posting.pk}", at=at)
    proofs.give_up(posting, "页面已下架，不能再截图")
    record("publicity.taken_down", posting, by=by, at=at, because=because, about=posting.about)
    return posting


@transaction.atomic
def object_to(
    *, posting_id: int, name: str, contact: str, text: str, by: Person | None, at: datetime
) -> Objection:
    """Object to a posting, under a name that the public never sees; until 24:00 of the last day.

    The same words of the same person are one objection, however often they are sent.
    """
    posting = windows.locked(posting_id)
    name, contact, text = name.strip(), contact.strip(), text.strip()
    if not name or not contact:
        raise refusals.NoName
    if not text:
        raise refusals.NoFacts
    if said_before := posting.objections.filter(name=name, contact=contact, text=text).first():
        return said_before
    if posting.state != Posting.State.OPEN or at >= posting.closes_at:
        ended = posting.ended_at if posting.state == Posting.State.UPHELD else None
        closed = f"{ended.astimezone(CAMPUS):%-m月%-d日 %H:%M}" if ended else windows.until(posting)
        raise refusals.WindowOver(closed=closed)
    if by is None:
        hour = posting.objections.filter(person=None, received_at__gt=at - timedelta(hours=1))
        if hour.count() >= rules.MOST_UNSIGNED_AN_HOUR:
            raise refusals.TooMany(count=rules.MOST_UNSIGNED_AN_HOUR)
    on = campus_day(at)
    due_on = calendar.campus().add_working_days(on, reads.terms(on).reply_working_days)
    objection = Objection.objects.create(
        posting=posting, seq=posting.objections.count() + 1, person=by, name=name,
        contact=contact, text=text, received_at=at, reply_due_at=end_of(due_on),
    )  # fmt: skip
    # Whoever may read the journal may not read who objects: that stands in the row alone.
    record("publicity.objected", posting, by=None, at=at, about=posting.about, seq=objection.seq)
    set_timer(
        kind=windows.REPLY_DUE, key=f"objection/{objection.pk}/reply",
        due_at=objection.reply_due_at, payload={"objection": objection.pk}, at=at,
    )  # fmt: skip
    telling.desk(
        posting, "objected", number=objection.seq, at=at,
        title=f"{posting.number} 收到第 {objection.seq} 条异议",
        text=f"请在 {due_on.month}月{due_on.day}日 24:00 前答复。发布人和作出决定的人不能办理。",
    )  # fmt: skip
    return objection


def _judged(objection_id: int, *, by: Person, verb: str) -> tuple[Objection, Posting]:
    """Return the objection and its posting, locked, if this person may judge it."""
    posting_id = Objection.objects.values_list("posting_id", flat=True).get(pk=objection_id)
    posting = windows.locked(posting_id)
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection_id)
    if part := reads.part_of(by, posting, objection):
        raise refusals.OwnMatter(name=by.name, part=part, verb=verb)
    if objection.decided_by is not None:
        raise refusals.Decided(name=objection.decided_by.name, state=objection.get_state_display())
    return objection, posting


@transaction.atomic
def reply(*, objection_id: int, text: str, by: Person, at: datetime) -> Objection:
    """Answer an objection, in words that the public reads; not by whoever posted or decided."""
    objection, posting = _judged(objection_id, by=by, verb="答复")
    if not text.strip():
        raise refusals.NoWords(verb="答复")
    objection.state = Objection.State.REPLIED
    objection.reply = text.strip()
    objection.replied_by = by
    objection.replied_at = at
    objection.save(update_fields=["state", "reply", "replied_by", "replied_at"])
    cancel_under(prefix=f"objection/{objection.pk}", at=at)
    record("publicity.replied", posting, by=by, at=at, about=posting.about, seq=objection.seq)
    telling.objector(objection, at=at, title="您的异议已答复", text=objection.reply, number=1)
    return objection


@transaction.atomic
def uphold(*, objection_id: int, by: Person, at: datetime, because: str) -> Objection:
    """Find an objection valid: the posting ends at once, irrevocably (R218)."""
    objection, posting = _judged(objection_id, by=by, verb="裁定")
    windows.must_stand(posting, "裁定", Posting.State.OPEN, Posting.State.WAITING)
    _decide(objection, Objection.State.UPHELD, because, by=by, at=at)
    posting.state = Posting.State.UPHELD
    windows.end(posting, at=at, because=f"第 {objection.seq} 条异议成立")
    record(
        "publicity.upheld", posting, by=by, at=at, because=because, about=posting.about,
        seq=objection.seq,
    )  # fmt: skip
    telling.desk(
        posting, "upheld", at=at, title=f"{posting.number} 异议成立",
        text=f"第 {objection.seq} 条异议成立：{because}"
        + (f"。{posting.if_upheld}" if posting.if_upheld else ""),
    )  # fmt: skip
    return objection


@transaction.atomic
def dismiss(*, objection_id: int, by: Person, at: datetime, because: str) -> Objection:
    """Find an objection invalid; the last one dismissed after the window's end closes it."""
    objection, posting = _judged(objection_id, by=by, verb="裁定")
    windows.must_stand(posting, "裁定", Posting.State.OPEN, Posting.State.WAITING)
    _decide(objection, Objection.State.DISMISSED, because, by=by, at=at)
    record(
        "publicity.dismissed", posting, by=by, at=at, because=because, about=posting.about,
        seq=objection.seq,
    )  # fmt: skip
    if posting.state == Posting.State.WAITING:
        windows.expire(posting, at=at)
    return objection


def _decide(
    objection: Objection, state: Objection.State, because: str, *, by: Person, at: datetime
) -> None:
    if not because.strip():
        raise refusals.NoWords(verb="裁定")
    objection.state = state
    objection.decision = because.strip()
    objection.decided_by = by
    objection.decided_at = at
    objection.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    cancel_under(prefix=f"objection/{objection.pk}", at=at)
    telling.objector(
        objection, at=at, title=f"您的异议：{objection.get_state_display()}",
        text=objection.decision, number=2,
    )  # fmt: skip
