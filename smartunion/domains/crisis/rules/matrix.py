"""Need to know (§4.F of the health design): who on a case may learn which field of it, and when.

Deny by default: what does not stand in `MATRIX` nobody sees. The person concerned sees every
opening on their own page; the page of a case shows the same table to whoever asks why.
"""

from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """In which part somebody meets a case."""

    A = "联系人A"
    B = "联系人B"
    C = "联系人C"
    SECURITY = "保卫处指挥中心"
    LEADER = "值班领导"
    DRIVER = "值班司机"
    CENTRE = "心理中心"
    WELFARE = "福利部陪同人"
    COLLEGE = "学院复盘人"
    BRANCH_CHAIR = "分会主席"
    UNION_CHAIR = "工会主席"
    FINANCE = "财务经办人"
    AUDITOR = "审计"
    IT = "系统管理员"


class Field(StrEnum):
    """What there is to know of a case."""

    NAME = "姓名"
    PHONE = "电话"
    PHOTO = "照片"
    LAST_PLACE = "最后位置"
    WHY = "定位理由"
    CALL = "通话结果"
    SCENE = "现场评估"
    REFERRAL = "转介单"
    FAMILY = "家属联系方式"
    CLOCKS = "各步用时"
    VEHICLE = "车辆与到达"
    MONEY = "垫付与结算"
    DEBRIEF = "复盘记录"
    REPORT = "干预报告"
    STANDDOWN = "解除说明"
    HARM = "失控经过"
    COUNTS = "统计数"


class When(StrEnum):
    """Until when a field is seen."""

    RUNNING = "处置期间"
    """While the case is being handled; it goes dark when the person is safe or handed over."""
    CARING = "善后结束前"
    """Until the after-care is over and the case is closed."""
    ALWAYS = "始终"


R, F, W = Role, Field, When
MATRIX = MappingProxyType({
    R.A: {
        F.NAME: W.RUNNING, F.PHONE: W.RUNNING, F.CALL: W.RUNNING, F.CLOCKS: W.ALWAYS,
        F.STANDDOWN: W.ALWAYS,
    },
    R.B: {
        F.NAME: W.RUNNING, F.PHOTO: W.RUNNING, F.LAST_PLACE: W.RUNNING, F.WHY: W.RUNNING,
        F.CALL: W.RUNNING, F.CLOCKS: W.ALWAYS,
    },
    R.C: {
        F.NAME: W.RUNNING, F.LAST_PLACE: W.RUNNING, F.CALL: W.RUNNING, F.SCENE: W.CARING,
        F.REFERRAL: W.CARING, F.FAMILY: W.RUNNING, F.VEHICLE: W.RUNNING, F.CLOCKS: W.ALWAYS,
        F.HARM: W.CARING,
    },
    R.SECURITY: {
        F.NAME: W.RUNNING, F.PHOTO: W.RUNNING, F.LAST_PLACE: W.RUNNING, F.WHY: W.RUNNING,
    },
    R.LEADER: {F.VEHICLE: W.RUNNING, F.CLOCKS: W.ALWAYS},
    R.DRIVER: {F.VEHICLE: W.RUNNING},
    R.CENTRE: {
        F.NAME: W.CARING, F.PHONE: W.CARING, F.CALL: W.CARING, F.SCENE: W.CARING,
        F.REFERRAL: W.CARING, F.FAMILY: W.CARING, F.CLOCKS: W.ALWAYS, F.DEBRIEF: W.ALWAYS,
        F.REPORT: W.ALWAYS, F.STANDDOWN: W.ALWAYS, F.HARM: W.ALWAYS, F.COUNTS: W.ALWAYS,
    },
    R.WELFARE: {F.FAMILY: W.CARING, F.MONEY: W.ALWAYS},
    R.FINANCE: {F.MONEY: W.ALWAYS},
    R.COLLEGE: {F.CLOCKS: W.ALWAYS, F.DEBRIEF: W.CARING},
    R.BRANCH_CHAIR: {F.DEBRIEF: W.CARING},
    R.UNION_CHAIR: {F.COUNTS: W.ALWAYS},
    R.AUDITOR: {F.CLOCKS: W.ALWAYS, F.MONEY: W.ALWAYS, F.COUNTS: W.ALWAYS},
})  # fmt: skip
"""Role -> field -> until when. IT is not here: nothing in clear."""


class Stage(StrEnum):
    """How far a case is, as far as knowing goes."""

    RUNNING = "处置中"
    CARING = "善后中"
    OVER = "已结案"


REACH = {
    W.RUNNING: frozenset({Stage.RUNNING}),
    W.CARING: frozenset({Stage.RUNNING, Stage.CARING}),
    W.ALWAYS: frozenset(Stage),
}


def may_see(role: Role, field: Field, stage: Stage) -> bool:
    """Test if a role sees a field of a case at a stage."""
    when = MATRIX.get(role, {}).get(field)
    return when is not None and stage in REACH[when]


def fields_of(role: Role, stage: Stage) -> tuple[Field, ...]:
    """Return what a role sees of a case at a stage, in the order of the fields."""
    return tuple(field for field in Field if may_see(role, field, stage))
