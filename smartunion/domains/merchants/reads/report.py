"""The month's subsidy report as the committee reviews it on the 5th (R052), and finance's list."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from smartunion.domains.merchants.models import Suspicion
from smartunion.domains.settlement import public as settlement
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import MonthRow, MonthTotal
from smartunion.kernel.base.days import next_month, start_of
from smartunion.kernel.ledger.models import Transfer

from . import calls

NOT_FROZEN = "还没有定格"
TOP = 10
"""How many merchants stand on the first page."""


@dataclass(frozen=True)
class Report:
    """The report's first page and its rows; amounts in fen."""

    month: date
    last: date
    total: MonthTotal
    rows: list[MonthRow]
    top: list[MonthRow]
    cap_users: int
    earners: int
    freezings: int
    freezings_open: int
    suspicions: int
    confirmed: int
    taken_fen: int
    calls: calls.Month | None
    meter: settlement.Meter | None
    """The month recomputed from the bank's files; None while a day of it was not matched."""
    open_cases: int
    prior_fen: int | None
    """What this report corrects of earlier months; None before it is frozen."""

    @property
    def adjusted_fen(self) -> int:
        """Return what this statement corrects of this and earlier months."""
        return self.total.adjusted_fen


def report(month: date, *, on: date) -> Report:
    """Return the report of a consumption month as it stands on a day (R052)."""
    first = month.replace(day=1)
    rows, total = wallet.month_report(first)
    at_cap, earners = wallet.at_cap_count(first)
    freezings, still = wallet.freezings_between(start_of(first), start_of(next_month(first)))
    found = Suspicion.objects.filter(month=first)
    confirmed = found.filter(state=Suspicion.State.CONFIRMED)
    return Report(
        month=first,
        last=next_month(first) - timedelta(days=1),
        total=total,
        rows=rows,
        top=sorted(rows, key=lambda row: -row.owed_fen)[:TOP],
        cap_users=at_cap,
        earners=earners,
        freezings=freezings,
        freezings_open=still,
        suspicions=found.count(),
        confirmed=confirmed.count(),
        taken_fen=sum(confirmed.values_list("taken_fen", flat=True)),
        calls=calls.month(first),
        meter=settlement.error_meter(first, on=on) if settlement.is_matched(first, on=on) else None,
        open_cases=settlement.open_cases(first),
        prior_fen=settlement.prior_fen(first),
    )


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}".replace("-", "−")


def printed(it: Report, *, review_on: date, at: datetime) -> dict[str, Any]:
    """Return the report as plain data for the paper."""
    return {
        "month": f"{it.month:%Y年%-m月}",
        "printed": f"{at:%Y-%m-%d %H:%M}",
        "review": f"{review_on:%Y年%-m月%-d日}",
        "figures": [
            ["工会应补（含更正）", f"{_yuan(it.total.subsidy_fen + it.total.adjusted_fen)} 元"],
            ["其中更正（退款、前期补传、扣回）", f"{_yuan(it.total.adjusted_fen)} 元"],
            ["其中前期更正", NOT_FROZEN if it.prior_fen is None else f"{_yuan(it.prior_fen)} 元"],
            *_error_words(it.meter),
            ["未办结的对账差错", f"{it.open_cases} 件"],
            ["消费", f"{it.total.count:,} 笔，{_yuan(it.total.gross_fen)} 元"],
            ["有交易的商户", f"{it.total.merchants} 家"],
            ["用到补贴上限的人", f"{it.cap_users} 人 / {it.earners} 人"],
            ["自动冻结", f"{it.freezings} 次，待裁定 {it.freezings_open} 次"],
            ["套现疑点", f"{it.suspicions} 件，认定 {it.confirmed} 件"],
            ["套现扣回", f"{_yuan(it.taken_fen)} 元"],
            ["电话回访", _calls_words(it.calls)],
        ],
        "top": [
            [
                row.code, row.name, f"{row.count:,}", _yuan(row.subsidy_fen),
                _yuan(row.adjusted_fen),
            ]
            for row in it.top
        ],
        "rows": [
            [
                row.code, row.name, f"{row.count:,}", _yuan(row.gross_fen), _yuan(row.refunded_fen),
                _yuan(row.subsidy_fen), _yuan(row.adjusted_fen), _yuan(row.on_top_fen),
            ]
            for row in it.rows
        ],
        "total": [
            "", "合计", f"{it.total.count:,}", _yuan(it.total.gross_fen), "",
            _yuan(it.total.subsidy_fen), _yuan(it.total.adjusted_fen), _yuan(it.total.on_top_fen),
        ],
    }  # fmt: skip


def _error_words(meter: settlement.Meter | None) -> list[list[str]]:
    """Return the error by amount and by count (R054), or why there is none yet."""
    if meter is None:
        return [["补贴误差", "还没有与银行逐日对完账"]]
    share = meter.by_amount
    amount = "没有应补" if share is None else f"{share * 100:.4f}%"
    return [
        ["补贴误差（按金额）", f"{amount}，逐笔相差 {_yuan(meter.apart_fen)} 元"],
        ["补贴误差（按笔数）", f"{meter.wrong:,} / {meter.payments:,} 笔不一致"],
    ]


def _calls_words(one: calls.Month | None) -> str:
    if one is None:
        return "还没有抽样"
    return f"抽 {one.sample.drawn} 笔，接通 {one.spoken} 笔（{one.share}），异常 {one.odd} 笔"


def journal(month: date) -> list[tuple[Any, ...]]:
    """Return the month's ledger rows as finance takes them over, with both accounts' GL codes.

    A code is empty until finance has filled it into the chart.
    """
    first = month.replace(day=1)
    rows = (
        Transfer.objects.filter(
            event_at__gte=start_of(first), event_at__lt=start_of(next_month(first))
        )
        .select_related("debit", "credit")
        .order_by("event_at", "pk")
    )
    return [
        (
            row.pk, row.event_at, row.document, row.code, row.debit.gl, row.debit.name,
            row.credit.gl, row.credit.name, row.amount_fen, row.budget_code, row.fund_source,
            row.because,
        )
        for row in rows
    ]  # fmt: skip
