"""Posting, objecting, answering, ending."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from smartunion.kernel.files import reads as files
from smartunion.kernel.files.rules import Kind
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions, reads, refusals, rules
from smartunion.kernel.publicity.models import Objection, Posting, Proof
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail import reads as trail
from tests.cast import appoint

from .conftest import moment

Post = Callable[..., Posting]

pytestmark = pytest.mark.django_db


def said(posting: Posting) -> list[str]:
    """Return what the trail tells of the posting, without its files."""
    return [e.what for e in trail.of(posting) if e.what.startswith("publicity.")]


def object_(posting: Posting, at: str, text: str = "本地另有两家企业供应同规格") -> Objection:
    return actions.object_to(
        posting_id=posting.pk, name="莫思齐", contact="13800001111", text=text, by=None,
        at=moment(at),
    )  # fmt: skip


@pytest.mark.clause("T30", "R217", "5.1")
def test_a_posting_closes_by_itself_when_its_five_working_days_are_over(post: Post) -> None:
    posting = post(at="2025-09-29 10:00")
    assert posting.number == "GS-2025-0001"
    fire_due(at=moment("2025-10-13 23:59"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.OPEN
    fire_due(at=moment("2025-10-14 00:01"))
    posting.refresh_from_db()
    assert (posting.state, posting.ended_because) == ("closed", "公示期满，没有成立的异议")
    assert said(posting)[-1] == "publicity.closed"
    assert trail.of(posting).filter(what="publicity.closed").get().facts["about"] == "case:1"


@pytest.mark.clause("T30")
def test_two_postings_of_a_year_have_their_numbers_and_a_matter_is_posted_once(post: Post) -> None:
    first, second = post(), post(about="case:2")
    assert (first.number, second.number) == ("GS-2025-0001", "GS-2025-0002")
    with pytest.raises(refusals.PostedAlready, match="GS-2025-0001"):
        post()
    assert post(about="case:3", at="2026-03-02 10:00").number == "GS-2026-0001"


def test_a_posting_without_a_word_is_refused(post: Post) -> None:
    with pytest.raises(refusals.NothingShown):
        post(rows=[], body=" \n")


@pytest.mark.clause("R218", "5.1")
def test_an_objection_at_23_59_of_the_last_day_counts_and_at_midnight_is_too_late(
    post: Post,
) -> None:
    posting = post(at="2025-09-29 10:00")
    assert object_(posting, "2025-10-13 23:59:59").state == "received"
    with pytest.raises(refusals.WindowOver, match="10月13日 24:00"):
        object_(posting, "2025-10-14 00:00", text="晚了一秒")


@pytest.mark.clause("R218")
def test_what_was_sent_in_the_last_second_is_in_before_the_window_is_closed(post: Post) -> None:
    """The closing waits for the requests that are under way at midnight."""
    posting = post(at="2025-09-29 10:00")
    fire_due(at=posting.closes_at)
    posting.refresh_from_db()
    assert posting.state == Posting.State.OPEN
    object_(posting, "2025-10-13 23:59:59.900000")
    fire_due(at=posting.closes_at + rules.SETTLE)
    posting.refresh_from_db()
    assert posting.state == Posting.State.WAITING
    assert said(posting)[-1] == "publicity.expired"


@pytest.mark.clause("R218", "5.1")
def test_a_valid_objection_ends_the_posting_at_once_and_irrevocably(post: Post, mo: Person) -> None:
    posting = post(at="2025-04-21 10:00")
    objection = object_(posting, "2025-04-23 16:00")
    actions.uphold(
        objection_id=objection.pk, because="另有供应商属实", by=mo, at=moment("2025-04-24 09:00")
    )
    posting.refresh_from_db()
    assert posting.state == Posting.State.UPHELD
    assert trail.of(posting).filter(what="publicity.upheld").get().facts["about"] == "case:1"
    for again in (actions.dismiss, actions.uphold):
        with pytest.raises(refusals.Decided, match="莫思齐"):
            again(objection_id=objection.pk, because="改判", by=mo, at=moment("2025-04-24 10:00"))
    fire_due(at=moment("2025-05-30 00:00"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.UPHELD


@pytest.mark.clause("R218")
def test_an_objection_that_nobody_has_decided_keeps_the_posting_waiting(
    post: Post, mo: Person
) -> None:
    posting = post(at="2025-04-21 10:00")
    one, two = object_(posting, "2025-04-22 10:00"), object_(posting, "2025-04-23 10:00", "其二")
    fire_due(at=moment("2025-04-28 00:01"))
    actions.dismiss(objection_id=one.pk, because="查无此事", by=mo, at=moment("2025-04-28 10:00"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.WAITING
    actions.dismiss(objection_id=two.pk, because="同上", by=mo, at=moment("2025-04-28 11:00"))
    posting.refresh_from_db()
    assert (posting.state, posting.ended_at) == ("closed", moment("2025-04-28 11:00"))


@pytest.mark.clause("R218")
def test_an_objection_dismissed_within_the_window_leaves_the_window_as_it_is(
    post: Post, mo: Person
) -> None:
    posting = post(at="2025-04-21 10:00")
    objection = object_(posting, "2025-04-22 10:00")
    actions.dismiss(objection_id=objection.pk, because="不实", by=mo, at=moment("2025-04-22 11:00"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.OPEN
    fire_due(at=moment("2025-04-28 00:01"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.CLOSED


@pytest.mark.clause("2.1")
@pytest.mark.parametrize("act", ["reply", "uphold", "dismiss"])
def test_nobody_judges_an_objection_to_their_own_matter(
    post: Post, wang: Person, chen: Person, lin: Person, act: str
) -> None:
    """Not who posted, not who decided, not who objects."""
    posting = post(decided_by=[chen])
    objection = actions.object_to(
        posting_id=posting.pk, name=lin.name, contact="13800001111", text="不公平", by=lin,
        at=moment("2025-04-22 10:00"),
    )  # fmt: skip
    word = "text" if act == "reply" else "because"
    for who, part in ((wang, "发布人"), (chen, "作出所公示决定的人"), (lin, "异议人")):
        with pytest.raises(refusals.OwnMatter, match=part):
            getattr(actions, act)(
                objection_id=objection.pk, by=who, at=moment("2025-04-22 11:00"), **{word: "理由"}
            )
    objection.refresh_from_db()
    assert objection.state == "received"


@pytest.mark.clause("5.1")
def test_an_objection_is_answered_in_two_working_days_or_the_desk_is_told(
    post: Post, mo: Person
) -> None:
    appoint(mo, "publicity.desk")
    posting = post(at="2025-04-21 10:00")
    objection = object_(posting, "2025-04-24 10:00")  # Sunday the 27th is worked
    assert objection.reply_due_at == moment("2025-04-28 00:00")
    fire_due(at=objection.reply_due_at)
    assert Notice.objects.filter(person=mo, title__contains="逾期未答复").count() == 1
    actions.reply(objection_id=objection.pk, text="已受理", by=mo, at=moment("2025-04-28 09:00"))
    objection.refresh_from_db()
    assert (objection.state, objection.reply) == ("replied", "已受理")
    with pytest.raises(refusals.NoWords):
        actions.reply(objection_id=objection.pk, text=" ", by=mo, at=moment("2025-04-28 09:01"))


def test_an_answer_in_time_leaves_no_timer_and_tells_whoever_objected(
    post: Post, mo: Person, lin: Person
) -> None:
    posting = post(at="2025-04-21 10:00")
    objection = actions.object_to(
        posting_id=posting.pk, name=lin.name, contact="13800001111", text="不公平", by=lin,
        at=moment("2025-04-22 10:00"),
    )  # fmt: skip
    actions.reply(objection_id=objection.pk, text="已受理", by=mo, at=moment("2025-04-22 11:00"))
    assert Timer.objects.get(key=f"objection/{objection.pk}/reply").state == "canceled"
    assert Notice.objects.filter(person=lin, title="您的异议已答复").exists()


def test_the_same_words_sent_twice_are_one_objection(post: Post) -> None:
    posting = post()
    first = object_(posting, "2025-04-22 10:00")
    assert object_(posting, "2025-04-22 10:01").pk == first.pk
    assert object_(posting, "2025-04-22 10:02", text="另一件").seq == 2


def test_a_flood_of_objections_from_nobody_does_not_shut_out_who_signs_in(
    post: Post, lin: Person
) -> None:
    posting = post()
    for k in range(rules.MOST_UNSIGNED_AN_HOUR):
        object_(posting, "2025-04-22 10:00", text=f"第 {k} 条")
    with pytest.raises(refusals.TooMany, match="20 条"):
        object_(posting, "2025-04-22 10:01", text="又一条")
    actions.object_to(
        posting_id=posting.pk, name=lin.name, contact="13800001111", text="确有问题", by=lin,
        at=moment("2025-04-22 10:01"),
    )  # fmt: skip
    assert object_(posting, "2025-04-22 11:00", text="一小时后").seq == 22


@pytest.mark.parametrize("gap", [{"name": " "}, {"contact": ""}])
def test_an_anonymous_objection_is_refused_with_the_way_for_it(
    post: Post, gap: dict[str, str]
) -> None:
    given = {"name": "莫思齐", "contact": "13800001111", "text": "有问题"} | gap
    with pytest.raises(refusals.NoName) as no:
        actions.object_to(posting_id=post().pk, by=None, at=moment("2025-04-22 10:00"), **given)
    assert "纪委" in no.value.remedy


@pytest.mark.clause("T30")
def test_an_amended_posting_counts_anew_from_that_day(post: Post, wang: Person) -> None:
    posting = post(at="2025-04-21 10:00")
    amended = actions.amend(
        posting_id=posting.pk, rows=[("金额", "¥118,000.00")], by=wang,
        at=moment("2025-04-24 15:00"), because="金额写错",
    )  # fmt: skip
    assert amended.content_sha256 != posting.content_sha256
    assert amended.restarts == 1
    assert reads.window_of(amended).last_on.isoformat() == "2025-04-30"
    fire_due(at=moment("2025-04-28 00:01"))
    amended.refresh_from_db()
    assert amended.state == Posting.State.OPEN
    fire_due(at=moment("2025-05-01 00:01"))
    amended.refresh_from_db()
    assert amended.state == Posting.State.CLOSED
    assert trail.of(posting).filter(what="publicity.restarted").get().facts["about"] == "case:1"


def test_an_amendment_that_changes_nothing_moves_nothing(post: Post, wang: Person) -> None:
    posting = post()
    kept = actions.amend(
        posting_id=posting.pk, body=posting.body, by=wang, at=moment("2025-04-24 15:00"),
        because="看一遍",
    )  # fmt: skip
    assert kept.restarts == 0


def test_an_ended_posting_is_neither_amended_nor_restarted(post: Post, wang: Person) -> None:
    posting = post(at="2025-04-21 10:00")
    fire_due(at=moment("2025-04-28 00:01"))
    at = moment("2025-04-28 09:00")
    with pytest.raises(refusals.NotOpen, match="不能再更正"):
        actions.amend(posting_id=posting.pk, body="新", by=wang, at=at, because="改")
    with pytest.raises(refusals.NotOpen, match="不能再重新起算"):
        actions.restart(posting_id=posting.pk, by=wang, at=at, because="再来")


@pytest.mark.clause("R227")
def test_a_posting_leaves_the_public_page_by_itself_when_its_time_is_over(post: Post) -> None:
    posting = post(at="2025-04-21 10:00")
    fire_due(at=moment("2025-07-26 23:00"))
    posting.refresh_from_db()
    assert posting.taken_down_at is None
    fire_due(at=moment("2025-07-28 00:00"))
    posting.refresh_from_db()
    assert (posting.state, posting.taken_down_at) == ("closed", posting.shown_until)
    assert reads.public().count() == 0


def test_a_posting_that_is_withdrawn_ends_and_nothing_fires_any_more(
    post: Post, wang: Person
) -> None:
    posting = post(at="2025-04-21 10:00")
    gone = actions.take_down(
        posting_id=posting.pk, by=wang, at=moment("2025-04-22 10:00"), because="采购取消"
    )
    assert gone.state == Posting.State.WITHDRAWN
    assert Timer.objects.filter(key__startswith="posting/", state="pending").count() == 0
    with pytest.raises(refusals.WindowOver):
        object_(posting, "2025-04-22 11:00")


@pytest.mark.clause("R032")
def test_what_was_posted_is_proved_by_a_text_with_its_hash(post: Post) -> None:
    posting = post(at="2025-09-29 10:00")
    fire_due(at=moment("2025-10-14 00:01"))
    assert [proof.moment for proof in reads.proofs(posting)] == ["posted", "ended"]
    kept = reads.proofs(posting).last()
    assert kept is not None
    text = files.path_of(kept.text.sha256).read_text(encoding="utf-8")
    assert posting.content_sha256 in text
    assert "5) 2025-10-13" in text
    canonical = text.split("\n\n", 1)[1]
    assert rules.digest(canonical) == posting.content_sha256
    assert kept.text in reads.evidence("case:1")
    assert Kind.SCREENSHOT not in [file.kind for file in reads.evidence("case:1")]


def test_the_database_refuses_a_window_that_is_closed_early(post: Post) -> None:
    posting = post()
    with pytest.raises(IntegrityError, match="posting_is_never_closed_early"), transaction.atomic():
        Posting.objects.filter(pk=posting.pk).update(
            state="closed", ended_at=moment("2025-04-25 09:00")
        )


def test_the_desk_and_the_poster_are_told_of_an_objection(
    post: Post, mo: Person, wang: Person, lin: Person
) -> None:
    appoint(mo, "publicity.desk")
    object_(post(), "2025-04-22 10:00")
    told = Notice.objects.filter(title__contains="收到第 1 条异议")
    assert {notice.person_id for notice in told} == {mo.pk, wang.pk}


@pytest.mark.clause("R032")
def test_an_own_proof_waits_for_its_picture(post: Post) -> None:
    post()
    assert Proof.objects.filter(picture=None, due_at__isnull=False).count() == 1
