"""The worker's rounds: what is done again and again, by any number of workers.

Every round is safe to run twice and by several workers at once: each leases, locks or compares
before it changes anything. So a worker may be killed at any point, and started anywhere.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import Error, close_old_connections, connection

from smartunion.domains.coupons import jobs as coupons
from smartunion.domains.merchants import jobs as merchants
from smartunion.domains.performance import jobs as performance
from smartunion.domains.policy import jobs as policy
from smartunion.domains.safety import jobs as safety
from smartunion.domains.settlement import jobs as settlement
from smartunion.domains.wallet import jobs
from smartunion.domains.wallet.actions import folding
from smartunion.domains.wallet.gateways import BankRefuses, BankSilent, HttpBank
from smartunion.kernel.base import clock
from smartunion.kernel.duty import jobs as duty
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.notices import jobs as notices
from smartunion.kernel.private import jobs as private
from smartunion.kernel.publicity import jobs as publicity
from smartunion.kernel.response import drills, patrol
from smartunion.kernel.timers import auditor, pulse, ticker
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.tree import growing
from smartunion.site.workers import Loop

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Round:
    """Something to do every few seconds; it is handed the moment."""

    name: str
    every_seconds: float
    run: Callable[[datetime], object]


def of_the_house() -> tuple[Round, ...]:
    """Return everything that the worker does by itself."""
    bank = jobs.bank(tells=True)
    return (
        Round("划拨送银行", 0.5, lambda at: jobs.send_allotments(bank, at=at)),
        Round("收付款送银行", 1.0, lambda at: jobs.send_payments(bank, at=at)),
        Round("结算付款送银行", 5.0, patiently(settlement.send_payouts, bank)),
        Round("额度提醒与到期", 1800.0, lambda at: jobs.keep_months(at=at)),
        Round("月度结算定格", 600.0, lambda at: settlement.freeze_due(at=at)),
        Round("银行对账", 60.0, patiently(settlement.reconcile_days, bank)),
        Round("等银行的付款", 0.5, lambda at: jobs.decide_waiting(bank, at=at)),
        Round("留痕送达", 1.0, lambda at: deliver(at=at)),
        Round("付款汇入账本", 5.0, into_the_books),
        Round("存证入树", 2.0, lambda at: growing.keep(at=at)),
        Round("无回执的短信改发", 15.0, lambda at: notices.give_up_on_silence(at=at)),
        Round("应急巡检", 5.0, patrol.patrol),
        Round("防控每日评估", 1800.0, safety.evaluate_controls),
        Round("每月演练排定", 600.0, lambda at: drills.plan_month(at=at)),
        Round("规程更新后的演练排定", 600.0, lambda at: drills.plan_after_change(at=at)),
        Round("每日汇总通知", 30.0, lambda at: notices.gather(at=at)),
        Round("查阅日志连成链", 5.0, private.link_log),
        Round("封存资料到期销毁", 60.0, private.erase_due),
        Round("查阅日志按月分区", 3600.0, private.keep_log),
        Round("排班与值班号码核对", 300.0, lambda at: duty.keep(at=at)),
        Round("套现疑点检测与回访抽样", 600.0, lambda at: merchants.watch(at=at)),
        Round("券的到期与提醒", 600.0, lambda at: coupons.keep(at=at)),
        Round("政策提问到期销毁与未命中词", 600.0, lambda at: policy.keep(at=at)),
        Round("公布试运行热力图", 600.0, lambda at: merchants.publish(at=at)),
        Round("账期结束的指标定格", 600.0, lambda at: performance.freeze_closed_periods(at=at)),
    )


def patiently(do: Callable[..., object], bank: HttpBank) -> Callable[[datetime], object]:
    """Return what asks the bank and waits for the next round when it is silent or says no."""

    def run(at: datetime) -> object:
        try:
            return do(bank, at=at)
        except (BankSilent, BankRefuses) as silence:
            log.warning("the bank gives no file or answer; asked again: %s", silence)
            return None

    return run


def loops_of_the_house(worker: str, *, blamed: int) -> tuple[Loop, ...]:
    """Return what each process of `work` runs side by side.

    `worker` is the name of its heart, `blamed` the timer that killed those before it, or 0.
    """
    return (
        Loop("ticker", lambda stop: ticker.run(stop, blamed=blamed)),
        Loop("sender", notices.keep_sending),
        Loop("postings", publicity.keep_looking),
        Loop("rounds", lambda stop: keep_going(of_the_house(), stop=stop)),
        Loop("auditor", lambda stop: auditor.run(stop, name=worker)),
    )


def into_the_books(at: datetime) -> None:
    """Fold what was paid into the ledger, and the ledger into its balances and hash blocks."""
    folding.fold(at=at)
    ledger.fold_balances(at=at)
    ledger.close_block(at=at)


def keep_going(rounds: Sequence[Round], *, stop: threading.Event) -> None:
    """Run each round when its time comes, until asked to stop; a failing round is tried again."""
    due = dict.fromkeys(rounds, time.monotonic())
    while not stop.is_set():
        for each, moment in due.items():
            if moment <= time.monotonic() and not stop.is_set():
                pulse.touch("rounds")
                once(each)
                due[each] = time.monotonic() + each.every_seconds
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))


def once(each: Round) -> bool:
    """Run a round now; return whether it went through."""
    try:
        close_old_connections()
        each.run(clock.now())
    except Error as error:
        connection.close()  # the database went away; the next round connects anew
        log.warning("%s: the database does not answer: %s", each.name, error)
    except Exception:
        log.exception("%s failed and is tried again", each.name)
    else:
        return True
    return False
