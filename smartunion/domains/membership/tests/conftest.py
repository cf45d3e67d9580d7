"""The founded organization, on which the tests of chapter 2.1 play."""

from datetime import datetime

import pytest

from smartunion.kernel.base.days import CAMPUS
from smartunion.site.org import founding

NOON = datetime(2025, 3, 5, 12, 0, tzinfo=CAMPUS)


@pytest.fixture
def founded(db: None) -> founding.Founded:
    """1+6+22 with 240 staff: every seat filled, some members to spare."""
    return founding.found(year=2025, people=240, seed=7, at=NOON)
