"""In an emergency one record opens to one person for minutes; it is reviewed, the person told."""

from datetime import datetime, timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from smartunion.domains.crisis.public import open_case
from smartunion.domains.planning import public as planning
from smartunion.kernel.base import clock
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.private import actions, audits, glass, reads
from smartunion.kernel.private.define import GLASS
from smartunion.kernel.private.glass import Proof
from smartunion.kernel.private.models import Glass
from smartunion.kernel.private.refusals import (
    NoGlass,
    NotByGlass,
    NotForYou,
    NothingSealed,
    NotLater,
    OwnGlass,
    ProveYourself,
    ReviewedAlready,
    ToldAlready,
    Unreviewed,
)
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, appoint

ABOUT, KIND = "test.case:12", "test.answers"
LATER = MARCH_5 + timedelta(days=7)
MINUTE = timedelta(minutes=1)
WORDS = "电话里说要从楼上跳下去"
TERMS = {
    "answers_years": 3,
    "reports_years": 5,
    "glass_minutes": 15,
    "glass_factor_minutes": 5,
    "glass_review_days": 7,
    "glass_tell_days": 3,
}


def terms(on: object) -> dict[str, int]:
    return TERMS


@pytest.fixture
def kinds(settings) -> None:
    settings.PRIVATE_RECORDS = "smartunion.kernel.private.tests.kinds.RECORDS"
    settings.PRIVATE_TERMS = "smartunion.kernel.private.tests.test_glass.terms"


@pytest.fixture
def case(kinds: None, lin: Person, chen: Person, wang: Person) -> None:
    """lin's answers are sealed; chen may break the glass, wang reviews."""
    for kind in (KIND, "test.report"):
        actions.seal(about=ABOUT, kind=kind, data={"a": 5}, subject=lin, by=lin, at=MARCH_5)
    appoint(chen, "private.glass")
    appoint(wang, "private.review")


def shatter(by: Person, at: datetime = MARCH_5, **given: object) -> Glass:
    asked = {
        "about": ABOUT, "kind": KIND, "reason": Glass.Reason.LIFE, "because": WORDS,
        "proof": Proof("totp", at), **given,
    }  # fmt: skip
    return glass.shatter(by=by, at=at, **asked)


def look(by: Person, at: datetime = MARCH_5, kind: str = KIND) -> dict[str, object]:
    return actions.open_sealed(about=ABOUT, kind=kind, by=by, purpose=GLASS, at=at)


def review(broken: Glass, by: Person, at: datetime = LATER) -> Glass:
    verdict = Glass.Verdict.DUE
    return glass.review(glass_id=broken.pk, verdict=verdict, by=by, at=at, because="情况属实，必要")


# ---------- breaking ----------


def test_one_record_opens_to_one_person_for_fifteen_minutes(
    case: None, chen: Person, mo: Person, lin: Person
) -> None:
    with pytest.raises(NoGlass):
        look(chen)
    broken = shatter(chen)
    assert look(chen) == look(chen, MARCH_5 + 15 * MINUTE - timedelta(seconds=1)) == {"a": 5}
    lines = reads.accesses_to(lin)
    assert [(line.by, line.purpose, line.glass_id) for line in lines] == [
        (chen, "紧急查阅：本人有生命危险", broken.pk)
    ] * 2
    with pytest.raises(NoGlass):
        look(chen, MARCH_5 + 15 * MINUTE)
    with pytest.raises(NoGlass):
        look(mo)
    with transaction.atomic(), pytest.raises(NothingSealed):
        actions.open_sealed(about="test.case:13", kind=KIND, by=chen, purpose=GLASS, at=MARCH_5)


def test_who_may_not_and_what_does_not_open_so(
    case: None, chen: Person, mo: Person, lin: Person
) -> None:
    appoint(lin, "private.glass")
    with pytest.raises(NotForYou):
        shatter(mo)
    with pytest.raises(NotByGlass):
        shatter(chen, kind="test.report")
    with pytest.raises(NothingSealed):
        shatter(chen, about="test.case:13")
    with pytest.raises(OwnGlass):
        shatter(lin)
    assert not Glass.objects.exists()


@pytest.mark.parametrize("seconds", [None, -301, 1])
def test_the_second_factor_is_fresh(case: None, chen: Person, seconds: int | None) -> None:
    proof = None if seconds is None else Proof("totp", MARCH_5 + timedelta(seconds=seconds))
    with pytest.raises(ProveYourself):
        shatter(chen, proof=proof)
    assert shatter(chen, proof=Proof("webauthn", MARCH_5 - 5 * MINUTE)).factor == "webauthn"


def test_breaking_what_is_still_broken_changes_nothing(case: None, chen: Person) -> None:
    first = shatter(chen)
    assert shatter(chen, MARCH_5 + 5 * MINUTE, proof=None) == first
    assert shatter(chen, MARCH_5 + 15 * MINUTE) != first


def test_the_journal_says_who_and_which_emergency_and_never_of_whom(
    case: None, chen: Person
) -> None:
    shatter(chen)
    entry = Entry.objects.get(what="private.glass_broken")
    told = f"{entry.subject} {entry.because} {entry.facts}"
    assert "生命危险" in told
    assert not any(word in told for word in (ABOUT, KIND, WORDS, "林晓梅"))


# ---------- reviewing ----------


def test_a_week_without_review_blocks_the_office_until_it_is_reviewed(
    case: None, chen: Person, mo: Person, wang: Person
) -> None:
    appointment = appoint(mo, "private.glass")
    appointment.office.title = "另一岗位"
    appointment.office.save()
    broken = shatter(chen)
    assert shatter(chen, LATER - 16 * MINUTE).pk != broken.pk
    with pytest.raises(Unreviewed, match="满 7 天"):
        shatter(chen, LATER)
    assert shatter(mo, LATER).office == "另一岗位", "an emergency finds another office"
    review(broken, wang)
    assert shatter(chen, LATER).office == "测试岗位"


def test_nobody_reviews_their_own_and_a_review_is_final(
    case: None, chen: Person, wang: Person, lin: Person
) -> None:
    broken = shatter(chen)
    for no in (chen, lin):
        with pytest.raises(OwnGlass):
            review(broken, no)
    review(broken, wang)
    with pytest.raises(ReviewedAlready):
        review(broken, wang)
    with pytest.raises(IntegrityError), transaction.atomic():
        shatter(chen, LATER).__class__.objects.create(
            by=chen, office="x", about=ABOUT, kind=KIND, reason="life", because="x", factor="totp",
            proven_at=MARCH_5, at=MARCH_5, until=LATER, reviewed_by=chen, reviewed_at=LATER,
            verdict="due",
        )  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM private_glass",
        "UPDATE private_glass SET because = '别的'",
        "UPDATE private_glass SET until = until + interval '1 hour'",
        "UPDATE private_glass SET verdict = 'undue'",
    ],
)
def test_the_database_refuses_to_rewrite_a_glass(
    case: None, chen: Person, wang: Person, sql: str
) -> None:
    review(shatter(chen), wang)
    refused = pytest.raises(DatabaseError, match="refuses")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_telling_is_put_off_only_for_days_and_with_a_reason(
    case: None, chen: Person, wang: Person
) -> None:
    broken = shatter(chen)
    given = {"glass_id": broken.pk, "by": wang, "at": MARCH_5}
    for until, because in (
        (MARCH_5 + timedelta(days=3, seconds=1), "仍在抢救"),
        (MARCH_5, "仍在抢救"),
        (LATER, " "),
    ):
        with pytest.raises(NotLater):
            glass.put_off(until=until, because=because, **given)
    later = MARCH_5 + timedelta(days=2)
    assert glass.put_off(until=later, because="仍在抢救", **given).tell_due_at == later
    glass.tell(**given)
    with pytest.raises(ToldAlready):
        glass.tell(**given)


# ---------- the audit ----------


@pytest.mark.breaks
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE private_access SET at = at + interval '15 minutes'",
        "UPDATE private_access SET by_id = NULL",
        "UPDATE private_access SET kind = 'test.report'",
        "UPDATE private_access SET glass_id = 0",
    ],
)
def test_a_reading_that_no_glass_covers_is_found(case: None, chen: Person, sql: str) -> None:
    shatter(chen)
    look(chen)
    with connection.cursor() as cursor:
        cursor.execute(audits.THROUGH)
        assert cursor.fetchall() == []
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute(audits.THROUGH)
        assert len(cursor.fetchall()) == 1


# ---------- in the house ----------


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def code(secret: str) -> str:
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    )


def test_the_psychologist_breaks_the_glass_and_everybody_hears_of_it(
    organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the second factor to the person's own page, as the house is wired."""
    planning.import_year(year=2025, by=None, at=MARCH_5, because="test")
    monkeypatch.setenv(
        clock.VARIABLE, str((MARCH_5 - datetime.now(MARCH_5.tzinfo)).total_seconds())
    )
    lin, zhao, sun = organization["lin"], organization["zhao"], organization["sun"]
    number = open_case(
        subject=lin, unit=Unit.objects.get(code="B01"), source="report", drill=False,
        basis="同事报告", by=None, at=clock.now(),
    )  # fmt: skip
    client = signed_in(zhao)
    assert "找资料" in client.get("/private/glass/").content.decode()
    assert "没有编号为" in client.get("/private/glass/?number=R2025-999").content.decode()
    asked = {"number": number, "kind": "crisis.subject", "reason": "life", "because": WORDS}
    refused = client.post("/private/glass/", asked)
    assert refused.status_code == 403
    assert "去验证" in refused.content.decode()
    assert WORDS in refused.content.decode(), "what was filled in is not lost"

    secret = totp.generate_totp_secret()
    totp.TOTP.activate(zhao, secret)
    here = f"/private/glass/?number={number}"
    again = client.post("/accounts/2fa/reauthenticate/", {"code": code(secret), "next": here})
    assert again["Location"] == here
    opened = client.post("/private/glass/", asked)
    page = client.get(opened["Location"])
    assert "林晓梅" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert signed_in(sun).get(opened["Location"]).status_code == 403

    deliver(at=clock.now())
    told = Notice.objects.get(person=sun, about=f"private.glass/{Glass.objects.get().pk}")
    assert not any(w in told.title + told.text for w in ("林晓梅", number, "生命", WORDS))
    board = signed_in(sun).get("/private/reviews/").content.decode()
    assert WORDS in board
    assert "赵明华" in board
    assert "林晓梅" not in board, "the reviewer reads who and why, not whose"
    pk = Glass.objects.get().pk
    assert reads.UNTOLD in signed_in(lin).get("/private/").content.decode()
    verdict = {"verdict": "due", "because": "情况属实，必要"}
    assert signed_in(sun).post(f"/private/reviews/{pk}/verdict/", verdict).status_code == 302
    assert signed_in(sun).post(f"/private/reviews/{pk}/telling/").status_code == 302
    deliver(at=clock.now())
    notice = Notice.objects.get(person=lin, about=f"private.glass/{pk}/told")
    assert not any(w in notice.title + notice.text for w in ("心理", "生命", "红", number))
    assert "紧急查阅：本人有生命危险" in signed_in(lin).get("/private/").content.decode()


def test_what_is_late_is_said_again_to_the_reviewers(
    organization: dict[str, Person], settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smartunion.site import guarding

    settings.PRIVATE_RECORDS = "smartunion.kernel.private.tests.kinds.RECORDS"
    settings.PRIVATE_TERMS = "smartunion.kernel.private.tests.test_glass.terms"
    lin, zhao, sun = organization["lin"], organization["zhao"], organization["sun"]
    actions.seal(about=ABOUT, kind=KIND, data={"a": 5}, subject=lin, by=lin, at=MARCH_5)
    broken = shatter(zhao)
    deliver(at=MARCH_5)
    from smartunion.kernel.timers.models import Timer

    due = {timer.kind: timer for timer in Timer.objects.filter(key__startswith="private.glass/")}
    assert {kind: timer.due_at for kind, timer in due.items()} == {
        "private.review_due": LATER,
        "private.telling_due": MARCH_5 + timedelta(days=3),
    }
    for timer in due.values():
        guarding.TIMERS[timer.kind](timer, timer.due_at)
    titles = set(Notice.objects.filter(person=sun).values_list("title", flat=True))
    assert titles == {
        f"紧急查阅{broken}，请复核",
        f"紧急查阅{broken}逾期未复核",
        f"紧急查阅{broken}应告知当事人",
    }
    assert not Notice.objects.filter(person=zhao).exists()
