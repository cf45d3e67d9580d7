"""The desk of the congress: terms, roll, meetings, and the course of each vote."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from smartunion.domains.congress import forms
from smartunion.domains.congress.actions import calling, counting, terms, voting
from smartunion.domains.congress.reads import meetings as reads
from smartunion.domains.congress.reads import votes
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.papers.press import press
from smartunion.kernel.web import excel
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.wording import moment

CAN = reads.KEEP
SLIPS = Path(__file__).parents[1] / "templates/congress/slips.typ"


def _shown(
    request: PersonRequest, template: str, context: dict[str, Any], no: Refused | None
) -> HttpResponse:
    response = show(request, template, {**context, "no": no})
    response.status_code = no.status if no else response.status_code
    return response


@page(can=CAN, methods="GET POST")
def congresses(request: PersonRequest) -> HttpResponse:
    """教代会: every term that is kept here; a new one."""
    kept = reads.where(request.mandate)
    form = forms.Convening(request.POST or None)
    forms.choose(form, "unit", reads.units(kept))
    if form.is_valid():
        said = form.cleaned_data
        made = terms.convene(
            unit_id=said["unit"].pk, session=said["session"], since=said["since"],
            until=said["until"], by=request.person, at=clock.now(),
        )  # fmt: skip
        messages.success(request, f"已登记{made}。")
        return redirect("congress:roll", congress_id=made.pk)
    rows = reads.congresses(kept)
    return show(request, "congress/desk/congresses.html", {"rows": rows, "form": form})


@page(can=CAN, methods="GET POST")
def roll(request: PersonRequest, *, congress_id: int) -> HttpResponse:
    """代表名册: who sits, the meetings; a new delegate, a new meeting."""
    at = clock.now()
    it = reads.congress(congress_id, reads.where(request.mandate))
    if it is None:
        raise Http404("没有这一届教代会")
    do, no = request.POST.get("do", ""), None
    seating = forms.Seating(request.POST if do == "seat" else None)
    forms.choose(seating, "person", reads.eligible(it, at=at))
    called = forms.Calling(request.POST if do == "call" else None)
    try:
        if do == "seat" and seating.is_valid():
            made = terms.seat(
                congress_id=it.pk, person_id=seating.cleaned_data["person"].pk,
                delegation=seating.cleaned_data["delegation"], by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, f"{made.person}任{made.number}号代表。")
            return redirect("congress:roll", congress_id=it.pk)
        if do == "call" and called.is_valid():
            said = called.cleaned_data
            meeting = terms.call(
                congress_id=it.pk, title=said["title"], place=said["place"],
                starts_at=said["starts"], agenda=said["agenda"], by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "会议已召集。")
            return redirect("congress:meeting", meeting_id=meeting.pk)
    except Refused as refused:
        no = refused
    context = {
        "it": it, "rows": reads.roll(it, at=at), "meetings": reads.meetings(it),
        "seating": seating, "summons": called,
    }  # fmt: skip
    return _shown(request, "congress/desk/roll.html", context, no)


@page(can=CAN, methods="GET POST")
def meeting(request: PersonRequest, *, meeting_id: int) -> HttpResponse:
    """会议: agenda with papers and resolutions, attendance, votes, minutes."""
    at = clock.now()
    it = reads.meeting(meeting_id, reads.where(request.mandate))
    if it is None:
        raise Http404("没有这次会议")
    do, no = request.POST.get("do", ""), None
    preparing = forms.Preparing(request.POST if do == "prepare" else None)
    people = votes.people_of(it.congress, at=at)
    forms.choose(preparing, "persons", people)
    closing = forms.Closing(request.POST if do == "close" else None)
    try:
        if request.method == "POST" and (said := _meet(request, it, preparing, closing, at)):
            messages.success(request, said)
            return redirect("congress:meeting", meeting_id=it.pk)
    except Refused as refused:
        no = refused
    hall = reads.hall(it, at=at)
    context = {
        "it": it, "agenda": reads.agenda(it), "hall": hall, "there": sum(one.there for one in hall),
        "delegations": reads.delegations(hall), "quorum": reads.quorum(len(hall), at=at),
        "votes": reads.listed(it), "preparing": preparing, "closing": closing,
    }  # fmt: skip
    return _shown(request, "congress/desk/meeting.html", context, no)


def _meet(
    request: PersonRequest,
    it: Any,
    preparing: forms.Preparing,
    closing: forms.Closing,
    at: datetime,
) -> str:
    by, given = request.person, request.POST
    do = given.get("do", "")
    if do == "attend" and given.get("person", "").isdecimal():
        terms.attend(meeting_id=it.pk, person_id=int(given["person"]), by=by, at=at)
        return "已签到。"
    if do == "resolve" and given.get("item", "").isdecimal():
        form = forms.Resolving(given)
        if form.is_valid() and any(str(one.pk) == given["item"] for one in reads.agenda(it)):
            terms.resolve(item_id=int(given["item"]), by=by, at=at, **form.cleaned_data)
            return "已写入会议记录。"
    if do == "prepare" and preparing.is_valid():
        said = preparing.cleaned_data
        calling.prepare(
            meeting_id=it.pk, kind=said["kind"], title=said["title"], seats=said["seats"],
            persons=[one.pk for one in said["persons"]],
            names=[said["words"]] if said["words"] else [],
            elects_delegates=said["elects_delegates"], opens=said["opens"], by=by, at=at,
        )  # fmt: skip
        return "票决已筹备，接着定名单和监票人。"
    if do == "close" and closing.is_valid():
        terms.close(meeting_id=it.pk, minutes=closing.cleaned_data["minutes"], by=by, at=at)
        return "会议已闭会，记录不再改动。"
    return ""


@page(can=CAN, methods="GET POST")
def vote(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """票决: what is done, what comes next, and the one button for it."""
    at = clock.now()
    it = reads.vote(election_id, reads.where(request.mandate))
    if it is None:
        raise Http404("没有这次票决")
    do, no = request.POST.get("do", ""), None
    freezing = forms.Freezing(request.POST if do == "freeze" else None)
    forms.choose(freezing, "scrutineers", reads.sitting(it, at=at))
    if request.method == "POST":
        try:
            if do == "print":
                made = voting.print_slips(election_id=it.pk, by=request.person, at=at)
                return _paper(it, made, at)
            if said := _vote(request, it, do, freezing, at):
                messages.success(request, said)
                return redirect("congress:vote", election_id=it.pk)
        except Refused as refused:
            no = refused
            it = reads.vote(election_id, reads.where(request.mandate)) or it
    context = {
        "card": reads.card(it, at=at), "it": it, "freezing": freezing,
        "hall": reads.hall(it.meeting, at=at, election=it),
        "digests": reads.commitments(it),
    }  # fmt: skip
    return _shown(request, "congress/desk/vote.html", context, no)


def _vote(request: PersonRequest, it: Any, do: str, freezing: forms.Freezing, at: datetime) -> str:
    by, given = request.person, {"election_id": it.pk, "by": request.person, "at": at}
    if do == "freeze":
        if not freezing.is_valid():
            return ""
        chosen = [one.pk for one in freezing.cleaned_data["scrutineers"]]
        calling.freeze(scrutineers=chosen, **given)
        return "名单已定。请三位监票人各在自己的电脑上生成钥匙。"
    if do == "hand" and request.POST.get("person", "").isdecimal():
        voting.hand_out(election_id=it.pk, person_id=int(request.POST["person"]), by=by, at=at)
        return "已记领票。"
    if do == "read":
        upto = request.POST.get("upto", "")
        counting.read_out(upto=int(upto) if upto.isdecimal() else it.read + 1, **given)
        return "已唱。"
    said: dict[str, tuple[Callable[..., object], str]] = {
        "open": (voting.open_box, "已同意开箱；再有一位监票人同意即开。"),
        "close": (voting.close_box, "已同意封箱；再有一位监票人同意即封。"),
        "announce": (counting.announce, "结果已宣布，待监票人签字。"),
        "again": (counting.vote_again, "已筹备重投，只列票数相等的人。"),
    }
    if do not in said:
        raise Http404("没有这一步")
    act, words = said[do]
    act(**given)
    return words


def _paper(it: Any, made: list[int], at: datetime) -> HttpResponse:
    """Return the slips as PDF, once: their secrets are on the paper only."""
    cast = settings.PUBLIC_URL.rstrip("/") if settings.PUBLIC_URL else ""
    address = cast + reverse("congress:cast", kwargs={"context": it.context})
    slips = []
    for secret in made:
        picture = BytesIO()
        segno.make_qr(f"{address}#{secret:064x}", error="m").save(
            picture, kind="svg", border=1, xmldecl=False
        )
        slips.append({"qr": picture.getvalue().decode(), "secret": f"{secret:064x}"})
    data = {
        "title": votes.title(it), "kind": it.kind, "seats": it.seats, "slips": slips,
        "names": it.rules["names"], "printed": moment(at), "address": address,
        "writes": bool(it.rules["writes"]),
    }  # fmt: skip
    paper = press(SLIPS, data, at=at)
    return excel.answer(paper.pdf, f"选票_{it.title}.pdf", "application/pdf")
