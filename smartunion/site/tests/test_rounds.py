"""The rounds of a house that has just been founded: nothing to do is no failure."""

import logging

import pytest

from smartunion.kernel.base import clock
from smartunion.site import rounds


def test_a_house_without_a_plan_year_has_nothing_to_freeze_and_its_worker_says_nothing(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    freezing = next(one for one in rounds.of_the_house() if one.name == "账期结束的指标定格")
    assert freezing.run(clock.now()) == []
    assert [told for told in caplog.records if told.levelno >= logging.INFO] == []
