"""Accept, verify, put on the agenda, say no, look again: what officers do with an application."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.aid.models import Application
from smartunion.domains.aid.procedure import HARDSHIP
from smartunion.domains.aid.reads import locks
from smartunion.domains.aid.reads.cases import about, involved
from smartunion.domains.aid.reads.figures import terms_on
from smartunion.domains.aid.rules import persons
from smartunion.domains.aid.rules.feasibility import feasibility
from smartunion.domains.aid.rules.persons import PARTS, Sealed
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

State = Application.State


@transaction.atomic
def accept(*, run_id: int, online: bool, by: Person, at: datetime) -> Application:
    """Accept: the fifteen days begin. `online` chooses the extraordinary vote over the meeting.

    Whether the days suffice is computed again here and kept with the case: a promise that the
    calendar cannot hold is flagged from its first day (T31).
    """
    application = locks.of_run(run_id)
    _not_own(application, by)
    found = feasibility(HARDSHIP, at, campus(), meeting_day=terms_on(campus_day(at)).meeting_day)
    course = found.online if online else found.meeting
    promised = f"{found.promised_on:%-m月%-d日}"
    engine.pass_step(
        run_id=run_id,
        facts={"complete": True, "online": online, "fits": course.fits},
        outputs={"receipt": Given(text=f"已受理，最晚 {promised} 放款")},
        by=by,
        at=at,
    )
    application.accepted_at, application.promised_at = at, found.promised_at
    application.online = online
    application.save(update_fields=["accepted_at", "promised_at", "online"])
    record(
        "aid.accepted", application, by=by, at=at,
        vote="临时线上票决" if online else f"{found.meeting_on:%-m月%-d日}例会",
        fits=int(course.fits),
    )  # fmt: skip
    tell(
        to=application.beneficiary,
        about=f"aid.accepted:{application.pk}",
        title=f"救助申请 {application.number} 已受理",
        text=f"最晚 {promised} 24:00 把钱打到尾号 {application.account_tail} 的账户。",
        link=f"/aid/applications/{application.pk}/",
        at=at,
    )
    return application


@transaction.atomic
def ask_for_papers(*, run_id: int, by: Person, at: datetime, because: str) -> Application:
    """Send an incomplete application back once, saying all that is missing (一次性告知)."""
    application = locks.of_run(run_id)
    _not_own(application, by)
    engine.send_back(run_id=run_id, to="apply", by=by, at=at, because=because)
    application.state = State.RETURNED
    application.save(update_fields=["state"])
    record("aid.papers_asked", application, by=by, at=at, because=because)
    tell(
        to=application.beneficiary,
        about=f"aid.papers:{run_id}",
        title=f"救助申请 {application.number} 要补材料",
        text=because,
        link=f"/aid/applications/{application.pk}/edit/",
        at=at,
    )
    return application


@transaction.atomic
def verify(
    *, run_id: int, verified: bool, kin: bool, opinion: str, by: Person, at: datetime
) -> Application:
    """Say for the branch whether it is so; who has an interest in it cannot (5.2)."""
    application = locks.of_run(run_id)
    _not_own(application, by)
    _seal(application, Sealed.VERIFICATION, {"opinion": opinion, "verified": verified}, by, at)
    words = "属实" if verified else "不属实"
    engine.pass_step(
        run_id=run_id,
        facts={"verified": verified, "kin": kin},
        outputs={"verification": Given(text=f"核实结果：{words}；意见已封存")},
        by=by,
        at=at,
    )
    record("aid.verified", application, by=by, at=at, result=words)
    return application


@transaction.atomic
def put_to_vote(*, run_id: int, by: Person, at: datetime, because: str = "") -> Application:
    """Open the vote at the regular meeting."""
    application = locks.of_run(run_id)
    _not_own(application, by)
    engine.pass_step(
        run_id=run_id, outputs={"agenda": Given(text=because or "已列入例会议题")}, by=by, at=at,
        because=because,
    )  # fmt: skip
    record("aid.put_to_vote", application, by=by, at=at, because=because)
    return application


@transaction.atomic
def reject(*, run_id: int, by: Person, at: datetime, because: str) -> Application:
    """Tell the applicant in writing that there is no aid, why, and whom to ask again."""
    application = locks.of_run(run_id)
    _not_own(application, by)
    _seal(application, Sealed.LETTER, {"because": because}, by, at)
    engine.pass_step(
        run_id=run_id,
        facts={"told": True},
        outputs={"letter": Given(text="告知书已送达申请人，理由已封存")},
        by=by,
        at=at,
    )
    record("aid.rejected", application, by=by, at=at)
    tell(
        to=application.beneficiary,
        about=f"aid.rejected:{application.pk}",
        title=f"救助申请 {application.number} 没有通过",
        text="理由和复核办法在进度页里，只有你能看到。",
        link=f"/aid/applications/{application.pk}/",
        at=at,
    )
    application.refresh_from_db()
    return application


@transaction.atomic
def revisit(*, run_id: int, received: bool, story: str, by: Person, at: datetime) -> Application:
    """Ask after the payment whether the money came and what is still needed (R229)."""
    application = locks.of_run(run_id)
    _not_own(application, by)
    _seal(application, Sealed.REVISIT, {"received": received, "story": story}, by, at)
    words = "本人确认款已收到" if received else "本人说款还没有收到"
    engine.pass_step(
        run_id=run_id, outputs={"revisit": Given(text=f"{words}；记录已封存")}, by=by, at=at
    )
    application.closed_at = at
    application.save(update_fields=["closed_at"])
    record("aid.revisited", application, by=by, at=at, received=int(received))
    return application


def _not_own(application: Application, by: Person) -> None:
    if no := persons.may_handle(involved(application), by.pk, by.name):
        raise no


def _seal(
    application: Application, part: Sealed, data: dict[str, str | bool], by: Person, at: datetime
) -> None:
    private.seal(
        about=about(application), kind=PARTS[part], data=data,
        subject=application.beneficiary, by=by, at=at,
    )  # fmt: skip
