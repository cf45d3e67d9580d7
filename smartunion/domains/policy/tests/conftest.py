"""Rules made for tests."""

from datetime import date, datetime
from typing import Any

from smartunion.domains.policy.actions import importing
from smartunion.domains.policy.models import Version
from smartunion.kernel.base.days import CAMPUS

AT = datetime(2025, 9, 1, 9, 0, tzinfo=CAMPUS)


def kept(title: str, text: str, *, since: str = "2025-01-01", **told: Any) -> Version:
    """Import a text as a draft; nobody did it unless `by` says who."""
    by = told.pop("by", None)
    name = told.pop("name", f"{title}.txt")
    given = importing.Told(title=title, effective_from=date.fromisoformat(since), **told)
    return importing.keep(content=text.encode(), name=name, told=given, by=by, at=AT)


def published(title: str, text: str, *, since: str = "2025-01-01", **told: Any) -> Version:
    """Import a text and put it in force."""
    version = kept(title, text, since=since, **told)
    return importing.publish(version_id=version.pk, by=None, at=AT)
