"""What must happen when somebody is hurt at an event: 30 s, 3 min, 4 min, 8 min, all from t0 (5.3).

The numbers are terms of group `safety` (T43). The crew are those on duty at that event; the
campus's own posts are asked when nobody of the crew is there in time.
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

PROTOCOLS = (INCIDENT,)
