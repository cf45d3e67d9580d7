"""What moves on a screen: topics, and how a topic's version is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


class Whose(Enum):
    """Whose rows a topic follows: everybody's, the listener's own, or their units'."""

    ALL = "all"
    PERSON = "person"
    UNIT = "unit"


@dataclass(frozen=True)
class Source:
    """A topic that pages may listen to.

    `sql` is one SELECT of two columns, key (bigint) and version (text). The version is cheap to
    read and differs whenever something new was committed: a fingerprint of the newest rows, not
    only the highest id, because ids commit out of order. A topic that belongs to persons or units
    gets their ids as %(keys)s and answers a row per id; any other answers the key 0.
    """

    topic: str
    can: str
    sql: str
    whose: Whose = Whose.ALL


@cache
def sources() -> Mapping[str, Source]:
    """Return the sources by topic, as settings.LIVE_SOURCES names them."""
    declared: Sequence[Source] = import_string(settings.LIVE_SOURCES)
    return {source.topic: source for source in declared}


def newest(table: str, key: str = "", rows: int = 64) -> str:
    """Return the SQL of a topic whose version is the fingerprint of a table's newest rows.

    An index-only look at the last ids: a row that commits late changes the sum although it does
    not change the maximum. `key` names the column that holds the person or unit, where one does.
    """
    if not key:
        return (
            f"SELECT 0::bigint, coalesce(max(id), 0) || '.' || coalesce(sum(id), 0)"  # noqa: S608 - our own names
            f" FROM (SELECT id FROM {table} ORDER BY id DESC LIMIT {rows}) tail"
        )
    return (
        f"SELECT k, (SELECT coalesce(max(id), 0) || '.' || coalesce(sum(id), 0)"  # noqa: S608 - our own names
        f" FROM (SELECT id FROM {table} WHERE {key} = k ORDER BY id DESC LIMIT {rows}) tail)"
        f" FROM unnest(%(keys)s::bigint[]) k"
    )
