"""The public notice board (公开栏): anyone on the campus network reads it, and may object."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from smartunion.kernel.base import calendar, clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions, campus, reads, refusals, rules
from smartunion.kernel.publicity.forms import Objecting
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.web.page import PUBLIC, page

SECTIONS = ("采购", "救助")
OTHERS = "其他"
MOST_ENDED = 50


def on_campus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse whoever is neither on the campus network nor signed in."""

    @wraps(view)
    def asked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated and not campus.on_campus(request):
            raise refusals.OffCampus(address=campus.asker(request) or "（不明）")
        return view(request, **kwargs)

    return asked


def section_of(posting: Posting) -> str:
    """Return the tab under which a posting is listed."""
    return posting.section if posting.section in SECTIONS else OTHERS


@page(can=PUBLIC)
@on_campus
def board(request: HttpRequest) -> HttpResponse:
    """公示: what stands now, and what ended lately."""
    now = clock.now()
    words = request.GET.get("q", "").strip()[:60]
    here = request.GET.get("section", "")
    standing = list(reads.searched(reads.open_postings(), words=words))
    ended = list(reads.searched(reads.ended(at=now), words=words)[:MOST_ENDED])
    counts = Counter(map(section_of, standing))
    tabs = [("", "公示中", len(standing))]
    tabs += [(name, name, counts[name]) for name in (*SECTIONS, OTHERS) if counts[name]]
    tabs += [("ended", "已结束", len(ended))]
    if here == "ended":
        shown: list[Posting] = []
    else:
        shown = [each for each in standing if not here or section_of(each) == here]
        ended = [each for each in ended if not here or section_of(each) == here]
    context = {
        "standing": reads.standing(shown, at=now),
        "ended": ended,
        "tabs": tabs,
        "here": here,
        "words": words,
        "recent_days": reads.terms(campus_day(now)).recent_days,
    }
    return render(request, "publicity/board.html", context)


def _public_posting(number: str) -> Posting:
    posting = Posting.objects.filter(number=number).first()
    if posting is None:
        raise Http404
    return posting


@page(can=PUBLIC)
@on_campus
def posting(request: HttpRequest, *, number: str) -> HttpResponse:
    """One posting: what it says, how its days are counted, who objected and what was answered."""
    return _show(request, _public_posting(number), Objecting(person=_person(request)))


@page(can=PUBLIC, methods="GET POST")
@on_campus
def objecting(request: HttpRequest, *, number: str) -> HttpResponse:
    """提异议."""
    shown = _public_posting(number)
    person = _person(request)
    form = Objecting(request.POST if request.method == "POST" else None, person=person)
    if not form.is_valid():
        return _show(request, shown, form)
    try:
        objection = actions.object_to(
            posting_id=shown.pk, by=person, at=clock.now(), **form.cleaned_data
        )
    except (refusals.WindowOver, refusals.TooMany) as no:
        return _show(request, _public_posting(number), form, no=no)
    due = reads.last_day(objection.reply_due_at)
    messages.success(
        request,
        f"已收到您的异议：{objection.posting.number} 第 {objection.seq} 条。"
        f"{due.month}月{due.day}日 24:00 前答复，答复在本页公开，不写您是谁。",
    )
    return redirect("publicity:posting", number=number)


def _person(request: HttpRequest) -> Person | None:
    return getattr(request, "person", None)


def _show(
    request: HttpRequest, shown: Posting, form: Objecting, *, no: Refused | None = None
) -> HttpResponse:
    now = clock.now()
    if shown.taken_down_at is not None:
        context = {"posting": shown, "window": reads.window_of(shown)}
        return render(request, "publicity/taken_down.html", context, status=410)
    days = calendar.campus()
    window = reads.window_of(shown)
    said = reads.said_by(shown)
    looks = reads.looks(shown)
    context = {
        "posting": shown,
        "standing": reads.standing([shown], at=now, days=days)[0],
        "said": said,
        "window": window,
        "days": rules.days_of(window, days),
        "today": campus_day(now),
        "objections": list(shown.objections.order_by("seq")),
        "pending": Objection.State.RECEIVED,
        "may_object": shown.state == Posting.State.OPEN and now < shown.closes_at,
        "reply_days": reads.terms(campus_day(now)).reply_working_days,
        "outages": list(shown.outages.filter(restarted=True).order_by("id")),
        "last_look": looks.first(),
        "looks": looks.count(),
        "form": form,
        "no": no,
    }
    status = no.status if no else 422 if form.errors else 200
    return render(request, "publicity/posting.html", context, status=status)
