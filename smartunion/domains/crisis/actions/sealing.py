"""The one gateway to what is sealed with a case: every opening has a role, a purpose and a line."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases
from smartunion.domains.crisis.rules import matrix, refusals
from smartunion.domains.crisis.rules.matrix import Field, Role
from smartunion.domains.crisis.rules.parts import HOLDS, LABELS, PART_WORDS, Part
from smartunion.domains.crisis.rules.records import ACT, FILE
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.define import GLASS
from smartunion.kernel.private.reads import versions
from smartunion.kernel.trail.record import record

WHILE_RELEASED = frozenset({Field.LAST_PLACE, Field.PHOTO, Field.WHY})
"""Fields that go dark with the release, whatever the role (T50)."""

OWN_PAGE = "/private/"
"""Where a person sees what is sealed about them, and who read it."""


@transaction.atomic
def keep(*, case: RedCase, part: Part, data: Mapping[str, str], by: Person, at: datetime) -> None:
    """Seal a part of a case under the person's own name, so that they see each reading of it."""
    private.seal(
        about=cases.about(case), kind=part, data=dict(data), subject=_subject(case, at),
        by=by, at=at,
    )  # fmt: skip
    record("crisis.kept", case, by=by, at=at, part=PART_WORDS[part])


@transaction.atomic
def tell_the_person(
    *, case: RedCase, about: str, title: str, text: str, by: Person, at: datetime
) -> None:
    """Send the person a notice that says nothing of the matter; their own page tells the rest."""
    person = _subject(case, at)
    if person is not None:
        tell(to=person, about=about, title=title, text=text, link=OWN_PAGE, at=at)
    record("crisis.person_told", case, by=by, at=at)


def _looking(case: RedCase, at: datetime) -> bool:
    last = case.locations.order_by("-pk").first()
    return last is not None and cases.stands(last, at=at)


def _subject(case: RedCase, at: datetime) -> Person | None:
    data = private.open_sealed(
        about=cases.about(case), kind=Part.SUBJECT, by=None, purpose=FILE, at=at
    )
    return Person.objects.filter(pk=data["person"] or 0).first()


@transaction.atomic
def open_fields(
    *,
    case: RedCase,
    roles: Collection[Role],
    fields: Collection[Field],
    purpose: str,
    by: Person,
    at: datetime,
) -> dict[str, str]:
    """Return what the roles may see of the asked fields now, in words; log each part opened.

    :raises NotForYou: a field that none of the roles sees at this stage of the case
    """
    stage = cases.stage_of(case)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    for field in fields:
        if not any(matrix.may_see(role, field, stage) for role in roles):
            raise refusals.NotForYou(
                role="、".join(roles) or "你", state=stage.value, field=field.value
            )
    if WHILE_RELEASED & set(fields) and not _looking(case, at):
        raise refusals.LookOver(number=case.number)
    wanted: dict[Part, list[str]] = {}
    for field in fields:
        part, keys = HOLDS[field]
        wanted.setdefault(part, []).extend(keys)
    told: dict[str, str] = {}
    for part, names in wanted.items():
        if not versions(cases.about(case), part):
            continue
        data = private.open_sealed(
            about=cases.about(case), kind=part, by=by, purpose=f"{ACT}：{purpose}", at=at
        )
        told |= {LABELS[name]: str(data[name]) for name in names if data.get(name)}
    record("crisis.read", case, by=by, at=at, because=purpose, fields="、".join(fields))
    return told


@transaction.atomic
def open_by_glass(*, case: RedCase, part: Part, by: Person, at: datetime) -> dict[str, str]:
    """Return a part, in words, to whoever has broken the glass for it (kernel/private/glass)."""
    data = private.open_sealed(about=cases.about(case), kind=part, by=by, purpose=GLASS, at=at)
    record("crisis.read", case, by=by, at=at, because="紧急查阅", fields=PART_WORDS[part])
    return {LABELS[name]: str(value) for name, value in data.items() if name in LABELS}
