"""What `check` prints: each statement can be named."""

from collections import Counter
from datetime import datetime

from smartunion.kernel.base.days import CAMPUS
from smartunion.site.audits import all_of_them


def test_no_two_audits_share_a_letter_and_number(db: None) -> None:
    names = Counter(audit.id for audit in all_of_them(at=datetime(2025, 6, 2, tzinfo=CAMPUS)))
    assert [name for name, times in names.items() if times > 1] == []
