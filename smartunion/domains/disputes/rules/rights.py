"""The calendar of rights: what somebody may do, and until which day (1.2, §2.7). Pure.

Registration gives the whole calendar at once. What has not happened yet is reckoned as if each
step took its longest and the next followed on the day after, and is marked as an estimate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from .terms import Terms
from .topics import PAY, REVIEW

LAW, RULES = "劳动争议调解仲裁法", "事业单位人事管理条例"
Roll = Callable[[date], date]
"""The day itself, or the next working day after a day off (民法典 203)."""

AddWorking = Callable[[date, int], date]


@dataclass(frozen=True)
class Happened:
    """What has happened of a dispute, by its days; None for what has not."""

    known_on: date
    registered_on: date
    applied_on: date | None = None
    accepted_on: date | None = None
    decided_on: date | None = None


@dataclass(frozen=True)
class Right:
    """One line of the calendar; `estimated` where it hangs on what has not happened yet."""

    code: str
    what: str
    until: date | None
    law: str
    note: str
    estimated: bool = False


def year_after(day: date, years: int) -> date:
    """Return the same day of a later year; without one, the last of the month (民法典 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def first_limit(topic: str, known_on: date, terms: Terms, roll: Roll) -> date:
    """Return the last day on which the first right may be used: arbitration, or the review.

    The year of arbitration is not rolled over days off: who is told the earlier day is never late.
    """
    if topic == REVIEW:
        return roll(known_on + timedelta(days=terms.review_days))
    return year_after(known_on, terms.arbitration_years)


def rights(
    topic: str, happened: Happened, terms: Terms, *, roll: Roll, add: AddWorking
) -> tuple[Right, ...]:
    """Return the calendar in the order of its steps."""
    first = first_limit(topic, happened.known_on, terms, roll)
    if topic == REVIEW:
        decided = happened.decided_on
        until = roll(decided + timedelta(days=terms.review_days)) if decided else None
        days = terms.review_days
        return (
            Right("review", "向原处理单位申请复核", first, f"{RULES}第三十八条",
                  f"自知道处理决定起 {days} 日；考核和处分不走劳动仲裁"),
            Right("appeal", "对复核决定不服，提出申诉", until, f"{RULES}第三十八条",
                  f"自收到复核决定起 {days} 日"),
        )  # fmt: skip
    mediated = roll(happened.registered_on + timedelta(days=terms.mediation_days))
    applied = happened.applied_on or mediated + timedelta(days=1)
    decision = add(applied, terms.acceptance_working_days)
    accepted = happened.accepted_on or decision
    award = accepted + timedelta(days=terms.award_days)
    longest = award + timedelta(days=terms.award_extension_days)
    court = roll((happened.decided_on or longest) + timedelta(days=terms.court_days))
    pay = "；在职期间拖欠报酬的不受一年限制，自离职之日起算" if topic == PAY else ""
    return (
        Right("arbitration", "申请劳动人事仲裁", first, f"{LAW}第二十七条",
              f"自知道权利被侵害起 {terms.arbitration_years} 年。"
              f"申请调解可使时效中断、重新计算，仍请按这一天准备{pay}"),
        Right("mediation", "调解组织办完调解", mediated, f"{LAW}第十四条",
              f"{terms.mediation_days} 日内没有达成协议，可以直接申请仲裁"),
        Right("acceptance", "仲裁委决定是否受理", decision, f"{LAW}第二十九条",
              f"收到申请起 {terms.acceptance_working_days} 个工作日；不受理或逾期不决定，可以起诉",
              happened.applied_on is None),
        Right("award", "仲裁裁决", award, f"{LAW}第四十三条",
              f"受理起 {terms.award_days} 日，复杂的再延不超过 {terms.award_extension_days} 日；"
              "逾期可以起诉", happened.accepted_on is None),
        Right("court", "对裁决不服，向法院起诉", court, f"{LAW}第四十八条、第五十条",
              f"自收到裁决书起 {terms.court_days} 日，期满不起诉裁决生效",
              happened.decided_on is None),
    )  # fmt: skip
