"""What the pages of cases share: whose they are, which face they wear, how an act is answered."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import held_on
from smartunion.kernel.procedures import handbook, reads, shown
from smartunion.kernel.procedures import panels as acts
from smartunion.kernel.procedures.forms import Because, Form
from smartunion.kernel.procedures.models import Case, StepRun
from smartunion.kernel.web.page import PersonRequest, at_the_head

CHOICES = [("yes", "赞成", "✓"), ("no", "反对", "✕"), ("abstain", "弃权", "—")]
"""In ink all three: a ballot favors no choice by color or default."""


MINOR = {"files.stored", "procedures.handed_in", "procedures.voted"}
"""What the trail of a case keeps to itself until all of it is asked for."""


def is_officer(request: PersonRequest) -> bool:
    """Return whether the person holds any office today: officers work at the desk."""
    if request.person.kind in {Person.Kind.MERCHANT, Person.Kind.STUDENT}:
        return False
    return held_on(campus_day(clock.now())).filter(person=request.person).exists()


def case_of(request: PersonRequest, case_id: int) -> Case:
    """Return a case that the person may see; any other is not found."""
    found = Case.objects.select_related("sheet", "unit", "applicant").filter(pk=case_id).first()
    if found is None or not reads.may_see(found, request.person, request.mandate, clock.now()):
        raise Http404
    return found


def run_of(request: PersonRequest, run_id: int) -> StepRun:
    """Return a step of a case that the person may see; any other is not found."""
    found = StepRun.objects.filter(pk=run_id).first()
    if found is None:
        raise Http404
    found.case = case_of(request, found.case_id)
    return found


def address(request: PersonRequest, case: Case) -> str:
    """Return where this person sees the case: the tracker of an applicant, or the case page."""
    own = case.applicant_id == request.person.pk and not is_officer(request)
    return reverse("procedures:my_case" if own else "procedures:case", args=[case.pk])


def context_of(
    request: PersonRequest,
    case: Case,
    *,
    bound: Form | None = None,
    no: Refused | None = None,
) -> dict[str, Any]:
    """Return what a page of one case shows; `bound` is the form that was typed and refused."""
    at = clock.now()
    told = shown.case_shown(case, at=at)
    everything = list(reversed(reads.timeline(case)))
    all_trail = request.GET.get("trail") == "all"
    return {
        "case": case,
        "it": told,
        "panels": acts.panels(told, request.person, at=at, bound=bound),
        "trail": [one for one in everything if all_trail or one.entry.what not in MINOR],
        "trail_count": len(everything),
        "all_trail": all_trail,
        "no": no,
        "withdrawal": acts.typed(bound, Because(prefix="w")),
        "withdrawal_no": acts.withdrawal_no(case, request.person),
        "own": case.applicant_id == request.person.pk,
        "version": acts.version(told, request.person, at=at, bound=bound),
        "manual": manual_of(told),
        "choices": CHOICES,
    }


def manual_of(told: shown.CaseShown) -> str:
    """Return the address of the manual that prints the case's sheet, empty for none."""
    unit = handbook.owner_of(told.sheet)
    return f"{reverse('procedures:manual', args=[unit.code])}#{told.sheet.code}" if unit else ""


def template_of(request: PersonRequest) -> str:
    """Return the page of a case in the face that the person wears."""
    desk = is_officer(request) and not request.path.startswith("/my/")
    return "procedures/case.html" if desk else "procedures/tracker.html"


def done(request: PersonRequest, case: Case, words: str) -> HttpResponse:
    """Say what was done and show the case, if the person may still see it; else the inbox."""
    messages.success(request, words)
    at = clock.now()
    stays = reads.may_see(case, request.person, request.mandate, at)
    url = address(request, case) if stays else reverse("procedures:inbox")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = url
        return answer
    return HttpResponseRedirect(url)


def again(
    request: PersonRequest,
    run: StepRun,
    *,
    form: Form | None = None,
    no: Refused | None = None,
) -> HttpResponse:
    """Show the case with what was typed and why it was not accepted; nothing has changed.

    Where HTMX asked, a refusal goes to the head of the page and the form stays as it stands in
    the browser, chosen files and all; a form with faults comes back with its faults.
    """
    if no is not None and request.headers.get("HX-Request"):
        return at_the_head(render(request, "web/parts/refused.html", {"no": no}, status=no.status))
    if request.headers.get("HX-Request"):
        context = context_of(request, run.case, bound=form)
        panel = next((p for p in context["panels"] if p.run.pk == run.pk), None)
        part = f"{template_of(request)}#panel"
        return render(request, part, {**context, "panel": panel}, status=422)
    return whole(request, run.case, form=form, no=no)


def whole(
    request: PersonRequest, case: Case, *, form: Form | None, no: Refused | None
) -> HttpResponse:
    """Show the whole page of a case with what was typed and not accepted."""
    context = context_of(request, case, bound=form, no=no)
    return render(request, template_of(request), context, status=no.status if no else 422)
