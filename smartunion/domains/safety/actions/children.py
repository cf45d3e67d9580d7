"""A childcare incident: the recordings on hold at once, the statement by two, no live stream."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from smartunion.domains.safety.models import LegalHold
from smartunion.domains.safety.procedure import CHILD_INCIDENT, is_part_of_it, mark_of
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.records import CHILD
from smartunion.domains.safety.rules.statement import leaks, statement
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.numbers import alone
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case
from smartunion.kernel.trail.record import name_of_subject, record

AROUND = timedelta(hours=2)
"""So long before and after the incident the recordings are held."""


@transaction.atomic
def open_case(
    *,
    where: str,
    account: str,
    happened_at: datetime,
    kept_out: Collection[Person] = (),
    by: Person,
    at: datetime,
) -> Case:
    """Open the sheet of 7.2③: its clocks run, the recordings are on hold, the account is sealed.

    `kept_out` are part of it: the guardian, who had the child in care. The case knows them by marks
    only, and lets them take no step, sign nothing, read nothing and release nothing.
    """
    alone("safety.child")
    head = f"YW-{campus_day(at).year}-"
    count = Case.objects.filter(subject__startswith=f"safety.child:{head}").count()
    number = f"{head}{count + 1:03}"
    case = engine.open_case(
        sheet=CHILD_INCIDENT, title=f"{number} 托育意外处置",
        facts={
            "number": number, "where": where, "held": True, "streamed": False,
            "kept_out": sorted(mark_of(number, person.pk) for person in kept_out),
        },
        subject=f"safety.child:{number}", event_at=happened_at, by=by, at=at,
    )  # fmt: skip
    span = f"{(happened_at - AROUND).astimezone(CAMPUS):%m-%d %H:%M} 起四小时"
    hold = LegalHold.objects.create(
        case=case, what=f"托育中心全部摄像头，{span}", recorded_from=happened_at - AROUND,
        recorded_until=happened_at + AROUND, held_at=at,
    )  # fmt: skip
    private.seal(
        about=name_of_subject(hold), kind=CHILD.code, data={"account": account}, by=by, at=at
    )
    record("safety.child_case_opened", hold, by=by, at=at, number=number)
    return case


@transaction.atomic
def approve_statement(
    *, run_id: int, where: str, care: str, escort: str, by: Person, at: datetime
) -> Case:
    """Approve the statement made from the template; two must, and two different ones.

    The second approves the very text of the first. Raises StatementTells when a name is in it.
    """
    run, case, _ = engine.locked(run_id)
    kept = run.evidence.filter(output="statement").order_by("pk").first()
    text = kept.text if kept else statement(
        case.event_at or case.opened_at, where=where, care=care, escort=escort
    )  # fmt: skip
    told = leaks(text, Person.objects.exclude(name="").values_list("name", flat=True))
    if told:
        raise refusals.StatementTells(missing="、".join(told[:5]))
    outputs = {} if kept else {"statement": Given(text=text)}
    done = engine.pass_step(
        run_id=run_id, facts={"statement_clean": True}, outputs=outputs, by=by, at=at
    )
    record("safety.statement_approved", done, by=by, at=at)
    return done


@transaction.atomic
def read_account(*, case_id: int, by: Person, at: datetime) -> str:
    """Open what happened, for whoever handles it; each opening leaves its line in the access log.

    Raises KeptOut, or what kernel/private refuses.
    """
    hold = LegalHold.objects.select_related("case").get(case=case_id)
    _keep_out(hold.case, by, "查阅经过")
    about = name_of_subject(hold)
    data = private.open_sealed(about=about, kind=CHILD.code, by=by, purpose="handle", at=at)
    record("safety.child_account_read", hold, by=by, at=at)
    return str(data["account"])


@transaction.atomic
def ask_for_stream(*, case_id: int, by: Person, at: datetime, because: str) -> None:
    """Ask to stream the inquiry live: refused while the term says no, with the law (T55, R082)."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    _keep_out(case, by, "申请直播")
    if not terms_on(campus_day(at)).livestream:
        raise refusals.NoLiveStream
    case.facts = {**case.facts, "streamed": True}
    case.save(update_fields=["facts"])
    record("safety.stream_asked", case, by=by, at=at, because=because)


@transaction.atomic
def release_hold(*, case_id: int, by: Person, at: datetime, because: str) -> LegalHold:
    """Release the recordings once the case is closed; releasing twice keeps the first.

    Never by whoever is part of what happened. Raises KeptOut or HoldStays.
    """
    hold = (
        LegalHold.objects.select_for_update(of=("self",)).select_related("case").get(case=case_id)
    )
    _keep_out(hold.case, by, "解除录像保全")
    if hold.case.closed_at is None:
        raise refusals.HoldStays(case=hold.case.title)
    if hold.released_at is None:
        hold.released_at, hold.released_by, hold.released_because = at, by, because
        hold.save(update_fields=["released_at", "released_by", "released_because"])
        record("safety.hold_released", hold, by=by, at=at, because=because)
    return hold


def _keep_out(case: Case, by: Person, what: str) -> None:
    if is_part_of_it({**case.facts, "by": by.pk}):
        raise refusals.KeptOut(case=case.title, by=by.name, what=what)
