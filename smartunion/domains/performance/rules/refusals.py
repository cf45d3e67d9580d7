"""What the indicators refuse."""

from smartunion.kernel.base.refusals import Refused


class UnknownIndicator(Refused):
    code = "performance.unknown_indicator"
    text = "{year}年度没有编号为 {code} 的指标"
    remedy = "请从指标清单打开"
    clause = "4.2"
    status = 404


class NotMeasured(Refused):
    code = "performance.not_measured"
    text = "{code} 尚未计量：{module}上线后由它的业务记录自动得出"
    remedy = "没有数据的指标不算达标，也不能手工填数"
    clause = "4.2"
    status = 409


class NoSuchPeriod(Refused):
    code = "performance.no_such_period"
    text = "{code} 没有从 {day} 开始的账期"
    remedy = "请从账期清单选择"
    clause = "4.2"
    status = 404


class PeriodOpen(Refused):
    code = "performance.period_open"
    text = "{code} 的账期 {period} 还没有结束，不能冻结快照"
    remedy = "账期结束的次日起可以冻结"
    clause = "4.2"
    status = 409
