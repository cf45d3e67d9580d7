"""Need to know: the whole table role × field × stage, typed a second time by hand."""

import pytest

from smartunion.domains.crisis.rules.matrix import Field, Role, Stage, may_see

RUN, CARE, EVER = "处置中", "处置中 善后中", "处置中 善后中 已结案"
TABLE = {
    "联系人A": {
        "姓名": RUN, "电话": RUN, "通话结果": RUN, "各步用时": EVER, "解除说明": EVER,
    },
    "联系人B": {
        "姓名": RUN, "照片": RUN, "最后位置": RUN, "定位理由": RUN, "通话结果": RUN,
        "各步用时": EVER,
    },
    "联系人C": {
        "姓名": RUN, "最后位置": RUN, "通话结果": RUN, "现场评估": CARE, "转介单": CARE,
        "家属联系方式": RUN, "车辆与到达": RUN, "各步用时": EVER, "失控经过": CARE,
    },
    "保卫处指挥中心": {"姓名": RUN, "照片": RUN, "最后位置": RUN, "定位理由": RUN},
    "值班领导": {"车辆与到达": RUN, "各步用时": EVER},
    "值班司机": {"车辆与到达": RUN},
    "心理中心": {
        "姓名": CARE, "电话": CARE, "通话结果": CARE, "现场评估": CARE, "转介单": CARE,
        "家属联系方式": CARE, "各步用时": EVER, "复盘记录": EVER, "干预报告": EVER, "统计数": EVER,
        "解除说明": EVER, "失控经过": EVER,
    },
    "福利部陪同人": {"家属联系方式": CARE, "垫付与结算": EVER},
    "财务经办人": {"垫付与结算": EVER},
    "学院复盘人": {"各步用时": EVER, "复盘记录": CARE},
    "分会主席": {"复盘记录": CARE},
    "工会主席": {"统计数": EVER},
    "审计": {"各步用时": EVER, "垫付与结算": EVER, "统计数": EVER},
    "系统管理员": {},
}  # fmt: skip
"""What is not here nobody sees: IT nothing, the chair of the union numbers."""


@pytest.mark.clause("T51")
@pytest.mark.parametrize("role", Role, ids=lambda role: role.name)
def test_each_role_sees_what_it_needs_and_nothing_else(role: Role) -> None:
    """Every role, every field, every stage: 14 × 17 × 3 cells."""
    mine = TABLE[role.value]
    assert set(mine) <= {field.value for field in Field}
    for field in Field:
        for stage in Stage:
            expected = stage.value in mine.get(field.value, "").split()
            assert may_see(role, field, stage) is expected, f"{role} {field} {stage}"
