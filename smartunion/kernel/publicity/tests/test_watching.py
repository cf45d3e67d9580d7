"""The page is looked at as the public sees it; what was seen has its consequences."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.urls import reverse

from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions, jobs, proofs, reads, watching
from smartunion.kernel.publicity.chromium import NoPictureError
from smartunion.kernel.publicity.inside import look_inside
from smartunion.kernel.publicity.models import Outage, Posting, Snapshot
from smartunion.kernel.publicity.page_text import Seen
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail import reads as trail
from tests.cast import appoint

from .conftest import moment

Post = Callable[..., Posting]
GONE = Seen(503, "", "维护中")

pytestmark = pytest.mark.django_db


def good(posting: Posting) -> Seen:
    """Return what a look at the page sees when all is well."""
    return Seen(200, reads.said_by(posting).text)


def look(posting: Posting, seen: Seen, at: str) -> Posting:
    """Ask for a look and let it have seen this; return the posting as it then stands."""
    asked = Snapshot.objects.create(posting=posting, asked_at=moment(at))
    watching.saw(snapshot_id=asked.pk, seen=seen, at=moment(at))
    posting.refresh_from_db()
    return posting


@pytest.mark.clause("T30", "R217")
def test_the_page_says_exactly_what_was_posted(post: Post) -> None:
    posting = post()
    seen = look_inside(posting.number)
    assert (seen.status_code, seen.text) == (200, reads.said_by(posting).text)
    assert look(posting, seen, "2025-04-21 10:00").snapshots.get().good


@pytest.mark.clause("T30")
def test_a_look_is_asked_for_every_hour_of_the_window(post: Post) -> None:
    posting = post(at="2025-04-21 10:00")
    fire_due(at=moment("2025-04-21 15:30"))
    hours = [
        s.asked_at.astimezone(moment("2025-01-01").tzinfo).hour for s in posting.snapshots.all()
    ]
    assert hours == [10, 11, 12, 13, 14, 15]
    fire_due(at=moment("2025-04-28 12:00"))
    assert posting.snapshots.count() == 24 * 6 + 15  # Monday 10:00 to Sunday 24:00
    assert Timer.objects.filter(kind="publicity.probe", state="pending").count() == 0


@pytest.mark.clause("T30")
def test_a_page_down_for_an_hour_restarts_the_window_on_the_day_of_repair(
    post: Post, mo: Person
) -> None:
    appoint(mo, "publicity.desk")
    posting = look(post(at="2025-04-21 10:00"), GONE, "2025-04-23 10:00")
    assert posting.restarts == 0
    assert not Notice.objects.filter(person=mo).exists()  # seen once may be a hiccup
    look(posting, GONE, "2025-04-23 10:05")
    assert Notice.objects.get(person=mo).title == "GS-2025-0001 页面打不开"
    look(posting, good(posting), "2025-04-23 11:00")
    assert posting.restarts == 1
    assert reads.window_of(posting).last_on.isoformat() == "2025-04-29"  # 24, 25, 27, 28, 29
    outage = Outage.objects.get()
    assert (outage.restarted, outage.repaired_at) == (True, moment("2025-04-23 11:00"))
    told = trail.of(posting).get(what="publicity.restarted")
    assert told.facts == {"about": "case:1", "closes": "2025-04-29"}
    fire_due(at=moment("2025-04-28 00:01"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.OPEN
    fire_due(at=moment("2025-04-30 00:01"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.CLOSED


@pytest.mark.clause("T30")
def test_a_page_down_for_less_than_an_hour_is_written_down_and_restarts_nothing(
    post: Post,
) -> None:
    posting = look(post(at="2025-04-21 10:00"), GONE, "2025-04-23 10:00")
    again = Timer.objects.get(kind="publicity.probe", state="pending")
    assert again.due_at == moment("2025-04-23 10:05")
    look(posting, good(posting), "2025-04-23 10:59:59")
    assert (posting.restarts, Outage.objects.get().restarted) == (0, False)


@pytest.mark.clause("T30")
def test_a_page_that_says_something_else_restarts_the_window_however_short(
    post: Post, mo: Person
) -> None:
    appoint(mo, "publicity.desk")
    posting = post(at="2025-04-21 10:00")
    changed = Seen(200, reads.said_by(posting).text.replace("128,000", "18,000"))
    look(posting, changed, "2025-04-23 10:00")
    assert Notice.objects.get(person=mo).title == "GS-2025-0001 内容与所公示不符"
    assert "18,000" in posting.snapshots.get().text
    look(posting, good(posting), "2025-04-23 10:05")
    assert posting.restarts == 1


@pytest.mark.clause("T30")
def test_rows_changed_behind_the_desk_are_seen_on_the_page(post: Post) -> None:
    posting = post()
    Posting.objects.filter(pk=posting.pk).update(rows=[["金额", "¥18,000.00"]])
    look(posting, look_inside(posting.number), "2025-04-22 10:00")
    assert Outage.objects.get().kind == Outage.Kind.CHANGED


@pytest.mark.clause("T30")
def test_a_window_never_closes_while_its_page_is_down(post: Post) -> None:
    posting = look(post(at="2025-04-21 10:00"), GONE, "2025-04-27 23:30")
    fire_due(at=moment("2025-04-28 00:01"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.OPEN
    look(posting, good(posting), "2025-04-28 00:20")  # 50 minutes: the window was long enough
    assert (posting.state, posting.restarts) == (Posting.State.CLOSED, 0)


@pytest.mark.clause("T30")
def test_a_long_outage_over_the_end_gives_a_whole_new_window(post: Post) -> None:
    posting = look(post(at="2025-04-21 10:00"), GONE, "2025-04-27 23:30")
    fire_due(at=moment("2025-04-28 00:01"))
    look(posting, good(posting), "2025-04-28 00:30")
    assert (posting.state, posting.restarts) == (Posting.State.OPEN, 1)
    assert reads.window_of(posting).last_on.isoformat() == "2025-05-08"


def test_hours_in_which_nobody_looked_are_told_and_left_to_the_desk(post: Post, mo: Person) -> None:
    appoint(mo, "publicity.desk")
    posting = post(at="2025-04-21 10:00")
    look(posting, good(posting), "2025-04-21 10:01")
    look(posting, good(posting), "2025-04-21 15:00")
    assert (Outage.objects.get().kind, posting.restarts) == (Outage.Kind.UNSEEN, 0)
    assert Notice.objects.get(person=mo).title == "GS-2025-0001 未能核对"


@pytest.mark.clause("T30")
def test_while_a_year_is_played_the_page_is_looked_at_from_inside_every_other_day(
    post: Post, settings: Any
) -> None:
    """And every snapshot says so."""
    settings.PUBLICITY_LOOKS = "inside"
    posting = post(at="2025-04-21 10:00")
    fire_due(at=moment("2025-04-28 00:01"))
    looks = list(reads.looks(posting))
    assert len(looks) == 4
    assert all(each.inside and each.good for each in looks)
    assert proofs.lease(at=moment("2025-04-28 00:01")) is None
    assert {proof.trouble for proof in posting.proofs.all()} == {"模拟全年时没有网页服务"}
    posting.refresh_from_db()
    assert posting.state == Posting.State.CLOSED


@contextmanager
def served(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[str]:
    """Serve an answer over real HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_look_goes_over_http_to_the_public_address(post: Post, settings: Any) -> None:
    posting = post()
    fire_due(at=moment("2025-04-21 10:01"))
    asked: list[str] = []

    def answer(path: str) -> tuple[int, bytes]:
        asked.append(path)
        pieces = "".join(f"<p>{line}</p>" for line in reads.said_by(posting).text.split("\n"))
        return 200, f'<article data-posting="{posting.number}">{pieces}</article>'.encode()

    with served(answer) as settings.PUBLIC_URL:
        assert jobs.look(at=moment("2025-04-21 10:02")) == 1
        assert jobs.look(at=moment("2025-04-21 10:03")) == 0
    assert asked == [reverse("publicity:posting", args=[posting.number])]
    assert posting.snapshots.get().good


def test_a_house_that_does_not_answer_is_down(post: Post, settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:1"
    posting = post()
    fire_due(at=moment("2025-04-21 10:01"))
    jobs.look(at=moment("2025-04-21 10:02"))
    assert posting.snapshots.get().trouble == "连不上网页服务"
    assert Outage.objects.get().kind == Outage.Kind.DOWN


def test_looks_that_piled_up_are_answered_by_one(post: Post, settings: Any) -> None:
    posting = post()
    fire_due(at=moment("2025-04-21 15:01"))
    with served(lambda path: (404, b"")) as settings.PUBLIC_URL:
        assert jobs.look(at=moment("2025-04-21 15:02")) == 1
    assert posting.snapshots.count() == 1


@pytest.mark.clause("R032")
def test_a_picture_that_fails_is_tried_again_and_kept_once(post: Post) -> None:
    posting = post(at="2025-04-21 10:00")

    def broken(url: str) -> bytes:
        raise NoPictureError("本机没有 Chromium")

    at = moment("2025-04-21 10:01")
    assert jobs.take_pictures(at=at, picture=broken) == 0
    proof = posting.proofs.get()
    assert (proof.tries, proof.trouble) == (1, "本机没有 Chromium")
    assert jobs.take_pictures(at=at + timedelta(minutes=1), picture=broken) == 0
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    later = at + timedelta(minutes=5)
    assert jobs.take_pictures(at=later, picture=lambda url: png) == 1
    proof.refresh_from_db()
    assert proof.picture is not None
    assert (proof.picture.kind, proof.due_at) == ("screenshot", None)
    proofs.picture_taken(proof_id=proof.pk, png=png + b"1", at=later)
    assert [f.kind for f in reads.evidence("case:1")] == ["screenshot", "other"]


def test_a_worker_that_died_with_a_picture_leaves_it_to_the_next(post: Post) -> None:
    post(at="2025-04-21 10:00")
    at = moment("2025-04-21 10:01")
    assert proofs.lease(at=at) is not None
    assert proofs.lease(at=at + timedelta(minutes=4)) is None
    assert proofs.lease(at=at + timedelta(minutes=5)) is not None


def test_what_still_stands_when_the_played_year_ends_is_pictured_then(
    post: Post, settings: Any
) -> None:
    settings.PUBLICITY_LOOKS = "inside"
    ended, standing = post(at="2025-04-14 10:00"), post(at="2025-04-21 10:00", about="case:2")
    fire_due(at=moment("2025-04-23 10:42"))
    assert watching.go_public(at=moment("2025-04-23 10:42")) == 1
    assert standing.proofs.get().due_at == moment("2025-04-23 10:42")
    assert ended.proofs.filter(due_at__isnull=False).count() == 0
    settings.PUBLICITY_LOOKS = "http"
    fire_due(at=moment("2025-04-23 11:45"))
    asked = standing.snapshots.filter(at=None).order_by("id").first()
    assert asked is not None
    assert asked.asked_at == moment("2025-04-23 10:42:01")
    watching.saw(snapshot_id=asked.pk, seen=good(standing), at=moment("2025-04-23 10:43"))
    assert not Outage.objects.exists()


def test_what_is_taken_down_is_no_longer_pictured(post: Post, wang: Person) -> None:
    posting = post(at="2025-04-21 10:00")
    at = moment("2025-04-21 11:00")
    actions.take_down(posting_id=posting.pk, by=wang, at=at, because="取消")
    assert proofs.lease(at=at) is None
    assert posting.proofs.get().trouble == "页面已下架，不能再截图"


@pytest.mark.clause("T30")
def test_a_day_ruled_off_moves_the_window_that_counted_it(post: Post) -> None:
    """The school declares Friday a day off: what was to close then closes later."""
    from smartunion.kernel.base.models import CalendarDay

    posting = post(at="2025-04-21 10:00", working_days=3)
    assert reads.window_of(posting).last_on.isoformat() == "2025-04-24"
    CalendarDay.objects.create(
        day="2025-04-24", is_working=False, label="校庆", because="", by="", at=moment("2025-04-22")
    )
    watching.recount(at=moment("2025-04-22 09:00"))
    posting.refresh_from_db()
    assert reads.window_of(posting).last_on.isoformat() == "2025-04-25"
    fire_due(at=moment("2025-04-25 00:01"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.OPEN
    fire_due(at=moment("2025-04-26 00:01"))
    posting.refresh_from_db()
    assert posting.state == Posting.State.CLOSED
