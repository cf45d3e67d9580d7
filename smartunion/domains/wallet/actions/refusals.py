"""How the wallet says no: one class per sentence, in the words of the plan."""

from smartunion.kernel.base.refusals import Refused


class TerminalUnknown(Refused):
    code = "wallet.terminal_unknown"
    text = "没有这台终端，或它已停用"
    clause = "3.1-1②"
    remedy = "请核对终端号；换新终端请联系工会福利部登记"
    status = 401


class SignatureWrong(Refused):
    code = "wallet.signature_wrong"
    text = "请求的签名不对，未受理"
    clause = "3.1-1②"
    remedy = "请核对终端密钥；密钥轮换后旧密钥失效"
    status = 401


class ClockWrong(Refused):
    code = "wallet.clock_wrong"
    text = "终端时钟与服务器相差超过{skew}秒，未受理"
    clause = "3.1-1②"
    remedy = "请按答复里的服务器时间校准终端时钟后重发"
    status = 401


class RequestWrong(Refused):
    code = "wallet.request_wrong"
    text = "请求内容不合规：{what}"
    clause = "3.1-1③"
    remedy = "请按接口手册修改后重发"
    status = 400


class AmountWrong(Refused):
    code = "wallet.amount_wrong"
    text = "金额须为大于零的整数分，且不超过{most_fen}分"
    clause = "3.1-1③"
    remedy = "请重新输入金额"
    status = 400


class PointsWrong(Refused):
    code = "wallet.points_wrong"
    text = "积分抵扣须为零到应付金额之间的整数分"
    clause = "3.1-1③"
    remedy = "请重新输入积分抵扣"
    status = 400


class InTheFuture(Refused):
    code = "wallet.in_the_future"
    text = "交易时间比现在晚超过{minutes}分钟，未受理"
    clause = "3.1-1③"
    remedy = "请校准终端时钟"
    status = 400


class TooOld(Refused):
    code = "wallet.too_old"
    text = "交易时间比现在早超过{seconds}秒，未受理"
    clause = "3.1-1③"
    remedy = "请重新收款；断网时的收款走离线上传"
    status = 400


class BusinessDayWrong(Refused):
    code = "wallet.business_day_wrong"
    text = "营业日{biz_date}与交易时间相差超过一天，未受理"
    clause = "3.1-1③"
    remedy = "请先日结，再开新的营业日"
    status = 400


class MerchantNotTrading(Refused):
    code = "wallet.merchant_not_trading"
    text = "{merchant}目前为「{state}」，不能收款"
    clause = "7.1②"
    remedy = "请联系工会福利部办理准入"
    status = 403


class NotOpen(Refused):
    code = "wallet.not_open"
    text = "{day}不在试运行或正式运行期内，不能收款"
    clause = "3.1-1④"
    remedy = "试运行与上线日期见年度计划3.1"
    status = 403


class OfflineClosed(Refused):
    code = "wallet.offline_closed"
    text = "离线收款未开放"
    clause = "3.1-1③"
    remedy = "请恢复网络后收款"
    status = 403


class OfflineTooMuch(Refused):
    code = "wallet.offline_too_much"
    text = "离线收款超出限额：{what}"
    clause = "3.1-1③"
    remedy = "这一笔的风险由商户承担，见准入合同"
    status = 409


class CodeUnknown(Refused):
    code = "wallet.code_unknown"
    text = "付款码不对"
    clause = "3.1-1③"
    remedy = "请顾客刷新付款码后重扫"
    status = 400


class CodeExpired(Refused):
    code = "wallet.code_expired"
    text = "付款码已超过{seconds}秒，未扣款"
    clause = "3.1-1③"
    remedy = "请顾客刷新付款码后重扫"
    status = 409


class CodeUsed(Refused):
    code = "wallet.code_used"
    text = "付款码已经用过，未扣款"
    clause = "3.1-1③"
    remedy = "请顾客刷新付款码后重扫"
    status = 409


class TooManyWrongCodes(Refused):
    code = "wallet.too_many_wrong_codes"
    text = "这台终端连续送来{count}个错误的付款码，暂停{seconds}秒"
    clause = "7.1②"
    remedy = "请稍后再试；如非误扫请联系工会福利部"
    status = 429


class Insufficient(Refused):
    code = "wallet.insufficient"
    text = "余额不足：应付{asked_fen}分，未扣款"
    clause = "3.1-1①"
    remedy = "请顾客先划拨当月额度，或换一种付款方式"
    status = 402

    def __init__(self, *, asked_fen: int) -> None:
        super().__init__(asked_fen=asked_fen)
        yuan, fen = divmod(asked_fen, 100)
        self.args = (f"余额不足：应付 ¥{yuan:,}.{fen:02}，未扣款",)


class Frozen(Refused):
    code = "wallet.frozen"
    text = "付款设备已冻结，未扣款"
    clause = "7.1②"
    remedy = "请本人在手机上申诉，工会一个工作日内答复"
    status = 423


class Barred(Refused):
    code = "wallet.barred"
    text = "该钱包已取消福利商城资格，未扣款"
    clause = "7.1②"
    remedy = "请联系工会福利部"
    status = 423


class KeyReused(Refused):
    code = "wallet.key_reused"
    text = "流水号{terminal_seq}已用于另一笔内容不同的请求，未受理"
    clause = "3.1-1③"
    remedy = "请核对终端流水号；新的交易用新的流水号"
    status = 422


class Busy(Refused):
    code = "wallet.busy"
    text = "系统繁忙，结果未定"
    clause = "3.1-1③"
    remedy = "请用同一流水号重发，不要换号"
    status = 503


class NoWallet(Refused):
    code = "wallet.no_wallet"
    text = "{name}还没有开通钱包"
    clause = "3.1-1①"
    remedy = "请先在手机上开通福利积分钱包"
    status = 404


class NotStaff(Refused):
    code = "wallet.not_staff"
    text = "福利积分钱包只为在编在岗教职工开通"
    clause = "3.1-1①"
    remedy = "如有疑问请联系所在分工会"
    status = 403


class NotOwnDevice(Refused):
    code = "wallet.not_own_device"
    text = "付款码只能在绑定的手机上出示"
    clause = "7.1②"
    remedy = "请在绑定的手机上打开，或先换绑到这部手机"
    status = 403


class DeviceTaken(Refused):
    code = "wallet.device_taken"
    text = "这部手机已绑定另一位教职工的钱包"
    clause = "7.1②"
    remedy = "请先在原钱包里解绑；一部手机同一时间只绑定一个钱包"
    status = 409


class DeviceFrozen(Refused):
    code = "wallet.device_frozen"
    text = "这部手机已冻结，核实前不能换绑"
    clause = "7.1②"
    remedy = "请先申诉，工会一个工作日内答复"
    status = 423


class AllotmentNotOpen(Refused):
    code = "wallet.allotment_not_open"
    text = "{month}的福利额度还不能划拨"
    clause = "3.1-1①"
    remedy = "每月只能划拨当月的额度，{opens}起开放"
    status = 403


class QuotaUsedUp(Refused):
    code = "wallet.quota_used_up"
    text = "本月额度¥{quota}，已划拨¥{drawn}，还能再划¥{left}"
    clause = "3.1-1①"
    remedy = "请改小金额，或下月再划"
    status = 409


class AllotmentStateWrong(Refused):
    code = "wallet.allotment_state_wrong"
    text = "这笔划拨已是「{state}」，不能再改"
    clause = "3.1-1①"
    remedy = "请刷新后查看最新状态"
    status = 409


class NotToOneself(Refused):
    code = "wallet.not_to_oneself"
    text = "不能给自己发放积分"
    clause = "3.1-1①"
    remedy = "请由另一位经办人发放"
    status = 403


class PaymentUnknown(Refused):
    code = "wallet.payment_unknown"
    text = "没有找到这笔付款"
    clause = "3.1-1③"
    remedy = "请核对单号；结果未知时用同一流水号重发"
    status = 404


class NotRefundable(Refused):
    code = "wallet.not_refundable"
    text = "这笔付款是「{state}」，不能退款"
    clause = "3.1-1③"
    remedy = "只有已收款的付款可以退"
    status = 409


class RefundTooMuch(Refused):
    code = "wallet.refund_too_much"
    text = "最多还能退¥{left}"
    clause = "3.1-1③"
    remedy = "请改小退款金额"
    status = 409


class RefundTooLate(Refused):
    code = "wallet.refund_too_late"
    text = "付款已超过{days}天，不能退款"
    clause = "3.1-1③"
    remedy = "请与顾客另行协商"
    status = 409


class NotVoidable(Refused):
    code = "wallet.not_voidable"
    text = "这笔付款是「{state}」，不能撤销"
    clause = "3.1-1③"
    remedy = "已收款的付款当日可撤销，过后请退款"
    status = 409


class BankIsDeciding(Refused):
    code = "wallet.bank_is_deciding"
    text = "银行正在为这笔付款记账，现在不能撤销"
    clause = "3.1-1③"
    remedy = "请稍后查询结果；已收款的可当日撤销或退款"
    status = 409


class AlreadyDecided(Refused):
    code = "wallet.already_decided"
    text = "这次冻结已有结论：{outcome}"
    clause = "7.1②"
    remedy = "请刷新后查看"
    status = 409


class OwnMatter(Refused):
    code = "wallet.own_matter"
    text = "不能决定自己的冻结或申诉"
    clause = "7.1②"
    remedy = "请由另一位经办人决定"
    status = 403


class OwnShop(Refused):
    code = "wallet.own_shop"
    text = "不能说明自己商户终端的空号"
    clause = "7.1①"
    remedy = "请由工会的经办人核对后说明"
    status = 403


class NoGap(Refused):
    code = "wallet.no_gap"
    text = "终端 {terminal} {day} 第 {number} 号没有待说明的空号"
    clause = "4.2①"
    remedy = "刷新页面，看还有哪些空号"


class ReasonMissing(Refused):
    code = "wallet.reason_missing"
    text = "请写明理由"
    clause = "7.1②"
    remedy = "理由会留痕，并告知本人"
    status = 400


class NotOwnFreezing(Refused):
    code = "wallet.not_own_freezing"
    text = "只能为自己的冻结申诉"
    clause = "7.1②"
    remedy = "请由本人申诉"
    status = 403


class AlreadyAppealed(Refused):
    code = "wallet.already_appealed"
    text = "已于{at}申诉，请等答复"
    clause = "7.1②"
    remedy = "工会一个工作日内答复"
    status = 409


class NoUndertaking(Refused):
    code = "wallet.no_undertaking"
    text = "{merchant}还没有签署《反套现承诺书》，不能开业"
    clause = "7.1②"
    remedy = "请先上传签署的承诺书"
    status = 409


class DepositShort(Refused):
    code = "wallet.deposit_short"
    text = "{merchant}的保证金是¥{paid}，应为¥{due}，不能开业"
    clause = "7.1②"
    remedy = "请先缴足保证金"
    status = 409


class TwoKeysLive(Refused):
    code = "wallet.two_keys_live"
    text = "终端{terminal}已有两把有效密钥"
    clause = "3.1-1②"
    remedy = "请先停用旧密钥"
    status = 409


class TerminalRetired(Refused):
    code = "wallet.terminal_retired"
    text = "终端{terminal}已停用，不能再发密钥"
    clause = "3.1-1②"
    remedy = "换机请登记一台新终端，再给它发密钥"
    status = 409


class KeyUnknown(Refused):
    code = "wallet.key_unknown"
    text = "这台终端没有这把在用的密钥"
    clause = "3.1-1②"
    remedy = "可能刚被停用，刷新页面看看"
    status = 409


class NotBarred(Refused):
    code = "wallet.not_barred"
    text = "{name}的钱包没有被取消资格"
    clause = "7.1③"
    remedy = "可能别人刚恢复过，刷新页面看看"
    status = 409


class MonthNotOver(Refused):
    code = "wallet.month_not_over"
    text = "{month}还没有过完，不能月结"
    clause = "3.1-1⑤"
    remedy = "请在下月例会前月结"
    status = 409
