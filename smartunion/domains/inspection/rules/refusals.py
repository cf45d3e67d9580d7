"""Why an inspection does not go on: in words, with the figure and what to do."""

from smartunion.kernel.base.refusals import Refused


class OnRoundPage(Refused):
    """The step's work is done on the round's own page only."""

    code = "inspection.on_round_page"
    text = "这一步在审查页上办理"
    clause = "3.4-2"
    remedy = "打开“经费审查”里的这一次"


class StepNotOpen(Refused):
    """It is not this step's turn."""

    code = "inspection.step_not_open"
    text = "“{step}”现在不在办理"
    clause = "3.4-2"
    remedy = "刷新页面看办到哪一步"


class RoundOpen(Refused):
    """One round after the other."""

    code = "inspection.round_open"
    text = "{number} 还没有办结，不能再开一次"
    clause = "3.4-2"
    remedy = "先办结并公开上一次"


class RoundsDone(Refused):
    """The year's rounds are all there."""

    code = "inspection.rounds_done"
    text = "{year} 年的 {rounds} 次审查都已开过"
    clause = "3.4-2"
    remedy = "下一年再开"


class NothingSpent(Refused):
    """There is nothing to draw from."""

    code = "inspection.nothing_spent"
    text = "账本里没有还未进过抽样名单的支出凭证"
    clause = "3.4-2"
    remedy = "有支出入账后再冻结名单"


class FrameGap(Refused):
    """The frame and the ledger are not the same."""

    code = "inspection.frame_gap"
    text = "名单有 {frame} 张凭证，账本有 {ledger} 张，不能公布"
    clause = "3.4-2"
    remedy = "重新冻结名单"


class FrameFirst(Refused):
    """Seed before frame (§2.2)."""

    code = "inspection.frame_first"
    text = "名单还没有冻结并公布哈希，不能掷骰"
    clause = "3.4-2"
    remedy = "先冻结名单、公布哈希，再掷骰：看到点数后谁也不能改名单"


class NotAWitness(Refused):
    """Only who is sent by the party rolls for it."""

    code = "inspection.not_a_witness"
    text = "{party}这一份由{party}的人自己掷、自己填"
    clause = "3.4-2"
    remedy = "请{party}的见证人登录填写"
    status = 403


class RolledAlready(Refused):
    """Nobody rolls twice."""

    code = "inspection.rolled_already"
    text = "{party}已经掷过，不重掷"
    clause = "3.4-2"
    remedy = "仪式有差错的，写明原因作废，重新冻结名单再掷"


class DigitsWrong(Refused):
    """A roll is so many digits."""

    code = "inspection.digits_wrong"
    text = "{party}应掷 {count} 位，每位 0—9，填的是“{given}”"
    clause = "3.4-2"
    remedy = "按掷出先后填 {count} 位数字，中间可以空格"
    status = 422


class RollsMissing(Refused):
    """The three have not all rolled."""

    code = "inspection.rolls_missing"
    text = "还差{missing}没有掷骰"
    clause = "3.4-2"
    remedy = "三方都掷过、填过，再合成种子"


class SeedUsed(Refused):
    """The same digits again: no dice fall like that (§2.2)."""

    code = "inspection.seed_used"
    text = "这 {count} 位点数与 {number} 的完全相同，种子不能用第二次"
    clause = "3.4-2"
    remedy = "写明原因作废这次仪式，重新冻结名单再掷"


class NotInspector(Refused):
    """Only who was drawn for a branch looks at its vouchers."""

    code = "inspection.not_inspector"
    text = "{branch}的凭证由抽中的 {inspectors} 查验"
    clause = "3.4-2"
    remedy = "请抽中的审查人查验"
    status = 403


class CheckedAlready(Refused):
    """What was found stays."""

    code = "inspection.checked_already"
    text = "{number} 已由 {by} 查验，不能改"
    clause = "3.4-2"
    remedy = "有出入的，在审查报告里说明"


class ProblemWrong(Refused):
    """The problem money must lie within the voucher."""

    code = "inspection.problem_wrong"
    text = "问题金额 {problem} 元不对：{why}"
    clause = "3.4-2"
    remedy = "填 0 到 {most} 元之间的数，并写明问题"
    status = 422


class NotAllChecked(Refused):
    """Vouchers are left."""

    code = "inspection.not_all_checked"
    text = "抽中 {drawn} 张，已查 {checked} 张，还差 {missing} 张"
    clause = "3.4-2"
    remedy = "抽中的每一张都要查"


class ProblemsOpen(Refused):
    """A report before the money is back would leave out how it ended."""

    code = "inspection.problems_open"
    text = "还有 {count} 件问题没有办结"
    clause = "3.4-2"
    remedy = "退款、说明和移交都办结后再出报告"


class RefundShort(Refused):
    """Not all is back (§3, sentence 20)."""

    code = "inspection.refund_short"
    text = "问题金额 {problem} 元，已退 {returned} 元，还差 {short} 元，不能办结"
    clause = "3.4-2"
    remedy = "把差的 {short} 元退回并登记"


class RefundTooMuch(Refused):
    """More than the problem is a mistake."""

    code = "inspection.refund_too_much"
    text = "还应退 {left} 元，登记的是 {given} 元"
    clause = "3.4-2"
    remedy = "按还应退的数登记；多退的另行处理"
    status = 422


class StatementEmpty(Refused):
    """A statement says something."""

    code = "inspection.statement_empty"
    text = "没有写说明"
    clause = "3.4-2"
    remedy = "写明怎么发生、怎么改"
    status = 422


def short_by(problem_fen: int, returned_fen: int) -> RefundShort | None:
    """Return why a refund does not close yet, to the fen; None when all is back (R168)."""
    if returned_fen >= problem_fen:
        return None
    return RefundShort(
        problem=f"{problem_fen / 100:,.2f}",
        returned=f"{returned_fen / 100:,.2f}",
        short=f"{(problem_fen - returned_fen) / 100:,.2f}",
    )
