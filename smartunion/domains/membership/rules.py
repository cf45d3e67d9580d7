"""The rules of chapter 2.1: names of branches, seats, terms, accounts. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from smartunion.kernel.base.refusals import Refused

BRANCH_SUFFIX = "工会分会"
OLD_ENDINGS = ("部门工会", "工会分会", "分工会", "工会委员会", "工会")
"""Endings that the renaming takes away, the longest reading first (R023)."""


class OldLabel(Refused):
    """取消“部门工会”: a branch is called ××学院（部门）工会分会 (R023)."""

    code = "membership.old_label"
    text = "「{name}」是已取消的称谓。二级分工会统一称「××学院（部门）工会分会」"
    clause = "2.1"
    remedy = "改用「{proposed}」；原称谓会留作别名，旧文件仍能查到。"


class NameTaken(Refused):
    """Two units cannot bear one name."""

    code = "membership.name_taken"
    text = "「{name}」已是 {holder} 的名称或别名"
    clause = "2.1"
    remedy = "换一个名称，或先把那个别名移走。"


class SeatTaken(Refused):
    """A seat has one holder at a time (R020)."""

    code = "membership.seat_taken"
    text = "{unit}的{seat}已由 {holder} 担任（{since} 起）"
    clause = "2.1"
    remedy = "先结束 {holder} 的任期，或办理接任。"


class BodyFull(Refused):
    """An eighth person cannot join the seven (R015, R020)."""

    code = "membership.body_full"
    text = (
        "{unit}共 {seats} 席（{sum_of_seats}），现任 {held} 人；{office}无空席，不能有第 {next} 人"
    )
    clause = "2.1"
    remedy = "先结束其中一人的任期；增加席位须先改章程和编制。"


class SitsTwice(Refused):
    """One person holds one seat of a body (R020)."""

    code = "membership.sits_twice"
    text = "{person} 已在{unit}任{office}；{seats} 席须由 {seats} 人分任，不能一人两席"
    clause = "2.1"
    remedy = "另选一人，或先结束其原任期。"


class OwnAppointment(Refused):
    """Nobody appoints themself."""

    code = "membership.own_appointment"
    text = "不能任命自己：{person} 是本次任命的经办人"
    clause = "2.1"
    remedy = "请另一位有任免权限的人经办。"
    status = 403


class OwnBackup(Refused):
    """The A part and the B part of a post are two people."""

    code = "membership.own_backup"
    text = "{person} 已是该岗位的 A角，不能同时任 B角"
    clause = "2.2"
    remedy = "B角另选一人。"


class NotThere(Refused):
    """An office exists only in its kind of unit."""

    code = "membership.not_there"
    text = "{office}设于{kind}，不能在{unit}任命"
    clause = "2.1"
    remedy = "选对应的单位。"


class EndsBeforeItStarts(Refused):
    """A term has at least one day."""

    code = "membership.ends_before_it_starts"
    text = "止任日 {until} 须晚于任期起 {since}"
    clause = "2.1"
    remedy = "改一个更晚的日期。"


class AlreadyOver(Refused):
    """What is over cannot be ended again."""

    code = "membership.already_over"
    text = "{person} 的任期已于 {until} 结束"
    clause = "2.1"
    remedy = "不用再办。"


class AwayInThePast(Refused):
    """Nobody can have been away by their own word."""

    code = "membership.away_in_the_past"
    text = "离岗起 {since} 早于今天 {today}"
    clause = "2.2"
    remedy = "从今天或以后的日子开始；补登请工会办公室办理"
    status = 422


class AwayAlready(Refused):
    """One absence at a time."""

    code = "membership.away_already"
    text = "{since} 到 {until} 已经登记过离岗，不能重叠"
    clause = "2.2"
    remedy = "改日期，或先在下面结束那一次"


class Gone(Refused):
    """The object is not there, or not yours to see."""

    code = "membership.gone"
    text = "没有这个{what}"
    remedy = "回到名册重新打开；它可能已不在您的范围内。"
    status = 404


class NumberTaken(Refused):
    """A staff number is given once."""

    code = "membership.number_taken"
    text = "工号 {number} 已属 {holder}"
    remedy = "核对工号；同一人不用再登记。"


class NotABranch(Refused):
    """A member belongs to one of the 22 branches."""

    code = "membership.not_a_branch"
    text = "「{name}」不是 22 个分会之一"
    clause = "2.1"
    remedy = "从分会名单中选；旧称谓也能认。"


class NotInvited(Refused):
    """Only a merchant's or an outside party's user is invited, and until a day."""

    code = "membership.not_invited"
    text = "{office}不对校外开放"
    remedy = "校内人员请登记工号并任命岗位。"


class AccessEnded(Refused):
    """An outside account ends on a day that lies ahead."""

    code = "membership.access_ended"
    text = "账号有效至 {until}，须晚于今天"
    remedy = "改一个更晚的日期。"


class OwnLink(Refused):
    """A link to set a password is given by somebody else."""

    code = "membership.own_link"
    text = "不能给自己发设密码的链接：{person}"
    remedy = "自己的密码在「登录与安全」里改。"
    status = 403


@dataclass(frozen=True)
class Span:
    """A term: its first day and the day after its last, open when None."""

    since: date
    until: date | None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise EndsBeforeItStarts(since=self.since, until=self.until)


def proposed_name(name: str) -> str:
    """Return the official name of a branch for any older name of it (R023, T64).

    机关部门工会, 机关分工会 and 机关 all give 机关工会分会.
    """
    base = re.sub(r"[\s　]", "", name)
    for ending in OLD_ENDINGS:
        if base.endswith(ending) and base != ending:
            base = base.removesuffix(ending)
            break
    return f"{base}{BRANCH_SUFFIX}"


def check_branch_name(name: str) -> None:
    """Refuse a branch's name that is not ××工会分会, with the proposed one (R023)."""
    if name != proposed_name(name) or "部门工会" in name:
        raise OldLabel(name=name, proposed=proposed_name(name))


def after_years(since: date, years: int) -> date:
    """Return the day after a term of so many years; 29 February ends with February."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return date(since.year + years, 3, 1)
