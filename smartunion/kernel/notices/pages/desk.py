"""The desk: what was sent to whom by which way, what did not arrive, and what to do about it."""

from datetime import timedelta
from itertools import islice

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices import actions, reads
from smartunion.kernel.notices.forms import Correcting, Searching
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.rules import LOST, Channel, Priority, State
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

ROWS = 50
MOST_EXPORTED = 20_000
COLUMNS = [
    Column("at", "时间"),
    Column("person", "收件人"),
    Column("unit", "单位"),
    Column("title", "通知"),
    Column("priority", "等级"),
    Column("channel", "渠道"),
    Column("address", "号码"),
    Column("state", "状态"),
    Column("trouble", "未成原因"),
    Column("attempts", "尝试次数", kind="number"),
]


@page(can="notices.desk")
def messages(request: PersonRequest) -> HttpResponse:
    """通知送达."""
    form = Searching(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = reads.messages(**asked)
    if out := request.GET.get("out"):
        rows = (_sheet_row(message) for message in islice(found, MOST_EXPORTED))
        return excel.download(rows, COLUMNS, title="通知送达", form=out)
    shown = Paginator(found, ROWS).get_page(request.GET.get("page"))
    tally = reads.tally()
    context = {
        "form": form,
        "page": shown,
        "rows": [(message, *_words(message)) for message in shown],
        "segments": [(key, words, tally[key]) for key, (words, _) in reads.SEGMENTS.items()],
        "segment": asked.get("segment", ""),
        "narrowed": any(asked.values()),
        "wrong": reads.wrong_contacts(),
        "lost": reads.lost_since(clock.now() - timedelta(days=1)),
    }
    return show(request, "notices/desk.html", context, part="rows")


def _words(message: Message) -> tuple[str, str, str]:
    """Return the kind and word of the state, and the address as an officer sees it."""
    state = State(message.state)
    return reads.KINDS[state], state.label, reads.masked(message.channel, message.address)


def _sheet_row(message: Message) -> tuple[object, ...]:
    person = message.notice.person
    return (
        f"{message.at.astimezone(CAMPUS):%Y-%m-%d %H:%M:%S}",
        person.name,
        str(person.unit or ""),
        message.notice.title,
        Priority(message.priority).label,
        Channel(message.channel).label,
        reads.masked(message.channel, message.address),
        State(message.state).label,
        message.trouble,
        message.attempts,
    )


def _found(message_id: int) -> Message:
    message = reads.for_desk(message_id)
    if message is None:
        raise Http404
    return message


@page(can="notices.desk", methods="GET POST")
def message(request: PersonRequest, *, message_id: int) -> HttpResponse:
    """一条消息: every step of it; a wrong address is corrected here and the message sent again."""
    found = _found(message_id)
    form = Correcting(request.POST or None, initial={"because": ""})
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct(
                person=found.notice.person,
                channel=Channel(found.channel),
                by=request.person,
                at=clock.now(),
                **form.cleaned_data,
            )
        except Refused as no:
            form.add_error("address", str(no))
        else:
            if found.state in LOST:
                actions.send_again(message_id=found.pk, by=request.person, at=clock.now())
                flash.success(request, "号码已更正，消息已重新发送")
            return redirect("notices:desk_message", message_id=message_id)
    kind, word, masked = _words(found)
    context = {
        "message": found, "kind": kind, "word": word, "masked": masked, "form": form,
        "is_lost": found.state in LOST,
        "entry": reads.entries([found.notice])[0],
        "receipts": sorted(found.receipts.all(), key=lambda receipt: receipt.received_at),
        "channel": Channel(found.channel).label,
        "priority": Priority(found.priority).label,
    }  # fmt: skip
    return show(request, "notices/desk_message.html", context)


@page(can="notices.desk", methods="POST")
def sending(request: PersonRequest, *, message_id: int) -> HttpResponse:
    """重新发送 to the address that stands."""
    _found(message_id)
    actions.send_again(message_id=message_id, by=request.person, at=clock.now())
    flash.success(request, "已重新发送")
    return redirect("notices:desk_message", message_id=message_id)
