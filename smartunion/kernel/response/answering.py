"""Answers that come by the messages themselves: one tap, a reply in words, a telephone's key."""

from datetime import datetime, timedelta

from django.db import transaction

from smartunion.kernel.notices.answering import Answering
from smartunion.kernel.notices.models import Message

from . import actions, registry
from .define import Outcome, Step
from .engine import held
from .lines import log
from .models import Asked, Event, Run, StepRun, Via

LIFE = timedelta(hours=12)
"""How long a one-tap link answers: it stands for a login. Later one signs in."""

RECEIVED = {"1", "收到", "好", "好的", "ok", "知道了", "马上到", "y", "yes"}
DECLINED = {"0", "换人", "去不了", "我去不了", "来不了"}
NOT_ME = {"打错了", "不是我", "号码错误", "号码不对"}

VIAS = {"sms": Via.SMS, "wecom": Via.WECOM, "voice": Via.VOICE, "email": Via.PAGE}


def run_of(about: str) -> int:
    """Return the run that a notice is about: response/12/turn/3."""
    return int(about.split("/")[1])


@transaction.atomic
def hear(message: Message, text: str, at: datetime) -> None:
    """Take a reply for what it says: a step's outcome, 收到, 换人, a wrong number.

    A word that nobody knows is logged and counts for nothing: the calls go on.
    """
    person, run = message.notice.person, held(run_of(message.notice.about))
    via = VIAS[str(message.channel)]
    word = "".join(text.split()).lower().strip("。.!！")
    chosen = None if word in RECEIVED else _outcome(run, person.pk, word)
    if word in RECEIVED:  # before all outcomes: people answer any alarm with a 1
        actions.receive(run_id=run.pk, by=person, at=at, via=via)
    elif chosen is not None:
        step, outcome = chosen
        actions.answer(
            run_id=run.pk, step=step.code, outcome=outcome.code, by=person, at=at, via=via,
            note=text,
        )  # fmt: skip
    elif word in DECLINED:
        actions.decline(run_id=run.pk, by=person, at=at, via=via, because=f"回复：{text}"[:200])
    elif word in NOT_ME:
        actions.number_wrong(run_id=run.pk, person=person, channel=str(message.channel), at=at)
    else:
        log(
            run, f"heard/{message.pk}/{run.events.count()}", Event.Kind.HEARD, at=at, by=person,
            via=via, note=text,
        )  # fmt: skip


def _outcome(run: Run, person_id: int, word: str) -> tuple[Step, Outcome] | None:
    """Return the outcome that a word names, among the open steps of somebody's posts.

    Outcomes are known by their replies or by their names; the first step in order wins.
    """
    posts = set(Asked.objects.filter(run=run, person=person_id).values_list("post", flat=True))
    protocol = registry.of(run).protocol
    opened = set(run.steps.filter(state=StepRun.State.OPEN).values_list("code", flat=True))
    for step in protocol.steps:
        if step.code not in opened or not posts & {str(post) for post in step.posts}:
            continue
        for outcome in step.outcomes:
            if word in {*outcome.replies, outcome.name} and not outcome.needs_note:
                return step, outcome
    return None


def wrong(message: Message, at: datetime) -> None:
    """A contact's address leads to nobody."""
    actions.number_wrong(
        run_id=run_of(message.notice.about), person=message.notice.person,
        channel=str(message.channel), at=at,
    )  # fmt: skip


ANSWERING = Answering(tap="response:tap", life=LIFE, hear=hear, wrong=wrong)
