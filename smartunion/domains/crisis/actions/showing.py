"""What the phone of whoever was asked shows of a case: whom to call, what to fill in."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.protocol import ARRIVE, CALL, DECIDE, HANDOVER, LOCATE
from smartunion.domains.crisis.reads import cases
from smartunion.domains.crisis.rules.matrix import Field, Role
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.response.models import Asked, StepRun
from smartunion.kernel.response.registry import Card
from smartunion.kernel.trail.record import record

from . import sealing

FORMS = {
    CALL: (("填通话结果", "call"),),
    LOCATE: (("申请定位（依据、理由、双人）", "location"),),
    ARRIVE: (),
    DECIDE: (("写现场评估", "decision"),),
    HANDOVER: (("开具转介单", "referral"),),
}
"""The case's own forms beside the big buttons; they ask for a sign-in."""


CALL_NOW = "现在打电话给{name}，问清人安不安全、在哪里"


@transaction.atomic
def card(*, case_id: int, step: StepRun | None, by: Person, at: datetime | None = None) -> Card:
    """Return the card of a step for somebody who was asked.

    Name and number open only after 收到: a chat program that opens an address for its preview must
    not learn of anybody. Each showing is a reading and stands in the log.
    """
    case = RedCase.objects.select_related("unit").get(pk=case_id)
    at = at or clock.now()
    links = [("打开个案", reverse("crisis:case", kwargs={"case_id": case_id}))]
    if step is not None:
        links = [
            (words, reverse("crisis:step", kwargs={"case_id": case_id, "act": act}))
            for words, act in FORMS.get(step.code, ())
        ] + links
    if step is None or step.code != CALL:
        return Card(source=_source(case), links=tuple(links))
    if not _received(case, by):
        return Card(heading="先按“收到”，马上显示姓名和号码", links=tuple(links))
    if case.is_drill:
        record("crisis.card_shown", case, by=by, at=at)
        return Card(
            heading=CALL_NOW.format(name="演练对象甲"),
            source="演练：不用真打，按你会遇到的情形选一个结果",
            links=tuple(links),
        )  # fmt: skip
    told = sealing.open_fields(
        case=case, roles=[Role.A], fields=[Field.NAME, Field.PHONE], purpose="打电话确认平安",
        by=by, at=at,
    )  # fmt: skip
    record("crisis.card_shown", case, by=by, at=at)
    return Card(
        heading=CALL_NOW.format(name=told.get("姓名", "")), number=told.get("电话", ""),
        source=_source(case), links=tuple(links),
    )  # fmt: skip


def _received(case: RedCase, by: Person) -> bool:
    mine = Asked.objects.filter(run=case.run_id, person=by, post="a")
    running = case.state == RedCase.State.RUNNING and not cases.is_about(case, by)
    return running and mine.exclude(received_at=None).exists()


def _source(case: RedCase) -> str:
    return f"{case.unit or '未登记单位'} · 来源：{case.get_source_display()}"
