"""A posting as the tests post it, and a media directory of their own."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions
from smartunion.kernel.publicity.models import Posting

ROWS = [("拟成交供应商", "深圳××厨具有限公司"), ("金额", "¥128,000.00")]
Post = Callable[..., Posting]


def moment(text: str) -> datetime:
    """Return a campus moment: moment("2025-09-29 10:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=CAMPUS)


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def post(wang: Person) -> Post:
    """Return a function that posts what 王主任 has to post: `post(at="2025-09-29 10:00")`."""

    def make(*, at: str = "2025-04-21 10:00", about: str = "case:1", **more: Any) -> Posting:
        given: dict[str, Any] = {
            "title": "单一来源采购：托育恒温配餐设备",
            "basis": "5.1 第7条",
            "body": "金额达 10 万元，拟向一家供应商采购。\n3 名专家论证意见已附。",
            "rows": ROWS,
            "working_days": 5,
            "section": "采购",
            "if_upheld": "转为竞争性谈判",
            "by": wang,
        }
        return actions.post(about=about, at=moment(at), **(given | more))

    return make
