"""Need to know: the whole table role × field × stage, typed a second time by hand."""

import pytest

from smartunion.domains.crisis.rules.matrix import Field, Role, Stage, may_see

NEVER, RUN, CARE, EVER = "", "处置中", "处置中 善后中", "处置中 善后中 已结案"
COLUMNS = (
    "姓名", "电话", "照片", "最后位置", "通话结果", "现场评估", "转介单", "家属联系方式",
    "各步用时", "车辆与到达", "垫付与结算", "复盘记录", "干预报告", "统计数",
)  # fmt: skip
N = NEVER
TABLE = {
    "联系人A": (RUN, RUN, N, N, RUN, N, N, N, EVER, N, N, N, N, N),
    "联系人B": (RUN, N, RUN, RUN, RUN, N, N, N, EVER, N, N, N, N, N),
    "联系人C": (RUN, N, N, RUN, RUN, CARE, CARE, RUN, EVER, RUN, N, N, N, N),
    "保卫处指挥中心": (RUN, N, RUN, RUN, N, N, N, N, N, N, N, N, N, N),
    "值班领导": (N, N, N, N, N, N, N, N, EVER, RUN, N, N, N, N),
    "值班司机": (N, N, N, N, N, N, N, N, N, RUN, N, N, N, N),
    "心理中心": (CARE, CARE, N, N, CARE, CARE, CARE, CARE, EVER, N, N, EVER, EVER, EVER),
    "福利部陪同人": (N, N, N, N, N, N, N, CARE, N, N, EVER, N, N, N),
    "学院复盘人": (N, N, N, N, N, N, N, N, EVER, N, N, CARE, N, N),
    "分会主席": (N, N, N, N, N, N, N, N, N, N, N, CARE, N, N),
    "工会主席": (N, N, N, N, N, N, N, N, N, N, N, N, N, EVER),
    "财务经办人": (N, N, N, N, N, N, N, N, N, N, EVER, N, N, N),
    "审计": (N, N, N, N, N, N, N, N, EVER, N, EVER, N, N, EVER),
    "系统管理员": (N,) * 14,
}


@pytest.mark.clause("T51")
@pytest.mark.parametrize("role", Role, ids=lambda role: role.name)
def test_each_role_sees_what_it_needs_and_nothing_else(role: Role) -> None:
    """Every role, every field, every stage: 14 × 14 × 3 cells."""
    assert [field.value for field in Field] == list(COLUMNS)
    for field, stages in zip(Field, TABLE[role.value], strict=True):
        for stage in Stage:
            expected = stage.value in stages.split()
            assert may_see(role, field, stage) is expected, f"{role} {field} {stage}"
