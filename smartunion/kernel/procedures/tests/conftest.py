"""The stage of the sheet that has one of everything."""

from collections.abc import Iterator

import pytest

from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.registry import ACTS

from .grant import book, give, people


@pytest.fixture
def grant(chen: Person, wang: Person, mo: Person) -> Iterator[dict[str, Person]]:
    """Appoint everybody: chen A, wang B, mo and tan visit, seven members, zhu chairs."""
    cast = {one.username: one for one in people("tan", "zhu", *(f"m{n}" for n in range(1, 8)))}
    give(chen, "t_branch")
    give(wang, "t_backup")
    give(mo, "t_visitor")
    give(cast["tan"], "t_visitor")
    give(cast["zhu"], "t_chair")
    for n in range(1, 8):
        give(cast[f"m{n}"], "t_member")
    ACTS["test.book"] = book
    yield cast | {"chen": chen, "wang": wang, "mo": mo}
    ACTS.pop("test.book", None)
