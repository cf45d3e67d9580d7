"""What is sealed is kept as long as was promised, and what was done with it stays told."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions, audits, holds, jobs, reads, registry, vault
from smartunion.kernel.private.refusals import Held, NothingSealed
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

ABOUT = "test.case:12"
TERMS = {
    "answers_years": 3,
    "drafts_hours": 24,
    "location_days": 30,
    "reports_years": 5,
    "aid_years": 5,
}
KINDS = ("test.answers", "test.draft", "test.place", "test.report")


def day(*given: int) -> datetime:
    return datetime(*given, tzinfo=CAMPUS)


@pytest.fixture(autouse=True)
def kinds(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRIVATE_RECORDS = "smartunion.kernel.private.tests.kinds.RECORDS"
    settings.PRIVATE_TERMS = "smartunion.kernel.private.tests.test_keeping.terms"


def terms(on: object) -> dict[str, int]:
    return TERMS


def seal(kind: str, lin: Person, at: datetime = MARCH_5, about: str = ABOUT) -> None:
    actions.seal(about=about, kind=kind, data={"a": 1}, subject=lin, by=lin, at=at)


def unlinked() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(audits.UNLINKED)
        return cursor.fetchall()


def untold() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(audits.UNTOLD)
        return cursor.fetchall()


def by_hand(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


# ---------- how long ----------


@pytest.mark.parametrize(
    ("kind", "last", "gone"),
    [
        ("test.draft", day(2025, 3, 6, 11, 59, 59), day(2025, 3, 6, 12, 0)),
        ("test.place", day(2025, 4, 4, 11, 59, 59), day(2025, 4, 4, 12, 0)),
        ("test.answers", day(2028, 3, 5, 11, 59, 59), day(2028, 3, 5, 12, 0)),
        ("test.report", day(2030, 3, 5, 11, 59, 59), day(2030, 3, 5, 12, 0)),
    ],
)
def test_each_class_goes_at_its_term_to_the_second(
    lin: Person, kind: str, last: datetime, gone: datetime
) -> None:
    seal(kind, lin)
    assert jobs.erase_due(last) == 0
    assert reads.versions(ABOUT, kind) == 1
    assert jobs.erase_due(gone) == 1
    assert reads.versions(ABOUT, kind) == 0
    with pytest.raises(NothingSealed):
        actions.open_sealed(about=ABOUT, kind=kind, by=lin, purpose="本人查看", at=MARCH_5)


def test_a_new_version_promises_anew(lin: Person) -> None:
    """A draft that is saved again has its 24 hours from then."""
    seal("test.draft", lin)
    seal("test.draft", lin, MARCH_5 + timedelta(hours=20))
    assert jobs.erase_due(MARCH_5 + timedelta(hours=24)) == 0
    assert jobs.erase_due(MARCH_5 + timedelta(hours=44)) == 1


def test_what_was_promised_is_not_lengthened_by_later_terms(
    lin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal("test.answers", lin)
    monkeypatch.setitem(TERMS, "answers_years", 30)
    assert jobs.erase_due(MARCH_5.replace(year=2028)) == 1


def test_the_29th_of_february_ends_on_the_first_of_march(lin: Person) -> None:
    leap = datetime(2028, 2, 29, 9, 0, tzinfo=CAMPUS)
    kind = registry.kind_of("test.answers")
    assert registry.erased_from(kind, leap) == datetime(2031, 3, 1, 9, 0, tzinfo=CAMPUS)


def test_what_was_sealed_before_any_plan_is_dated_when_there_is_one(lin: Person, settings) -> None:
    settings.PRIVATE_TERMS = "smartunion.kernel.private.tests.kinds.no_terms"
    seal("test.place", lin)
    assert jobs.erase_due(MARCH_5 + timedelta(days=3_650)) == 0
    settings.PRIVATE_TERMS = "smartunion.kernel.private.tests.test_keeping.terms"
    assert jobs.erase_due(MARCH_5 + timedelta(days=29)) == 0
    assert jobs.erase_due(MARCH_5 + timedelta(days=30)) == 1


def test_erasing_leaves_a_proof_and_an_entry_and_tells_the_person(lin: Person) -> None:
    seal("test.place", lin)
    seal("test.place", lin, MARCH_5 + timedelta(hours=1))
    at = MARCH_5 + timedelta(days=31)
    assert jobs.erase_due(at) == 1
    (gone,) = reads.erased_of(lin)
    assert (gone.what, gone.versions, gone.at) == ("位置", 2, at)
    assert gone.because == "保存期满：2025-04-04"
    assert len(gone.digest) == 64
    entry = Entry.objects.get(what="private.erased")
    assert entry.because == gone.because
    assert ABOUT not in f"{entry.subject} {entry.because} {entry.facts}"


def test_a_record_passed_over_is_found(lin: Person) -> None:
    seal("test.place", lin)
    seal("test.place", lin, MARCH_5 + timedelta(days=40), about="test.case:13")
    by_hand("UPDATE private_recordkey SET erase_at = NULL WHERE about = 'test.case:12'")
    with connection.cursor() as cursor:  # as if a worker had skipped it
        cursor.execute("SELECT * FROM private_due(%s, 10, '{}')", [MARCH_5 + timedelta(days=80)])
    actions.erase_due(at=MARCH_5 + timedelta(days=80))
    assert audits.overdue() == []
    by_hand(
        "UPDATE private_recordkey SET erase_at = '2025-04-04 12:00+08' WHERE about = 'test.case:12'"
    )
    assert [where.split()[0] for where, _ in audits.overdue()] == ["private_recordkey"]
    jobs.erase_due(MARCH_5 + timedelta(days=81))
    assert audits.overdue() == []


def test_what_nobody_destroys_is_an_alarm_after_an_hour_that_names_nobody(lin: Person) -> None:
    from smartunion.site.guarding import unerased

    for number in range(3):
        seal("test.draft", lin, about=f"test.case:{number}")
    due = MARCH_5 + timedelta(hours=24)
    assert list(unerased(due + timedelta(minutes=59))) == []
    (finding,) = unerased(due + timedelta(hours=1))
    assert (finding.subject, finding.text) == (
        "测评草稿", "3 份到期未销毁，最早的应在 2025-03-06",
    )  # fmt: skip
    jobs.erase_due(due + timedelta(hours=1))
    assert list(unerased(due + timedelta(hours=2))) == []


def test_everybody_may_read_what_is_sealed_who_opens_it_and_for_how_long(lin: Person) -> None:
    from django.test import Client

    from tests.cast import appoint

    office = appoint(lin, "test.assess").office
    client = Client()
    client.force_login(lin)
    page = client.get("/private/kinds/").content.decode()
    for told in (
        "测评答卷",
        "保存 3 年",
        f"中心评估：{office.title}",
        "保存 24 小时",
        "保存 30 日",
    ):
        assert told in page
    assert "复核计分：系统作业" in page
    assert "寻找：正在办理这件事的人" in page
    assert page.count("本人随时可看") == 4, "all but the whereabouts"


@pytest.mark.django_db(transaction=True)
def test_two_workers_erase_each_record_once() -> None:
    for number in range(12):
        actions.seal(about=f"test.case:{number}", kind="test.draft", data={}, by=None, at=MARCH_5)
    done: list[int] = []

    def work() -> None:
        try:
            done.append(jobs.erase_due(MARCH_5 + timedelta(days=2)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 12
    assert Entry.objects.filter(what="private.erased").count() == 12


# ---------- the chain ----------


@pytest.fixture
def chain(lin: Person) -> Iterator[None]:
    """Three readings and an erasure, linked in two links."""
    seal("test.answers", lin)
    for day in range(3):
        actions.open_sealed(
            about=ABOUT, kind="test.answers", by=lin, purpose="本人查看",
            at=MARCH_5 + timedelta(days=day),
        )  # fmt: skip
    assert jobs.link_log(MARCH_5) == 3
    assert jobs.link_log(MARCH_5) == 0
    actions.erase(about=ABOUT, kind="test.answers", by=lin, at=MARCH_5, because="本人要求")
    assert jobs.link_log(MARCH_5) == 1
    assert unlinked() == []
    return


@pytest.mark.breaks
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE private_access SET purpose = '别的'",
        "DELETE FROM private_access WHERE id = (SELECT min(id) FROM private_access)",
        "UPDATE private_access SET by_id = NULL",
        "UPDATE private_deletion SET because = '别的'",
        "DELETE FROM private_deletion",
        "DELETE FROM private_link WHERE id = (SELECT min(id) FROM private_link)",
        "UPDATE private_link SET rows = rows + 1 WHERE id = (SELECT max(id) FROM private_link)",
    ],
)
def test_whatever_is_changed_in_the_log_breaks_the_chain(chain: None, sql: str) -> None:
    by_hand(sql)
    assert unlinked() != []


def test_a_log_that_is_chained_anew_is_not_what_the_journal_says(chain: None) -> None:
    """Whoever rebuilds lines and links together still meets the hashes that the tree holds."""
    assert untold() == []
    told = Entry.objects.filter(what="private.log_linked").order_by("pk")
    assert [one.facts["lines"] for one in told] == [3, 1]
    by_hand("UPDATE private_link SET hash = repeat('0', 64) WHERE previous_hash <> ''")
    assert [what for _, what in untold()] == ["the journal has another hash"]


@pytest.mark.django_db(transaction=True)
def test_the_chain_waits_for_nobody_and_leaves_no_line_out(transactional_db: None) -> None:
    """A line whose transaction is still open has a smaller number than one that is committed."""
    actions.seal(about=ABOUT, kind="test.place", data={"a": 1}, by=None, at=MARCH_5)
    lin = Person.objects.create(username="lin", name="林晓梅")
    opened, done = threading.Event(), threading.Event()

    def reads_slowly() -> None:
        try:
            with transaction.atomic():
                find(lin)
                opened.set()
                done.wait(5)
        finally:
            connection.close()

    slow = threading.Thread(target=reads_slowly)
    slow.start()
    assert opened.wait(5)
    find(lin)
    assert jobs.link_log(MARCH_5) == 0, "the older line is not there yet"
    done.set()
    slow.join()
    assert jobs.link_log(MARCH_5) == 2
    assert unlinked() == []


def find(by: Person) -> dict[str, object]:
    return actions.open_sealed(about=ABOUT, kind="test.place", by=by, purpose="find", at=MARCH_5)


# ---------- a table for each month ----------


def tables() -> dict[str, tuple[bool, int]]:
    return {one["name"][15:]: (one["attached"], one["lines"]) for one in vault.log_tables()}


def at_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_each_month_has_a_table_of_its_own_and_no_line_is_lost_before_there_is_one(
    lin: Person, settings
) -> None:
    """Before any month lines lie in the rest; making it moves them; the chain stays whole."""
    from smartunion.site.guarding import unmade

    seal("test.answers", lin)
    find_own: Any = {"about": ABOUT, "kind": "test.answers", "by": lin, "purpose": "本人查看"}
    assert list(unmade(MARCH_5)) == [], "nothing was read yet"
    for late in (0, 1, 30):
        actions.open_sealed(at=MARCH_5 + timedelta(days=late), **find_own)
    assert jobs.link_log(MARCH_5) == 3
    assert tables() == {"rest": (True, 3)}
    assert [one.subject for one in unmade(MARCH_5)] == ["查阅日志", "查阅日志", "查阅日志余表"]
    at_once()
    jobs.keep_log(MARCH_5)
    jobs.keep_log(MARCH_5)
    assert tables() == {
        "202503": (True, 2), "202504": (True, 1), "202505": (True, 0), "rest": (True, 0),
    }  # fmt: skip
    assert (unlinked(), audits.fence(), list(unmade(MARCH_5))) == ([], [], [])
    assert [one.at.day for one in reads.accesses(ABOUT)] == [4, 6, 5]
    (early,) = unmade(MARCH_5 + timedelta(days=70))
    assert early.text.startswith("2025年06月的分区还没有")
    made = Entry.objects.filter(what="private.month_made")
    assert [one.subject.partition(":")[2] for one in made.order_by("pk")] == [
        "202503", "202504", "202505",
    ]  # fmt: skip
    refused = pytest.raises(DatabaseError, match="refuses UPDATE")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE private_access_202503 SET purpose = '别的'")


@pytest.mark.breaks
def test_a_month_taken_out_after_its_years_stays_in_the_chain(
    lin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page shows it any more; whoever changes a line of it breaks the chain all the same."""
    monkeypatch.setitem(TERMS, "access_years", 6)
    seal("test.report", lin)
    find_own: Any = {"about": ABOUT, "kind": "test.report", "by": lin, "purpose": "本人查看"}
    at_once()
    jobs.keep_log(MARCH_5)
    actions.open_sealed(at=MARCH_5, **find_own)
    at_once()
    then = MARCH_5.replace(year=2031, month=4)
    jobs.keep_log(then)
    assert tables()["202503"] == (True, 1), "not linked yet: it stays"
    jobs.link_log(MARCH_5)
    jobs.keep_log(MARCH_5.replace(year=2031))
    assert tables()["202503"] == (True, 1), "six years are over when the month is"
    jobs.keep_log(then)
    assert tables()["202503"] == (False, 1)
    assert reads.accesses(ABOUT) == []
    actions.open_sealed(at=then, **find_own)
    jobs.link_log(then)
    assert (unlinked(), audits.fence()) == ([], [])
    by_hand("UPDATE private_access_202503 SET purpose = '别的'")
    assert [where for where, _ in unlinked()] != []


# ---------- new master keys ----------


def test_keys_are_locked_again_in_batches_that_may_be_broken_off(lin: Person, settings) -> None:
    from smartunion.kernel.private.tests.test_private import key

    settings.PRIVATE_KEY = key("k1", 1)
    for number in range(5):
        seal("test.answers", lin, about=f"test.case:{number}")
    settings.PRIVATE_KEY = f"{key('k2', 2)},{key('k1', 1)}"
    assert actions.lock_again(at=MARCH_5, most=2) == 2  # broken off here
    assert audits.broken() == []  # both keys open meanwhile
    assert [actions.lock_again(at=MARCH_5, most=2) for _ in range(3)] == [2, 1, 0]
    settings.PRIVATE_KEY = key("k2", 2)
    assert audits.broken() == []
    entries = Entry.objects.filter(what="private.locked_again").order_by("pk")
    assert [entry.facts["keys"] for entry in entries] == [2, 2, 1]
    assert vault.keys_under("k2", most=10) == []


# ---------- what is held ----------

HOLD: set[str] = set()
HOLDS = (lambda: HOLD,)


@pytest.fixture
def hold(settings) -> Iterator[set[str]]:
    settings.PRIVATE_HOLDS = "smartunion.kernel.private.tests.test_keeping.HOLDS"
    yield HOLD
    HOLD.clear()


def test_what_is_held_outlives_its_day_and_stops_nobody_behind_it(
    lin: Person, hold: set[str]
) -> None:
    """The held ones come first in the batch; what is behind them goes all the same."""
    hold.add(ABOUT)
    seal("test.place", lin)
    other = "test.case:13"
    seal("test.place", lin, MARCH_5 + timedelta(seconds=1), about=other)
    late = MARCH_5 + timedelta(days=31)
    assert actions.erase_due(at=late, most=1) == 1
    assert (reads.versions(ABOUT, "test.place"), reads.versions(other, "test.place")) == (1, 0)
    with pytest.raises(Held):
        actions.erase(about=ABOUT, kind="test.place", by=lin, at=late, because="本人申请")
    assert reads.overdue_kinds(late) == []
    assert audits.overdue() == []
    hold.clear()
    assert [kind for kind, *_ in reads.overdue_kinds(late)] == ["位置"]
    assert jobs.erase_due(late) == 1


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_the_eraser_and_the_eraser_for_the_hold(
    lin: Person, hold: set[str]
) -> None:
    """Between looking what is held and erasing, nobody puts a hold; and the other way round."""
    seal("test.place", lin)
    late, order, begun = MARCH_5 + timedelta(days=31), [], threading.Event()

    def erase() -> None:
        begun.set()
        actions.erase_due(at=late)
        order.append("erased")
        connection.close()

    with transaction.atomic():
        holds.before_holding()
        eraser = threading.Thread(target=erase)
        eraser.start()
        begun.wait(5)
        eraser.join(0.3)
        hold.add(ABOUT)
        order.append("held")
    eraser.join(10)
    assert order == ["held", "erased"]
    assert reads.versions(ABOUT, "test.place") == 1
