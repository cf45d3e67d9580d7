"""Every audit holds after honest work, and names the row that breaks it."""

from datetime import timedelta

import pytest

from smartunion.kernel.procedures import audits, ballots
from smartunion.kernel.procedures.models import Box, Case, Evidence, Poll, Sheet, StepRun, Voter
from smartunion.kernel.procedures.polls import seal
from smartunion.kernel.procedures.registry import SHEETS
from smartunion.kernel.procedures.tally import Tally
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.timers.ticker import fire_due
from tests.cast import MARCH_5

from .grant import check, run_of, start


def broken() -> set[str]:
    return {audit.id for audit in audits.all_of_them() if audit.offenders()}


@pytest.fixture
def case(lin, grant) -> Case:
    """Return a case whose window is open, its vote counted."""
    case = start(lin, amount_fen=50_00)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    for n in range(1, 8):
        ballots.cast(run_id=run_of(case, "decide").pk, choice="yes", by=grant[f"m{n}"], at=MARCH_5)
    start(lin)
    assert broken() == set()
    return case


def test_a_version_that_left_the_code_with_cases_open_is_named(case) -> None:
    digest = case.sheet.digest
    kept = SHEETS.pop(digest)
    assert broken() == {"C1"}
    SHEETS[digest] = kept


def test_an_open_step_without_its_timer_and_a_timer_without_its_step_are_named(case, lin) -> None:
    open_one = StepRun.objects.get(state="open", step="check")
    Timer.objects.filter(key=f"run/{open_one.pk}/due").update(state="canceled", canceled_at=MARCH_5)
    assert broken() == {"C2"}
    Timer.objects.filter(key=f"run/{open_one.pk}/due").update(state="pending", canceled_at=None)
    assert broken() == set()
    run_id = case.runs.get(step="check").pk
    Timer.objects.filter(key=f"run/{run_id}/due").update(state="pending", canceled_at=None)
    assert broken() == {"C2"}


def test_a_step_that_passed_without_its_output_is_named(case) -> None:
    Evidence.objects.filter(run__case=case, output="paper").delete()
    assert broken() == {"C3"}


def test_whoever_acted_on_their_own_matter_is_named(case, lin, grant) -> None:
    case.runs.filter(step="check").update(ended_by=lin)
    assert broken() == {"C4"}
    case.runs.filter(step="check").update(ended_by=grant["chen"])
    Voter.objects.filter(person=grant["m1"]).update(person=lin)
    assert broken() == {"C4"}


def test_a_window_that_was_cut_short_is_named(case) -> None:
    window = case.runs.get(step="publish")
    Evidence.objects.create(run=window, output="snapshot", text="x", at=MARCH_5)
    early = window.due_at - timedelta(seconds=1)
    case.runs.filter(pk=window.pk).update(state="passed", ended_at=early)
    Timer.objects.filter(key__startswith=f"run/{window.pk}/").update(
        state="canceled", canceled_at=MARCH_5
    )
    assert broken() == {"C5", "C7"}


def test_a_tally_that_is_not_the_turnout_and_a_box_that_was_kept_are_named(case) -> None:
    poll = Poll.objects.get()
    Poll.objects.update(yes=poll.yes + 1)
    assert broken() == {"C6"}
    Poll.objects.update(yes=poll.yes)
    Box.objects.create(poll=poll, sealed=seal(poll, Tally()))
    assert broken() == {"C6"}


def test_a_sheet_keeps_its_whole_content_beside_its_hash(case) -> None:
    content = Sheet.objects.get().content
    assert [step["code"] for step in content["steps"]][:3] == ["apply", "check", "visit"]
    assert content["steps"][1]["guard"].endswith("grant.within_the_standard")
