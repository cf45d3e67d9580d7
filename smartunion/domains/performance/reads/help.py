"""Aid's measure: K20, the money there within fifteen days of acceptance."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.aid import public as aid
from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period

from .measures import Column, Measure


def paid_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per application whose fifteenth day lies in the period, by case number."""
    return [
        Row(
            key=each.number,
            cells=(
                each.number,
                each.unit,
                each.category,
                each.accepted_on.isoformat(),
                each.due_on.isoformat(),
                each.paid_on.isoformat() if each.paid_on else None,
                each.days,
            ),
            hit=each.in_time,
            excluded=each.excluded,
        )
        for each in aid.payments(period.first, period.until, on=on)
    ]


PAID_IN_TIME = Measure(
    code="K20",
    version=1,
    kind=Kind.SHARE,
    counted="自受理之日起15日内已放款的件",
    of="应放款件",
    noun="件",
    columns=(
        Column("编号"),
        Column("单位"),
        Column("类别"),
        Column("受理", "day"),
        Column("应于", "day"),
        Column("放款", "day"),
        Column("用时（日）", "number"),
    ),
    rows=paid_rows,
    mendable=False,
    hit=("ok", "按期放款"),
    miss=("late", "未按期"),
    how="一件一行，按第15日所在的月计；自然日，受理当天不计，末日遇休息日不顺延。"
    "不予救助和申请人撤回的不计；没有应放款件的月不适用。",
    source="困难救助受理与放款",
    terms=(("aid", "pay_days", "受理至放款（日）"),),
)
