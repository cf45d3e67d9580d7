"""What must happen when somebody is hurt at an event: 30 s, 3 min, 4 min, 8 min, all from t0 (5.3).

The numbers are terms of group `safety` (T43). The crew are those on duty at that event; the
campus's own posts are asked when nobody of the crew is there in time. The other two scenarios of
chapter 7 run by sheets and rules; what people do in them is drilled by the same engine.
"""

from smartunion.kernel.response.define import REST, TIMEOUT, Back, Outcome, Part, Protocol, Step

from .rules.kinds import Role

SECURITY, DRIVER = "security", "driver"
"""Posts of the campus's duty roster."""

ONSITE, AED, MEDICS, HOSPITAL = "onsite", "aed", "medics", "hospital"

INCIDENT = Protocol(
    code="safety.incident",
    version="2025.1",
    title="活动突发事件",
    word="请立即到场",
    terms="safety",
    clause="5.3",
    sla="hospital_seconds",
    told_on_breach=("union_chair", "culture_committee_chair"),
    call_again="call_again_seconds",
    calls_each="calls_each",
    stands_down=("leader", SECURITY, Role.MEDIC.value),
    steps=(
        Step(
            code=ONSITE,
            name="现场响应",
            ask="马上到人身边，看清情况，维持秩序",
            posts=(Role.GUARD.value, Role.VOLUNTEER.value, Role.MEDIC.value),
            within="onsite_seconds",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(
                Outcome(code="there", name="我在处置", hint="已到人身边", replies=("到", "1")),
            ),
            on_timeout=Outcome(code=TIMEOUT, name="30秒内没有人响应"),
            backs=(Back(within="onsite_seconds", post=SECURITY),),
            advice="没有反应、没有正常呼吸：马上胸外按压，叫人拿 AED。",
            clause="5.3",
        ),
        Step(
            code=AED,
            name="AED 到人身边",
            ask="拿最近的 AED 到人身边",
            posts=(Role.VOLUNTEER.value, Role.GUARD.value),
            within="aed_seconds",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(
                Outcome(code="arrived", name="AED 已到", hint="开机，照语音做"),
                Outcome(code="not_needed", name="不需要 AED", hint="人清醒，呼吸正常"),
            ),
            clause="5.3",
        ),
        Step(
            code=MEDICS,
            name="专业医护到场",
            ask="带急救包到场",
            posts=(Role.MEDIC.value,),
            within="medic_seconds",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(Outcome(code="arrived", name="医护到场", replies=("到场",)),),
            backs=(Back(within="medic_seconds", to=Part.LEADER),),
            clause="5.3",
        ),
        Step(
            code=HOSPITAL,
            name="转运校医院",
            ask="送到校医院，或现场处置完",
            posts=(Role.MEDIC.value, SECURITY),
            within="hospital_seconds",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(
                Outcome(code="delivered", name="已送到校医院", settles=True, ends=(REST,)),
                Outcome(
                    code="treated", name="现场处置完", hint="不需要转运", settles=True, ends=(REST,)
                ),
                Outcome(code="called_120", name="120 已接走", settles=True, ends=(REST,)),
            ),
            backs=(Back(within="medic_seconds", post=DRIVER),),
            clause="5.3",
        ),
    ),
)

WELFARE, MALL, FINANCE, CHAIR = "welfare", "mall", "finance", "chair"
"""Posts of offices, which stand in no roster (`OFFICES` of reads/scenarios.py)."""

FREEZE, DEDUCT, RULING = "freeze", "deduct", "ruling"

CASH_OUT = Protocol(
    code="safety.cash_out",
    version="2025.1",
    title="疑似套现处置",
    word="请立即核对",
    terms="safety",
    clause="7.1②",
    sla="ruling_hours",
    told_on_breach=("union_chair", "audit_director"),
    stands_down=("leader", WELFARE),
    steps=(
        Step(
            code=FREEZE,
            name="核对冻结",
            ask="看第三笔是否挂起、设备是否冻结",
            posts=(MALL,),
            within="freeze_minutes",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(
                Outcome(code="frozen", name="已挂起并冻结", opens=(DEDUCT, RULING)),
                Outcome(
                    code="slipped", name="没有冻结，已人工冻结", opens=(DEDUCT, RULING),
                    needs_note=True,
                ),
            ),
            backs=(Back(within="freeze_minutes", to=Part.LEADER),),
            clause="7.1②",
        ),
        Step(
            code=DEDUCT,
            name="停拨补贴",
            ask="停拨这几笔的补贴，等裁定",
            posts=(FINANCE,),
            within="ruling_hours",
            holds=True,
            outcomes=(Outcome(code="held", name="补贴已停拨"),),
            clause="7.1③",
        ),
        Step(
            code=RULING,
            name="裁定",
            ask="听本人和商户说明，作出裁定",
            posts=(WELFARE,),
            within="ruling_hours",
            holds=True,
            outcomes=(
                Outcome(
                    code="confirmed", name="认定套现", hint="扣减补贴，取消资格", settles=True
                ),
                Outcome(code="cleared", name="不是套现", hint="解冻，补贴照拨", settles=True),
            ),
            clause="7.1②",
        ),
    ),
)  # fmt: skip

HOLD, STATEMENT, MEETING, INVITATION = "hold", "statement", "meeting", "invitation"

CHILD_INJURY = Protocol(
    code="safety.child_injury",
    version="2025.1",
    title="托育意外处置",
    word="请立即处置",
    terms="safety",
    clause="7.2③",
    sla="invitation_hours",
    told_on_breach=("union_chair",),
    stands_down=("leader", WELFARE),
    steps=(
        Step(
            code=HOLD,
            name="保全录像",
            ask="保全事发前后各两小时的录像",
            posts=(SECURITY,),
            within="statement_minutes",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(Outcome(code="held", name="录像已保全"),),
            clause="7.2①",
        ),
        Step(
            code=STATEMENT,
            name="发布《情况通报》",
            ask="按固定模板起草，两位常委签发",
            posts=(WELFARE,),
            within="statement_minutes",
            opens_at_start=True,
            alerted=True,
            holds=True,
            outcomes=(
                Outcome(code="issued", name="两人签发，已发布", opens=(MEETING, INVITATION)),
            ),
            backs=(Back(within="statement_minutes", to=Part.LEADER),),
            advice="不写姓名、班级和伤情；先告诉家长，再对外。",
            clause="7.2③",
        ),
        Step(
            code=MEETING,
            name="家长说明会",
            ask="请在托幼儿的监护人到会说明",
            posts=(WELFARE,),
            within="meeting_hours",
            holds=True,
            outcomes=(Outcome(code="held", name="说明会已开"),),
            clause="7.2③",
        ),
        Step(
            code=INVITATION,
            name="邀请联合调查",
            ask="请区教育局、卫健委联合调查",
            posts=(CHAIR,),
            within="invitation_hours",
            holds=True,
            outcomes=(Outcome(code="sent", name="邀请函已发出", settles=True),),
            advice="全程直播默认关闭；只录音录像，附保全录像的清单。",
            clause="7.2③",
        ),
    ),
)

PROTOCOLS = (INCIDENT, CASH_OUT, CHILD_INJURY)
