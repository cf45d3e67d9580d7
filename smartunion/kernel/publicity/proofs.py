"""What is kept to prove a posting: its text with all that was observed, and the page's picture."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from smartunion.kernel.base import calendar
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.files.actions import store
from smartunion.kernel.files.rules import Kind

from . import reads, rules
from .models import Posting, Proof

FIRST_RETRY = timedelta(minutes=2)
LONGEST_RETRY = timedelta(hours=6)
PLAYED = "模拟全年时没有网页服务"
LEASE = timedelta(minutes=5)
"""How long one worker has for a picture before another tries."""


def keep(posting: Posting, moment: Proof.Moment, *, at: datetime) -> Proof:
    """Keep the text of a posting, and ask for the picture of its page; inside a transaction.

    While a year is played there is no page to picture, and a later picture would prove nothing.
    """
    words = Proof.Moment(moment).label
    name = f"{posting.number} {words}公示存证.txt"
    upload = SimpleUploadedFile(name, text_of(posting, words, at=at).encode(), "text/plain")
    text = store(
        upload=upload, kind=Kind.OTHER, subject=posting, by=None, at=at, because=f"{words}公示存证"
    )
    played = settings.PUBLICITY_LOOKS == "inside"
    return Proof.objects.create(
        posting=posting, moment=moment, asked_at=at, text=text, due_at=None if played else at,
        trouble=PLAYED if played else "",
    )  # fmt: skip


def ask_for_open(*, at: datetime) -> int:
    """Ask for pictures of what stands when a played year ends; return how many are asked for.

    Each is dated by when it is taken.
    """
    standing = Proof.objects.filter(
        picture=None, due_at=None, posting__state=Posting.State.OPEN, posting__taken_down_at=None
    )
    return standing.update(due_at=at, trouble="")


def text_of(posting: Posting, words: str, *, at: datetime) -> str:
    """Return what is known of a posting at a moment, for people to read and others to recount."""
    window = reads.window_of(posting)
    said = reads.said_by(posting)
    days = rules.days_of(window, calendar.campus())
    counted = "、".join(f"{day.number}) {day.fact.day:%Y-%m-%d}" for day in days if day.number)
    skipped = "、".join(f"{day.fact.day:%m-%d} {day.why}" for day in days if not day.number)
    taken = list(posting.snapshots.filter(at__isnull=False).order_by("at"))
    lines = [
        f"公示存证 {posting.number}（{words}，{_moment(at)}）",
        f"公示期：{posting.working_days} 个工作日，{window.last_on:%Y-%m-%d} 24:00 满",
        f"计入：{counted}",
        f"不计：{skipped}",
        f"状态：{posting.get_state_display()}",
        f"重新起算：{posting.restarts} 次",
        f"核对：{len(taken)} 次，不符 {sum(not look.good for look in taken)} 次"
        + (f"，首次 {_moment(taken[0].at)}，末次 {_moment(taken[-1].at)}" if taken else ""),
    ]
    for outage in posting.outages.order_by("id"):
        until = _moment(outage.repaired_at) if outage.repaired_at else "尚未恢复"
        restarted = "，重新起算" if outage.restarted else ""
        lines.append(
            f"中断：{outage.get_kind_display()} {_moment(outage.began_at)} 至 {until}{restarted}"
        )
    for objection in posting.objections.order_by("seq"):
        lines.append(
            f"异议 {objection.seq}：{_moment(objection.received_at)} 收到，"
            f"{objection.get_state_display()}"
        )
    lines += [f"内容摘要（SHA-256，以下内容的 UTF-8）：{said.sha256}", "", said.text]
    return "\n".join(lines)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(CAMPUS):%Y-%m-%d %H:%M:%S}" if at else "—"


def give_up(posting: Posting, trouble: str) -> None:
    """Stop trying for the pictures that can no longer be had."""
    waiting = posting.proofs.filter(due_at__isnull=False)
    waiting.update(due_at=None, trouble=trouble)


def lease(*, at: datetime) -> Proof | None:
    """Return the next proof whose picture is due, kept from other workers for a while."""
    with transaction.atomic():
        proof = (
            Proof.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due_at__lte=at, picture=None)
            .select_related("posting")
            .order_by("due_at", "id")
            .first()
        )
        if proof is not None:
            proof.due_at = at + LEASE
            proof.tries += 1
            proof.save(update_fields=["due_at", "tries"])
        return proof


@transaction.atomic
def picture_taken(*, proof_id: int, png: bytes, at: datetime) -> None:
    """Keep the picture of the page (R032: 公示截图); a second one is dropped."""
    proof = Proof.objects.select_for_update(of=("self",)).get(pk=proof_id)
    if proof.picture_id is not None:
        return
    posting = proof.posting
    name = f"{posting.number} {proof.get_moment_display()}公示截图.png"
    proof.picture = store(
        upload=SimpleUploadedFile(name, png, "image/png"), kind=Kind.SCREENSHOT, subject=posting,
        by=None, at=at, because=f"{proof.get_moment_display()}公示截图",
    )  # fmt: skip
    proof.taken_at = at
    proof.due_at = None
    proof.trouble = ""
    proof.save(update_fields=["picture", "taken_at", "due_at", "trouble"])


@transaction.atomic
def picture_failed(*, proof_id: int, trouble: str, at: datetime) -> None:
    """Write why there is no picture yet, and when it is tried again."""
    proof = Proof.objects.select_for_update(of=("self",)).get(pk=proof_id)
    if proof.due_at is None:
        return
    proof.trouble = trouble[:200]
    proof.due_at = at + min(FIRST_RETRY * 2 ** min(proof.tries, 10), LONGEST_RETRY)
    proof.save(update_fields=["trouble", "due_at"])
