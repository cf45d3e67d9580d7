"""Need to know: the whole table role × field × stage, typed a second time by hand."""

import pytest

from smartunion.domains.crisis.actions import ending, referring, sealing
from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import desk
from smartunion.domains.crisis.rules.matrix import Field, Role, Stage, may_see
from smartunion.domains.crisis.rules.parts import HOLDS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.response import actions as response

from .conftest import Campus

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


WHO = {
    "wu": ("联系人A",), "wu2": ("联系人A",), "zhoufu": ("联系人B",), "he": ("联系人C",),
    "he2": ("联系人C",), "guard": ("保卫处指挥中心",), "guard2": ("保卫处指挥中心",),
    "driver": ("值班司机",), "boss": ("值班领导",), "psy": ("心理中心",),
    "sun": ("审计",), "office": ("审计",),
}  # fmt: skip
LATER = {
    "tang": ("福利部陪同人",), "liaison": ("学院复盘人",), "chair": ("分会主席",),
    "prof": ("心理中心",), "clerk": ("财务经办人",),
}  # fmt: skip
"""Parts that begin with the after-care: by the sheets' own steps."""

NOTHING = ("lin", "mo", "zhao", "root", "vice")
"""The person (who reads on their own page), somebody else, the chairs, who keeps the system."""

SEALED = {
    "姓名": "林晓梅", "电话": "13800001234", "照片": "灰色外套", "最后位置": "图书馆东侧长廊",
    "定位理由": "无人接听，不在办公室", "通话结果": "在哭，说不清", "现场评估": "情绪激动",
    "转介单": "本人愿意就诊", "家属联系方式": "13900000001", "失控经过": "从车上跳下",
    "干预报告": "首呼无人接听后",
}  # fmt: skip
DARK_WITH_THE_RELEASE = {"照片", "最后位置", "定位理由"}


def opened(campus: Campus, case: RedCase) -> set[tuple[str, str]]:
    """Return (who, field) for everything that the page opens to somebody, each tried for real."""
    found = set()
    for who in campus.people:
        shown = desk.one(case.pk, campus[who], campus.mandate(who), at=campus.at)
        for field in Field:
            if field not in HOLDS:
                continue
            roles = shown.roles if shown else []
            try:
                told = sealing.open_fields(
                    case=campus.fresh(case), roles=roles, fields=[field], purpose="查核",
                    by=campus[who], at=campus.at,
                )  # fmt: skip
            except Refused:
                assert shown is None or field not in shown.sealed, f"{who} is offered {field}"
                continue
            assert shown is not None, f"{who} finds no case and opens {field}"
            assert field in shown.sealed
            if any(SEALED.get(field.value, "-") in word for word in told.values()):
                found.add((who, field.value))
    return found


def expected(who: dict[str, tuple[str, ...]], stage: str, there: set[str]) -> set[tuple[str, str]]:
    return {
        (name, field)
        for name, roles in who.items()
        for role in roles
        for field, when in TABLE[role].items()
        if stage in when.split() and field in there
    }


@pytest.mark.clause("T50", "T51")
def test_everybody_opens_for_real_what_the_table_says_at_every_stage(campus: Campus) -> None:
    """Every person × every sealed field × three stages of one case, through page and seal."""
    case = campus.alarm()
    for who in ("wu", "zhoufu", "he", "guard"):
        response.receive(run_id=case.run_id or 0, by=campus[who], at=campus.at, via="page")
    campus.call(case)
    campus.locate(case)
    campus.come(case)
    campus.decide(case, "refer")
    campus.refer(case)
    ending.lose_control(
        case_id=case.pk, harm="本人受到伤害", note="从车上跳下", by=campus["he"], at=campus.at
    )
    assert set(campus.people) == {*WHO, *LATER, *NOTHING}, "everybody has a row"
    there = set(SEALED) - {"干预报告"}
    assert opened(campus, case) == expected(WHO, "处置中", there)
    referring.deliver(case_id=case.pk, by=campus["he"], at=campus.at)
    there -= DARK_WITH_THE_RELEASE
    campus.escort(case)
    assert opened(campus, case) == expected(WHO | LATER, "善后中", there)
    campus.advance(case)
    campus.settle(case, "recovered", 5_000_00, "TF9")
    campus.debrief(case)
    campus.tell(case)
    campus.later(minutes=1)
    assert campus.fresh(case).state == "closed"
    assert opened(campus, case) == expected(WHO | LATER, "已结案", there | {"干预报告"})
