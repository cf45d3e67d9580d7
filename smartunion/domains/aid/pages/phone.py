"""Aid on the phone: apply in plain words, save half done, see the seven steps."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.aid import forms
from smartunion.domains.aid.actions import drafting, gifts, sealing
from smartunion.domains.aid.actions.drafting import Filled
from smartunion.domains.aid.reads import desk, tracker
from smartunion.domains.aid.reads.figures import terms_on
from smartunion.domains.aid.rules.amounts import Category, GiftKind, gift_fen, joined
from smartunion.domains.aid.rules.persons import Sealed
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.refusals import NothingSealed
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, HELPS = "aid.own", "aid.help"
WORDS = ("cause", "story", "family", "address")
SUBTEXT = {
    Category.HARDSHIP: "收入低、家里有变故，生活一时过不去",
    Category.ILLNESS: "本人、配偶、子女或父母得了大病",
    Category.ACCIDENT: "火灾、车祸、灾害等突然的事",
}


@page(can=CAN, methods="GET POST")
def home(request: PersonRequest) -> HttpResponse:
    """救助与慰问: what there is, my applications; beginning one by POST."""
    at = clock.now()
    if request.method == "POST":
        made = drafting.start(
            beneficiary=request.person, by=request.person, mandate=request.mandate, at=at
        )
        return redirect("aid:edit", application_id=made.pk)
    terms = terms_on(campus_day(at))
    context = {
        "categories": [(c.value, SUBTEXT[c], joined(terms.bands(c.value))) for c in Category],
        "table": terms.table,
        "gifts": [(kind.value, gift_fen(kind, terms)) for kind in GiftKind],
        "tracks": tracker.mine(request.person.pk, at=at),
        "my_gifts": desk.gifts(None, receiver_id=request.person.pk),
        "helps": request.mandate.may(HELPS),
        "terms": terms,
    }
    return show(request, "aid/phone/home.html", context)


@page(can=CAN)
def continue_(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """接着填: the inbox's link to an application that papers are missing of."""
    found = desk.application_of_run(run_id)
    if found is None or tracker.own(found[0].pk, request.person.pk) is None:
        raise Http404
    return redirect("aid:edit", application_id=found[0].pk)


@page(can=CAN, methods="GET POST")
def edit(request: PersonRequest, *, application_id: int) -> HttpResponse:
    """申请救助: one page, saved half done, handed in when complete."""
    at = clock.now()
    application = tracker.own(application_id, request.person.pk)
    if application is None:
        raise Http404
    if application.state not in drafting.EDITABLE:
        return redirect("aid:application", application_id=application.pk)
    form = forms.ApplicationForm(request.POST or None, initial=_typed(request, application, at))
    papers = forms.Papers(request.POST or None, request.FILES or None)
    no: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            answer = _save(request, application.pk, form, papers, at)
            if answer is not None:
                return answer
        except Refused as refused:
            no = refused
    terms = terms_on(campus_day(at))
    application = tracker.own(application_id, request.person.pk) or application
    context = {
        "it": application,
        "form": form,
        "papers": papers,
        "no": no,
        "track": tracker.track(application, at=at),
        "spans": {c.value: joined(terms.bands(c.value)) for c in Category},
        "other": application.filed_by_id != application.beneficiary_id,
        "terms": terms,
    }
    response = show(request, "aid/phone/edit.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _typed(request: PersonRequest, application: Any, at: datetime) -> dict[str, Any]:
    """Return what the form starts with: what its writer has saved, the account but for its tail."""
    try:
        sealed = sealing.read(
            application_id=application.pk, part=Sealed.CIRCUMSTANCES, purpose="本人填写申请",
            by=request.person, at=at,
        )  # fmt: skip
    except NothingSealed:
        sealed = {}
    return {
        **{name: sealed.get(name, "") for name in WORDS},
        "category": application.category,
        "happened_on": application.happened_on and application.happened_on.isoformat(),
        "asked": application.asked_fen,
    }


def _save(
    request: PersonRequest, application_id: int, form: Any, papers: Any, at: datetime
) -> HttpResponse | None:
    given, by = form.cleaned_data, request.person
    filled = Filled(
        category=given["category"],
        happened_on=given["happened_on"],
        asked_fen=given["asked"],
        circumstances={name: given[name] for name in WORDS},
        account=given["account"],
        account_bank=given["bank"],
    )
    drafting.save_draft(application_id=application_id, filled=filled, by=by, at=at)
    if request.FILES.getlist("papers") and papers.is_valid():
        for upload in papers.cleaned_data["papers"]:
            drafting.add_paper(application_id=application_id, upload=upload, by=by, at=at)
    if request.POST.get("do") != "hand_in":
        messages.success(request, "已存好，什么时候接着填都行")
        return redirect("aid:edit", application_id=application_id)
    done = drafting.hand_in(application_id=application_id, by=by, at=at)
    words = "已交给分会" if done.case_id else f"已请{done.beneficiary.name}点同意"
    messages.success(request, words)
    return redirect("aid:application", application_id=application_id)


@page(can=CAN, methods="GET POST")
def application(request: PersonRequest, *, application_id: int) -> HttpResponse:
    """救助进度: the seven steps, who has it, until when; papers later; withdrawing."""
    at = clock.now()
    found = tracker.own(application_id, request.person.pk)
    if found is None:
        raise Http404
    because = forms.Because(request.POST if request.POST.get("do") == "withdraw" else None)
    papers = forms.Papers(
        *((request.POST, request.FILES) if request.POST.get("do") == "papers" else (None, None))
    )
    if because.is_valid():
        drafting.withdraw(
            application_id=found.pk, by=request.person, at=at,
            because=because.cleaned_data["because"],
        )  # fmt: skip
        messages.success(request, "已撤回")
        return redirect("aid:home")
    if papers.is_valid():
        for upload in papers.cleaned_data["papers"]:
            drafting.add_paper(application_id=found.pk, upload=upload, by=request.person, at=at)
        messages.success(request, "材料已补上")
        return redirect("aid:application", application_id=found.pk)
    track = tracker.track(found, at=at)
    context = {
        "it": found,
        "track": track,
        "because": because,
        "papers": papers,
        "letter": _letter(request, found, at) if track.letter else "",
        "mine": found.beneficiary_id == request.person.pk,
        "consents": found.state == "consent",
        "paper_form": forms.Consent(),
    }
    return show(request, "aid/phone/application.html", context)


def _letter(request: PersonRequest, found: Any, at: datetime) -> str:
    """Return why there was no aid, for the person's own eyes."""
    if found.beneficiary_id != request.person.pk:
        return ""
    told = sealing.read(
        application_id=found.pk, part=Sealed.LETTER, purpose="本人看告知书", by=request.person,
        at=at,
    )  # fmt: skip
    return str(told["because"])


@page(can=CAN, methods="GET POST")
def consent(request: PersonRequest, *, application_id: int) -> HttpResponse:
    """本人同意: what a colleague has filled in for me, and my yes or no."""
    at = clock.now()
    found = tracker.own(application_id, request.person.pk)
    if found is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "paper":
        form = forms.Consent(request.POST, request.FILES)
        if form.is_valid():
            drafting.consent_on_paper(
                application_id=found.pk, upload=form.cleaned_data["paper"], by=request.person, at=at
            )
            messages.success(request, "已凭同意书交上去")
        return redirect("aid:application", application_id=found.pk)
    if found.state != "consent" or found.beneficiary_id != request.person.pk:
        return redirect("aid:application", application_id=found.pk)
    if request.method == "POST":
        if request.POST.get("do") == "decline":
            drafting.decline(
                application_id=found.pk, by=request.person, at=at, because="本人不同意代为申请"
            )
            messages.success(request, "没有交上去，填的内容已销毁")
            return redirect("aid:home")
        drafting.consent(application_id=found.pk, by=request.person, at=at)
        messages.success(request, "已同意，申请交给分会了")
        return redirect("aid:application", application_id=found.pk)
    read = sealing.read(
        application_id=found.pk, part=Sealed.CIRCUMSTANCES, purpose="本人核对代填内容",
        by=request.person, at=at,
    )  # fmt: skip
    context = {"it": found, "read": read, "track": tracker.track(found, at=at)}
    return show(request, "aid/phone/consent.html", context)


@page(can=HELPS, methods="GET POST")
def helping(request: PersonRequest) -> HttpResponse:
    """帮同事申请: choose a colleague of the own branch."""
    at = clock.now()
    scope = request.mandate.units[HELPS]
    people = desk.colleagues(scope, but=request.person, on=campus_day(at))
    form = forms.Helping(request.POST or None)
    if form.is_valid():
        person = people.filter(pk=form.cleaned_data["person"]).first()
        if person is None:
            raise Http404
        made = drafting.start(beneficiary=person, by=request.person, mandate=request.mandate, at=at)
        return redirect("aid:edit", application_id=made.pk)
    asked = request.GET.get("q", "").strip()
    rows = people.filter(name__contains=asked) if asked else people
    return show(request, "aid/phone/helping.html", {"people": rows[:60], "q": asked, "form": form})


@page(can=HELPS, methods="GET POST")
def gift(request: PersonRequest) -> HttpResponse:
    """登记慰问: a colleague's occasion, by the standard."""
    at = clock.now()
    scope = request.mandate.units[HELPS]
    people = desk.colleagues(scope, but=request.person, on=campus_day(at))
    form = forms.GiftForm(request.POST or None, people=people)
    terms = terms_on(campus_day(at))
    no: Refused | None = None
    if form.is_valid():
        try:
            made = gifts.register(
                receiver=Person.objects.get(pk=form.cleaned_data["person"]),
                kind=GiftKind(form.cleaned_data["kind"]),
                happened_on=form.cleaned_data["happened_on"],
                by=request.person,
                mandate=request.mandate,
                at=at,
            )
            messages.success(request, f"{made.number} 已登记，等福利部审核")
            return redirect("aid:gift")
        except Refused as refused:
            no = refused
    context = {
        "form": form,
        "no": no,
        "standards": [(kind.value, gift_fen(kind, terms)) for kind in GiftKind],
        "rows": desk.gifts(scope)[:20],
        "days": terms.gift_days,
    }
    response = show(request, "aid/phone/gift.html", context)
    response.status_code = no.status if no else response.status_code
    return response
