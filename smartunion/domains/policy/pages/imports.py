"""导入制度: upload, look at what was understood, have a second person publish it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.policy import forms
from smartunion.domains.policy.actions import importing
from smartunion.domains.policy.reads import documents as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, ACCEPTS = "policy.keep", "policy.accept"


@page(can=CAN, methods="GET POST")
def imports(request: PersonRequest) -> HttpResponse:
    """导入: the file, what is known of it, and the imports that wait."""
    form = forms.Import(request.POST or None, request.FILES or None)
    no: Refused | None = None
    if form.is_valid():
        given = dict(form.cleaned_data)
        upload = given.pop("file")
        try:
            kept = importing.keep(
                content=upload.read(), name=upload.name, told=importing.Told(**given),
                by=request.person, at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            no = refused
        else:
            messages.success(request, "已读入。核对条号和发现的问题，再请另一个人复核发布。")
            return redirect("policy:import", version_id=kept.pk)
    context = {"form": form, "no": no, "waiting": reads.waiting()}
    response = show(request, "policy/documents/imports.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=CAN)
def one_import(request: PersonRequest, *, version_id: int) -> HttpResponse:
    """一次导入: what was cut into which pieces, gaps and duplicates; who may publish it."""
    version = reads.draft(version_id)
    if version is None:
        raise Http404("没有这次导入")
    pieces, articles, count = reads.preview(version)
    context = {
        "version": version,
        "document": version.document,
        "pieces": pieces,
        "articles": articles,
        "count": count,
        "more": count - len(pieces),
        "source": reads.source(version),
        "own": version.kept_by_id == request.person.pk,
        "accepts": request.mandate.may(ACCEPTS),
        "form": forms.Return(),
    }
    return show(request, "policy/documents/import.html", context)


@page(can=ACCEPTS, methods="POST")
def acceptance(request: PersonRequest, *, version_id: int) -> HttpResponse:
    """复核: publish a draft of somebody else's, or send it back with a reason."""
    version = reads.draft(version_id)
    if version is None:
        raise Http404("没有这次导入")
    if request.POST.get("do") == "return":
        form = forms.Return(request.POST)
        if form.is_valid():
            importing.send_back(
                version_id=version_id, by=request.person, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, "已退回，导入人能看到理由。")
        else:
            messages.error(request, "退回要写理由。")
        return redirect("policy:import", version_id=version_id)
    done = importing.publish(version_id=version_id, by=request.person, at=clock.now())
    messages.success(request, f"《{done.document.title}》已发布，从施行日起可以检索和引用。")
    return redirect("policy:version", slug=done.document.slug, number=done.number)
