"""Sealed data open only here, only for a reason, and never without a line in the log."""

import base64
import logging
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import Client

from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions, audits, box, reads
from smartunion.kernel.private.keyring import keyring, parsed
from smartunion.kernel.private.models import Consent, Sealed
from smartunion.kernel.private.refusals import NoPurpose, NotConsented, NothingSealed, SealBroken
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

ABOUT, KIND = "aid.case:12", "aid.income"
INCOME = {"monthly_fen": 3_200_00, "ill": "母亲住院", "of": [1, None, True]}
LATER = MARCH_5 + timedelta(days=1)


def key(name: str, byte: int) -> str:
    return f"{name}:{base64.b64encode(bytes([byte]) * 32).decode()}"


@pytest.fixture(autouse=True)
def kinds(settings) -> None:
    settings.PRIVATE_RECORDS = "smartunion.kernel.private.tests.kinds.RECORDS"


@pytest.fixture
def sealed(lin: Person) -> Sealed:
    return actions.seal(about=ABOUT, kind=KIND, data=INCOME, subject=lin, by=lin, at=MARCH_5)


def opened(by: Person, about: str = ABOUT, purpose: str = "核实收入") -> dict[str, object]:
    return actions.open_sealed(about=about, kind=KIND, by=by, purpose=purpose, at=LATER)


def by_hand(sql: str, *values: object) -> None:
    """Change a sealed row past the house, as whoever holds the whole server could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")  # past every trigger
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def looked_up(sql: str, *values: object) -> list[tuple]:
    """Return what is in the tables, as whoever holds the whole server sees it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def ciphertext_of(pk: int) -> bytes:
    return bytes(looked_up("SELECT ciphertext FROM private_sealed WHERE id = %s", pk)[0][0])


# ---------- sealing and opening ----------


def test_what_was_sealed_is_opened_as_it_was(sealed: Sealed, chen: Person) -> None:
    assert opened(chen) == INCOME


def test_the_database_holds_nothing_readable(sealed: Sealed) -> None:
    ((ciphertext, locked),) = looked_up(
        "SELECT ciphertext, locked FROM private_sealed s"
        " JOIN private_recordkey k ON k.id = s.key_id"
    )
    stored = bytes(ciphertext) + bytes(locked)
    assert "母亲".encode() not in stored
    assert b"monthly_fen" not in stored


def test_the_same_data_never_look_the_same(lin: Person, sealed: Sealed) -> None:
    other = actions.seal(about="aid.case:13", kind=KIND, data=INCOME, subject=lin, by=lin, at=LATER)
    assert ciphertext_of(other.pk)[12:] != ciphertext_of(sealed.pk)[12:]


def test_a_record_grows_by_versions_and_the_newest_is_read(
    sealed: Sealed, lin: Person, chen: Person
) -> None:
    newer = actions.seal(about=ABOUT, kind=KIND, data={"monthly_fen": 0}, by=lin, at=LATER)
    assert newer.version == 2
    assert newer.subject_id == lin.pk
    assert opened(chen) == {"monthly_fen": 0}
    assert [line.version for line in reads.accesses(ABOUT)] == [2]
    assert reads.versions(ABOUT, KIND) == 2


def test_a_record_never_becomes_another_person_s(sealed: Sealed, mo: Person) -> None:
    with pytest.raises(ValueError, match="is not of person"):
        actions.seal(about=ABOUT, kind=KIND, data={}, subject=mo, by=mo, at=LATER)


@pytest.mark.parametrize("about", ["", "a|b"])
def test_a_record_has_a_place_of_its_own(lin: Person, about: str) -> None:
    with pytest.raises(ValueError, match="not the name of a place"), transaction.atomic():
        actions.seal(about=about, kind=KIND, data={}, by=lin, at=MARCH_5)


def test_the_trail_says_that_something_was_sealed_and_not_what(sealed: Sealed, lin: Person) -> None:
    entry = Entry.objects.get(what="private.sealed")
    told = f"{entry.subject} {entry.because} {entry.facts}"
    assert ABOUT not in told
    assert KIND not in told


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_get_two_versions() -> None:
    def work() -> None:
        try:
            actions.seal(about=ABOUT, kind=KIND, data={"n": 1}, by=None, at=MARCH_5)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    there = looked_up("SELECT version FROM private_sealed ORDER BY version")
    assert there == [(1,), (2,), (3,), (4,), (5,), (6,)]
    assert looked_up("SELECT versions FROM private_recordkey") == [(6,)]
    assert audits.broken() == []


# ---------- the log ----------


def test_every_reading_is_logged_with_who_when_and_why(sealed: Sealed, chen: Person) -> None:
    opened(chen)
    opened(chen, purpose="核实收入：票决前复核")
    rows = reads.accesses(ABOUT)
    assert [(r.by, r.at, r.purpose, r.kind) for r in rows] == [
        (chen, LATER, "核实收入：票决前复核", KIND),
        (chen, LATER, "核实收入", KIND),
    ]


@pytest.mark.parametrize("purpose", ["", "  "])
def test_nobody_reads_without_saying_why(sealed: Sealed, chen: Person, purpose: str) -> None:
    with pytest.raises(NoPurpose):
        opened(chen, purpose=purpose)
    assert reads.accesses(ABOUT) == []


def test_where_the_log_cannot_be_written_nothing_is_opened(sealed: Sealed, chen: Person) -> None:
    """The table itself refuses: a purpose longer than it holds."""
    with pytest.raises(DatabaseError), transaction.atomic():
        opened(chen, purpose="核实收入：" + "因" * 201)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE private_access ADD CONSTRAINT closed CHECK (id < 0) NOT VALID")
    with pytest.raises(DatabaseError), transaction.atomic():
        opened(chen)
    assert reads.accesses(ABOUT) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE private_access SET purpose = 'x'",
        "DELETE FROM private_access",
        "UPDATE private_sealed SET version = 7",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(sealed: Sealed, chen: Person, sql: str) -> None:
    opened(chen)
    refused = pytest.raises(DatabaseError, match="refuses")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert [line.purpose for line in reads.accesses(ABOUT)] == ["核实收入"]


# ---------- tampering ----------


def test_a_changed_ciphertext_does_not_open(
    sealed: Sealed, chen: Person, caplog: pytest.LogCaptureFixture
) -> None:
    by_hand("UPDATE private_sealed SET ciphertext = set_byte(ciphertext, 20, 0) WHERE true")
    with pytest.raises(SealBroken), caplog.at_level(logging.CRITICAL):
        opened(chen)
    assert f"private_sealed {sealed.pk}" in [where for where, _ in audits.broken()]


def test_two_rows_swapped_do_not_open(sealed: Sealed, lin: Person, chen: Person) -> None:
    """Another person's ciphertext under my name, and an old version in place of the new."""
    actions.seal(about="aid.case:13", kind=KIND, data={"monthly_fen": 1}, by=lin, at=MARCH_5)
    both = looked_up("SELECT id, ciphertext, key_id FROM private_sealed ORDER BY id")
    for (_, ciphertext, key_id), (pk, _, _) in zip(both, reversed(both), strict=True):
        by_hand(
            "UPDATE private_sealed SET ciphertext = %s, key_id = %s WHERE id = %s",
            bytes(ciphertext), key_id, pk,
        )  # fmt: skip
    for about in (ABOUT, "aid.case:13"):
        with pytest.raises(SealBroken):
            opened(chen, about)
    whats = {what for where, what in audits.broken() if where.startswith("private_sealed")}
    assert whats == {"its key is another record's", "changed or moved"}


def test_an_old_version_does_not_pass_for_the_new(
    sealed: Sealed, lin: Person, chen: Person
) -> None:
    newer = actions.seal(about=ABOUT, kind=KIND, data={"monthly_fen": 0}, by=lin, at=LATER)
    by_hand(
        "UPDATE private_sealed SET ciphertext = %s WHERE id = %s",
        ciphertext_of(sealed.pk), newer.pk,
    )  # fmt: skip
    with pytest.raises(SealBroken):
        opened(chen)


def test_a_version_removed_by_hand_is_found(sealed: Sealed, lin: Person) -> None:
    actions.seal(about=ABOUT, kind=KIND, data={}, by=lin, at=LATER)
    assert audits.broken() == []
    by_hand("DELETE FROM private_sealed WHERE version = 2")
    assert (f"private_sealed {ABOUT} {KIND}", "1 versions, 2 were sealed") in audits.broken()


# ---------- master keys ----------


def test_another_master_key_opens_nothing(sealed: Sealed, chen: Person, settings) -> None:
    settings.PRIVATE_KEY = key(keyring().current, 7)  # the same name, another secret
    with pytest.raises(SealBroken):
        opened(chen)
    settings.PRIVATE_KEY = key("other", 7)
    with pytest.raises(SealBroken):
        opened(chen)
    assert "does not open by" in audits.broken()[0][1]


def test_master_keys_are_changed_without_touching_a_record(
    lin: Person, chen: Person, settings
) -> None:
    settings.PRIVATE_KEY = key("k1", 1)
    first = actions.seal(about=ABOUT, kind=KIND, data=INCOME, subject=lin, by=lin, at=MARCH_5)
    kept = ciphertext_of(first.pk)
    settings.PRIVATE_KEY = f"{key('k2', 2)},{key('k1', 1)}"  # both open, the new one seals
    assert opened(chen) == INCOME
    assert actions.lock_again(at=LATER) == 1
    assert actions.lock_again(at=LATER) == 0
    settings.PRIVATE_KEY = key("k2", 2)  # the old one is gone
    assert opened(chen) == INCOME
    assert ciphertext_of(first.pk) == kept
    assert looked_up("SELECT key_name FROM private_recordkey") == [("k2",)]


@pytest.mark.parametrize(
    "wrong", ["", "k1", "k1:short", "k1:%%%", f"{key('a', 1)},{key('a', 2)}", key("K 1", 1)]
)
def test_keys_that_cannot_be_read_are_said_at_the_start(wrong: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PRIVATE_KEY"):
        parsed(wrong)


def test_a_box_for_a_machine_opens_only_in_its_place() -> None:
    locked = box.lock(b"secret", about="wallet.terminalkey:K1", kind="secret")
    assert box.unlock(locked, about="wallet.terminalkey:K1", kind="secret") == b"secret"
    for wrong in (
        (locked, "wallet.terminalkey:K2", "secret", 1),
        (locked, "wallet.terminalkey:K1", "other", 1),
        (locked, "wallet.terminalkey:K1", "secret", 2),
        (locked[:-1] + bytes([locked[-1] ^ 1]), "wallet.terminalkey:K1", "secret", 1),
        (b"", "wallet.terminalkey:K1", "secret", 1),
        (b"\x03own", "wallet.terminalkey:K1", "secret", 1),
    ):
        content, about, kind, version = wrong
        with pytest.raises(box.Broken):
            box.unlock(content, about=about, kind=kind, version=version)


# ---------- erasing ----------


def test_erasing_destroys_all_versions_and_the_key_and_keeps_the_log(
    sealed: Sealed, lin: Person, chen: Person
) -> None:
    actions.seal(about=ABOUT, kind=KIND, data={}, by=lin, at=LATER)
    opened(chen)
    assert actions.erase(about=ABOUT, kind=KIND, by=chen, at=LATER, because="保存期满") == 2
    assert looked_up("SELECT 1 FROM private_sealed UNION ALL SELECT 1 FROM private_recordkey") == []
    assert len(reads.accesses_to(lin)) == 1
    with pytest.raises(NothingSealed):
        opened(chen)
    assert actions.erase(about=ABOUT, kind=KIND, by=chen, at=LATER, because="保存期满") == 0


def test_a_copy_of_the_ciphertext_is_noise_once_its_key_is_gone(
    sealed: Sealed, lin: Person, chen: Person
) -> None:
    """Whoever kept the row (a backup) and puts it back reads nothing: the new key is another."""
    copy = ciphertext_of(sealed.pk)
    actions.erase(about=ABOUT, kind=KIND, by=chen, at=LATER, because="保存期满")
    again = actions.seal(about=ABOUT, kind=KIND, data={}, subject=lin, by=lin, at=LATER)
    by_hand("UPDATE private_sealed SET ciphertext = %s WHERE id = %s", copy, again.pk)
    with pytest.raises(SealBroken):
        opened(chen)


# ---------- consent ----------


def test_consent_is_given_in_words_and_taken_back(lin: Person) -> None:
    given = actions.consent(subject=lin, purpose="aid", wording="收入用于核实", by=lin, at=MARCH_5)
    assert (
        actions.consent(subject=lin, purpose="aid", wording="收入用于核实", by=lin, at=LATER)
        == given
    )
    assert reads.consented(lin, "aid", at=MARCH_5)
    assert not reads.consented(lin, "aid", at=MARCH_5 - timedelta(seconds=1))
    actions.withdraw_consent(consent_id=given.pk, by=lin, at=LATER)
    assert reads.consented(lin, "aid", at=MARCH_5)
    assert not reads.consented(lin, "aid", at=LATER)
    with pytest.raises(NotConsented):
        actions.withdraw_consent(consent_id=given.pk, by=lin, at=LATER)


def test_new_words_need_a_new_consent(lin: Person) -> None:
    actions.consent(subject=lin, purpose="aid", wording="甲", by=lin, at=MARCH_5)
    actions.consent(subject=lin, purpose="aid", wording="乙", by=lin, at=LATER)
    assert [c.wording for c in Consent.objects.filter(withdrawn_at=None)] == ["乙"]


def test_nobody_agrees_for_another_or_takes_back_another_s(lin: Person, mo: Person) -> None:
    with pytest.raises(AssertionError):
        actions.consent(subject=mo, purpose="aid", wording="甲", by=lin, at=MARCH_5)
    given = actions.consent(subject=mo, purpose="aid", wording="甲", by=mo, at=MARCH_5)
    with pytest.raises(NotConsented):
        actions.withdraw_consent(consent_id=given.pk, by=lin, at=LATER)


# ---------- the data subject's page ----------


def page_of(who: Person) -> str:
    client = Client()
    client.force_login(who)
    return client.get("/private/").content.decode()


def test_the_subject_sees_who_read_and_why_and_nobody_else_does(
    sealed: Sealed, lin: Person, chen: Person, mo: Person
) -> None:
    opened(chen, purpose="核实收入：入户前核对")
    opened(lin, purpose="本人查看")
    mine = page_of(lin)
    assert "陈志远" in mine
    assert "入户前核对" in mine
    assert "本人" in mine
    assert "被查阅 1 次" in mine  # one's own readings are shown, not counted
    assert "母亲" not in mine
    for other in (chen, mo):
        assert "入户前核对" not in page_of(other)


def test_consent_is_taken_back_on_the_page(lin: Person, mo: Person) -> None:
    given = actions.consent(subject=lin, purpose="aid", wording="收入用于核实", by=lin, at=MARCH_5)
    client = Client()
    client.force_login(mo)
    assert client.post(f"/private/consents/{given.pk}/withdrawal/").status_code == 404
    assert "收入用于核实" in page_of(lin)
    client.force_login(lin)
    assert client.post(f"/private/consents/{given.pk}/withdrawal/").status_code == 302
    assert "收入用于核实" not in page_of(lin)
