"""One's own notices: the list on the phone and on the desk, the bell, and links in messages."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from smartunion.kernel.base import clock
from smartunion.kernel.notices import actions, links, reads
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

ROWS = 20


def _context(request: PersonRequest) -> dict[str, Any]:
    only_unread = request.GET.get("only") == "unread"
    found = reads.of_person(request.person, only_unread=only_unread)
    shown = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return {
        "page": shown,
        "rows": reads.entries(list(shown)),
        "only_unread": only_unread,
        "unread": reads.unread(request.person),
    }


@page(can=SIGNED_IN)
def listed(request: PersonRequest) -> HttpResponse:
    """通知, on the phone."""
    return show(request, "notices/listed.html", _context(request))


@page(can=SIGNED_IN)
def mine(request: PersonRequest) -> HttpResponse:
    """我的通知, on the desk."""
    return show(request, "notices/mine.html", _context(request))


@page(can=SIGNED_IN)
def bell(request: PersonRequest) -> HttpResponse:
    """The number on the bell, read anew."""
    return render(request, "notices/bell.html", {"unread": reads.unread(request.person)})


def _open(request: PersonRequest, notice_id: int) -> Notice:
    notice = reads.own(request.person, notice_id)
    if notice is None:
        raise Http404
    if notice.read_at is None:
        actions.open_notice(notice=notice, at=clock.now())
        notice.read_at = clock.now()
    return notice


@page(can=SIGNED_IN)
def one(request: PersonRequest, *, notice_id: int) -> HttpResponse:
    """一条通知, on the phone; opening it is reading it."""
    notice = _open(request, notice_id)
    return show(request, "notices/one.html", {"entry": reads.entries([notice])[0]})


@page(can=SIGNED_IN)
def mine_one(request: PersonRequest, *, notice_id: int) -> HttpResponse:
    """一条通知, on the desk."""
    notice = _open(request, notice_id)
    return show(request, "notices/mine_one.html", {"entry": reads.entries([notice])[0]})


@page(can=SIGNED_IN, methods="POST")
def reading(request: PersonRequest) -> HttpResponse:
    """全部标为已读."""
    actions.open_all(person=request.person, at=clock.now())
    return redirect("notices:mine" if request.POST.get("face") == "desk" else "notices:listed")


@page(can=SIGNED_IN)
def opened(request: PersonRequest, *, token: str) -> HttpResponse:
    """Open what a message's link was made for; somebody else's login finds nothing."""
    message = reads.of_message(request.person, links.message_of(token))
    if message is None:
        raise Http404
    notice = message.notice
    actions.open_notice(notice=notice, message=message, at=clock.now())
    if notice.link and url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None):
        return redirect(notice.link)
    return redirect("notices:one", notice_id=notice.pk)
