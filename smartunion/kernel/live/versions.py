"""The versions of topics: one statement for all of them."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from django.db import connection

from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate

from .source import Source, Whose

Spot = tuple[str, int]
"""A topic and the person or unit it is read for (0 for everybody's)."""


def statement(
    spots: Iterable[Spot], sources: Mapping[str, Source]
) -> tuple[str, dict[str, list[int]]]:
    """Return the one SQL that reads the versions of all spots, and its parameters."""
    keys: dict[str, list[int]] = {}
    for topic, key in sorted(spots):
        keys.setdefault(topic, []).append(key)
    parts = [
        f"SELECT '{topic}', s.key, s.version FROM ("  # noqa: S608 - topics are declared in code
        f"{sources[topic].sql.replace('%(keys)s', f'%({topic})s')}) s(key, version)"
        for topic in keys
    ]
    return " UNION ALL ".join(parts), keys


def spots_of(
    person: Person, mandate: Mandate, topics: Iterable[str], sources: Mapping[str, Source]
) -> frozenset[Spot]:
    """Return what the person listens to under these topics. The caller has asked the mandate."""
    spots: set[Spot] = set()
    for topic in topics:
        source = sources[topic]
        if source.whose is Whose.PERSON:
            spots.add((topic, person.pk))
        elif source.whose is Whose.UNIT:
            units = mandate.units[source.can]
            own = frozenset({person.unit_id}) if person.unit_id else frozenset()
            spots |= {(topic, unit) for unit in (own if units is None else units)}
        else:
            spots.add((topic, 0))
    return frozenset(spots)


def read(spots: Iterable[Spot], sources: Mapping[str, Source]) -> dict[Spot, str]:
    """Return the versions as the caller's transaction sees them: what a page was rendered from."""
    spots = list(spots)
    if not spots:
        return {}
    sql, keys = statement(spots, sources)
    with connection.cursor() as cursor:
        cursor.execute(sql, keys)
        return {(topic, key): version for topic, key, version in cursor.fetchall()}


def pack(versions: Mapping[Spot, str]) -> str:
    """Return versions as one token, for an address or a Last-Event-ID."""
    return urlencode([(f"{topic}:{key}", v) for (topic, key), v in sorted(versions.items())])


def unpack(token: str) -> dict[Spot, str]:
    """Return the versions of a token; whatever cannot be read counts as never seen."""
    versions: dict[Spot, str] = {}
    for name, version in parse_qsl(token):
        topic, _, key = name.partition(":")
        if key.isdecimal():
            versions[topic, int(key)] = version
    return versions
