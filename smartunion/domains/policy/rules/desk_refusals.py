"""Why the policy desk says no: in words, with the figure and what to do."""

from smartunion.kernel.base.refusals import Refused

CLAUSE = "3.6-2"


class NothingAsked(Refused):
    """An empty question."""

    code = "policy.nothing_asked"
    text = "还没有写问题"
    clause = CLAUSE
    remedy = "写一句就行，例如“产假有多少天”"
    status = 422


class QuestionTooLong(Refused):
    """More than fits a question."""

    code = "policy.question_too_long"
    text = "问题有 {length} 个字，最多 {most} 个字"
    clause = CLAUSE
    remedy = "只写要问的那一句；材料在转人工时再说明"
    status = 422


class TicketThere(Refused):
    """The question is at the desk already."""

    code = "policy.ticket_there"
    text = "这个问题已经转人工，{due}前答复"
    clause = CLAUSE
    remedy = "在下面接着说明，不用再转一次"


class NobodyAnswers(Refused):
    """No office of the desk has anybody who may answer this asker."""

    code = "policy.nobody_answers"
    text = "答复岗位现在没有人可以经办"
    clause = CLAUSE
    remedy = "请打工会办公室电话；岗位补上人以后再转"


class NothingSaid(Refused):
    """An empty remark."""

    code = "policy.nothing_said"
    text = "还没有写内容"
    clause = CLAUSE
    remedy = "写一句再发"
    status = 422


class NoBasis(Refused):
    """An answer of the desk that names no article and says no reason."""

    code = "policy.no_basis"
    text = "答复没有选依据的条文"
    clause = CLAUSE
    remedy = "选一条依据；制度里确实没有的，勾选“没有依据，由岗位答复”"
    status = 422


class Unsupported(Refused):
    """An answer that quotes or names what its article does not say."""

    code = "policy.unsupported"
    text = "这一句与所选条文对不上：{sentence}（{why}）"
    clause = CLAUSE
    remedy = "改这一句，或换一条依据；引号里的话须与原文一字不差"
    status = 422


class NotAnswered(Refused):
    """Nothing can be learned before somebody has answered."""

    code = "policy.not_answered"
    text = "这件工单还没有答复"
    clause = CLAUSE
    remedy = "先答复提问人，再记入问法或常见问答"


class NoPiece(Refused):
    """A lesson needs the article that it leads to."""

    code = "policy.no_piece"
    text = "没有选条文"
    clause = CLAUSE
    remedy = "选这个问法应当找到的条文"
    status = 422


class OwnLesson(Refused):
    """Nobody reviews what they proposed."""

    code = "policy.own_lesson"
    text = "这条是你自己提出的，由另一个人复核"
    clause = CLAUSE
    remedy = "请另一位整理人复核"
    status = 403


class AlreadyReviewed(Refused):
    """It has been decided."""

    code = "policy.already_reviewed"
    text = "这条已经复核为“{state}”"
    clause = CLAUSE
    remedy = "要改的，重新提出一条"


class OnTicketPage(Refused):
    """The step is done on the ticket's own page."""

    code = "policy.on_ticket_page"
    text = "这一步在工单页上办"
    clause = CLAUSE
    remedy = "打开工单，写答复"


class VoiceClosed(Refused):
    """No transcription server is configured."""

    code = "policy.voice_closed"
    text = "语音输入还没有开通"
    clause = CLAUSE
    remedy = "用手机输入法自带的话筒键说，或者打字"
    status = 503


class VoiceWrong(Refused):
    """What was sent is no recording that is taken."""

    code = "policy.voice_wrong"
    text = "这段录音不能识别：{why}"
    clause = CLAUSE
    remedy = "重录一次，一分钟以内；或者打字"
    status = 422


class VoiceSilent(Refused):
    """The transcription server gave no answer."""

    code = "policy.voice_silent"
    text = "语音识别现在没有应答，录音没有留下"
    clause = CLAUSE
    remedy = "请打字，或过一会儿再说一次"
    status = 503
