"""The house's own role can neither read what is sealed nor the log, but through the doors."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg.conninfo import make_conninfo

from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions, audits, reads, vault
from smartunion.kernel.private.models import Access, Deletion, Link, RecordKey, Sealed
from smartunion.kernel.private.refusals import (
    NotForYou,
    NothingSealed,
    UnknownKind,
    UnknownPurpose,
)
from tests.cast import MARCH_5, appoint

ABOUT, KIND = "test.case:12", "test.answers"
LATER = MARCH_5 + timedelta(days=1)
ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def kinds(settings) -> None:
    settings.PRIVATE_RECORDS = "smartunion.kernel.private.tests.kinds.RECORDS"


@pytest.fixture
def sealed(lin: Person) -> Sealed:
    return actions.seal(about=ABOUT, kind=KIND, data={"a": [5]}, subject=lin, by=lin, at=MARCH_5)


@pytest.fixture
def ordinary(db: None) -> Iterator[None]:
    """Be a role that owns nothing of the private role's and may all else, as in production."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE ROLE ordinary NOLOGIN NOINHERIT")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO ordinary")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ordinary")
        cursor.execute(f"REVOKE ALL ON {', '.join(audits.TABLES)} FROM ordinary")
        for (name,) in doors():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO ordinary")
        cursor.execute("SET ROLE ordinary")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def doors() -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE prosecdef AND proname LIKE 'private%'"
        )
        return cursor.fetchall()


def opened(by: Person | None, purpose: str = "assess", kind: str = KIND) -> dict[str, object]:
    return actions.open_sealed(about=ABOUT, kind=kind, by=by, purpose=purpose, at=LATER)


# ---------- the role ----------


@pytest.mark.parametrize("table", audits.TABLES)
@pytest.mark.parametrize(
    "sql", ["SELECT * FROM {}", "DELETE FROM {}", "UPDATE {} SET id = id", "COPY {} TO STDOUT"]
)
def test_the_ordinary_role_is_refused_every_table(
    sealed: Sealed, ordinary: None, table: str, sql: str
) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


def test_setting_the_scope_by_hand_opens_nothing(sealed: Sealed, ordinary: None) -> None:
    """What a door sets for itself is worth nothing to whoever may not read the table."""
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL smartunion.private_scope = 'record:{ABOUT}|{KIND}'")
        cursor.execute("SELECT ciphertext FROM private_sealed")


def test_the_ordinary_role_may_not_become_the_private_one(sealed: Sealed, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE ordinary NOLOGIN NOINHERIT")
        cursor.execute("SELECT pg_has_role('ordinary', %s, 'MEMBER')", [vault.ROLE])
        assert cursor.fetchone() == (False,)


def test_everything_goes_on_through_the_doors(lin: Person, ordinary: None) -> None:
    """Seal, open, log, own page, rotation, erasure, chain and audit: as production runs them."""
    actions.seal(about=ABOUT, kind=KIND, data={"a": [5]}, subject=lin, by=lin, at=MARCH_5)
    actions.seal(about=ABOUT, kind=KIND, data={"a": [4]}, subject=lin, by=lin, at=MARCH_5)
    assert opened(lin, "本人查看") == {"a": [4]}
    assert [line.by for line in reads.accesses(ABOUT)] == [lin]
    assert [line.version for line in reads.accesses_to(lin)] == [2]
    assert [record.readings for record in reads.kept_of(lin)] == [0]
    assert audits.broken() == []
    assert vault.close_chain(at=LATER) == 2  # the reading and the audit's own line
    assert actions.lock_again(at=LATER) == 0
    assert actions.erase(about=ABOUT, kind=KIND, by=lin, at=LATER, because="本人要求") == 2
    assert [gone.versions for gone in reads.erased_of(lin)] == [2]
    assert vault.close_chain(at=LATER) == 1
    assert unlinked() == []


def unlinked() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(audits.UNLINKED)
        return cursor.fetchall()


# ---------- row-level security beneath it ----------


def test_the_private_role_itself_sees_no_row_without_scope_and_no_ciphertext_without_a_line(
    sealed: Sealed, lin: Person
) -> None:
    opened(lin, "本人查看")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL smartunion.private_scope = ''")
        cursor.execute("SET LOCAL smartunion.private_line = ''")
        cursor.execute(f"SET ROLE {vault.ROLE}")
        for table in audits.TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute(f"SET LOCAL smartunion.private_scope = 'record:{ABOUT}|{KIND}'")
        cursor.execute("SELECT count(*) FROM private_recordkey")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM private_sealed")
        assert cursor.fetchone() == (0,), "no line, no ciphertext"
        cursor.execute("SET LOCAL smartunion.private_scope = 'record:test.case:13|test.answers'")
        cursor.execute("SELECT count(*) FROM private_recordkey")
        assert cursor.fetchone() == (0,), "another record's scope"
        cursor.execute("RESET ROLE")


def test_a_line_of_yesterday_opens_nothing_today(sealed: Sealed, lin: Person) -> None:
    """The line must be this transaction's own."""
    opened(lin, "本人查看")
    (line,) = reads.accesses(ABOUT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE private_access SET xid = xid - 1")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute(f"SET LOCAL smartunion.private_scope = 'record:{ABOUT}|{KIND}'")
        cursor.execute(f"SET LOCAL smartunion.private_line = '{line.id}'")
        cursor.execute(f"SET ROLE {vault.ROLE}")
        cursor.execute("SELECT count(*) FROM private_sealed")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")


def test_nothing_is_deleted_without_its_proof(sealed: Sealed) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL smartunion.private_scope = 'record:{ABOUT}|{KIND}'")
        cursor.execute(f"SET ROLE {vault.ROLE}")
        cursor.execute("DELETE FROM private_sealed")
        assert cursor.rowcount == 0
        cursor.execute("RESET ROLE")


@pytest.mark.breaks
def test_a_fence_with_a_gap_is_found(sealed: Sealed) -> None:
    assert audits.fence() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE private_sealed NO FORCE ROW LEVEL SECURITY")
        cursor.execute("GRANT SELECT ON private_access TO PUBLIC")
        cursor.execute("GRANT EXECUTE ON FUNCTION private_kept(bigint) TO PUBLIC")
    assert {where for where, _ in audits.fence()} == {
        "table private_sealed",
        "table private_access",
        "function private_kept",
    }


@pytest.mark.django_db
def test_in_production_a_superuser_s_connection_is_told(settings) -> None:
    assert audits.fence() == []
    settings.DEMONSTRATION = False
    assert [what for _, what in audits.fence()] == [
        "the house connects as a role that no fence holds"
    ]


def test_the_orm_finds_nothing_in_the_private_tables(sealed: Sealed, lin: Person) -> None:
    opened(lin, "本人查看")
    for model in (RecordKey, Sealed, Access, Deletion, Link):
        assert not model.objects.exists()
        assert not model._default_manager.in_bulk([sealed.pk])


def test_what_the_installer_is_told_to_grant_suffices(db: None, tmp_path: Path) -> None:
    """The statements of docs/operations.md, then `migrate` and use by a role without any rights."""
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    told = re.search(r"```sql\n(.*?smartunion_private.*?)```", manual, re.DOTALL)
    assert told, "docs/operations.md says what the installer runs"
    name = f"install_{os.getpid()}"
    statements = told[1].replace("smartunion_private", "§").replace("smartunion", name)
    here = connection.get_connection_params()
    host = here["host"]
    server = make_conninfo(dbname="postgres", user=here["user"], host=host)
    before, _, inside = statements.replace("§", vault.ROLE).partition(f"\\connect {name}\n")
    with psycopg.connect(server, autocommit=True) as admin:
        for sql in before.split(";"):
            if sql.strip() and not sql.strip().startswith(f"CREATE ROLE {vault.ROLE}"):
                admin.execute(sql)  # the role itself is there: this server has a house already
        try:
            with psycopg.connect(server, dbname=name, autocommit=True) as admin_there:
                admin_there.execute(inside)
            play = subprocess.run(
                [sys.executable, "-c", INSTALLED], cwd=ROOT, capture_output=True, text=True,
                check=False, timeout=60,
                env={
                    **os.environ,
                    "DATABASE_URL": f"postgresql://{name}@/{name}?host={quote(host)}",
                    "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
                },
            )  # fmt: skip
            assert play.stdout.splitlines()[-3:] == [
                "opened {'a': 5}",
                "refused permission denied for table private_sealed",
                "fence []",
            ], play.stderr
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute(f"DROP ROLE {name}")


INSTALLED = """
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
settings.PRIVATE_RECORDS = "smartunion.kernel.private.tests.kinds.RECORDS"
settings.PRIVATE_TERMS = "smartunion.kernel.private.tests.kinds.no_terms"
for app in ("private", "trail"):
    call_command("migrate", app, verbosity=0)
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions, audits
from tests.cast import MARCH_5
lin = Person.objects.create(username="lin", name="林晓梅")
it = {"about": "test.case:1", "kind": "test.answers"}
actions.seal(**it, data={"a": 5}, subject=lin, by=lin, at=MARCH_5)
print("opened", actions.open_sealed(**it, by=lin, purpose="本人查看", at=MARCH_5))
try:
    connection.cursor().execute("SELECT ciphertext FROM private_sealed")
except Exception as no:
    print("refused", str(no).splitlines()[0])
settings.DEMONSTRATION = False
print("fence", audits.fence())
"""


# ---------- kinds, purposes, permissions ----------


def test_a_kind_that_nobody_declared_is_neither_sealed_nor_opened(lin: Person) -> None:
    with pytest.raises(UnknownKind):
        actions.seal(about=ABOUT, kind="test.unknown", data={}, subject=lin, by=lin, at=MARCH_5)
    with pytest.raises(UnknownKind):
        opened(lin, kind="test.unknown")


@pytest.mark.parametrize("purpose", ["看看", "rescored", "中心评估"])
def test_a_purpose_that_the_kind_does_not_name_opens_nothing(
    sealed: Sealed, chen: Person, purpose: str
) -> None:
    appoint(chen, "test.assess")
    with pytest.raises(UnknownPurpose):
        opened(chen, purpose)
    assert reads.accesses(ABOUT) == []


def test_a_purpose_needs_the_permission_of_an_office_of_the_day(
    sealed: Sealed, chen: Person, mo: Person
) -> None:
    appoint(chen, "test.assess")
    assert opened(chen, "assess：复核") == {"a": [5]}
    with pytest.raises(NotForYou):
        opened(mo)
    assert [(line.by, line.purpose) for line in reads.accesses(ABOUT)] == [(chen, "中心评估：复核")]


def test_a_job_reads_only_for_a_job_s_purpose_and_nobody_takes_its_place(
    sealed: Sealed, chen: Person
) -> None:
    appoint(chen, "test.assess")
    assert opened(None, "rescore") == {"a": [5]}
    for by, purpose in ((None, "assess"), (chen, "rescore")):
        with pytest.raises(NotForYou):
            opened(by, purpose)
    assert [line.by for line in reads.accesses(ABOUT)] == [None]


def test_the_person_concerned_reads_their_own_where_the_kind_lets_them(lin: Person) -> None:
    for kind in ("test.answers", "test.place"):
        actions.seal(about=ABOUT, kind=kind, data={"a": 1}, subject=lin, by=lin, at=MARCH_5)
    assert opened(lin, "本人查看") == {"a": 1}
    with pytest.raises(UnknownPurpose):
        opened(lin, "本人查看", kind="test.place")


def test_what_is_not_there_is_not_told_from_what_is_not_yours(chen: Person) -> None:
    with pytest.raises(NothingSealed):
        opened(chen)


def test_opening_stays_in_low_milliseconds(sealed: Sealed, lin: Person) -> None:
    """Median of 50; the log's line, the policy and both keys included."""
    took = []
    for _ in range(50):
        start = time.perf_counter()
        opened(lin, "本人查看")
        took.append(time.perf_counter() - start)
    assert sorted(took)[25] < 0.010


# ---------- the house keeps to the doors ----------


def sources() -> Iterator[tuple[Path, str]]:
    own = ROOT / "smartunion/kernel/private"
    for path in (ROOT / "smartunion").rglob("*.py"):
        if not path.is_relative_to(own) and "tests" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def test_nobody_outside_imports_the_models_or_names_the_tables() -> None:
    reach = re.compile(
        r"private\.(vault|keyring)\b|private import .*\b(models|vault|keyring)\b"
        r"|private\.models import \(?[^)\n]*\b(RecordKey|Sealed|Access|Deletion|Link)\b"
        rf"|\b({'|'.join(audits.TABLES)})\b"
    )
    assert [str(path) for path, text in sources() if reach.search(text)] == []


def test_only_actions_open_what_is_sealed() -> None:
    """A page, a read or a job asks the one function of its domain's actions."""
    loose = [
        str(path.relative_to(ROOT))
        for path, text in sources()
        if "open_sealed(" in text and "actions" not in {path.stem, path.parent.name}
    ]
    assert loose == []
