"""`smartunion check` finds what was bent behind the house's back."""

from collections.abc import Callable

import pytest
from django.db import connection

from smartunion.kernel.ledger.audits import Audit
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions, audits
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.timers.ticker import fire_due

from .conftest import moment

Post = Callable[..., Posting]

pytestmark = pytest.mark.django_db


def found(sql: str) -> list[str]:
    return [str(what) for _, what in Audit("", "", sql).offenders()]


@pytest.fixture
def ended(post: Post, mo: Person) -> Posting:
    """Return a posting that ran its course with one objection dismissed."""
    posting = post(at="2025-04-21 10:00")
    objection = actions.object_to(
        posting_id=posting.pk, name="外人", contact="13800001111", text="不实", by=None,
        at=moment("2025-04-22 10:00"),
    )  # fmt: skip
    actions.dismiss(objection_id=objection.pk, because="不实", by=mo, at=moment("2025-04-22 11:00"))
    fire_due(at=moment("2025-04-28 00:01"))
    posting.refresh_from_db()
    return posting


def test_an_honest_posting_is_found_by_no_audit(ended: Posting) -> None:
    assert audits.short(20) == []
    assert [
        found(sql) for sql in (audits.LATE_OBJECTIONS, audits.OWN_MATTERS, audits.UNPROVED)
    ] == [[], [], []]


@pytest.mark.clause("T30")
def test_a_window_made_short_or_a_text_changed_is_found(ended: Posting) -> None:
    Posting.objects.filter(pk=ended.pk).update(
        closes_at=moment("2025-04-25 00:00"), rows=[["金额", "¥1.00"]]
    )
    assert [what for _, what in audits.short(20)] == [
        "3 working days only", "says another thing than posted",
    ]  # fmt: skip


@pytest.mark.clause("R218")
def test_an_objection_slipped_in_late_is_found(ended: Posting) -> None:
    Objection.objects.update(received_at=moment("2025-04-29 10:00"))
    assert len(found(audits.LATE_OBJECTIONS)) == 1
    Objection.objects.update(state="received", decided_at=None, decided_by=None)
    assert "closed over an objection that nobody decided" in found(audits.LATE_OBJECTIONS)


@pytest.mark.clause("2.1")
def test_an_own_matter_judged_is_found(ended: Posting, wang: Person) -> None:
    Objection.objects.update(decided_by=wang)
    assert found(audits.OWN_MATTERS) == ["judged by whoever posted"]


def test_a_proof_that_is_gone_is_found(ended: Posting) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM publicity_proof WHERE moment = 'ended'")
    assert found(audits.UNPROVED) == ["1 proofs of 2"]
