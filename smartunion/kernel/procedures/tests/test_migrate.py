"""A case keeps the version it began with; it moves to another only by an officer's logged act."""

from dataclasses import dataclass, replace

import pytest

from smartunion.kernel.base.days import end_of
from smartunion.kernel.procedures import engine, refusals, versions
from smartunion.kernel.procedures.define import Unit, Within
from smartunion.kernel.procedures.models import Sheet
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, appoint

from .grant import DAY, GRANT, check, run_of, start

RENAMED = tuple(
    replace(step, code="verify", within=Within(6, Unit.DAYS))
    if step.code == "check"
    else replace(
        step,
        ways=tuple(
            replace(way, to="verify") if way.to == "check" else way for way in step.ways
        ),
    )
    for step in GRANT.steps
)  # fmt: skip
SECOND = replace(GRANT, version="2", steps=RENAMED, promise=replace(GRANT.promise, starts="verify"))


@dataclass(frozen=True)
class Fewer:
    complete: bool = True


def test_a_case_goes_on_by_the_version_that_it_began_with(lin, grant) -> None:
    case = start(lin)
    engine.register(sheet=SECOND, at=MARCH_5)
    check(case, grant["chen"])
    assert case.sheet.version == "1"
    newer = engine.open_case(
        sheet=SECOND, title="x", facts={}, applicant=lin, unit=lin.unit, by=lin, at=MARCH_5
    )
    assert newer.sheet.version == "2"


def test_an_open_case_moves_with_a_step_map_and_its_limit_is_counted_anew(lin, grant) -> None:
    case = start(lin)
    run = run_of(case, "check")
    with pytest.raises(refusals.NotPermitted):
        versions.migrate(
            case_id=case.pk, to=SECOND, steps={"check": "verify"}, by=grant["zhu"],
            at=MARCH_5 + DAY, because="修订",
        )  # fmt: skip
    appoint(grant["zhu"], "procedures.migrate")
    with pytest.raises(refusals.MigrationIncomplete, match="核实"):
        versions.migrate(
            case_id=case.pk, to=SECOND, steps={}, by=grant["zhu"], at=MARCH_5, because="修订"
        )
    versions.migrate(
        case_id=case.pk, to=SECOND, steps={"check": "verify"}, by=grant["zhu"],
        at=MARCH_5 + DAY, because="修订",
    )  # fmt: skip
    run.refresh_from_db()
    assert (run.step, run.due_at) == ("verify", end_of((MARCH_5 + 6 * DAY).date()))
    pending = Timer.objects.filter(
        key__startswith=f"run/{run.pk}/", state="pending", kind__endswith="due"
    )
    assert [timer.due_at for timer in pending] == [run.due_at]
    entry = Entry.objects.get(what="procedures.migrated")
    assert (entry.facts["before"], entry.facts["version"], entry.because) == ("1", "2", "修订")
    engine.pass_step(
        run_id=run.pk, outputs={"paper": engine.Given(text="x")}, by=grant["chen"], at=MARCH_5
    )
    assert run_of(case, "visit")


@pytest.mark.parametrize(
    "to",
    [replace(SECOND, version="3", facts=Fewer), replace(SECOND, code="test.other")],
)
def test_facts_that_would_be_lost_and_another_matter_are_refused(lin, grant, to) -> None:
    case = start(lin)
    appoint(grant["zhu"], "procedures.migrate")
    with pytest.raises(refusals.MigrationIncomplete):
        versions.migrate(
            case_id=case.pk, to=to, steps={"check": "verify"}, by=grant["zhu"], at=MARCH_5,
            because="修订",
        )  # fmt: skip
    case.refresh_from_db()
    assert case.sheet.version == "1"


def test_a_sheet_at_its_defaults_keeps_its_digest_when_the_language_grows() -> None:
    """Only what a sheet says counts: a field that stands at its default is not told."""
    assert GRANT.digest() == replace(GRANT, confidential=False, project="").digest()
    assert GRANT.digest() != replace(GRANT, confidential=True).digest()


def test_every_version_that_was_registered_is_a_row(lin, grant) -> None:
    start(lin)
    engine.register(sheet=SECOND, at=MARCH_5)
    assert set(Sheet.objects.values_list("version", flat=True)) == {"1", "2"}
