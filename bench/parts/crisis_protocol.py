"""Chapter 6 in the shape of the real protocol; its limits are seconds, so that a storm can pass."""

from datetime import date

from smartunion.domains.crisis.protocol import RED as REAL
from smartunion.kernel.response.define import TIMEOUT, Back, Outcome, Part, Protocol, Step
from smartunion.kernel.response.registry import Wired

LIMITS = {
    "call_seconds": 3, "locate_seconds": 6, "leader_seconds": 7, "scene_seconds": 9,
    "settle_seconds": 10, "call_again_seconds": 2, "calls_each": 2,
}  # fmt: skip

RED = Protocol(
    code=REAL.code, version="bench", title="红色预警", word="请立即处置", terms="bench",
    sla="settle_seconds", told_on_breach=(), stands_down=("a",),
    steps=(
        Step(
            code="call", name="拨打电话", ask="现在打电话", posts=("a",), within="call_seconds",
            opens_at_start=True, alerted=True,
            outcomes=(Outcome(code="no_answer", name="无人接听", opens=("locate", "scene")),),
            on_timeout=Outcome(code=TIMEOUT, name="视为无人接听", opens=("locate", "scene")),
        ),
        Step(
            code="locate", name="定位", ask="锁定位置", posts=("b",), within="locate_seconds",
            alerted=True,
            outcomes=(Outcome(code="located", name="已定位"),),
            backs=(Back(within="locate_seconds"), Back(within="leader_seconds", to=Part.LEADER)),
        ),
        Step(
            code="scene", name="到场", ask="到现场", posts=("c",), within="scene_seconds",
            alerted=True, holds=True,
            outcomes=(Outcome(code="soothed", name="现场安抚", settles=True),),
        ),
    ),
)  # fmt: skip
WIRED = (Wired(RED),)


def terms(section: str, on: date) -> dict[str, int]:
    """Return the benchmark's limits."""
    return LIMITS
