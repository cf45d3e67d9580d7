"""Helpers for privacy matrices: who is let in for what, and that nothing lies about in clear.

def test_answers_open_for_the_centre_alone(everybody, response) -> None:
    opened = opens(everybody, about=about(response), kind="wellbeing.answers", at=SCENE)
    assert opened == {"assess": {"psychologist"}}
    assert nowhere_in_clear("13800001234", "想结束") == []
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions
from smartunion.kernel.private.define import BY_CASE, CLOCK, RecordKind
from smartunion.kernel.private.registry import kind_of, kinds

OWN = "own"
"""The purpose of the person concerned, who reads what is theirs."""


class _TakenBackError(Exception):
    """Undoes a reading that was only tried."""


def opens(
    everybody: Mapping[str, Person], *, about: str, kind: str, at: datetime
) -> dict[str, set[str]]:
    """Return purpose -> who opens the record for it, each tried for real and taken back.

    Purposes that no office decides (BY_CASE, the domain's own rule) and a job's are left out, and
    so is whoever opens nothing. The person concerned stands under `own`.
    """
    declared = kind_of(kind)
    asked = [code for code, one in declared.purposes.items() if one.can not in (BY_CASE, CLOCK)]
    let_in: dict[str, set[str]] = {}
    for code in [*asked, *(["in their own words"] if declared.own_words else []), OWN]:
        for name, person in everybody.items():
            if _opens(about, kind, code, person, at):
                let_in.setdefault(code, set()).add(name)
    own = let_in.pop(OWN, set())  # they may read it for any purpose
    others = {code: names - own for code, names in let_in.items() if names - own}
    return {**others, **({OWN: own} if own else {})}


def _opens(about: str, kind: str, purpose: str, by: Person, at: datetime) -> bool:
    try:
        with transaction.atomic():
            actions.open_sealed(about=about, kind=kind, by=by, purpose=purpose, at=at)
            raise _TakenBackError
    except _TakenBackError:
        return purpose != OWN or _is_concerned(about, kind, by)
    except Refused:
        return False


def _is_concerned(about: str, kind: str, by: Person) -> bool:
    from smartunion.kernel.private import vault

    head = vault.head(about, kind)
    return head is not None and head[0] == by.pk


def permissions_of(kind: RecordKind) -> set[str]:
    """Return the permissions by which offices open a kind of record."""
    named = {one.can for one in kind.purposes.values() if one.can not in (BY_CASE, CLOCK)}
    return named | set(kind.own_words)


def all_kinds() -> list[RecordKind]:
    """Return every kind of sealed record of the house."""
    return list(kinds().values())


def nowhere_in_clear(*secrets: str, but: tuple[str, ...] = ("people_person",)) -> list[str]:
    """Return where in the whole database one of the words stands readable: "table: word".

    `but` names tables that may hold them (a person's own row holds their name and phone).
    """
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            if table in but:
                continue
            for secret in secrets:
                cursor.execute(
                    f'SELECT EXISTS (SELECT FROM "{table}" t WHERE t::text LIKE %s)',
                    [f"%{secret}%"],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}: {secret}")
    return found
