"""Votes of a body: who may, when it counts, when it carries; and that nobody can join the two."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from smartunion.kernel.base.days import end_of
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.box import Broken
from smartunion.kernel.procedures import ballots, engine, refusals
from smartunion.kernel.procedures.define import Base
from smartunion.kernel.procedures.models import Box, Poll, StepRun, Voter
from smartunion.kernel.procedures.polls import unseal
from smartunion.kernel.procedures.tally import Tally, carried, quorate
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

from .grant import BODY, DAY, GRANT, HOUR, check, run_of, start

MEMBERS = [f"m{n}" for n in range(1, 8)]


def at_the_vote(applicant: Person, grant: dict[str, Person], **facts: object) -> StepRun:
    """Bring a small grant, which needs no visit, to its vote."""
    case = start(applicant, **{"amount_fen": 50_00, **facts})
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    return run_of(case, "decide")


def vote(run: StepRun, grant: dict[str, Person], said: dict[str, str], *, at=MARCH_5) -> None:
    for member, choice in said.items():
        ballots.cast(run_id=run.pk, choice=choice, by=grant[member], at=at)


def test_the_body_is_called_and_the_last_vote_closes_counts_and_goes_on(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    case = run.case
    called = Notice.objects.filter(title="请票决：补助")
    assert called.count() == 7
    vote(run, grant, dict.fromkeys(MEMBERS[:4], "yes") | dict.fromkeys(MEMBERS[4:6], "no"))
    poll = Poll.objects.get(run=run)
    assert (poll.yes, poll.closed_at) == (None, None), "nothing is told before everybody has voted"
    vote(run, grant, {"m7": "abstain"})
    poll.refresh_from_db()
    assert (poll.yes, poll.no, poll.abstain, poll.passed) == (4, 2, 1, True)
    case.refresh_from_db()
    assert case.facts["carried"] is True
    assert (case.facts["yes"], case.facts["no"], case.facts["abstained"]) == (4, 2, 1)
    assert run_of(case, "publish")
    text = run.evidence.get(output="result").text
    assert text == "应到 7 人，实到 7 人：赞成 4 票，反对 2 票，弃权 1 票；通过"


def test_three_of_seven_do_not_carry(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    case = run.case
    vote(run, grant, dict.fromkeys(MEMBERS[:3], "yes") | dict.fromkeys(MEMBERS[3:], "abstain"))
    case.refresh_from_db()
    assert case.facts["carried"] is False
    assert case.closed_at == MARCH_5


@pytest.mark.clause("R226")
def test_a_member_whose_matter_it_is_is_not_called_and_the_body_shrinks(lin, grant) -> None:
    """m1 is the applicant's kin and m2 stays out by their own word: three of five carry."""
    run = at_the_vote(lin, grant, kin=grant["m1"].pk)
    with pytest.raises(refusals.Recused):
        ballots.cast(run_id=run.pk, choice="yes", by=grant["m1"], at=MARCH_5)
    with pytest.raises(refusals.ReasonMissing):
        ballots.recuse(run_id=run.pk, by=grant["m2"], at=MARCH_5, because="")
    ballots.recuse(run_id=run.pk, by=grant["m2"], at=MARCH_5, because="同事多年")
    vote(run, grant, {"m3": "yes", "m4": "yes", "m5": "yes", "m6": "no", "m7": "no"})
    poll = Poll.objects.get(run=run)
    assert (poll.yes, poll.no, poll.passed) == (3, 2, True)
    assert "应到 5 人（2 人回避）" in run.evidence.get(output="result").text
    assert not Notice.objects.filter(person=grant["m1"]).exists()


def test_the_applicant_on_the_body_has_no_vote(grant) -> None:
    run = at_the_vote(grant["m3"], grant)
    with pytest.raises(refusals.Recused, match="回避"):
        ballots.cast(run_id=run.pk, choice="yes", by=grant["m3"], at=MARCH_5)


def test_a_vote_is_cast_once_by_members_only_and_by_no_other_word(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    ballots.cast(run_id=run.pk, choice="yes", by=grant["m1"], at=MARCH_5)
    with pytest.raises(refusals.VotedAlready):
        ballots.cast(run_id=run.pk, choice="no", by=grant["m1"], at=MARCH_5)
    with pytest.raises(refusals.NotOfTheBody):
        ballots.cast(run_id=run.pk, choice="yes", by=grant["chen"], at=MARCH_5)
    with pytest.raises(refusals.NoSuchChoice):
        ballots.cast(run_id=run.pk, choice="maybe", by=grant["m2"], at=MARCH_5)
    with pytest.raises(refusals.VoteOnly):
        engine.pass_step(run_id=run.pk, facts={"carried": True}, by=grant["zhu"], at=MARCH_5)


def test_time_counts_what_lies_in_the_box_when_the_quorum_is_met(lin, grant) -> None:
    """Five of seven are two thirds."""
    run = at_the_vote(lin, grant)
    vote(run, grant, dict.fromkeys(MEMBERS[:5], "yes"))
    with pytest.raises(refusals.PollOver):
        ballots.cast(run_id=run.pk, choice="yes", by=grant["m6"], at=run.due_at)
    fire_due(at=run.due_at)
    poll = Poll.objects.get(run=run)
    assert (poll.yes, poll.passed, poll.closed_at) == (5, True, run.due_at)
    run.refresh_from_db()
    assert (run.state, run.late) == ("passed", False)


def test_without_a_quorum_it_stays_open_and_is_counted_when_the_quorum_is_met(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    vote(run, grant, dict.fromkeys(MEMBERS[:4], "yes"))
    fire_due(at=run.due_at)
    run.refresh_from_db()
    assert (run.state, run.late) == ("open", True)
    assert Notice.objects.filter(title="未达法定人数：补助").count() == 3 + 2, "members, A and B"
    vote(run, grant, {"m5": "no"}, at=run.due_at + HOUR)
    assert Poll.objects.get(run=run).passed is True


@pytest.mark.clause("T31")
def test_an_extraordinary_online_vote_closes_sooner_and_calls_the_body_again(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    soon = MARCH_5 + 6 * HOUR
    with pytest.raises(refusals.NotYours):
        ballots.call_online(run_id=run.pk, closes_at=soon, by=grant["m1"], at=MARCH_5, because="急")
    with pytest.raises(refusals.NotSooner):
        ballots.call_online(
            run_id=run.pk, closes_at=run.due_at, by=grant["zhu"], at=MARCH_5, because="急"
        )
    ballots.call_online(
        run_id=run.pk, closes_at=soon, by=grant["zhu"], at=MARCH_5, because="15日内须放款"
    )
    assert Notice.objects.filter(title="请临时线上票决：补助").count() == 7
    vote(run, grant, dict.fromkeys(MEMBERS[:6], "yes"))
    fire_due(at=soon)
    assert Poll.objects.get(run=run).closed_at == soon


def test_an_open_vote_says_in_the_trail_who_said_what(lin, grant) -> None:
    steps = tuple(
        replace(s, vote=replace(BODY, secret=False)) if s.code == "decide" else s
        for s in GRANT.steps
    )
    sheet = replace(GRANT, version="open vote", steps=steps)
    case = engine.open_case(
        sheet=sheet, title="x", facts={"amount_fen": 1}, applicant=lin, unit=lin.unit, by=lin,
        at=MARCH_5,
    )  # fmt: skip
    engine.pass_step(
        run_id=run_of(case, "apply").pk,
        outputs={"form": engine.Given(text="x")},
        by=lin,
        at=MARCH_5,
    )
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    vote(run_of(case, "decide"), grant, {"m1": "no"})
    assert Entry.objects.get(what="procedures.voted").facts["choice"] == "反对"


def test_nothing_in_the_database_joins_a_member_with_a_vote(lin, grant) -> None:
    """Walk every table of the house after a vote is cast: two runs differ in the box alone.

    The same member votes yes in one case and no in another. Every column of every row that was
    written is compared, row by row in physical order: but for numbers, times and the sealed box,
    the two are the same, so nothing readable tells what was said.
    """
    seen = []
    for choice in ("yes", "no"):
        run = at_the_vote(lin, grant)
        before = all_rows()
        ballots.cast(run_id=run.pk, choice=choice, by=grant["m1"], at=MARCH_5)
        after = all_rows()
        seen.append(
            {
                table: said([row for row in rows if row not in before[table]])
                for table, rows in after.items()
            }
            | {"box": len(bytes(Box.objects.get(poll__run=run).sealed))}
        )
        assert Voter.objects.get(poll__run=run, person=grant["m1"]).state == "voted"
    assert seen[0] == seen[1]
    assert seen[0]["procedures_voter"], "the turnout is there to be read"
    assert {field.name for field in Box._meta.fields} == {"poll", "sealed"}
    assert not any("vote" in field.name or "choice" in field.name for field in Voter._meta.fields)


def all_rows() -> dict[str, list[dict[str, object]]]:
    """Return every row of every table of the house, in its physical order."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("procedures_", "trail_", "notices_", "timers_", "private_")):
                cursor.execute(f"SELECT row_to_json(t) FROM {table} t ORDER BY ctid")
                found[table] = [row for (row,) in cursor.fetchall()]
    return found


def said(rows: list[dict[str, object]]) -> list[object]:
    """Return what a reader could learn from rows: everything but keys and moments."""
    dull = {"id", "case_id", "run_id", "poll_id", "subject", "sealed", "key", "entry_id"}
    return [{k: v for k, v in row.items() if k not in dull} for row in rows]


def test_the_box_is_one_length_and_opens_only_as_it_was_left(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    lengths, seals = set(), set()
    for member, choice in zip(MEMBERS[:6], ["yes", "no", "abstain"] * 2, strict=True):
        old = bytes(Box.objects.get(poll__run=run).sealed)
        vote(run, grant, {member: choice})
        box = Box.objects.get(poll__run=run)
        lengths.add(len(bytes(box.sealed)))
        seals.add(bytes(box.sealed))
    assert len(lengths) == 1
    assert len(seals) == 6
    assert unseal(box, voted=6) == Tally(2, 2, 2)
    box.sealed = old
    with pytest.raises(Broken):
        unseal(box, voted=6)
    vote(run, grant, {"m7": "yes"})
    assert not Box.objects.filter(poll__run=run).exists(), "a counted box is destroyed"


votes = st.builds(Tally, st.integers(0, 7), st.integers(0, 7), st.integers(0, 7))


@given(votes, st.integers(0, 6), st.sampled_from(list(Base)))
def test_no_vote_carries_without_a_quorum_or_against_more_noes(tally, recused, base) -> None:
    rule = replace(BODY, base=base)
    if tally.voted > rule.seats - recused:
        return
    if carried(rule, tally, recused=recused):
        assert quorate(rule, recused=recused, voted=tally.voted)
        assert tally.yes > tally.no
    more = replace(tally, yes=tally.yes + 1)
    if more.voted <= rule.seats - recused and carried(rule, tally, recused=recused):
        assert carried(rule, more, recused=recused), "one more yes never turns it down"


@pytest.mark.parametrize(
    ("majority", "base", "tally", "passes"),
    [
        ((1, 2), Base.ALL, Tally(4, 3, 0), True),
        ((1, 2), Base.ALL, Tally(3, 2, 2), False),
        ((1, 2), Base.PRESENT, Tally(3, 3, 0), False),
        ((1, 2), Base.VALID, Tally(3, 2, 2), True),
        ((2, 3), Base.PRESENT, Tally(4, 2, 0), True),
        ((2, 3), Base.PRESENT, Tally(4, 3, 0), False),
        ((1, 1), Base.ALL, Tally(7, 0, 0), True),
        ((1, 1), Base.ALL, Tally(6, 0, 1), False),
    ],
)
def test_half_must_be_exceeded_and_any_other_share_reached(majority, base, tally, passes) -> None:
    rule = replace(BODY, majority=majority, base=base)
    assert carried(rule, tally, recused=0) is passes


def test_the_poll_of_a_withdrawn_case_is_over(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    case = run.case
    engine.withdraw(case_id=case.pk, by=lin, at=MARCH_5 + DAY, because="已解决")
    with pytest.raises(refusals.AlreadyDone):
        ballots.cast(run_id=run.pk, choice="yes", by=grant["m1"], at=MARCH_5 + DAY)
    assert not Box.objects.filter(poll__run=run).exists()


def test_the_limit_of_a_vote_is_its_polls(lin, grant) -> None:
    run = at_the_vote(lin, grant)
    assert run.due_at == Poll.objects.get(run=run).closes_at
    assert run.due_at == end_of((MARCH_5 + timedelta(days=2)).date())
