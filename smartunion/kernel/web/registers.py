"""The pages of a register: list, sheets out and in, new, edit. `include(register_urls(REGISTER))`.

Names of the addresses, within the including namespace: `{code}`, `{code}_new`, `{code}_row`,
`{code}_import`, `{code}_batch`.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import BaseForm, ModelForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.trail.models import Entry

from . import excel
from . import register_actions as actions
from . import register_reads as reads
from .columns import Column, field_of, value_of
from .models import ImportBatch
from .page import PersonRequest, page, show
from .register_forms import Because, Upload, row_form
from .tables import Register

__all__ = ["Column", "Register", "register_urls"]

TRAIL_SHOWN = 20


def register_urls(register: Register) -> list[URLPattern]:
    """Return the addresses of a register's pages; what it cannot do has no address."""
    code = register.code

    def bound(view: Callable[..., HttpResponse], can: str, methods: str) -> Any:
        @page(can=can, methods=methods)
        def opened(request: PersonRequest, **kwargs: Any) -> HttpResponse:
            return view(request, register=register, **kwargs)

        return opened

    def at(address: str, view: Any, name: str, *, edits: bool = False, methods: str = "GET") -> Any:
        can = register.editor() if edits else register.can
        return path(address, bound(view, can, methods), name=f"{code}{name}")

    both, post = "GET POST", "POST"
    urls = [
        at("", listing, ""),
        at("export.<str:form>", export, "_export"),
    ]
    if register.fields:
        urls += [
            at("new/", new_row, "_new", edits=True, methods=both),
            at("<int:row_id>/", one_row, "_row", methods=both),
        ]
    if register.key:
        one = "import/<int:batch_id>"
        urls += [
            at("import/", importing, "_import", edits=True, methods=both),
            at("import/template.xlsx", template, "_template", edits=True),
            at(f"{one}/", batch_page, "_batch", edits=True),
            at(f"{one}/wrong.xlsx", wrong_rows, "_wrong", edits=True),
            at(f"{one}/writing/", writing, "_writing", edits=True, methods=post),
            at(f"{one}/dropping/", dropping, "_dropping", edits=True, methods=post),
            at(f"{one}/taking-back/", taking_back, "_taking_back", edits=True, methods=both),
        ]
    return urls


def _url(request: PersonRequest, register: Register, name: str = "", **kwargs: Any) -> str:
    """Return the address of one of this register's pages, in the namespace of this request."""
    spaces = request.resolver_match.namespace if request.resolver_match else ""
    return reverse(":".join(filter(None, (spaces, register.code + name))), kwargs=kwargs)


def _frame(request: PersonRequest, register: Register, **more: Any) -> dict[str, Any]:
    """Return what every page of the register shows around its own matter."""
    urls = {"list": _url(request, register)}
    if register.fields:
        urls["new"] = _url(request, register, "_new")
    if register.key:
        urls["import"] = _url(request, register, "_import")
        urls["template"] = _url(request, register, "_template")
    return {"register": register, "title": register.heading(), "urls": urls, **more}


def _asked(request: PersonRequest, register: Register) -> Any:
    """Return the rows that the address asks for, within the person's units."""
    rows = reads.visible(register, request.mandate, register.can)
    rows = reads.searched(register, rows, request.GET.get("q", "").strip())
    return reads.narrowed(register, rows, request.GET.dict())


def listing(request: PersonRequest, *, register: Register) -> HttpResponse:
    """The register's rows: searched, filtered, sorted, paged."""
    columns = register.shown()
    rows = _asked(request, register)
    sort = request.GET.get("sort", "")
    paged = Paginator(reads.ordered(register, rows, sort), register.page_size)
    shown = paged.get_page(request.GET.get("page"))
    this_year = campus_day(clock.now()).year
    lines = [
        {
            "row": row,
            "cells": reads.cells(register, columns, row, this_year=this_year),
            "href": _href(request, register, row),
            "off": bool(register.off and register.off(row)),
        }
        for row in shown.object_list
    ]
    context = _frame(
        request,
        register,
        columns=columns,
        lines=lines,
        page=shown,
        lead=register.lead() if callable(register.lead) else register.lead,
        sort=sort or register.order.split()[0],
        query=request.GET.get("q", ""),
        seg=_seg(request, register),
        selects=_selects(request, register),
        foot=_foot(columns, shown.object_list, rows),
        narrowed=any(
            request.GET.get(n) for n in ("q", register.seg, *register.filters.split()) if n
        ),
        exports={
            form: f"{_url(request, register, '_export', form=form)}?{_kept(request.GET)}"
            for form in ("xlsx", "csv")
        },
        batches=reads.batches(register, now=clock.now())[:1] if register.key else [],
    )
    return show(request, "web/register/list.html", context)


def _href(request: PersonRequest, register: Register, row: Any) -> str:
    if register.link:
        return reverse(register.link, args=[row.pk])
    return _url(request, register, "_row", row_id=row.pk) if register.fields else ""


def _kept(asked: QueryDict, *drop: str) -> str:
    """Return the query without the page and what is dropped."""
    kept = asked.copy()
    for name in ("page", *drop):
        kept.pop(name, None)
    return kept.urlencode()


def _seg(request: PersonRequest, register: Register) -> list[dict[str, Any]]:
    """Return the pressed buttons: all, and each value of the segmented choice, with counts."""
    if not register.seg:
        return []
    everything = reads.visible(register, request.mandate, register.can)
    count = reads.counts(register, everything)
    now = request.GET.get(register.seg, "")
    rest = _kept(request.GET, register.seg)
    buttons = [
        {"label": "全部", "value": "", "count": sum(count.values()), "query": rest, "here": not now}
    ]
    for stored, label in reads.options(register, register.seg, everything):
        if number := count.get(stored, 0):
            query = "&".join(filter(None, (rest, f"{register.seg}={stored}")))
            here = now == str(stored)
            buttons.append(
                {"label": label, "value": stored, "count": number, "query": query, "here": here}
            )
    return buttons


def _selects(request: PersonRequest, register: Register) -> list[dict[str, Any]]:
    """Return the filters that are lists, each with its own label in its text."""
    model = register.table()
    everything = reads.visible(register, request.mandate, register.can)
    return [
        {
            "name": name,
            "label": str(field_of(model, name).verbose_name),
            "options": [(str(k), label) for k, label in reads.options(register, name, everything)],
            "now": request.GET.get(name, ""),
        }
        for name in register.filters.split()
    ]


def _foot(columns: list[Column], shown: Any, rows: Any) -> list[dict[str, Any]]:
    """Return the foot's cells: this page's sum and the whole, where a column is summed."""
    everything = reads.totals(columns, rows)
    if not everything:
        return []
    return [
        {
            "column": column,
            "page": sum(value_of(row, column.name) or 0 for row in shown) if column.total else None,
            "all": everything.get(column.name),
        }
        for column in columns
    ]


def export(request: PersonRequest, *, register: Register, form: str) -> HttpResponse:
    """All rows of the list as asked for, as a sheet or as CSV."""
    columns = []
    for column in register.shown():
        columns.append(column)
        if column.sub:
            columns.append(Column(column.sub, label=f"{column.label}（附）", kind="text"))
    rows = reads.ordered(register, _asked(request, register), request.GET.get("sort", ""))
    values = ([value_of(row, c.name) for c in columns] for row in rows.iterator(chunk_size=500))
    return excel.download(values, columns, title=register.heading(), form=form)


def _values(form: "ModelForm[Any]", register: Register) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in register.fields.split()}


def _complain(form: BaseForm, no: ValidationError) -> None:
    """Put what the table said to the fields that it said it of."""
    for name, said in no.message_dict.items():
        form.add_error(name if name in form.fields else None, said)


def new_row(request: PersonRequest, *, register: Register) -> HttpResponse:
    """A new row, and why it is entered."""
    form = row_form(register)(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            row = actions.register_row(
                register=register,
                values=_values(form, register),
                mandate=request.mandate,
                by=request.person,
                at=clock.now(),
                because=form.cleaned_data["because"],
            )
        except ValidationError as no:
            _complain(form, no)
        else:
            messages.success(request, f"已登记{register.noun}「{row}」")
            return redirect(_url(request, register))
    context = _frame(request, register, form=form)
    return show(request, "web/register/new.html", context)


def one_row(request: PersonRequest, *, register: Register, row_id: int) -> HttpResponse:
    """One row: its fields to change, and what has happened to it."""
    row = get_object_or_404(reads.visible(register, request.mandate, register.can), pk=row_id)
    may_edit = request.mandate.may(register.editor())
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(register.editor())
    seen = actions.stamp(reads.stamp_values(register, row))
    form = row_form(register)(request.POST or None, instance=row, initial={"stamp": seen})
    if request.POST and form.is_valid():
        try:
            saved = actions.change_row(
                register=register,
                row_id=row_id,
                values=_values(form, register),
                seen=form.cleaned_data["stamp"],
                mandate=request.mandate,
                by=request.person,
                at=clock.now(),
                because=form.cleaned_data["because"],
            )
        except ValidationError as no:
            _complain(form, no)
        else:
            messages.success(request, f"已修改{register.noun}「{saved}」")
            return redirect(_url(request, register, "_row", row_id=row_id))
    happened = Entry.objects.filter(subject=f"{row._meta.label_lower}:{row_id}")
    context = _frame(
        request,
        register,
        row=row,
        form=form,
        may_edit=may_edit,
        editor=register.editor(),
        trail=happened.select_related("by").order_by("-pk")[:TRAIL_SHOWN],
    )
    return show(request, "web/register/row.html", context)


def importing(request: PersonRequest, *, register: Register) -> HttpResponse:
    """Upload a sheet: it is checked and shown, not yet written."""
    form = Upload(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        rows, errors = excel.read_rows(file, reads.readable(register))
        batch = actions.upload_rows(
            register=register,
            filename=file.name,
            rows=rows,
            errors=errors,
            mandate=request.mandate,
            by=request.person,
            at=clock.now(),
            because=form.cleaned_data["because"],
        )
        return redirect(_url(request, register, "_batch", batch_id=batch.pk))
    recent = ImportBatch.objects.filter(register=register.model).select_related("by")
    context = _frame(
        request,
        register,
        form=form,
        columns=[(column, excel.expected(column)) for column in reads.readable(register)],
        batches=[
            (batch, _url(request, register, "_batch", batch_id=batch.pk))
            for batch in recent.order_by("-at")[:10]
        ],
    )
    return show(request, "web/register/import.html", context)


def template(request: PersonRequest, *, register: Register) -> HttpResponse:
    """The empty sheet to fill in."""
    data = excel.template(reads.readable(register), title=register.heading())
    return excel.answer(data, f"{register.heading()}_模板.xlsx", excel.XLSX)


def _batch(request: PersonRequest, register: Register, batch_id: int) -> ImportBatch:
    """Return the import; whoever is confined to a unit finds only their own."""
    found = ImportBatch.objects.filter(register=register.model).select_related("by")
    if request.mandate.units[register.editor()] is not None:
        found = found.filter(by=request.person)
    return get_object_or_404(found, pk=batch_id)


def _wrong(batch: ImportBatch, columns: list[Column]) -> list[dict[str, Any]]:
    """Return the wrong rows of an import, each with its cells and how to mend it."""
    shown = []
    for number, group in groupby(batch.errors, key=lambda error: error["row"]):
        errors = list(group)
        bad = {error["column"]: error["expected"] for error in errors}
        raw = errors[0]["raw"] or [""] * len(columns)
        shown.append(
            {
                "row": number,
                "cells": [
                    {"column": c, "text": text, "why": bad.get(c.label, ""), "bad": c.label in bad}
                    for c, text in zip(columns, raw, strict=True)
                ],
                "how": "；".join(f"{e['column']}{e['expected']}" for e in errors),
            }
        )
    return shown


def batch_page(request: PersonRequest, *, register: Register, batch_id: int) -> HttpResponse:
    """An uploaded sheet: what is wrong with it, and the choice to write the rest."""
    batch = _batch(request, register, batch_id)
    columns = register.entered()
    there = {"batch_id": batch_id}
    context = _frame(
        request,
        register,
        batch=batch,
        columns=columns,
        wrong=_wrong(batch, columns),
        fresh=sum(1 for kept in batch.good if kept["new"]),
        pending=not (batch.written_at or batch.dropped_at),
        can_take_back=reads.batches(register, now=clock.now()).filter(pk=batch_id).exists(),
        because=Because(),
        to={
            name: _url(request, register, f"_{name}", **there)
            for name in ("writing", "dropping", "taking_back", "wrong")
        },
    )
    return show(request, "web/register/batch.html", context)


def wrong_rows(request: PersonRequest, *, register: Register, batch_id: int) -> HttpResponse:
    """The wrong rows as a sheet, with how to mend each, to correct and upload again."""
    batch = _batch(request, register, batch_id)
    columns = register.entered()
    heads = [Column(c.name, label=c.head(), kind="text") for c in columns]
    heads = [*heads, Column("row", label="Excel 行", kind="number"), Column("how", label="怎么改")]
    rows = (
        [*(cell["text"] for cell in wrong["cells"]), wrong["row"], wrong["how"]]
        for wrong in _wrong(batch, columns)
    )
    data = excel.workbook(rows, heads, title="错行")
    return excel.answer(data, f"{register.heading()}_错行.xlsx", excel.XLSX)


def writing(request: PersonRequest, *, register: Register, batch_id: int) -> HttpResponse:
    """Write the good rows of a checked sheet."""
    _batch(request, register, batch_id)
    count = actions.write_rows(
        register=register,
        batch_id=batch_id,
        mandate=request.mandate,
        by=request.person,
        at=clock.now(),
    )
    hours = register.take_back_hours
    messages.success(request, f"已写入 {count} 行，{hours} 小时内可以整批撤回")
    return redirect(_url(request, register, "_batch", batch_id=batch_id))


def dropping(request: PersonRequest, *, register: Register, batch_id: int) -> HttpResponse:
    """Drop a checked sheet; nothing of it is written."""
    _batch(request, register, batch_id)
    actions.drop_rows(batch_id=batch_id, by=request.person, at=clock.now())
    messages.success(request, "已放弃导入，名册没有改动")
    return redirect(_url(request, register))


def taking_back(request: PersonRequest, *, register: Register, batch_id: int) -> HttpResponse:
    """Undo an import as a whole, and why."""
    _batch(request, register, batch_id)
    form = Because(request.POST or None)
    if not form.is_valid():
        return redirect(_url(request, register, "_batch", batch_id=batch_id))
    count = actions.take_back(
        register=register,
        batch_id=batch_id,
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data["because"],
    )
    messages.success(request, f"已撤回整批 {count} 行，名册恢复到导入之前")
    return redirect(_url(request, register))
