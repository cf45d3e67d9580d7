"""The turns that a case may take besides going on: back, out, sideways; and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import make_dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection

from smartunion.domains.planning.actions import calendar
from smartunion.kernel.base.days import CAMPUS, end_of
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.procedures import ballots, engine, refusals
from smartunion.kernel.procedures.define import END, Kind, Procedure, Way, fact
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Poll, StepRun
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

from .grant import GRANT, HOUR, check, run_of, start


def at_the_window(lin, grant) -> StepRun:
    case = start(lin, amount_fen=50_00, host=grant["mo"].pk)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    decide = run_of(case, "decide")
    for n in range(1, 8):
        ballots.cast(run_id=decide.pk, choice="yes", by=grant[f"m{n}"], at=MARCH_5)
    return run_of(case, "publish")


def test_a_case_goes_back_with_a_reason_to_where_it_has_been(lin, grant) -> None:
    case = start(lin)
    run = run_of(case, "check")
    back = {"run_id": run.pk, "by": grant["chen"], "at": MARCH_5}
    with pytest.raises(refusals.ReasonMissing):
        engine.send_back(**back, to="apply", because=" ")
    with pytest.raises(refusals.NoWayBack, match="入户"):
        engine.send_back(**back, to="visit", because="重写")
    with pytest.raises(refusals.NotYours):
        engine.send_back(**{**back, "by": grant["mo"]}, to="apply", because="重写")
    engine.send_back(**back, to="apply", because="缺证明")
    assert Entry.objects.get(what="procedures.returned").because == "缺证明"
    assert Notice.objects.filter(person=lin, title="待办：补助·申请").count() == 2
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="全")}, by=lin, at=MARCH_5
    )
    again = run_of(case, "check")
    assert (again.attempt, again.lead) == (2, grant["chen"])
    with pytest.raises(refusals.AlreadyDone, match="已退回"):
        check_again(run, grant)


def check_again(run: StepRun, grant) -> None:
    engine.pass_step(
        run_id=run.pk, outputs={"paper": Given(text="x")}, by=grant["chen"], at=MARCH_5
    )


def test_the_sheets_own_way_back_is_taken_as_often_as_it_says(lin, grant) -> None:
    case = start(lin)
    check(case, grant["chen"], complete=False)
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=lin, at=MARCH_5
    )
    check(case, grant["chen"], complete=False)
    assert run_of(case, "visit"), "once: the second time it goes on"


@pytest.mark.clause("R227")
def test_postings_of_one_matter_are_told_apart_and_no_title_names_anybody(lin, mo, grant) -> None:
    """The title of a case may name who applies: the public reads its number instead."""
    windows = [at_the_window(lin, grant), at_the_window(lin, grant)]
    titles = [posting_of(window).title for window in windows]
    assert titles == [f"补助：公示（{window.case_id}号件）" for window in windows]
    numbered = engine.open_case(
        sheet=replace(GRANT, version="n", steps=(replace(GRANT.step("publish"), ways=(Way(END),)),),
                      promise=None, facts=make_dataclass("F", [("number", str, fact("编号")),
                      ("amount_fen", int, fact("金额", kind="fen"))])),
        title="林晓梅补助", facts={"number": "BZ-2025-007"}, applicant=lin, unit=lin.unit, by=lin,
        at=MARCH_5,
    )  # fmt: skip
    posting = posting_of(run_of(numbered, "publish"))
    assert posting.title == "补助：公示（BZ-2025-007）"
    assert "林晓梅" not in f"{posting.title}{posting.rows}"


def test_a_vote_and_a_standing_window_cannot_be_sent_back(lin, grant) -> None:
    window = at_the_window(lin, grant)
    with pytest.raises(refusals.NoWayBack):
        engine.send_back(run_id=window.pk, to="check", by=grant["chen"], at=MARCH_5, because="想改")


def test_a_posting_that_was_taken_down_leaves_its_step_to_people(lin, grant) -> None:
    window = at_the_window(lin, grant)
    posting = posting_of(window)
    publicity.take_down(posting_id=posting.pk, by=grant["zhu"], at=MARCH_5, because="写错了")
    deliver(at=MARCH_5)
    assert "写错了" in Notice.objects.filter(person=grant["chen"]).latest("id").text
    engine.send_back(run_id=window.pk, to="check", by=grant["chen"], at=MARCH_5, because="重核")
    assert run_of(window.case, "check")


def test_a_withdrawn_case_takes_its_posting_down(lin, grant) -> None:
    window = at_the_window(lin, grant)
    engine.withdraw(case_id=window.case_id, by=lin, at=MARCH_5 + HOUR, because="不要了")
    assert posting_of(window).state == Posting.State.WITHDRAWN
    with pytest.raises(refusals.CaseClosed):
        engine.withdraw(case_id=window.case_id, by=lin, at=MARCH_5 + HOUR, because="再次")


def test_a_window_that_counts_anew_moves_the_steps_limit(lin, grant) -> None:
    window = at_the_window(lin, grant)
    before = window.due_at
    later = before - HOUR
    publicity.restart(posting_id=posting_of(window).pk, by=grant["zhu"], at=later, because="中断")
    deliver(at=later)
    window.refresh_from_db()
    assert window.due_at == posting_of(window).closes_at > before
    fire_due(at=before + HOUR)
    deliver(at=before + HOUR)
    assert run_of(window.case, "publish"), "the old moment no longer closes it"
    fire_due(at=window.due_at + HOUR)
    deliver(at=window.due_at + HOUR)
    shipped = run_of(window.case, "ship")
    assert (shipped.lead, shipped.due_at) == (grant["mo"], None), "its event has no time yet"
    assert window.case.runs.get(step="publish").evidence.get().file_id, "the posting's own proof"


@pytest.mark.clause("T30")
def test_a_window_follows_the_calendar_and_so_does_its_step(lin, grant) -> None:
    """The tenth is ruled a day off: three working days after the fifth end a day later."""
    window = at_the_window(lin, grant)
    assert window.due_at == end_of(date(2025, 3, 10))
    ruled = calendar.rule_day(
        day=date(2025, 3, 10), is_working=False, label="校庆", by=grant["zhu"], at=MARCH_5,
        because="校庆放假",
    )  # fmt: skip
    assert not ruled.is_working
    for _ in range(2):  # the posting hears first, the step hears of the posting
        deliver(at=MARCH_5)
    window.refresh_from_db()
    assert window.due_at == posting_of(window).closes_at == end_of(date(2025, 3, 11))
    assert "校历有变动" in Notice.objects.filter(person=grant["chen"]).latest("id").text


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"amount_fen": -1}, "不小于零"),
        ({"amount_fen": "12"}, "不小于零"),
        ({"complete": "yes"}, "是"),
        ({"kin": "lin"}, "选一个人"),
        ({"yes": 1.5}, "整数"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_in_words(lin, grant, facts, says) -> None:
    case = start(lin)
    with pytest.raises(refusals.BadFact, match=says):
        check(case, grant["chen"], **facts)
    assert run_of(case, "check").evidence.count() == 0, "nothing of it is kept"


def sheet_asking(**facts: object) -> Procedure:
    """Return the sheet with other facts."""
    return replace(GRANT, facts=make_dataclass("Asked", [(n, Any, f) for n, f in facts.items()]))


def test_facts_are_told_in_words_and_kept_as_text() -> None:
    forms = GRANT.forms
    assert forms["amount_fen"].words(123_45) == "123.45元"
    assert forms["complete"].words(True) == "是"
    assert forms["kin"].words(None) == "—"
    sheet = sheet_asking(
        day=fact("日期", kind="date"),
        size=fact("尺寸", kind="choice", choices=("大",)),
        noon=fact("时间", kind="moment"),
    )
    noon = datetime(2025, 3, 5, 12, tzinfo=CAMPUS)
    kept = engine.checked(sheet, {"day": date(2025, 3, 5), "noon": noon})
    assert kept["day"] == "2025-03-05"
    assert datetime.fromisoformat(kept["noon"]) == noon
    for wrong in ({"size": "小"}, {"day": "3月5日"}, {"noon": "中午"}):
        with pytest.raises(refusals.BadFact):
            engine.checked(sheet, wrong)


def test_outputs_are_handed_in_before_the_step_is_finished(lin, grant) -> None:
    case = start(lin)
    run = run_of(case, "check")
    with pytest.raises(refusals.NotYours):
        engine.hand_in(
            run_id=run.pk, outputs={"paper": Given(text="x")}, by=grant["mo"], at=MARCH_5
        )
    engine.hand_in(
        run_id=run.pk, outputs={"paper": Given(text="x"), "other": Given(text="y")},
        by=grant["chen"], at=MARCH_5,
    )  # fmt: skip
    assert [one.output for one in run.evidence.all()] == ["paper"]
    engine.pass_step(run_id=run.pk, by=grant["chen"], at=MARCH_5)


def test_a_fork_whose_branch_does_not_apply_still_waits_for_the_other(lin, grant) -> None:
    """The visit is skipped for a small sum: the vote must not open before the booking."""
    case = start(lin, amount_fen=1)
    check(case, grant["chen"])
    states = dict(case.runs.values_list("step", "state"))
    assert (states["visit"], states["decide"], states["book"]) == ("skipped", "waiting", "open")
    fire_due(at=MARCH_5)
    assert run_of(case, "decide").attempt == 1
    assert Poll.objects.count() == 1


def test_a_join_opens_when_its_other_branch_ends_elsewhere(lin, grant) -> None:
    steps = tuple(
        replace(step, kind=Kind.HUMAN, act="", ways=(Way(END),)) if step.code == "book" else step
        for step in GRANT.steps
    )
    sheet = replace(GRANT, version="ends", steps=steps)
    case = engine.open_case(
        sheet=sheet, title="x", facts={"amount_fen": 1}, applicant=lin, unit=lin.unit, by=lin,
        at=MARCH_5,
    )  # fmt: skip
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=lin, at=MARCH_5
    )
    check(case, grant["chen"])
    booked = run_of(case, "book")
    engine.pass_step(
        run_id=booked.pk, outputs={"entry": Given(text="x")}, by=grant["chen"], at=MARCH_5
    )
    case.refresh_from_db()
    assert case.closed_at is None
    assert run_of(case, "decide"), "what waited for the branch goes on without it"


def test_a_late_b_part_may_pass_and_the_trail_says_who(lin, grant) -> None:
    case = start(lin)
    engine.take_over(
        run_id=run_of(case, "check").pk, by=grant["wang"], at=MARCH_5, because="A角住院"
    )
    engine.take_over(run_id=run_of(case, "check").pk, by=grant["wang"], at=MARCH_5, because="再")
    assert Entry.objects.get(what="procedures.taken_over").because == "A角住院"
    check(case, grant["wang"])
    assert Entry.objects.filter(what="procedures.passed").latest("id").by == grant["wang"]
    with pytest.raises(refusals.AlreadyDone):
        engine.take_over(
            run_id=case.runs.get(step="check").pk, by=grant["wang"], at=MARCH_5, because="晚了"
        )


@pytest.mark.django_db(transaction=True)
def test_seven_members_vote_at_once_and_no_vote_is_lost(lin, grant) -> None:
    case = start(lin, amount_fen=50_00)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    run = run_of(case, "decide")
    said = ["yes", "yes", "yes", "yes", "no", "no", "abstain"]

    def cast(n: int) -> None:
        try:
            ballots.cast(run_id=run.pk, choice=said[n], by=grant[f"m{n + 1}"], at=MARCH_5)
        finally:
            connection.close()

    with ThreadPoolExecutor(7) as pool:
        list(pool.map(cast, range(7)))
    poll = Poll.objects.get(run=run)
    assert (poll.yes, poll.no, poll.abstain, poll.passed) == (4, 2, 1, True)
    assert case.runs.filter(step="publish").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_one_member_in_two_browsers_votes_once(lin, grant, _round: int) -> None:
    case = start(lin, amount_fen=50_00)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    run = run_of(case, "decide")

    def cast(choice: str) -> str:
        try:
            ballots.cast(run_id=run.pk, choice=choice, by=grant["m1"], at=MARCH_5)
        except refusals.VotedAlready as no:
            return no.code
        finally:
            connection.close()
        return "cast"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(cast, ["yes", "no"])) == ["cast", "procedures.voted_already"]
