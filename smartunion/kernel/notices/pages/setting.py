"""How one wants to hear of things, and where one is reached."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices import actions, contacts, reads
from smartunion.kernel.notices.forms import Address, Choosing, Code
from smartunion.kernel.notices.rules import CODE_MINUTES, Channel
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show


@page(can=SIGNED_IN, methods="GET POST")
def settings(request: PersonRequest) -> HttpResponse:
    """通知设置."""
    form = Choosing(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ways = [Channel(way) for way in form.cleaned_data["ways"]]
        actions.choose(ways=ways, by=request.person, at=clock.now())
        messages.success(request, "已保存，从下一条普通通知起生效")
        return redirect("notices:settings")
    found = reads.settings_of(request.person, at=clock.now())
    return show(request, "notices/settings.html", {"found": found, "form": form})


@page(can=SIGNED_IN, methods="GET POST")
def address(request: PersonRequest, *, channel: str) -> HttpResponse:
    """核对号码: a code is sent to the address; typing it proves that it is one's own."""
    if channel not in (Channel.SMS, Channel.EMAIL):
        raise Http404
    way = Channel(channel)
    known = reads.reach(request.person, way)
    context: dict[str, Any] = {
        "channel": way,
        "known": known,
        "typed": request.POST.get("address", known.address if known else ""),
        "minutes": CODE_MINUTES,
        "form": Address(request.POST or None),
        "code": None,
    }
    if request.method != "POST" or not context["form"].is_valid():
        return show(request, "notices/address.html", context)
    given = context["form"].cleaned_data["address"]
    try:
        contacts.count_code(
            "typed" if "code" in request.POST else "asked", request.person, at=clock.now()
        )
        if "code" not in request.POST:
            actions.send_code(channel=way, address=given, by=request.person, at=clock.now())
            context["code"] = Code(initial={"address": given})
            return show(request, "notices/address.html", context)
        context["code"] = Code(request.POST)
        if not context["code"].is_valid():
            return show(request, "notices/address.html", context)
        actions.prove(
            channel=way,
            address=given,
            code=context["code"].cleaned_data["code"],
            by=request.person,
            at=clock.now(),
        )
    except Refused as no:
        response = show(request, "notices/address.html", {**context, "no": no})
        response.status_code = no.status
        return response
    messages.success(request, f"{way.label}号码已核对")
    return redirect("notices:settings")
