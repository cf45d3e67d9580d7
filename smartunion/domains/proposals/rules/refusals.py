"""Why a proposal does not go on: in words, with the figure and what to do."""

from smartunion.kernel.base.refusals import Refused


class NotDelegate(Refused):
    """Proposals are delegates'; everybody else has the suggestions box."""

    code = "proposals.not_delegate"
    text = "提案和联名由二级教代会代表办理"
    clause = "3.4-1②"
    remedy = "不是代表的，请写到意见箱，同样有人答复"
    status = 403


class OtherCongress(Refused):
    """A congress's matters are its own delegates'."""

    code = "proposals.other_congress"
    text = "这件提案提给{unit}的教代会，只有这届教代会的现任代表能联名"
    clause = "3.4-1②"
    remedy = "可以向本单位的教代会另提一件"
    status = 403


class TooFewCosigners(Refused):
    """Three with the proposer (T61)."""

    code = "proposals.too_few_cosigners"
    text = "提案要 {needed} 人联名（含提案人），现在 {signed} 人，还差 {missing} 人"
    clause = "3.4-1②"
    remedy = "请再有 {missing} 位代表登录自己的账号联名"


class SignedAlready(Refused):
    """One name, once."""

    code = "proposals.signed_already"
    text = "你已经联名过这件提案"
    clause = "3.4-1②"
    remedy = "每人只算一次"


class GatheringOver(Refused):
    """Names are gathered for seven days, so that nobody signs what has grown old."""

    code = "proposals.gathering_over"
    text = "联名期到 {until} 为止，已经过了"
    clause = "3.4-1②"
    remedy = "名字已够的，提案人仍可提交；不够的请提案人重新提出"


class NotForOthers(Refused):
    """A name is signed by its owner alone."""

    code = "proposals.not_for_others"
    text = "联名只能由本人登录自己的账号办，不能代别人填"
    clause = "3.4-1②"
    remedy = "把提案的链接发给那位代表，请本人登录联名"
    status = 403


class NoLeaving(Refused):
    """The proposer's name stands; so do names under what was decided."""

    code = "proposals.no_leaving"
    text = "提案人不能退出；立案审查后联名也不能退出，并案的除外"
    clause = "3.4-1②"
    remedy = "对答复不满意的，在评价时写明"


class LastNames(Refused):
    """What was handed in by three stays a matter of three."""

    code = "proposals.last_names"
    text = "退出后不足 {needed} 人联名，已提交的提案会失效"
    clause = "3.4-1②"
    remedy = "请提案人先撤回，或等再有代表联名的新提案"


class NotGathering(Refused):
    """It is handed in: the names under it stand."""

    code = "proposals.not_gathering"
    text = "提案已经提交，不能再联名或修改"
    clause = "3.4-1②"
    remedy = "可以另提一件，提案委会并案"


class Incomplete(Refused):
    """A proposal says what, why and how."""

    code = "proposals.incomplete"
    text = "还缺：{missing}"
    clause = "3.4-1②"
    remedy = "写明案由、情况分析和具体建议"
    status = 422


class WhyUrgent(Refused):
    """The short way needs a reason."""

    code = "proposals.why_urgent"
    text = "紧急提案要写明为什么等不得"
    clause = "3.4-1②"
    remedy = "写一句紧急的事由；不紧急的按一般提案提"
    status = 422


class OnPage(Refused):
    """The step's work is done on the proposal's own page only."""

    code = "proposals.on_page"
    text = "这一步在提案页上办理"
    clause = "3.4-1②"
    remedy = "打开这件提案办理"


class StepNotOpen(Refused):
    """It is not this step's turn."""

    code = "proposals.step_not_open"
    text = "“{step}”现在不在办理"
    clause = "3.4-1②"
    remedy = "刷新页面看办到哪一步"


class ReasonMissing(Refused):
    """A no needs a reason."""

    code = "proposals.reason_missing"
    text = "不立案、转意见、暂不采纳都要写明理由"
    clause = "3.4-1②"
    remedy = "写理由，提案人和联名人都会看到"
    status = 422


class PlanDateMissing(Refused):
    """A plan without a day is no plan (T63)."""

    code = "proposals.plan_date_missing"
    text = "“列入计划”要写哪一天前完成，在今天之后"
    clause = "1.2"
    remedy = "写一个办得到的日子；到那天没有完成的，不计入落实率"
    status = 422


class NotTheHost(Refused):
    """Who promised says that it is kept; its authors do not say it for them."""

    code = "proposals.not_the_host"
    text = "兑现由承办人或提案委登记，提案人和联名人不能登记"
    clause = "1.2"
    remedy = "请承办人登记"
    status = 403


class NothingPlanned(Refused):
    """Only a plan that is still open can be kept."""

    code = "proposals.nothing_planned"
    text = "这件提案没有等着兑现的计划"
    clause = "1.2"
    remedy = "刷新页面看答复类别"


class MergeWrong(Refused):
    """Two proposals become one only where both are being looked at."""

    code = "proposals.merge_wrong"
    text = "不能并入 {number}：{why}"
    clause = "3.4-1②"
    remedy = "并入一件立案审查中或已立案、没有办结的提案"


class SameHost(Refused):
    """Who did not satisfy is not asked again."""

    code = "proposals.same_host"
    text = "{host}办过一次，提案人不满意，再办要换承办人"
    clause = "4.2⑥"
    remedy = "指定另一位承办人"


class NotAnAuthor(Refused):
    """An answer is rated by those to whom it was given."""

    code = "proposals.not_an_author"
    text = "答复由提案人和联名人评价，并案的各件都算"
    clause = "4.2⑥"
    remedy = "对办理结果有异议的，在公示期内提出"
    status = 403


class RatedAlready(Refused):
    """One author, one rating of one answer."""

    code = "proposals.rated_already"
    text = "你已经评价过这次答复"
    clause = "4.2⑥"
    remedy = "再办之后可以重新评价"


class RatingWrong(Refused):
    """One of five."""

    code = "proposals.rating_wrong"
    text = "评价只能是 1 至 5"
    clause = "4.2⑥"
    remedy = "选很满意、满意、一般、不满意、很不满意之一"
    status = 422


class AnsweredAlready(Refused):
    """A suggestion is answered once."""

    code = "proposals.answered_already"
    text = "这条意见已经答复过"
    clause = "3.4-1②"
    remedy = "刷新页面看答复"


class OwnSuggestion(Refused):
    """Nobody answers themselves."""

    code = "proposals.own_suggestion"
    text = "这条意见是你自己提的，不能由你答复"
    clause = "3.4-1②"
    remedy = "由提案委的另一位答复"
    status = 403
