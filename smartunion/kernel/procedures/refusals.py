"""Why a case does not go on, in words."""

from smartunion.kernel.base.refusals import Refused


class NotYours(Refused):
    code = "procedures.not_yours"
    text = "“{step}”由{holders}办理，{by}不是 A角或 B角"
    clause = "2.2"
    remedy = "请联系{holders}办理"
    status = 403


class OwnMatter(Refused):
    code = "procedures.own_matter"
    text = "{by}与“{case}”有关，不能办理自己的事项"
    clause = "2.2"
    remedy = "由 B角办理；没有 B角时请常务副主席指定"


class AlreadyDone(Refused):
    code = "procedures.already_done"
    text = "“{step}”已经不在办理中（{state}）"
    clause = "2.2"
    remedy = "刷新页面，看件走到了哪一步"


class OutputMissing(Refused):
    code = "procedures.output_missing"
    text = "“{step}”还缺 {count} 项输出：{outputs}"
    clause = "2.2"
    remedy = "补齐后再办结本步"


class UnknownFact(Refused):
    code = "procedures.unknown_fact"
    text = "“{matter}”没有这些要素：{names}"
    clause = "2.2"
    remedy = "按六栏表列出的要素填写"


class RiskBlocks(Refused):
    code = "procedures.risk_blocks"
    text = "风险“{matter}”：{control}没有通过"
    clause = "2.2"
    remedy = "先消除风险，或退回上一步"


class SignedAlready(Refused):
    code = "procedures.signed_already"
    text = "{by}已经签过；“{step}”要 {staff} 个不同的人"
    clause = "2.2"
    remedy = "请另一位成员签"


class WindowOpen(Refused):
    code = "procedures.window_open"
    text = "公示要满 {days} 个工作日，到 {until} 为止"
    clause = "5.1§7"
    remedy = "公示期满后再办"


class NoWayBack(Refused):
    code = "procedures.no_way_back"
    text = "“{step}”不能退回到“{to}”"
    clause = "2.2"
    remedy = "退回到本件已经走过的步骤"


class ReasonMissing(Refused):
    code = "procedures.reason_missing"
    text = "没有写明事由"
    clause = "2.2"
    remedy = "写明事由再办"


class NoStop(Refused):
    """A clock stands still only where the sheet says so, once at a time, and never late."""

    code = "procedures.no_stop"
    text = "“{step}”现在不能停钟：六栏表没有写、已经停着，或者已经逾期"
    clause = "2.2"
    remedy = "在期限内、按六栏表写明的情形停钟；逾期的照实办结"


class CaseClosed(Refused):
    code = "procedures.case_closed"
    text = "“{case}”已于 {at:%-m月%-d日 %H:%M} 结束"
    clause = "2.2"
    remedy = "已办结的件不能再动，需要时另立一件"


class NotOfTheBody(Refused):
    code = "procedures.not_of_the_body"
    text = "{by}不是“{step}”的应到成员"
    clause = "2.1"
    remedy = "只有票决开始时的委员会成员可以投票"
    status = 403


class VotedAlready(Refused):
    code = "procedures.voted_already"
    text = "{by}已经投过票；一人一票，投出不改"
    clause = "2.1"
    remedy = "等待计票结果"


class Recused(Refused):
    code = "procedures.recused"
    text = "{by}在“{step}”中回避：{because}"
    clause = "2.1"
    remedy = "回避的成员不计入应到人数"
    status = 403


class VoteOnly(Refused):
    code = "procedures.vote_only"
    text = "“{step}”由票决决定，不能由一个人办结"
    clause = "2.1"
    remedy = "请各位成员投票；全部投完或到截止时间后自动计票"


class WindowOnly(Refused):
    code = "procedures.window_only"
    text = "“{step}”期满后由系统办结，不能由一个人办结"
    clause = "5.1§7"
    remedy = "异议全部答复、公示期满后会自动走到下一步"


class NoSuchChoice(Refused):
    code = "procedures.no_such_choice"
    text = "没有“{choice}”这一项，只能投赞成、反对或弃权"
    clause = "2.1"
    remedy = "重新选择"
    status = 422


class MigrationIncomplete(Refused):
    code = "procedures.migration_incomplete"
    text = "“{matter}”{version}里没有这些：{names}"
    clause = "2.2"
    remedy = "逐一指明在办步骤在新版六栏表里的去处"


class MigrationMeets(Refused):
    code = "procedures.migration_meets"
    text = "{steps}同时在办，在新版里不能都成为“{to}”"
    clause = "2.2"
    remedy = "先办结其中一步，或各指一个去处"


class MigrationOfAnotherKind(Refused):
    code = "procedures.migration_of_another_kind"
    text = "“{step}”是{kind}，不能成为新版的“{to}”（{other}）"
    clause = "2.2"
    remedy = "指向同一种步骤，或等这一步办完再迁"


class NotPermitted(Refused):
    code = "procedures.not_permitted"
    text = "{by}不能{what}"
    clause = "2.2"
    remedy = "请联系常务副主席"
    status = 403


class BadFact(Refused):
    code = "procedures.bad_fact"
    text = "“{name}”不能是“{value}”：{because}"
    clause = "2.2"
    remedy = "改正后再提交"
    status = 422


class PollOver(Refused):
    code = "procedures.poll_over"
    text = "“{step}”已于 {at:%-m月%-d日 %H:%M} 截止"
    clause = "2.1"
    remedy = "等待计票结果"


class NotSooner(Refused):
    code = "procedures.not_sooner"
    text = "临时线上票决要早于原定截止时间 {until:%-m月%-d日 %H:%M}，也不能早于现在"
    clause = "5.2"
    remedy = "换一个截止时间"


class TakenAlready(Refused):
    code = "procedures.taken_already"
    text = "“{step}”现在由{person}办理"
    clause = "2.2"
    remedy = "不必重复指定"
