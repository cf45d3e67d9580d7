"""A delegate's own pages: the congress on the phone, the meeting, the scrutineer's laptop."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect

from smartunion.domains.congress import forms
from smartunion.domains.congress.actions import calling, counting, terms, voting
from smartunion.domains.congress.reads import meetings as reads
from smartunion.domains.congress.reads import votes
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "congress.own"


@page(can=CAN)
def home(request: PersonRequest) -> HttpResponse:
    """教代会: where I sit, the meetings, the votes at which I serve."""
    return show(
        request, "congress/phone/home.html", {"mine": reads.mine(request.person, at=clock.now())}
    )


@page(can=CAN, methods="GET POST")
def sitting(request: PersonRequest, *, meeting_id: int) -> HttpResponse:
    """会议: sign in, the agenda with its papers, the votes."""
    at = clock.now()
    it = reads.meeting_of(request.person, meeting_id, at=at)
    if it is None:
        raise Http404("没有这次会议")
    if request.method == "POST":
        terms.attend(meeting_id=it.pk, person_id=request.person.pk, by=request.person, at=at)
        messages.success(request, "已签到。到门口抽一张票。")
        return redirect("congress:sitting", meeting_id=it.pk)
    context = {
        "it": it, "agenda": reads.agenda(it), "votes": reads.listed(it),
        "there": reads.is_present(it, request.person),
    }  # fmt: skip
    return show(request, "congress/phone/sitting.html", context)


@page(can=CAN, methods="GET POST")
def scrutiny(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """监票: the key ceremony, the shuffle and the opening, computed on this very laptop."""
    me = reads.serving(request.person, election_id)
    if me is None:
        raise Http404("你不是这次票决的监票人")
    if request.method == "POST":
        return _act(request, me.election)
    at = clock.now()
    context = {"me": me, "card": reads.card(me.election, at=at), "left": forms.Counted()}
    return show(request, "congress/phone/scrutiny.html", context)


@page(can=CAN)
def scrutiny_state(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """What the laptop needs for its next step, as JSON."""
    me = reads.serving(request.person, election_id)
    if me is None:
        raise Http404("你不是这次票决的监票人")
    return JsonResponse(reads.scrutiny(me))


def _act(request: PersonRequest, it: Any) -> HttpResponse:
    """Take what the laptop computed; a refusal is told in words.

    A shuffle grows with its ballots: the stream is read up to what this box can need, which for
    two hundred is twice what a request may hold elsewhere.
    """
    given: dict[str, Any] = {"election_id": it.pk, "by": request.person, "at": clock.now()}
    most = reads.most_bytes(it)
    body = request.read(most + 1)
    if len(body) > most:
        return JsonResponse({"text": "送来的比一次洗牌还大，没有收"}, status=413)
    try:
        said = json.loads(body)
        do, value = str(said["do"]), said.get("said")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"text": "读不懂的请求"}, status=400)
    acts: dict[str, Callable[[], object]] = {
        "commit": lambda: calling.commit(
            said=value, declared=said.get("declared") is True, **given
        ),
        "send": lambda: calling.send(shares=value, **given),
        "accept": lambda: calling.accept(said=value, **given),
        "open": lambda: voting.open_box(**given),
        "close": lambda: voting.close_box(**given),
        "left": lambda: voting.count_left(counted=int(value), **given),
        "shuffle": lambda: counting.shuffle(said=value, **given),
        "part": lambda: counting.give_part(said=value, **given),
        "sign": lambda: counting.sign(**given),
    }
    if do not in acts:
        return JsonResponse({"text": "没有这一步"}, status=404)
    try:
        acts[do]()
    except Refused as no:
        return JsonResponse({"text": str(no), "remedy": no.as_dict()["remedy"]}, status=no.status)
    except (ValueError, TypeError):
        return JsonResponse({"text": "读不懂的请求"}, status=400)
    return JsonResponse({"done": do})


@page(can=CAN, methods="GET POST")
def paper(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """录入纸票: a paper slip's marks, entered by a scrutineer before everybody's eyes."""
    me = reads.serving(request.person, election_id)
    if me is None:
        raise Http404("你不是这次票决的监票人")
    if request.method == "POST":
        return take(request.body, election_id, on_paper=True)
    it = me.election
    context = {"it": it, "card": reads.card(it, at=clock.now()), "title": votes.title(it),
               "paper": True, "shown": it.state == "open"}  # fmt: skip
    return show(request, "congress/public/cast.html", context)


def take(body: bytes, election_id: int, *, on_paper: bool) -> HttpResponse:
    """Take a ballot; answer its tracking code, or why not."""
    try:
        said = json.loads(body)
        ballot = voting.cast(election_id=election_id, said=said, on_paper=on_paper, at=clock.now())
    except Refused as no:
        return JsonResponse({"text": str(no), "remedy": no.as_dict()["remedy"]}, status=no.status)
    except (ValueError, RecursionError):
        return JsonResponse({"text": "读不懂的请求"}, status=400)
    return JsonResponse({"code": ballot.code})
