"""Who is told what of a posting, in notices."""

from datetime import datetime

from django.urls import reverse

from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.notices.actions import tell

from . import reads
from .models import Objection, Outage, Posting


def desk(
    posting: Posting, what: str, *, at: datetime, title: str, text: str, number: int = 0
) -> None:
    """Tell the desk of publicity and whoever posted."""
    to = reads.officers(reads.DESK, on=campus_day(at))
    if posting.posted_by is not None and posting.posted_by not in to:
        to.append(posting.posted_by)
    tell(
        to=to, about=f"publicity.{what}:{posting.pk}:{number}", title=title, text=text,
        link=reverse("publicity:desk_posting", args=[posting.pk]), at=at,
    )  # fmt: skip


def objector(objection: Objection, *, at: datetime, title: str, text: str, number: int) -> None:
    """Tell whoever objected signed in; others read the public page, or are called by the desk."""
    if objection.person is None:
        return
    page = reverse("publicity:posting", args=[objection.posting.number])
    tell(
        to=objection.person, about=f"publicity.objection:{objection.pk}:{number}",
        title=title, text=text, link=page, at=at,
    )  # fmt: skip


def of_outage(outage: Outage, *, at: datetime) -> None:
    """Tell the desk that a page is not as it was posted; once for each outage."""
    posting = outage.posting
    began = outage.began_at.astimezone(CAMPUS)
    desk(
        posting, "outage", number=outage.pk, at=at,
        title=f"{posting.number} {outage.get_kind_display()}",
        text=f"{began:%-m月%-d日 %H:%M} 起{outage.get_kind_display()}，请尽快恢复；"
        f"恢复当日起重新计算 {posting.working_days} 个工作日。",
    )  # fmt: skip


def of_lateness(objection: Objection, *, at: datetime) -> None:
    """Tell the desk that nobody has answered an objection in time."""
    desk(
        objection.posting, "reply_late", number=objection.seq, at=at,
        title=f"{objection.posting.number} 第 {objection.seq} 条异议逾期未答复",
        text="请今天答复；逾期会公开显示。",
    )  # fmt: skip
