"""The standing cast. Every test is played by the same few people.

lin    林晓梅老师: a member of the Foreign Languages branch
chen   陈志远委员: chairs that branch
wang   王建国主任: chairs the welfare committee
mo     莫老师: a member of another branch, who may see nothing of theirs

Whoever needs the whole organization (zhao, qian, sun, li, zhou, gu, canteen1 …) takes the fixture
`organization` instead: 1+6+22 with every seat of the cast, as `smartunion found` makes it.
"""

from datetime import date, datetime

import pytest

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Appointment, Office, Person, Unit

MARCH_5 = datetime(2025, 3, 5, 12, 0, tzinfo=CAMPUS)


def unit(code: str, name: str, kind: str = Unit.Kind.BRANCH) -> Unit:
    """Return the unit, made on first use."""
    return Unit.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})[0]


def person(username: str, name: str, home: Unit, kind: str = Person.Kind.STAFF) -> Person:
    """Return a person who can be signed in by `client.force_login`."""
    return Person.objects.create(username=username, name=name, unit=home, kind=kind)


def appoint(who: Person, *grants: str, scope: str = Office.Scope.ALL) -> Appointment:
    """Give the person a test office of their own with these grants."""
    office = Office.objects.create(
        code=f"test_{who.username}", title="测试岗位", scope=scope, grants=list(grants)
    )
    assert who.unit is not None
    return Appointment.objects.create(
        office=office, unit=who.unit, person=who, since=date(2025, 1, 1)
    )


@pytest.fixture
def lin(db: None) -> Person:
    return person("lin", "林晓梅", unit("B01", "外国语学院工会分会"))


@pytest.fixture
def chen(db: None) -> Person:
    return person("chen", "陈志远", unit("B01", "外国语学院工会分会"))


@pytest.fixture
def wang(db: None) -> Person:
    return person("wang", "王建国", unit("B02", "机关工会分会"))


@pytest.fixture
def mo(db: None) -> Person:
    return person("mo", "莫思齐", unit("B03", "文学院工会分会"))


@pytest.fixture
def organization(db: None) -> dict[str, Person]:
    """Return the whole cast by login, in the organization founded with 30 staff."""
    from smartunion.site.cast import BY_USERNAME
    from smartunion.site.org import founding

    founding.found(year=2025, people=30, seed=1, at=MARCH_5)
    return {p.username: p for p in Person.objects.filter(username__in=BY_USERNAME)}
