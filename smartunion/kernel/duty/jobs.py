"""What happens by itself: rotations laid ahead, test messages once a month, their answers."""

from datetime import datetime, timedelta

from smartunion.kernel.notices.answering import Answering
from smartunion.kernel.notices.models import Message

from . import actions, reads
from .models import Check

LIFE = timedelta(days=7)
"""How long the link of a test message answers."""

YES = {"1", "收到", "好", "好的", "ok", "y", "yes"}


def keep(*, at: datetime) -> None:
    """Lay the rotations for the weeks ahead and send the month's test messages; can run twice."""
    terms = reads.terms_at(at)
    if terms is None or not reads.has_rosters():
        return
    actions.lay(until=at + timedelta(weeks=terms.weeks_ahead), by=None, at=at)
    actions.ask_checks(terms=terms, by=None, at=at)


def hear(message: Message, words: str, at: datetime) -> None:
    """Take a reply to a test message; any other word is no answer."""
    if "".join(words.split()).lower().strip("。.!！") in YES:
        actions.answer_check(by=message.notice.person, at=at, via=Check.Via.REPLY)


def wrong(message: Message, at: datetime) -> None:
    """Leave it to the notices, which have noted it, and to the watch, which shows it."""


ANSWERING = Answering(tap="duty:tap", life=LIFE, hear=hear, wrong=wrong)
