"""A vote from its call to its signed sheet, and every way in which it is refused."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from smartunion.domains.congress.actions import appraising, calling, counting, terms, voting
from smartunion.domains.congress.models import Ballot, Delegate, Election, Mix, Rectification, Slip
from smartunion.domains.congress.reads import meetings, votes
from smartunion.domains.congress.rules import boxes, group
from smartunion.domains.congress.rules.counting import NO, YES, value_of
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.models import Entry
from smartunion.site.play.congress import Laptops

from .conftest import NOV_20, PRESENT, Hall
from .test_boxes import in_the_browsers_words, verifier

pytestmark = pytest.mark.django_db
TWO = [value_of([YES, YES, NO])] * 8 + [value_of([YES, NO, YES]), value_of([YES, YES, YES])]
"""Ten ballots: the first gets 9, the second 8, the third 1; the last one is spoilt."""


def refusal(code: str) -> Any:
    return pytest.raises(Refused, check=lambda no: no.code == f"congress.{code}")


def opened(hall: Hall, **given: Any) -> tuple[Laptops, list[int]]:
    """Return a vote with its box open before ten who are present, and the printed slips."""
    hall.come(10)
    laptops = hall.laptops(hall.vote(**given))
    laptops.make_the_key()
    pk = laptops.election.pk
    slips = voting.print_slips(election_id=pk, by=hall.keeper, at=hall.at)
    for one in hall.people[:10]:
        voting.hand_out(election_id=pk, person_id=one.pk, by=hall.keeper, at=hall.at)
    for one in (hall.keeper, hall.people[-1]):
        voting.open_box(election_id=pk, by=one, at=hall.at)
    laptops.election.refresh_from_db()
    return laptops, slips


def closed(hall: Hall, laptops: Laptops) -> None:
    for one in (hall.keeper, hall.people[-1]):
        voting.close_box(election_id=laptops.election.pk, by=one, at=hall.at)
    laptops.election.refresh_from_db()


@pytest.mark.clause("3.4-1①")
@pytest.mark.clause("R156")
@pytest.mark.clause("R157")
@pytest.mark.clause("T65")
def test_a_vote_from_its_call_to_its_sheet_that_anybody_checks(hall: Hall) -> None:
    """Also: no table and no line of the journal joins a person to a slip or a ballot."""
    hall.come(10)
    it = hall.laptops(hall.vote(elects_delegates=True)).hold(TWO, keeper=hall.keeper)
    assert it.state == Election.State.SIGNED
    assert it.result is not None
    assert (it.result["elected"], it.result["spoilt"], it.result["need"]) == (["c1", "c2"], 1, 8)
    told = votes.bundle(it)
    said: list[str] = []
    verifier().verify(told, said.append)
    assert len(said) == 5
    card = meetings.card(it, at=hall.at)
    assert [line.words for line in card.lines] == ["当选", "当选", "未当选"]
    assert (card.handed, card.came, it.left_over) == (10, 10, 7)
    # the journal commits to each step
    sealed = dict(Entry.objects.filter(what="congress.opened").values_list("what", "facts"))
    assert sealed["congress.opened"]["sha256"] == boxes.digest(it.opened)
    # an altered row of the database is found by the published script
    assert it.opened is not None
    changed = [value_of([NO, NO, NO]), *it.opened[1:]]
    Election.objects.filter(pk=it.pk).update(opened=changed)
    script = verifier()
    with pytest.raises(script.Wrong, match="唱错了"):
        script.verify(votes.bundle(Election.objects.get(pk=it.pk)))
    # nothing anywhere else names a slip or a ballot
    names = [one.public for one in Slip.objects.all()] + [one.code for one in Ballot.objects.all()]
    assert _where_named(names) == {"congress_slip", "congress_ballot"}
    taken = Entry.objects.filter(what="congress.ballot_taken")
    assert {(one.by_id, one.at, str(one.facts)) for one in taken} == {(None, NOV_20, "{}")}


def _where_named(names: list[str]) -> set[str]:
    """Return the tables in whose rows any of the names stands, in whatever column."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            quoted = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT 1 FROM {quoted} t WHERE t::text ~ %s LIMIT 1",
                ["|".join(names)],
            )
            if cursor.fetchone():
                found.add(table)
    return found


def test_no_table_joins_a_person_to_a_slip_or_a_ballot() -> None:
    """A walk over all foreign keys: what a ballot points to, and what points to it."""

    for model in (Slip, Ballot):
        own = [field for field in model._meta.get_fields() if isinstance(field, models.Field)]
        there = {field.related_model for field in own if field.is_relation}
        assert there <= {Election, Slip}, "a ballot knows its vote and its slip"
        moments = (models.DateField, models.TimeField, models.AutoField, models.BigAutoField)
        assert not [field.name for field in own if isinstance(field, moments)]
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.Field) and field.related_model in (Slip, Ballot)
    }
    assert pointing == {Ballot}, "only a ballot points to a slip, and nothing to a ballot"
    handing = {field.name for field in apps.get_model("congress.handing")._meta.get_fields()}
    assert handing == {"id", "election", "person"}


@pytest.mark.clause("R155")
def test_eleven_names_for_ten_seats_do_not_open_the_box(hall: Hall) -> None:
    it = hall.vote(seats=10, persons=[one.pk for one in hall.people[:11]])
    with refusal("few_names") as no:
        hall.laptops(it)
    assert "12" in str(no.value)
    assert no.value.clause == "3.4-1①"


def test_nine_of_fifteen_present_do_not_open_it_ten_do(hall: Hall) -> None:
    hall.come(9)
    laptops = hall.laptops(hall.vote())
    laptops.make_the_key()
    given = {"election_id": laptops.election.pk, "at": hall.at}
    voting.print_slips(**given, by=hall.keeper)
    with refusal("no_quorum") as no:
        voting.open_box(**given, by=hall.keeper)
    assert "10" in str(no.value)
    hall.come(10)
    assert voting.open_box(**given, by=hall.keeper).state == "ready", "a second must agree"
    with refusal("may_not"):
        voting.open_box(**given, by=hall.people[0])  # stands herself
    assert voting.open_box(**given, by=hall.people[-1]).state == "open"


def test_more_ballots_than_slips_handed_out_void_the_vote(hall: Hall) -> None:
    laptops, slips = opened(hall)
    laptops.vote(slips, [0] * 11)
    closed(hall, laptops)
    assert laptops.election.state == Election.State.VOID
    assert "收回 11 张" in laptops.election.void_because
    with refusal("not_now"):
        laptops.shuffle(1)


def test_a_ballot_is_taken_once_and_only_by_its_own_slip(hall: Hall) -> None:
    laptops, slips = opened(hall)
    it, key = laptops.election, bytes.fromhex(laptops.election.key)
    made = boxes.cast(it.context, key, slips[0], 1)
    for _ in range(2):  # sent again when the answer was lost: the same row
        assert voting.cast(election_id=it.pk, said=made.told(), at=hall.at).code == made.code
    assert it.ballots.count() == 1
    again = boxes.cast(it.context, key, slips[0], 2)
    copied = {**made.told(), "slip": group.base(slips[1]).hex()}
    stranger = boxes.cast(it.context, key, group.fresh(), 1)
    for said, code in (
        (again.told(), "slip_used"), (copied, "ballot_wrong"), (stranger.told(), "slip_unknown"),
        ({"slip": "zz"}, "ballot_wrong"),
    ):  # fmt: skip
        with refusal(code):
            voting.cast(election_id=it.pk, said=said, at=hall.at)
    closed(hall, laptops)
    with refusal("not_open"):
        voting.cast(election_id=it.pk, said=again.told(), at=hall.at)
    with refusal("count_differs"):
        voting.count_left(election_id=it.pk, counted=6, by=hall.people[-1], at=hall.at)


def test_a_slip_is_for_who_is_there_and_one_for_each(hall: Hall) -> None:
    laptops, _ = opened(hall)
    given = {"election_id": laptops.election.pk, "by": hall.keeper, "at": hall.at}
    with refusal("not_present"):
        voting.hand_out(**given, person_id=hall.people[PRESENT].pk)
    with refusal("slip_taken"):
        voting.hand_out(**given, person_id=hall.people[0].pk)
    with refusal("not_delegate"):
        voting.hand_out(**given, person_id=hall.keeper.pk)


def test_one_scrutineer_cannot_open_nor_give_two_parts_nor_shuffle_falsely(hall: Hall) -> None:
    laptops, slips = opened(hall)
    laptops.vote(slips, TWO)
    closed(hall, laptops)
    it = laptops.election
    with refusal("not_now"):
        laptops.shuffle(1)  # the slips that were left are not counted yet
    voting.count_left(election_id=it.pk, counted=7, by=hall.people[-1], at=hall.at)
    with refusal("shuffle_wrong"):
        counting.shuffle(
            election_id=it.pk, said={"out": "", "rounds": []}, by=hall.people[-1], at=hall.at
        )
    laptops.shuffle(2)
    with refusal("given_twice"):
        laptops.shuffle(2)
    assert Mix.objects.filter(election=it).count() == 1
    laptops.open(2)
    assert it.opened is None
    with refusal("given_twice"):
        laptops.open(2)
    lost = laptops.shares.pop(1)  # a lost key: the other two open
    laptops.shares[1] = group.fresh()
    with refusal("part_wrong"):
        laptops.open(1)
    laptops.open(3)
    assert lost
    assert sorted(it.opened or []) == sorted(TWO)
    with refusal("may_not"):
        counting.sign(election_id=_announced(hall, it).pk, by=hall.people[0], at=hall.at)


def _announced(hall: Hall, it: Election) -> Election:
    with refusal("not_now"):  # not all were read out yet
        counting.announce(election_id=it.pk, by=hall.keeper, at=hall.at)
    counting.read_out(election_id=it.pk, upto=10, by=hall.keeper, at=hall.at)
    return counting.announce(election_id=it.pk, by=hall.keeper, at=hall.at)


def test_the_tied_stand_again_alone(hall: Hall) -> None:
    it = hall.vote()
    Election.objects.filter(pk=it.pk).update(
        state="announced", opened=[], result={"elected": ["c1"], "tied": ["c2", "c3"]}
    )
    made = counting.vote_again(election_id=it.pk, by=hall.keeper, at=hall.at)
    assert [one.words for one in made.candidates.order_by("number")] == ["代表02", "代表03"]
    assert made.seats == 1
    hall.laptops(made)  # two names for one seat: no differential is asked of a repeated vote
    with refusal("not_now"):
        counting.vote_again(election_id=it.pk, by=hall.keeper, at=hall.at)


@pytest.mark.clause("3.4-1③")
@pytest.mark.clause("R160")
@pytest.mark.clause("R161")
@pytest.mark.clause("R162")
def test_below_eighty_is_rectified_within_ten_days_and_published(hall: Hall) -> None:
    hall.come(10)
    asked = {"kind": "appraisal", "title": "学院领导班子评议", "seats": 1, "persons": []}
    laptops = hall.laptops(hall.vote(**asked, names=["学院领导班子"]))
    it = laptops.hold([80] * 9 + [79], keeper=hall.keeper)
    card = meetings.card(it, at=hall.at)
    assert (card.mean, card.exact) == ("79.9", "10 张有效票共 799 分")
    case = Rectification.objects.get(election=it).case
    run = StepRun.objects.get(case=case)
    assert run.due_at is not None
    assert run.due_at.date().isoformat() == "2025-11-30", "a Sunday: not moved"
    assert (
        appraising.demand(election=it, mean=Fraction(79), by=hall.keeper, at=hall.at).case == case
    )


def test_a_small_body_votes_by_sums_that_anybody_checks_and_no_ballot_is_opened(
    hall: Hall, tmp_path: Path
) -> None:
    """From the call to the signed sheet; the script and the browser both find a changed sum."""
    with refusal("sums_for_motions"):
        hall.vote(opens="sums")
    hall.come(10)
    asked = {"kind": "motion", "title": "细则", "seats": 1, "persons": [], "names": ["通过细则"]}
    laptops = hall.laptops(hall.vote(**asked, opens="sums"))
    it = laptops.hold([YES] * 8 + [NO, 0], keeper=hall.keeper)
    assert (it.state, it.opened, it.mixes.count()) == ("signed", [8, 1], 0)
    assert it.result is not None
    assert (it.result["abstained"], it.result["elected"]) == (1, ["c1"])
    card = meetings.card(it, at=hall.at)
    assert [(one.yes, one.no, one.abstained, one.words) for one in card.lines] == [
        (8, 1, 1, "通过")
    ]
    told, said = votes.bundle(it), list[str]()
    script = verifier()
    script.verify(told, said.append)
    assert said[2].startswith("合计")
    first, made = in_the_browsers_words(told, tmp_path)[::4]
    assert (first["wrong"], len(first["said"])) == ("", 4)
    assert boxes.is_mark(it.context, bytes.fromhex(it.key), 2, boxes.mark_of(made))
    assert boxes.code_of(made) == made["code"]
    for changed, words in (
        ({"opened": [9, 0], "result": {**it.result, "yes": [9], "no": [0]}}, "第1项合计不对"),
        ({"ballots": [{**told["ballots"][0], "holds": told["ballots"][1]["holds"]}]}, "不成立"),
        ({"ballots": [{**told["ballots"][0], "proofs": told["ballots"][1]["proofs"]}]}, "不是一票"),
    ):
        with pytest.raises(script.Wrong, match=words):
            script.verify({**told, **changed})
    found, *_ = in_the_browsers_words({**told, "opened": [9, 0]}, tmp_path)
    assert "第1项合计不对" in found["wrong"]
    with refusal("ballot_wrong"):
        _again(hall, told["ballots"][0])


def _again(hall: Hall, ballot: dict[str, Any]) -> None:
    """Send a ballot of another vote to one that is open, under a slip of its own."""
    laptops, slips = opened(hall, kind="motion", persons=[], names=["甲"], seats=1, opens="sums")
    said = {**ballot, "slip": group.base(slips[0]).hex()}
    voting.cast(election_id=laptops.election.pk, said=said, at=hall.at)


def test_eighty_passes_and_four_ballots_are_not_released(hall: Hall) -> None:
    hall.come(10)
    asked = {"kind": "appraisal", "title": "评议", "seats": 1, "persons": []}
    passed = hall.laptops(hall.vote(**asked, names=["甲"])).hold([80] * 5, keeper=hall.keeper)
    assert not Rectification.objects.filter(election=passed).exists()
    for values, said in (([90] * 4, "收回 4 张"), ([90] * 4 + [101], "有效票 4 张")):
        it = hall.laptops(hall.vote(**asked, names=["乙"]))
        with refusal("not_now"):  # nothing is left to do with it
            it.hold(values, keeper=hall.keeper)
        it.election.refresh_from_db()
        assert said in it.election.void_because
        assert "opened" not in votes.bundle(it.election)
        assert not it.election.scrutineers.exclude(part__isnull=True).exists()


def test_a_delegate_is_a_member_of_the_unit_and_nobody_seats_themselves(hall: Hall) -> None:
    from tests.cast import person, unit

    other = person("other", "外院教师", unit("B03", "文学院工会分会"))
    given = {"congress_id": hall.congress.pk, "delegation": "一", "at": hall.at}
    with refusal("not_member"):
        terms.seat(**given, person_id=other.pk, by=hall.keeper)
    with refusal("may_not"):
        terms.seat(**given, person_id=hall.keeper.pk, by=hall.keeper)
    first = Delegate.objects.get(person=hall.people[0])
    assert terms.seat(**given, person_id=hall.people[0].pk, by=hall.keeper) == first


def test_a_closed_meeting_changes_no_more(hall: Hall) -> None:
    terms.close(meeting_id=hall.meeting.pk, minutes="会议记录", by=hall.keeper, at=hall.at)
    with refusal("sealed"):
        hall.come(1)
    with refusal("sealed"):
        item = hall.meeting.agenda.order_by("number").first()
        assert item is not None
        terms.resolve(item_id=item.pk, text="", resolution="改", by=hall.keeper, at=hall.at)


def test_a_scrutineer_neither_stands_nor_is_kin_and_there_are_three(hall: Hall) -> None:
    given = {"by": hall.keeper, "at": hall.at}
    people = [one.pk for one in hall.people]
    with refusal("may_not"):
        calling.freeze(election_id=hall.vote().pk, scrutineers=[people[0], *people[-2:]], **given)
    with refusal("needs_scrutineers"):
        calling.freeze(election_id=hall.vote().pk, scrutineers=people[-2:], **given)
    it = hall.laptops(hall.vote()).election
    with refusal("may_not"):
        calling.commit(election_id=it.pk, said={}, declared=False, by=hall.people[-1], at=hall.at)
    with refusal("key_wrong"):
        calling.commit(election_id=it.pk, said={}, declared=True, by=hall.people[-1], at=hall.at)
