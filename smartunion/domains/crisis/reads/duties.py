"""Who has a part in a case, and as what: from the run, the sheets of after-care, the offices."""

from collections.abc import Collection
from datetime import datetime

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases
from smartunion.domains.crisis.rules.matrix import Role
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty.reads import on_call
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import Mandate, held_on, holders
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.response.models import Asked

CENTRE, COUNT, AUDIT, DESK = "crisis.centre", "crisis.count", "crisis.audit", "crisis.desk"
SUPERIORS = ("college_leader",)
"""Offices whose holders are superiors of everybody in their unit (T46)."""

AS = {
    Post.A: Role.A, Post.B: Role.B, Post.C: Role.C, Post.SECURITY: Role.SECURITY,
    Post.LEADER: Role.LEADER, Post.DRIVER: Role.DRIVER, Post.CENTRE: Role.CENTRE,
}  # fmt: skip
"""What each post of the duty roster is on a case."""


def passed_over(
    subject: Person | None, unit: Unit | None, conflicted: Collection[int], *, at: datetime
) -> set[int]:
    """Return who must not be asked: the person, their superiors, who is named as conflicted.

    Only those come back who might be asked at all, because they hold an office or are on duty: a
    list that names the person concerned beside the number of a case must not be kept for nothing.
    """
    on = campus_day(at)
    out = {*([subject.pk] if subject else []), *conflicted}
    if unit is not None:
        out |= {boss.pk for office in SUPERIORS for boss in holders(office, unit.pk, on=on)}
    found = set(held_on(on).filter(person__in=out).values_list("person_id", flat=True))
    for pair in on_call(unit=unit, posts=list(Post), at=at).values():
        found |= {person.pk for person in (pair.primary, pair.deputy) if person}
    return out & found


def roles_on(case: RedCase, person: Person, mandate: Mandate) -> list[Role]:
    """Return as what somebody has a part in a case; nothing for the person concerned."""
    if cases.is_about(case, person):
        return []
    found: list[Role] = []
    if case.run_id is not None:
        asked = Asked.objects.filter(run=case.run_id, person=person)
        found += [_role(one) for one in asked.exclude(told_at=None)]
    found += _after(case, person)
    for permission, role in ((CENTRE, Role.CENTRE), (COUNT, Role.UNION_CHAIR)):
        if mandate.may(permission):
            found.append(role)
    if mandate.may(AUDIT):
        found.append(Role.AUDITOR)
    return list(dict.fromkeys(found))


def _role(asked: Asked) -> Role:
    """Return what somebody is: a duty leader who stands in for a post does that post's work."""
    if asked.part == "leader" and asked.summoned_at is None:
        return Role.LEADER
    return AS[Post(asked.post)]


def _after(case: RedCase, person: Person) -> list[Role]:
    """Return the parts in the after-care: by the sheets' own steps."""
    found: list[Role] = []
    sheets = [case.escort_case_id, case.debrief_case_id, case.telling_case_id]
    for run in StepRun.objects.filter(case__in=sheets):
        if person.pk not in (run.lead_id, run.backup_id):
            continue
        if run.case_id == case.telling_case_id:
            found.append(Role.CENTRE)
            continue
        if run.case_id == case.debrief_case_id:
            college = person.pk == run.lead_id
            found.append(Role.COLLEGE if college else Role.BRANCH_CHAIR)
        else:
            found.append(Role.FINANCE if run.step == "pay" else Role.WELFARE)
    return found
