"""Two people at the same row, or at the same import, at the same time: real threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person, Unit, UnitAlias
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.web import register_actions as actions
from smartunion.kernel.web import register_reads as reads
from smartunion.kernel.web.models import ImportBatch
from tests.cast import MARCH_5, unit

from .urls import ALIASES, UNITS

pytestmark = pytest.mark.django_db(transaction=True)

EVERYWHERE = Mandate({"test.units.edit": None, "test.aliases": None})


def at_once(*doings: Callable[[], object]) -> list[str]:
    """Do all at the same moment; return each one's refusal code, or 'done'."""
    start = Barrier(len(doings))

    def one(doing: Callable[[], object]) -> str:
        try:
            start.wait()
            doing()
        except Refused as no:
            return no.code
        except ValidationError:
            return "told at its field"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(one, doings))


def test_of_two_changes_to_one_row_one_is_told_of_the_other(wang: Person) -> None:
    there = unit("D90", "后勤处", "department")
    seen = actions.stamp(reads.stamp_values(UNITS, there))

    def rename(name: str) -> Callable[[], object]:
        values = {"code": "D90", "name": name, "alias": "", "kind": "department"}
        return lambda: actions.change_row(
            register=UNITS,
            row_id=there.pk,
            values=values,
            seen=seen,
            mandate=EVERYWHERE,
            by=wang,
            at=MARCH_5,
            because="改名",
        )

    outcome = at_once(rename("后勤一处"), rename("后勤二处"))
    assert sorted(outcome) == ["done", "web.changed_meanwhile"]
    names = Unit.objects.filter(code="D90").values_list("name", flat=True)
    assert list(names) == [("后勤一处", "后勤二处")[outcome.index("done")]]


def test_an_import_is_written_once_however_often_it_is_asked(wang: Person) -> None:
    home = unit("B02", "机关工会分会")
    batch = ImportBatch.objects.create(
        register=ALIASES.model,
        filename="别名.xlsx",
        because="核对",
        by=wang,
        at=MARCH_5,
        good=[{"row": 2, "values": {"name": "机关", "unit": home.pk}, "new": True}],
    )

    def write() -> object:
        return actions.write_rows(
            register=ALIASES, batch_id=batch.pk, mandate=EVERYWHERE, by=wang, at=MARCH_5
        )

    assert sorted(at_once(write, write, write)) == ["done", *["web.import_not_pending"] * 2]
    assert UnitAlias.objects.count() == 1


def test_two_new_rows_of_one_code_are_one_row_and_a_refusal(wang: Person) -> None:
    def enter(name: str) -> Callable[[], object]:
        def doing() -> object:
            values = {"code": "D91", "name": name, "alias": "", "kind": "department"}
            return actions.register_row(
                register=UNITS,
                values=values,
                mandate=EVERYWHERE,
                by=wang,
                at=MARCH_5,
                because="新设",
            )

        return doing

    outcome = at_once(enter("审计一处"), enter("审计二处"))
    assert outcome.count("done") == 1
    assert set(outcome) <= {"done", "web.already_there", "told at its field"}
    assert Unit.objects.filter(code="D91").count() == 1
