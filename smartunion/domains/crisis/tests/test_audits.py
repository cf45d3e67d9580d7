"""`smartunion check` is silent over a sound case and names what somebody bent behind the rules."""

import pytest
from django.db import connection

from smartunion.domains.crisis.actions import ending
from smartunion.kernel.base import clock
from smartunion.site.audits import CRISIS

from .conftest import Campus

BENT = {
    "K1": "UPDATE response_run SET number = 'R2025-777' WHERE number = 'R2025-001'",
    "K2": "UPDATE crisis_redcase SET debrief_case_id = NULL WHERE number = 'R2025-001'",
    "K3": "UPDATE crisis_advance SET amount_fen = amount_fen + 1",
    "K4": "UPDATE procedures_steprun SET state = 'canceled', ended_at = opened_at"
    " WHERE step = 'settle'",
    "K5": "UPDATE crisis_redcase SET telling_case_id = NULL",
    "K7": "UPDATE crisis_redcase SET lost_control = true WHERE number = 'R2025-002'",
    "K8": "UPDATE crisis_referral SET family_told_at = NULL, family_untold = '林晓梅的母亲在外地'",
    "K9": "UPDATE crisis_escort SET by_id = (SELECT id FROM people_person WHERE username = 'lin')",
}


def broken() -> set[str]:
    return {audit.id for audit in CRISIS if audit.offenders()}


@pytest.fixture
def campus_of_two(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Campus:
    """One referred with the advance out, one stood down, one drill."""
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    case = campus.referred()
    campus.escort(case)
    campus.advance(case)
    other = campus.alarm(subject=campus["mo"])
    campus.call(other)
    ending.stand_down(
        case_id=other.pk, reason="本人电话确认平安", note="在家", by=campus["wu"], at=campus.at
    )
    campus.soothed(campus.alarm(drill=True))
    campus.later(minutes=1)
    return campus


def test_each_audit_finds_what_was_bent(campus_of_two: Campus) -> None:
    assert broken() == set()
    for audit, bend in BENT.items():
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT sound")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(bend)
            assert audit in broken(), audit
            cursor.execute("ROLLBACK TO SAVEPOINT sound")
    assert broken() == set()


@pytest.mark.parametrize("words", ["林晓梅在图书馆", "请打 13800001234"])
def test_a_name_or_number_in_a_message_is_found(campus_of_two: Campus, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE notices_notice SET text = %s WHERE about LIKE 'response/%%'", [words]
        )
    assert broken() == {"K8"}
