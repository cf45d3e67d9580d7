"""The stages of the two sheets that have one of everything."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.procedures.registry import ACTS

from . import scene as told
from .grant import book, give, people
from .scene import AT, NAMES, OFFICES, UNITS, Cast


@pytest.fixture
def grant(chen: Person, wang: Person, mo: Person) -> Iterator[dict[str, Person]]:
    """Appoint everybody: chen A, wang B, mo and tan visit, seven members, zhu chairs."""
    cast = {one.username: one for one in people("tan", "zhu", *(f"m{n}" for n in range(1, 8)))}
    give(chen, "t_branch")
    give(wang, "t_backup")
    give(mo, "t_visitor")
    give(cast["tan"], "t_visitor")
    give(cast["zhu"], "t_chair")
    for n in range(1, 8):
        give(cast[f"m{n}"], "t_member")
    ACTS["test.book"] = book
    yield cast | {"chen": chen, "wang": wang, "mo": mo}
    ACTS.pop("test.book", None)


@pytest.fixture
def cast(db: None, settings, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Return those who meet in the sample, on a Monday in December, with its sheets in force."""
    settings.PROCEDURE_SHEETS = f"{told.__name__}.SHEETS"
    monkeypatch.setenv(clock.VARIABLE, str((AT - datetime.now(CAMPUS)).total_seconds()))
    units = {
        code: Unit.objects.create(
            code=code, name=name, kind=kind, project="3.1" if code == "C1" else ""
        )
        for code, (name, kind) in UNITS.items()
    }
    people = {
        username: Person.objects.create(username=username, name=name, unit=units[home])
        for username, (name, home) in NAMES.items()
    }
    for code, unit, within, grants, lead in OFFICES:
        office, _made = Office.objects.get_or_create(
            code=code,
            defaults={
                "title": code, "kind": units[unit].kind, "scope": Office.Scope.ALL,
                "grants": grants,
                "within": Office.objects.get(code=within) if within else None,
            },
        )  # fmt: skip
        if lead:
            Appointment.objects.create(
                office=office, unit=units[unit], person=people[lead], since=date(2025, 1, 1)
            )
    return people
