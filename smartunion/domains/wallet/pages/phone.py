"""The wallet on a member's phone. Everything is the member's own; somebody else's is not found."""

import hashlib
import secrets
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet import rules as law
from smartunion.domains.wallet.actions import allotting, deciding, opening, refusals
from smartunion.domains.wallet.reads import bills, cases, purses, receipts
from smartunion.domains.wallet.reads import shops as shop_rows
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day, campus_month, next_month, start_of
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.qr import qr_of

from . import asked, sheets

CAN = "wallet.own"
COOKIE, SALT, A_YEAR = "payer", "wallet.device", 365 * 24 * 3600
EARLY = 2
"""Seconds before its end at which a code is exchanged for the next."""


def _device_key(request: PersonRequest) -> str:
    """Return the key that this phone's browser keeps, signed by the house; empty without one."""
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT))
    except signing.BadSignature:
        return ""


def _print_of(key: str) -> str:
    """Return the fingerprint by which the house knows a phone; the key itself is not kept."""
    return hashlib.sha256(key.encode()).hexdigest() if key else ""


def _remember(request: PersonRequest, response: HttpResponse, key: str) -> HttpResponse:
    """Put the phone's key into its browser, out of the reach of scripts."""
    response.set_cookie(
        COOKIE, signing.dumps(key, salt=SALT), max_age=A_YEAR, httponly=True, samesite="Lax",
        secure=request.is_secure(),
    )  # fmt: skip
    return response


def _purse(request: PersonRequest, at: datetime) -> purses.Purse:
    """Return the own wallet; without one there is nothing to show."""
    found = purses.purse_of(request.person, terms=terms_on(campus_day(at)), at=at)
    if found is None:
        raise refusals.NoWallet(name=request.person.name)
    return found


@page(can=CAN, methods="GET POST")
def wallet(request: PersonRequest) -> HttpResponse:
    """钱包: balances, the month's subsidy, what is left to draw; opening it by POST."""
    at = clock.now()
    terms = terms_on(campus_day(at))
    if request.method == "POST":
        opening.open_wallet(person=request.person, by=request.person, at=at)
        return redirect("wallet:wallet")
    purse = purses.purse_of(request.person, terms=terms, at=at)
    frame = {"shops": shop_rows.open_shops(), "allotment_fen": terms.allotment_fen}
    if purse is None:
        return show(request, "wallet/phone/opening.html", frame)
    devices = purses.devices(request.person, key=_print_of(_device_key(request)))
    live = [each for each in devices if each.unbound_at is None]
    context = {
        **frame,
        "purse": purse,
        "rows": bills.recent(request.person, at=at),
        "device_words": f"已绑定 {live[0].name}" if live else "还没有绑定，第一次出付款码时绑定",
    }
    return show(request, "wallet/phone/wallet.html", context, part="purse")


@page(can=CAN, methods="GET POST")
def allotment(request: PersonRequest) -> HttpResponse:
    """划拨福利额度: how much, from which fund, and where the transfer is."""
    at = clock.now()
    terms = terms_on(campus_day(at))
    no: Refused | None = None
    form = forms.Allotment(request.POST or None)
    if form.is_valid():
        try:
            allotting.allot(
                person=request.person, amount_fen=form.cleaned_data["amount"],
                by=request.person, at=at,
            )  # fmt: skip
            return redirect("wallet:allotment")
        except Refused as refused:
            no = refused
    purse = _purse(request, at)
    context = {
        "purse": purse,
        "month": campus_month(at),
        "transfer": purse.transfer,
        "form": form,
        "no": no,
        "asked_fen": form.cleaned_data.get("amount") if no else None,
        "left_yuan": f"{purse.allotment_left_fen / 100:.2f}",
        "fund_source": purses.fund_words(terms.fund_source),
        "past": purses.transfers(request.person),
    }
    response = show(request, "wallet/phone/allotment.html", context, part="state")
    response.status_code = no.status if no else response.status_code
    return response


@page(can=CAN, methods="GET POST")
def code(request: PersonRequest) -> HttpResponse:
    """付款码: 18 digits, a minute, once. What was paid with it appears in its place."""
    at = clock.now()
    terms = terms_on(campus_day(at))
    if request.method == "POST":
        opening.choose_order(
            person=request.person, points_first=request.POST.get("order") != "ecny",
            by=request.person, at=at,
        )  # fmt: skip
        return redirect("wallet:pay")
    purse = _purse(request, at)
    if purse.freezing_id:
        return _elsewhere(request, "wallet:freezing", freezing_id=purse.freezing_id)
    newest = purses.latest_payment_id(request.person, on=campus_day(at))
    since = asked.number(request, "since")
    context: dict[str, Any] = {"purse": purse, "since": newest, "shops": shop_rows.open_shops()}
    if since is not None and newest > since:
        paid = receipts.receipt(newest, terms=terms, names=True, payer=True)
        if paid:
            context["paid" if paid.voucher.status == "S" else "unpaid"] = paid.voucher
    key = _device_key(request) or secrets.token_urlsafe(24)
    if not context.get("paid"):
        try:
            digits = purses.code(request.person, _print_of(key), at=at)
            if digits is None and not purses.has_device(request.person):
                opening.bind_device(
                    person=request.person,
                    device_key=_print_of(key),
                    name=_phone_words(request.headers.get("User-Agent", "")),
                    by=request.person,
                    at=at,
                )
            digits = digits or opening.issue_code(
                person=request.person, device_key=_print_of(key), by=request.person, at=at
            )
        except (refusals.NotOwnDevice, refusals.DeviceTaken):
            return _elsewhere(request, "wallet:devices")
        context |= {
            "code": digits,
            "digits": " ".join((digits[:4], digits[4:8], digits[8:12], digits[12:16], digits[16:])),
            "qr": qr_of(digits, label="付款二维码"),
            "seconds": terms.code_seconds,
            "rotate_seconds": terms.code_seconds - EARLY,
            "last": next(iter(bills.recent(request.person, at=at, limit=1)), None),
            "points_first": purses.points_first(request.person),
        }
    response = show(request, "wallet/phone/code.html", context, part="stage")
    response.headers["Cache-Control"] = "no-store"
    return _remember(request, response, key)


def _elsewhere(request: PersonRequest, name: str, **kwargs: Any) -> HttpResponse:
    """Lead to another page, also when only a part of this one was asked for."""
    response: HttpResponse = redirect(name, **kwargs)
    if request.headers.get("HX-Request"):
        response = HttpResponse(headers={"HX-Redirect": response["Location"]})
    return response


@page(can=CAN)
def statement(request: PersonRequest) -> HttpResponse:
    """账单: a month with the balance after each row; Excel out."""
    at = clock.now()
    month = min(asked.month(request, campus_day(at)), campus_month(at))
    terms = terms_on(campus_day(at))
    bill = bills.bill(request.person, month=month, terms=terms)
    if bill is None:
        return redirect("wallet:wallet")
    if request.GET.get("as") == "xlsx":
        return sheets.bill(bill)
    months = bills.months(request.person, at=at)
    kind = asked.one_of(request, "kind", ("pay", "in", "back"))
    purse = _purse(request, at)
    now = month == campus_month(at)
    before = (month.replace(day=1) - (date(2025, 1, 2) - date(2025, 1, 1))).replace(day=1)
    context = {
        "month": month,
        "months": months,
        "before": before if before >= months[-1] else None,
        "after": None if now else next_month(month),
        "upcoming": next_month(month),
        "bill": bill,
        "as_of_now": now,
        "ends": start_of(next_month(month)),
        "rows": [row for row in bill.rows if not kind or row.kind == kind],
        "kind": kind,
        "chips": [
            {"key": key, "words": words, "n": bill.counts[key], "current": key == kind}
            for key, words in (("", "全部"), ("pay", "付款"), ("in", "划入"), ("back", "退款"))
        ],
        "left_fen": purse.allotment_left_fen if now else 0,
        "left_until": purse.allotment_until,
    }
    return show(request, "wallet/phone/statement.html", context)


@page(can=CAN)
def receipt(request: PersonRequest, *, payment_id: int) -> HttpResponse:
    """付款详情: the two legs, the subsidy and how it was computed."""
    today = campus_day(clock.now())
    found = receipts.receipt(payment_id, terms=terms_on(today), names=True, payer=True)
    if found is None or found.voucher.payer_id != request.person.pk:
        raise Http404("不是你的付款")
    context = {"it": found, "desk_phone": cases.desk_phone(on=today)}
    return show(request, "wallet/phone/receipt.html", context)


@page(can=CAN, methods="GET POST")
def freezing(request: PersonRequest, *, freezing_id: int) -> HttpResponse:
    """付款码已冻结: which payments, what to do, who answers by when."""
    at = clock.now()
    today = campus_day(at)
    terms = terms_on(today)
    case = cases.case_of(request.person, freezing_id, terms=terms)
    if case is None:
        raise Http404("不是你的付款手机")
    form = forms.Appeal(request.POST or None)
    if form.is_valid():
        deciding.appeal(
            freezing_id=freezing_id, text=form.cleaned_data["because"] or "是我本人付的",
            by=request.person, at=at,
        )  # fmt: skip
        return redirect("wallet:freezing", freezing_id=freezing_id)
    context = {
        "case": case,
        "form": form,
        "purse": _purse(request, at),
        "answerer": cases.answerer(on=today, owner_id=request.person.pk),
        "answer_by": case.answer_by or cases.would_answer_by(at, terms),
        "answer_days": terms.appeal_working_days,
        "desk_phone": cases.desk_phone(on=today),
    }
    return show(request, "wallet/phone/frozen.html", context)


@page(can=CAN, methods="GET POST")
def devices(request: PersonRequest) -> HttpResponse:
    """付款手机: which phones may show a code; bind this one, stop one."""
    at = clock.now()
    terms = terms_on(campus_day(at))
    key = _device_key(request)
    no: Refused | None = None
    form = forms.Binding(request.POST if request.POST.get("do") == "bind" else None)
    try:
        if request.POST.get("do") == "stop":
            opening.unbind_device(person=request.person, by=request.person, at=at)
            messages.success(request, "已停用。那部手机上的付款码马上失效，余额不受影响。")
            return redirect("wallet:devices")
        if form.is_valid():
            key = key or secrets.token_urlsafe(24)
            opening.bind_device(
                person=request.person, device_key=_print_of(key), name=form.cleaned_data["label"],
                by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "已绑定这部手机，现在可以出付款码。")
            return _remember(request, redirect("wallet:devices"), key)
    except Refused as refused:
        no = refused
    _purse(request, at)
    rows = purses.devices(request.person, key=_print_of(key))
    context = {
        "rows": rows,
        "here": any(each.here for each in rows),
        "no": no,
        "form": form,
        "suggested": _phone_words(request.headers.get("User-Agent", "")),
        "code_seconds": terms.code_seconds,
        "burst_minutes": terms.burst_minutes,
        "burst_count": terms.burst_count,
    }
    response = show(request, "wallet/phone/devices.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _phone_words(agent: str) -> str:
    """Return what a person would call the phone."""
    known = (("iPhone", "我的 iPhone"), ("HarmonyOS", "我的华为手机"), ("Android", "我的安卓手机"))
    return next((words for mark, words in known if mark in agent), "我的手机")


@page(can=CAN)
def shops(request: PersonRequest) -> HttpResponse:
    """能用的商户: by category, with those that do not take payments now."""
    rows = shop_rows.shops()
    names = sorted({each.category for each in rows})
    context = {
        "total": len(rows),
        "off": sum(not each.open for each in rows),
        "groups": [
            {"name": name, "rows": [each for each in rows if each.category == name]}
            for name in names
        ],
    }
    return show(request, "wallet/phone/shops.html", context)


@page(can=CAN)
def rules(request: PersonRequest) -> HttpResponse:
    """规则原文: the plan's words, and what they come to in figures."""
    terms = terms_on(campus_day(clock.now()))
    examples = [
        ("付 33.33 三次", law.subsidy_fen(9999, terms)),
        ("付 200.00", law.subsidy_fen(200_00, terms)),
        ("付 250.00", law.subsidy_fen(250_00, terms)),
    ]
    context = {
        "rate": purses.rate_words(terms),
        "cap_fen": terms.cap_fen,
        "examples": examples,
        "burst_count": terms.burst_count,
        "appeal_days": terms.appeal_working_days,
        "on_top": terms.settlement_mode == law.ON_TOP,
    }
    return show(request, "wallet/phone/rules.html", context)
