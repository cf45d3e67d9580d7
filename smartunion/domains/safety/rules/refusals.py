"""Why an event is not opened, a participant not let in, a survey not signed: in words."""

from smartunion.kernel.base.refusals import Refused


class TooShortNotice(Refused):
    """The survey could not be in time any more."""

    code = "safety.too_short_notice"
    text = "离开始只有 {left} 小时，踏勘必须在开始前 {hours} 小时完成"
    clause = "5.3"
    remedy = "把开始时间改到 {earliest} 以后；晨跑可用场地当季有效的踏勘"
    status = 422


class EndsBeforeItStarts(Refused):
    """An event takes time."""

    code = "safety.ends_before_it_starts"
    text = "结束时间 {ends:%m-%d %H:%M} 不晚于开始时间 {starts:%m-%d %H:%M}"
    clause = "5.3"
    remedy = "改结束时间"
    status = 422


class PermitMissing(Refused):
    """A large public event without the police's permit."""

    code = "safety.permit_missing"
    text = "预计 {expected} 人并对社会开放，达到 {least} 人须有公安机关安全许可"
    clause = "5.3"
    remedy = "填写许可编号；没有的，缩小规模或只对校内开放（大型群众性活动安全管理条例第2条）"
    status = 422


class NotPlanned(Refused):
    """The event is past that point."""

    code = "safety.not_planned"
    text = "{number} 现在是“{state}”，不能再{what}"
    clause = "5.3"
    remedy = "要改动，请取消后另行策划"


class SurveyUnsigned(Refused):
    """Three must have signed."""

    code = "safety.survey_unsigned"
    text = "《安全风险清单》三方签字还差：{missing}"
    clause = "5.3"
    remedy = "请{missing}到现场踏勘后在手机上签字；确有急情，由常务副主席写明理由破例放行"


class ItemsOpen(Refused):
    """A risk is known and stands."""

    code = "safety.items_open"
    text = "《安全风险清单》还有 {count} 项未整改：{missing}"
    clause = "5.3"
    remedy = "整改后拍照销项；确有急情，由常务副主席写明理由破例放行"


class StaffMissing(Refused):
    """1:50 is not met."""

    code = "safety.staff_missing"
    text = "{expected} 人按 1:{ratio}（{mode}）至少{need} 名：{missing}"
    clause = "5.3"
    remedy = "补上具名人员，值守时间要盖住活动全程"


class DevicesMissing(Refused):
    """No AED, too few kits, or nobody has looked at them."""

    code = "safety.devices_missing"
    text = "急救设备不齐：{missing}"
    clause = "5.3"
    remedy = "调配已点检的设备；点检不合格的不能带到现场"


class NotInsured(Refused):
    """Nobody starts without insurance."""

    code = "safety.not_insured"
    text = "{on} 没有每人 {least} 元的人身意外险"
    clause = "7.3②"
    remedy = "先登记覆盖这一天的保单"


class ChecksMissing(Refused):
    """The list has empty lines."""

    code = "safety.checks_missing"
    text = "《安全风险清单》还有 {count} 项没看：{missing}"
    clause = "5.3"
    remedy = "逐项看过，有风险的拍照"
    status = 422


class PhotoMissing(Refused):
    """A risk is shown, and so is that it is gone."""

    code = "safety.photo_missing"
    text = "“{matter}”{what}要附照片"
    clause = "5.3"
    remedy = "在现场拍一张再交"
    status = 422


class SignOnSite(Refused):
    """The signature belongs on the survey's own page, under the list."""

    code = "safety.sign_on_site"
    text = "踏勘签字要在踏勘页上，看完清单再签"
    clause = "5.3"
    remedy = "打开踏勘页签字"


class SignedForAnother(Refused):
    """Three parties are three persons."""

    code = "safety.signed_for_another"
    text = "{by}已代表{party}签过，三方要由三个人签"
    clause = "5.3"
    remedy = "请另一方的签字人来签"
    status = 403


class OwnEvent(Refused):
    """The organiser does not survey, nor override, the own event."""

    code = "safety.own_event"
    text = "{number} 由{by}策划，本人不能{what}"
    clause = "2.2"
    remedy = "由 B角或另一位有权限的人办理"
    status = 403


class SettledAlready(Refused):
    """A risk is settled once."""

    code = "safety.settled_already"
    text = "“{matter}”已于 {at:%m-%d %H:%M} 销项"
    clause = "5.3"
    remedy = "又有新的风险，请另加一项"


class TwoPosts(Refused):
    """Nobody is in two places."""

    code = "safety.two_posts"
    text = "{name}在 {since:%m-%d %H:%M}—{until:%H:%M} 已在 {number} 值守"
    clause = "5.3"
    remedy = "换一个人，或错开时间"


class DeviceTaken(Refused):
    """One AED is in one place."""

    code = "safety.device_taken"
    text = "{device} 这段时间在 {number}"
    clause = "5.3"
    remedy = "调另一台"


class DeviceUnfit(Refused):
    """Nobody has looked at it lately, or it failed."""

    code = "safety.device_unfit"
    text = "设备 {device} {why}"
    clause = "5.3"
    remedy = "先点检；不合格的送修，换一台"


class ReasonTooShort(Refused):
    """Breaking the glass says why."""

    code = "safety.reason_too_short"
    text = "破例放行要写明理由，至少 {least} 个字"
    clause = "5.3"
    remedy = "写清为什么等不及、由谁现场负责"
    status = 422


class ProveYourself(Refused):
    """The second factor was not proven, or too long ago: the glass is not broken by a session."""

    code = "safety.prove_yourself"
    text = "破例放行前 {minutes} 分钟内要做一次第二步验证"
    clause = "5.3"
    remedy = "用验证器或通行密钥验证后再提交"
    status = 403


class OverrideUnreviewed(Refused):
    """Who broke the glass once is looked at before they break it again."""

    code = "safety.override_unreviewed"
    text = "{by}破例放行 {number} 已满 {days} 天没有复核，暂不能再破例"
    clause = "5.3"
    remedy = "请经审委主任先复核；急情由另一位有权限的人破例"


class NothingToOverride(Refused):
    """The ordinary way is open."""

    code = "safety.nothing_to_override"
    text = "{number} 三方已签、风险已销项，不需要破例"
    clause = "5.3"
    remedy = "由策划人正常放行"


class SignUpClosed(Refused):
    """Not open yet, begun, or over."""

    code = "safety.sign_up_closed"
    text = "{number} {state}，不能报名"
    clause = "5.3"
    remedy = "看看别的活动"


class Full(Refused):
    """Every place is taken."""

    code = "safety.full"
    text = "{number} 的 {places} 个名额已满"
    clause = "5.3"
    remedy = "有人退出时可以再报"


class SignedUpAlready(Refused):
    """Once is enough."""

    code = "safety.signed_up_already"
    text = "{number} 已报过名"
    clause = "7.3①"
    remedy = "在“我的活动”里看"


class NotSignedUp(Refused):
    """There is nothing to take back."""

    code = "safety.not_signed_up"
    text = "没有报 {number}"
    clause = "7.3①"
    remedy = "在“我的活动”里看报了哪些"


class ConsentMissing(Refused):
    """The hospital is asked only after the person's own yes (PIPL 29)."""

    code = "safety.consent_missing"
    text = "核验体检报告要先单独同意"
    clause = "7.3①"
    remedy = "勾选同意后再报名；不同意的，不能参加竞赛，其他权益不受影响"
    status = 422


class DeclarationMissing(Refused):
    """A runner says that they are well."""

    code = "safety.declaration_missing"
    text = "晨跑要先作健康声明"
    clause = "7.3①"
    remedy = "勾选健康声明；身体不适的请不要参加"
    status = 422


class ReportOld(Refused):
    """Three months and a day."""

    code = "safety.report_old"
    text = "体检报告是 {report_on}，到活动当天（{event_on}）已超过 {months} 个月"
    clause = "7.3①"
    remedy = "到校医院补做体检，报告出来后再报名"


class NoReport(Refused):
    """The hospital knows the person and has no report."""

    code = "safety.no_report"
    text = "校医院没有你的体检报告，要 {months} 个月内的"
    clause = "7.3①"
    remedy = "到校医院体检，报告出来后再报名"


class UnknownPatient(Refused):
    """The hospital does not know the staff number."""

    code = "safety.unknown_patient"
    text = "校医院按工号查不到你的档案"
    clause = "7.3①"
    remedy = "带校园卡到校医院建档，核对工号后再报名"


class AnswerUnclear(Refused):
    """Two patients, another's report, a date to come: nothing to believe."""

    code = "safety.answer_unclear"
    text = "校医院的应答无法采信，没有放行"
    clause = "7.3①"
    remedy = "请联系校医院核对档案；名额没有占用，核对后再报"
    status = 502


class HospitalSilent(Refused):
    """No answer is no yes."""

    code = "safety.hospital_silent"
    text = "校医院系统没有应答，无法核验体检报告，没有放行"
    clause = "7.3①"
    remedy = "过几分钟再报；名额没有占用"
    status = 503


class NoSuchPerson(Refused):
    """Nobody has the number."""

    code = "safety.no_such_person"
    text = "没有工号 {number} 的教职工"
    clause = "5.3"
    remedy = "核对工号；校外人员请先登记"
    status = 422


class NotOnDuty(Refused):
    """An incident is reported by those on duty."""

    code = "safety.not_on_duty"
    text = "{by}现在不在 {number} 值守，不能从这里报告"
    clause = "5.3"
    remedy = "请最近的值守人员报告，或直接拨打 120 和保卫处电话"
    status = 403


class EventNotRunning(Refused):
    """Incidents belong to an event that goes on."""

    code = "safety.event_not_running"
    text = "{number} 现在没有在进行（{state}）"
    clause = "5.3"
    remedy = "不在活动中的紧急情况，直接拨打 120 和保卫处电话"


class KeptOut(Refused):
    """Whoever is part of what happened handles nothing of it."""

    code = "safety.kept_out"
    text = "{case} 与{by}本人有关，不能{what}"
    clause = "2.2"
    remedy = "由没有回避事由的另一位有权限的人办理"
    status = 403


class NoSuchScenario(Refused):
    """The plan has three."""

    code = "safety.no_such_scenario"
    text = "风险清单里没有“{scenario}”"
    clause = "7"
    remedy = "从三个情景里选一个"
    status = 422


class StatementTells(Refused):
    """Somebody could be recognised."""

    code = "safety.statement_tells"
    text = "《情况通报》里有个人信息：{missing}"
    clause = "7.2③"
    remedy = "用固定模板，不写姓名、班级和号码"
    status = 422


class NoLiveStream(Refused):
    """A child's injury is not broadcast."""

    code = "safety.no_live_stream"
    text = "联合调查的全程直播默认关闭：直播会公开不满十四周岁未成年人的个人信息"
    clause = "7.2③"
    remedy = "改为录音录像，结论隐名公布；个人信息保护法第28、31条，须监护人单独同意"
    status = 403


class HoldStays(Refused):
    """Recordings stay while the case is open."""

    code = "safety.hold_stays"
    text = "{case} 还没有办结，录像不能解除保全"
    clause = "7.2①"
    remedy = "办结以后再解除"
