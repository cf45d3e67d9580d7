"""The till in a browser: a client of the same actions as a POS, under the terminal's identity.

The form carries a key signed by the house: terminal, business day, number. A lost answer asked
again with the same key is the same payment, never a second one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms, rules
from smartunion.domains.wallet.actions import paying, refunding
from smartunion.domains.wallet.reads import cases, counters, tills
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.domains.wallet.reads.vouchers import Voucher, detailed, vouchers
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.wording import clocktime as clock_words
from smartunion.kernel.web.wording import day as day_words

CAN = "till.use"
CHOSEN = "till_terminal"
KINDS = {"S": "ok", "H": "held", "P": "held"}
STATES = {"ok": "ok", "held": "held", "no": "declined", "scan": "idle"}
STATUS = {"ok": 200, "held": 202, "no": 402, "scan": 400}


@dataclass(frozen=True)
class Outcome:
    """What the right half of the till says about one sale."""

    kind: str
    total_fen: int = 0
    voucher: Voucher | None = None
    because: str = ""
    remedy: str = ""
    clause: str = ""
    until_words: str = ""
    replayed: bool = False
    key: str = ""
    waits: bool = False
    """The bank is being asked at this moment: the page asks again by itself."""

    @property
    def state(self) -> str:
        """Return the state that the page wears."""
        return STATES[self.kind]


def _counter(request: PersonRequest) -> counters.Counter:
    """Return the cashier's own counter; a shop without a terminal is told what is missing."""
    here = counters.counter_in(
        request.mandate.units.get(CAN), terminal_id=request.session.get(CHOSEN)
    )
    if here is None:
        raise counters.NoTill
    return here


def _next_key(here: counters.Counter, at: datetime) -> str:
    """Return the key of the terminal's next payment or refund."""
    day = campus_day(at)
    return forms.key_for(here.terminal_id, day, tills.next_seq(here.terminal_id, day))


def _frame(here: counters.Counter, at: datetime) -> dict[str, Any]:
    """Return what every state of the till shows around it."""
    day = counters.day_of(here.merchant_id, campus_day(at))
    return {"till": here, "on": day.on, "day": day.sums}


@page(can=CAN)
def till(request: PersonRequest) -> HttpResponse:
    """收银台: keypad, code, result, the day's totals."""
    here, at = _counter(request), clock.now()
    context = {**_frame(here, at), "form_key": _next_key(here, at)}
    return show(request, "wallet/till/till.html", context, part="sum")


@page(can=CAN, methods="POST")
def terminal(request: PersonRequest) -> HttpResponse:
    """选收银台: stand at another terminal of the own shop."""
    chosen = request.POST.get("terminal", "")
    if chosen.isdigit():
        request.session[CHOSEN] = int(chosen)
    return redirect("wallet:till")


@page(can=CAN, methods="GET POST")
def sale(request: PersonRequest) -> HttpResponse:
    """收款: take a payment (POST), or ask what became of one (GET, by the form's key)."""
    here, at = _counter(request), clock.now()
    if request.method == "GET":
        return _asked_again(request, here, at)
    form = forms.Sale(request.POST)
    if not form.is_valid():
        return _answer(request, here, at, Outcome("scan"), form)
    key = form.cleaned_data["form_key"]
    _own(here, key)
    asked_fen = form.cleaned_data["amount"]
    try:
        paid = paying.pay(
            terminal_id=key.terminal_id,
            biz_date=key.day,
            terminal_seq=key.seq,
            code=form.cleaned_data["code"],
            total_fen=asked_fen,
            pending=rules.waits_for_bank(asked_fen, terms_on(campus_day(at))),
            by=request.person,
            at=at,
        )
    except Refused as no:
        return _answer(request, here, at, _refused(no, asked_fen), form)
    outcome = _outcome(key, at, replayed=paid.replayed) or Outcome("scan")
    return _answer(request, here, at, outcome, form)


def _own(here: counters.Counter, key: forms.TillKey) -> None:
    """A key of another shop's terminal is not found."""
    if key.terminal_id not in {each for each, _ in here.others}:
        raise Http404("别家的单")


def _refused(no: Refused, asked_fen: int) -> Outcome:
    """Return a refusal as the till says it."""
    remedy = no.remedy.format(**no.facts) if no.remedy else ""
    return Outcome("no", asked_fen, because=str(no), remedy=remedy, clause=no.clause)


def _outcome(key: forms.TillKey, at: datetime, *, replayed: bool) -> Outcome | None:
    """Return what stands under the key, or None."""
    found = counters.sale(key.terminal_id, key.day, key.seq)
    if found is None:
        return None
    kind = KINDS.get(found.status, "no")
    if kind == "no":
        because = found.reason or f"这一笔{found.state_words}"
        return Outcome("no", found.total_fen, found, because=because, replayed=replayed)
    terms = terms_on(campus_day(at))
    if found.status == "P":
        until = found.at + timedelta(seconds=terms.bank_answer_seconds)
        over = f"超过 {terms.bank_first_over_fen // 100} 元的付款先由建设银行预授权，还没有回执"
        return Outcome(
            kind, found.total_fen, found, because=over, replayed=replayed, waits=True,
            until_words=f"约 {clock_words(until, seconds=True)}，没有结果就自动退回顾客",
            key=forms.key_for(key.terminal_id, key.day, key.seq),
        )  # fmt: skip
    held = kind == "held"
    answer = f"顾客申诉后最晚 {day_words(cases.would_answer_by(at, terms))} 24:00"
    burst = f"这部手机 {terms.burst_minutes} 分钟内第 {terms.burst_count} 笔"
    return Outcome(
        kind,
        found.total_fen,
        found,
        because=burst if held else "",
        until_words=answer if held else "",
        replayed=replayed,
        key=forms.key_for(key.terminal_id, key.day, key.seq) if held else "",
    )


def _asked_again(request: PersonRequest, here: counters.Counter, at: datetime) -> HttpResponse:
    """Answer what became of a sale; 404 means that it never arrived and may be sent again."""
    form = forms.Asking(request.GET)
    if not form.is_valid():
        raise Http404("没有这个单")
    key = form.cleaned_data["form_key"]
    _own(here, key)
    outcome = _outcome(key, at, replayed=True)
    if outcome is None:
        raise Http404("这一笔没有到过")
    return _answer(request, here, at, outcome, form)


@page(can=CAN, methods="POST")
def voiding(request: PersonRequest) -> HttpResponse:
    """撤销: give up a sale while the bank is asked, by its key."""
    here, at = _counter(request), clock.now()
    form = forms.Asking({"form_key": request.POST.get("sale", "")})
    if not form.is_valid():
        raise Http404("没有这个单")
    key = form.cleaned_data["form_key"]
    _own(here, key)
    found = counters.sale(key.terminal_id, key.day, key.seq)
    if found is None:
        raise Http404("这一笔没有到过")
    no: Refused | None = None
    if found.status == "P":
        try:
            refunding.void(
                payment_id=found.id, terminal_id=key.terminal_id, biz_date=campus_day(at),
                terminal_seq=tills.next_seq(key.terminal_id, campus_day(at)),
                by=request.person, at=at, because="收银员撤销",
            )  # fmt: skip
        except Refused as refused:
            no = refused
    outcome = _outcome(key, at, replayed=False) or Outcome("scan")
    if no is not None and outcome.kind == "held":
        outcome = replace(outcome, because=str(no))
    return _answer(request, here, at, outcome, form)


def _answer(
    request: PersonRequest, here: counters.Counter, at: datetime, outcome: Outcome, form: Any
) -> HttpResponse:
    """Return the right half alone to the till's script, the whole page without one."""
    key = _next_key(here, at) if outcome.kind != "scan" else request.POST.get("form_key", "")
    context = {
        **_frame(here, at),
        "outcome": outcome,
        "it": outcome.voucher,
        "form": form,
        "form_key": key or _next_key(here, at),
    }
    part = bool(request.headers.get("HX-Request"))
    response = show(request, "wallet/till/panel.html" if part else "wallet/till/till.html", context)
    response.status_code = STATUS[outcome.kind]
    return response


@page(can=CAN)
def slip(request: PersonRequest, *, payment_id: int) -> HttpResponse:
    """小票: 58 mm, for the own shop's payments only."""
    merchant = counters.merchant_in(request.mandate.units.get(CAN))
    found = counters.own_payment(merchant.pk, payment_id) if merchant else None
    if found is None:
        raise Http404("不是本店的付款")
    return show(request, "wallet/till/slip.html", {"it": found})


@page(can=CAN)
def day(request: PersonRequest) -> HttpResponse:
    """今日明细: every payment of the shop's day."""
    here, at = _counter(request), clock.now()
    today = campus_day(at)
    rows = counters.of_merchant(here.merchant_id, since=today, until=today)[:500]
    context = {**_frame(here, at), "rows": vouchers(detailed(rows))}
    return show(request, "wallet/till/day.html", context)


@page(can=CAN, methods="GET POST")
def refund(request: PersonRequest) -> HttpResponse:
    """退款: find the own payment by its number, see the split, give it back."""
    here, at = _counter(request), clock.now()
    number = (request.POST.get("number") or request.GET.get("number") or "").strip()
    found = counters.own_sale(here.merchant_id, number) if number else None
    form = forms.Refunding(request.POST or None)
    context: dict[str, Any] = {
        "till": here,
        "number": number,
        "sale": found,
        "left_yuan": f"{found.left_fen / 100:.2f}" if found else "",
        "form": form,
        "form_key": request.POST.get("form_key") or _next_key(here, at),
    }
    status = 200
    if found and request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "refund":
                context["done"] = _refund(request, here, found, form.cleaned_data, at)
            else:
                context["split"] = counters.split(found, form.cleaned_data["amount"])
        except Refused as no:
            context["no"], status = no, no.status
    response = show(request, "wallet/till/refund.html", context)
    response.status_code = status
    return response


def _refund(
    request: PersonRequest,
    here: counters.Counter,
    found: Voucher,
    asked: dict[str, Any],
    at: datetime,
) -> refunding.Refunded:
    """Refund under the form's key: pressing twice is one refund."""
    key: forms.TillKey = asked["form_key"]
    _own(here, key)
    return refunding.refund(
        payment_id=found.id,
        terminal_id=key.terminal_id,
        biz_date=key.day,
        terminal_seq=key.seq,
        amount_fen=asked["amount"],
        by=request.person,
        at=at,
        because=asked["because"],
    )
