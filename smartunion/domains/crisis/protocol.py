"""红色预警: the clock of chapter 6 as a protocol. All limits count from T0 but the vehicle's (T43).

What is read into the plan: locating begins at no answer or at thirty seconds, whichever is first
(T44); a doctor who does not come in time is followed by 120; nobody ever orders a restraint (T49).
"""

from smartunion.kernel.duty.rules import Post
from smartunion.kernel.response.define import (
    REST,
    TIMEOUT,
    Back,
    Outcome,
    Part,
    Protocol,
    Step,
)

CALL, LOCATE, ARRIVE, DECIDE = "call", "locate", "arrive", "decide"
VEHICLE, AMBULANCE, GATE, HANDOVER = "vehicle", "ambulance", "gate", "handover"

RED = Protocol(
    code="crisis.red",
    version="2025.1",
    title="红色预警",
    word="请立即处置",
    terms="crisis",
    clause="6",
    sla="close_minutes",
    stands_down=(Post.A, Post.LEADER),
    steps=(
        Step(
            code=CALL,
            name="打电话",
            ask="现在打电话，问清人安不安全、在哪里",
            posts=(Post.A,),
            within="call_seconds",
            opens_at_start=True,
            outcomes=(
                Outcome(code="answered", name="已接通", hint="是本人在说话", replies=("1", "接通")),
                Outcome(
                    code="no_answer",
                    name="无人接听",
                    hint="马上转联系人B",
                    opens=(LOCATE,),
                    replies=("2", "没人接"),
                ),
                Outcome(
                    code="wrong_number",
                    name="空号，或者接的不是本人",
                    opens=(LOCATE,),
                    corrects="当事人登记的号码",
                    replies=("3", "空号"),
                ),
            ),
            on_timeout=Outcome(code=TIMEOUT, name="30秒未拨通", opens=(LOCATE,)),
            say=(
                "我是工会的同事，你现在说话方便吗？",
                "你在哪里？身边有人吗？",
                "我陪你等一会儿，先别挂。",
            ),
            advice="不提测评和分数，不评价，不追问原因。你看不到分数，也不需要知道。",
            clause="6",
        ),
        Step(
            code=LOCATE,
            name="定位找人",
            ask="会同保卫处找到人；查监控和位置要先填申请，由保卫处放行",
            posts=(Post.B, Post.SECURITY),
            within="locate_minutes",
            alerted=True,
            holds=True,
            backs=(
                Back(within="locate_minutes", to=Part.DEPUTY),
                Back(within="leader_minutes", to=Part.LEADER),
            ),
            outcomes=(
                Outcome(
                    code="found", name="已找到人", hint="把位置告诉医生", replies=("1", "找到")
                ),
            ),
            on_timeout=Outcome(code=TIMEOUT, name="4分钟未找到"),
            advice="没有依据不搜查宿舍和住所；一个人不能自己申请又自己放行。",
            clause="6",
        ),
        Step(
            code=ARRIVE,
            name="医生到场",
            ask="带急救箱到现场，到了按一下",
            posts=(Post.C,),
            within="scene_minutes",
            opens_at_start=True,
            holds=True,
            backs=(Back(within="locate_minutes", to=Part.DEPUTY),),
            outcomes=(Outcome(code="here", name="我到了", opens=(DECIDE,), replies=("1", "到了")),),
            on_timeout=Outcome(code=TIMEOUT, name="8分钟医生未到", opens=(AMBULANCE,)),
            advice="约束、隔离只能由医疗机构依精神卫生法第40条实施，本系统不下达，也不记录为任务。",
            clause="6",
        ),
        Step(
            code=DECIDE,
            name="现场评估",
            ask="评估以后选一个",
            posts=(Post.C,),
            within="close_minutes",
            holds=True,
            outcomes=(
                Outcome(
                    code="soothe",
                    name="现场安抚",
                    hint="人已平静，有人陪着",
                    settles=True,
                    ends=(REST,),
                ),
                Outcome(
                    code="refer",
                    name="转介医院",
                    hint="马上派车，请填转介单",
                    opens=(VEHICLE, HANDOVER),
                    ends=(CALL, LOCATE),
                ),
                Outcome(
                    code="false_alarm",
                    name="误报",
                    hint="写明怎么确认的",
                    settles=True,
                    ends=(REST,),
                ),
            ),
            clause="6",
        ),
        Step(
            code=VEHICLE,
            name="值班车辆",
            ask="把值班车开到现场，到了按一下",
            posts=(Post.DRIVER,),
            within="vehicle_minutes",
            since=DECIDE,
            holds=True,
            outcomes=(
                Outcome(code="here", name="车到了", ends=(AMBULANCE,), replies=("1", "到了")),
                Outcome(
                    code="cannot",
                    name="过不去",
                    hint="堵车、车坏：马上改叫120",
                    opens=(AMBULANCE,),
                    replies=("2",),
                ),
            ),
            on_timeout=Outcome(code=TIMEOUT, name="8分钟车未到", opens=(AMBULANCE,)),
            clause="6",
        ),
        Step(
            code=AMBULANCE,
            name="拨打120",
            ask="现在拨打120，说清集合地点，打完按一下",
            posts=(Post.LEADER,),
            within="dial_minutes",
            since=AMBULANCE,
            holds=True,
            outcomes=(
                Outcome(
                    code="called",
                    name="120已受理",
                    hint="保卫处同时开启绿波",
                    opens=(GATE, HANDOVER),
                ),
            ),
            clause="6",
        ),
        Step(
            code=GATE,
            name="绿波迎车",
            ask="开启绿波，校门放行救护车，进校按一下",
            posts=(Post.SECURITY,),
            within="ambulance_minutes",
            since=AMBULANCE,
            holds=True,
            outcomes=(Outcome(code="in", name="救护车已进校", replies=("1", "进校")),),
            clause="6",
        ),
        Step(
            code=HANDOVER,
            name="送达医院",
            ask="当面交给医院值班医生，交完按一下",
            posts=(Post.C,),
            within="close_minutes",
            holds=True,
            outcomes=(
                Outcome(
                    code="delivered",
                    name="已交给医院",
                    settles=True,
                    ends=(REST,),
                    replies=("1", "交了"),
                ),
            ),
            clause="6",
        ),
    ),
)
"""The notice of Step1 is the opening of the run itself: A, B, C and security at T0."""
