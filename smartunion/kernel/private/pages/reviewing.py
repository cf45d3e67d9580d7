"""The weekly review of broken glasses, and telling the person when the emergency is over."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.private import glass
from smartunion.kernel.private.forms import PuttingOff, Reviewing
from smartunion.kernel.private.models import Glass
from smartunion.kernel.private.registry import needed
from smartunion.kernel.web.page import PersonRequest, page, show


@page(can=glass.REVIEWS)
def reviews(request: PersonRequest) -> HttpResponse:
    """查阅复核: what waits, the oldest first; what blocks an office stands out."""
    at = clock.now()
    waiting = glass.shown(list(glass.to_review()), to=request.person, at=at)
    context = {
        "waiting": [
            (
                one,
                Reviewing(auto_id=f"review-{one.glass.pk}-%s"),
                PuttingOff(auto_id=f"later-{one.glass.pk}-%s"),
            )
            for one in waiting
        ],
        "done": glass.shown(glass.done(), to=request.person, at=at),
        "days": needed("glass_review_days", on=campus_day(at)),
        "tell_days": needed("glass_tell_days", on=campus_day(at)),
        "now": at,
    }
    return show(request, "private/reviews.html", context)


@page(can=glass.REVIEWS, methods="POST")
def verdict(request: PersonRequest, *, glass_id: int) -> HttpResponse:
    """复核结论."""
    form = Reviewing(request.POST)
    _there(glass_id)
    if form.is_valid():
        glass.review(
            glass_id=glass_id,
            verdict=Glass.Verdict(form.cleaned_data["verdict"]),
            by=request.person,
            at=clock.now(),
            because=form.cleaned_data["because"],
        )
        messages.success(request, "已复核，结论不能再改。")
    else:
        messages.error(request, "没有复核：选结论，意见至少写 6 个字。")
    return redirect("private:reviews")


@page(can=glass.REVIEWS, methods="POST")
def telling(request: PersonRequest, *, glass_id: int) -> HttpResponse:
    """告知当事人."""
    _there(glass_id)
    glass.tell(glass_id=glass_id, by=request.person, at=clock.now())
    messages.success(request, "已通知当事人，查阅的人、时间和事由类别在其“谁看过我的资料”里。")
    return redirect("private:reviews")


@page(can=glass.REVIEWS, methods="POST")
def later(request: PersonRequest, *, glass_id: int) -> HttpResponse:
    """延后告知: the emergency lasts."""
    _there(glass_id)
    form = PuttingOff(request.POST)
    if form.is_valid():
        glass.put_off(
            glass_id=glass_id,
            until=end_of(form.cleaned_data["until"]),
            by=request.person,
            at=clock.now(),
            because=form.cleaned_data["because"],
        )
        messages.success(request, "已延后，到时再提醒。")
    else:
        messages.error(request, "没有延后：写明日子，以及紧急情况为什么还没有消除。")
    return redirect("private:reviews")


def _there(glass_id: int) -> None:
    if not Glass.objects.filter(pk=glass_id).exists():
        raise Http404
