"""One's own duty on the phone: shifts, swaps, and the test message's one tap."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.forms import Asking
from smartunion.kernel.duty.models import Check
from smartunion.kernel.duty.rules import OF_A_BRANCH
from smartunion.kernel.notices import links
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.web.page import PUBLIC, SIGNED_IN, PersonRequest, page, show


@page(can=SIGNED_IN)
def shifts(request: PersonRequest) -> HttpResponse:
    """我的值班: what is mine and comes, who asks me to take theirs, who is on call for my unit."""
    at, unit = clock.now(), request.person.unit
    swaps = reads.swaps_of(request.person, at=at)
    ours = unit if unit and unit.kind == Unit.Kind.BRANCH else None
    found = {
        "shifts": reads.coming_of(request.person, at=at),
        "asked": [swap for swap in swaps if swap.other_id == request.person.pk],
        "asking": [swap for swap in swaps if swap.other_id != request.person.pk],
        "check": reads.open_check(request.person),
        "unit": ours,
        "on_call": reads.on_call(unit=ours, posts=OF_A_BRANCH, at=at).items() if ours else (),
        "hotline": reads.hotline(at=at),
        "now": at,
    }
    return show(request, "duty/mine.html", found)


@page(can=SIGNED_IN, methods="GET POST")
def giving(request: PersonRequest, *, shift_id: int) -> HttpResponse:
    """请人换班: of one's own shift that has not begun."""
    at = clock.now()
    coming = reads.coming_of(request.person, at=at, most=1000)
    mine = next((s for s in coming if s.pk == shift_id and s.since > at), None)
    if mine is None:
        raise Http404
    offers = reads.offers_of(mine, at=at)
    form = Asking(request.POST or None, offers=offers)
    no = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.ask_swap(
                shift_id=mine.pk, other=Person.objects.get(pk=given["other_id"]),
                in_return_id=given["in_return_id"], by=request.person, at=at,
                because=given["because"],
            )  # fmt: skip
        except Refused as refused:
            no = refused
        else:
            messages.success(request, "已发给对方；对方同意之前，这个班仍是您的")
            return redirect("duty:mine")
    found = {"shift": mine, "form": form, "offers": offers, "no": no}
    response = show(request, "duty/giving.html", found)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=SIGNED_IN, methods="POST")
def answering(request: PersonRequest, *, swap_id: int) -> HttpResponse:
    """答复换班: take it, decline it, or take one's own question back."""
    if reads.swap_seen_by(request.person, swap_id) is None:
        raise Http404
    said = {
        "accept": (actions.accept_swap, "已换班，值班表已更新"),
        "decline": (actions.decline_swap, "已回绝"),
        "withdraw": (actions.withdraw_swap, "已撤回"),
    }.get(request.POST.get("word", ""))
    if said is None:
        raise Http404
    act, told = said
    act(swap_id=swap_id, by=request.person, at=clock.now())
    messages.success(request, told)
    return redirect("duty:mine")


@never_cache
@page(can=PUBLIC, methods="GET POST")
def tap(request: HttpRequest, *, token: str) -> HttpResponse:
    """号码核对, from the link in the test message, without a login: GET only shows."""
    said = links.read_tap(token, at=clock.now())
    person = Person.objects.filter(pk=said.person_id, is_active=True).first()
    if person is None or not said.about.startswith(f"{actions.CHECK}/"):
        raise Http404
    if request.method == "POST":
        actions.answer_check(by=person, at=clock.now(), via=Check.Via.LINK)
        return redirect(request.path)
    waits = reads.open_check(person) is not None
    return show(request, "duty/tap.html", {"person": person, "waits": waits})
