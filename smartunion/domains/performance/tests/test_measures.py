"""Measures over rows made by hand: what counts, what does not, and what never counts as met."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from smartunion.domains.performance import actions, jobs
from smartunion.domains.performance.models import Measurement
from smartunion.domains.performance.reads import cockpit, figures
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.counting import State, fingerprint, tally
from smartunion.domains.performance.rules.periods import period_of, periods_of
from smartunion.domains.performance.rules.refusals import (
    NotMeasured,
    PeriodOpen,
    UnknownIndicator,
)
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.trail.models import Entry

from .conftest import APRIL_23, Scene

TODAY = APRIL_23.date()
MARCH = date(2025, 3, 1)


@pytest.mark.clause("T03")
@pytest.mark.clause("R209")
def test_the_register_holds_68_of_which_21_are_the_plans_own(scene: Scene) -> None:
    found = figures.figures(on=TODAY)
    stated = [f for f in found if f.fact.origin in ("contract", "stated")]
    assert (len(found), len(stated)) == (68, 21)


@pytest.mark.clause("R005")
def test_every_indicator_serves_one_sense(scene: Scene) -> None:
    found = figures.figures(on=TODAY)
    cards = cockpit.senses(found)
    assert [card.title for card in cards] == ["获得感", "幸福感", "安全感"]
    assert sum(card.count for card in cards) == 68
    assert all(sum(n for _, _, n in card.tallies) == card.count for card in cards)


@pytest.mark.clause("R005")
def test_what_nothing_counts_yet_is_neither_met_nor_hidden(scene: Scene) -> None:
    found = {f.fact.code: f for f in figures.figures(on=TODAY)}
    k45 = found["K45"]
    assert (k45.word, k45.state, k45.now.text) == ("尚未计量", State.NONE, "–")
    assert "成长赋能营" in k45.brief
    assert set(MEASURES) == {c for c, f in found.items() if f.measure is not None}
    with pytest.raises(NotMeasured):
        figures.rows_of("K45", on=TODAY)
    with pytest.raises(UnknownIndicator):
        figures.figure("K99", on=TODAY)


@pytest.mark.clause("4.2①")
@pytest.mark.clause("R053")
def test_a_member_is_active_by_a_purchase_that_stayed(scene: Scene) -> None:
    """Four members: one buys twice, one's only purchase went wholly back, one was declined."""
    lin, chen, mo, zhou = (scene.member(name) for name in ("lin", "chen", "mo", "zhou"))
    scene.pay(lin, APRIL_23), scene.pay(lin, APRIL_23)
    scene.pay(chen, APRIL_23, status="R")
    scene.pay(mo, APRIL_23, status="F")
    scene.pay(zhou, APRIL_23 - timedelta(days=40))  # in March
    k07 = figures.figure("K07", on=TODAY)
    assert k07.now.value == Fraction(100, 4)
    assert k07.now.text == "25.0"
    assert k07.brief == "1 / 4 人"
    assert k07.state is State.WATCH  # April is not over
    assert figures.figure("K07", on=TODAY, first=MARCH).state is State.MISSED


@pytest.mark.clause("4.2①")
def test_before_the_shop_opened_activity_does_not_apply(scene: Scene) -> None:
    scene.member("lin")
    january = figures.figure("K07", on=TODAY, first=date(2025, 1, 1))
    assert january.state is State.NONE
    assert january.now.value is None
    assert "2025-02-01" in january.now.reason


@pytest.mark.clause("3.1-1")
def test_one_fen_over_the_cap_is_missed_at_once(scene: Scene) -> None:
    lin, chen = scene.member("lin"), scene.member("chen")
    scene.pay(lin, APRIL_23, 200_00, subsidy_fen=240_00)
    k13 = figures.figure("K13", on=TODAY)
    assert (k13.now.text, k13.state) == ("0", State.MET)
    scene.pay(chen, APRIL_23, 200_00, subsidy_fen=240_00)
    scene.pay(chen, APRIL_23, 1_00, subsidy_fen=1)
    k13 = figures.figure("K13", on=TODAY)
    assert (k13.now.text, k13.state) == ("1", State.MISSED)
    _, rows = figures.rows_of("K13", on=TODAY)
    assert [row.cells[1] for row in rows if row.hit] == ["chen老师"]


@pytest.mark.clause("3.1-1")
def test_a_month_without_subsidy_is_not_a_month_without_error(scene: Scene) -> None:
    scene.member("lin")
    assert figures.figure("K13", on=TODAY).state is State.NONE


@pytest.mark.clause("7.1③")
@pytest.mark.clause("R058")
def test_without_call_backs_the_share_is_an_honest_zero(scene: Scene) -> None:
    lin = scene.member("lin")
    scene.pay(lin, datetime(2025, 2, 10, 12, tzinfo=CAMPUS))
    scene.pay(lin, datetime(2025, 3, 10, 12, tzinfo=CAMPUS))
    february = figures.figure("K22", on=TODAY, first=date(2025, 2, 1))
    assert february.state is State.NONE
    assert "试运行" in february.now.reason
    march = figures.figure("K22", on=TODAY, first=MARCH)
    assert (march.now.text, march.state) == ("0", State.MISSED)
    assert march.now.tally is not None
    assert march.now.tally.n == 1


@pytest.mark.clause("1.2")
def test_a_subtask_is_complete_with_its_last_milestone(scene: Scene) -> None:
    k05 = figures.figure("K05", on=TODAY)
    assert k05.now.tally is not None
    assert (k05.now.tally.n, k05.now.tally.hits, k05.state) == (42, 0, State.WATCH)
    for m in planning.milestones(2025, on=TODAY):
        if m.sub_task == "3.2-05":
            planning.achieve(
                year=2025, code=m.code, done_on=TODAY, evidence="建档清单", by=None, at=APRIL_23
            )
    assert figures.figure("K05", on=TODAY).now.value == Fraction(100, 42)
    late = figures.figure("K05", on=date(2025, 12, 21))
    assert late.state is State.MISSED  # after 12-20 nothing excuses it


@pytest.mark.clause("3.1-1③")
def test_a_date_of_the_plan_is_kept_or_missed_by_days(scene: Scene) -> None:
    """K10: due on 20 January. Overdue counts up; done early is negative; before, nothing."""
    early = figures.figure("K10", on=date(2025, 1, 10))
    assert early.state is State.NONE
    overdue = figures.figure("K10", on=date(2025, 1, 25))
    assert (overdue.now.text, overdue.state) == ("5", State.MISSED)
    planning.achieve(
        year=2025, code="3.1-01-m03", done_on=date(2025, 1, 18), evidence="上线单", by=None,
        at=APRIL_23,
    )  # fmt: skip
    kept = figures.figure("K10", on=TODAY)
    assert (kept.now.text, kept.state) == ("−2", State.MET)


@pytest.mark.parametrize("code", ["K07", "K13", "K22"])
def test_the_quick_count_equals_the_rows(scene: Scene, code: str) -> None:
    people = [scene.member(f"m{i}") for i in range(6)]
    for i, who in enumerate(people[:5]):
        for k in range(i):
            scene.pay(who, APRIL_23, 90_00, subsidy_fen=80_00 + k, status="SRVFS"[i])
    measure = MEASURES[code]
    period = period_of("M", TODAY)
    assert measure.tally(period, TODAY) == tally(measure.kind, measure.rows(period, TODAY))


@pytest.mark.clause("R209")
def test_a_closed_period_is_frozen_once_with_the_hash_of_its_rows(scene: Scene) -> None:
    lin, chen = scene.member("lin"), scene.member("chen")
    scene.pay(lin, datetime(2025, 3, 10, 12, tzinfo=CAMPUS))
    taken = jobs.freeze_closed_periods(at=APRIL_23)
    assert jobs.freeze_closed_periods(at=APRIL_23) == []
    march = next(m for m in taken if (m.code, m.since) == ("K07", MARCH))
    _, rows = figures.rows_of("K07", on=TODAY, first=MARCH)
    assert march.rows_sha256 == fingerprint(rows)
    assert (march.part, march.whole, march.state) == (1, 2, State.MISSED)
    assert Entry.objects.filter(what="performance.frozen").count() == len(taken)

    scene.pay(chen, datetime(2025, 3, 11, 12, tzinfo=CAMPUS))  # a late upload
    assert figures.figure("K07", on=TODAY, first=MARCH).now.value == 50  # as it was frozen
    _, changed = figures.rows_of("K07", on=TODAY, first=MARCH)
    assert fingerprint(changed) != march.rows_sha256
    again = actions.freeze(code="K07", first=MARCH, by=None, at=APRIL_23, because="迟到数据")
    assert again is not None
    assert again.pk != march.pk
    assert figures.figure("K07", on=TODAY, first=MARCH).now.value == 100


def test_an_open_period_cannot_be_frozen(scene: Scene) -> None:
    with pytest.raises(PeriodOpen):
        actions.freeze(code="K07", first=date(2025, 4, 1), by=None, at=APRIL_23)


def test_a_snapshot_can_be_neither_changed_nor_deleted(scene: Scene) -> None:
    scene.member("lin")
    jobs.freeze_closed_periods(at=APRIL_23)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Measurement.objects.update(part=0)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Measurement.objects.all().delete()


@pytest.mark.clause("3.1-1④")
@pytest.mark.clause("T59")
def test_a_cell_with_four_payers_has_no_number_and_one_with_five_has(scene: Scene) -> None:
    people = [scene.member(f"m{i}") for i in range(5)]
    noon, evening = APRIL_23.replace(hour=12, minute=10), APRIL_23.replace(hour=18, minute=40)
    for who in people[:4]:
        scene.pay(who, noon), scene.pay(who, noon), scene.pay(who, noon)  # 12 purchases, 4 people
    for who in people:
        scene.pay(who, evening)
    heat = cockpit.heat(TODAY, muted=-1)
    ((name, cells),) = heat.rows
    shown = {heat.columns[i]: cell for i, cell in enumerate(cells) if cell is not None}
    assert name == "第一食堂"
    assert shown == {"12:00": -1, "18:30": 5}


def test_today_sums_what_was_sold_and_counts_what_was_declined(scene: Scene) -> None:
    lin = scene.member("lin")
    scene.pay(lin, APRIL_23, 12_50), scene.pay(lin, APRIL_23, 7_50, shop="西门咖啡")
    scene.pay(lin, APRIL_23, 99_00, status="F")
    scene.pay(lin, APRIL_23 - timedelta(days=1), 50_00)
    today = cockpit.today(at=APRIL_23)
    assert (today.total_fen, today.count, today.declined) == (20_00, 2, 1)
    assert [sale.merchant for sale in today.ticker] == ["西门咖啡", "第一食堂"]
    assert cockpit.last_trading_day(before=TODAY) == date(2025, 4, 22)


def test_late_milestones_name_who_answers(scene: Scene) -> None:
    late = cockpit.late(on=TODAY)
    assert late.count > 0
    days = [row.days for row in late.rows]
    assert days == sorted(days, reverse=True)
    assert late.rows[0].owner == "岗位空缺"


def test_the_years_periods_have_a_figure_each(scene: Scene) -> None:
    k07 = figures.figure("K07", on=TODAY)
    assert [p.period for p in k07.history] == periods_of("M", 2025, until=TODAY)
