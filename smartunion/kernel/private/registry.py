"""The kinds of sealed records that the house has, as site/wiring.py lists them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import campus_day

from .define import RecordKind
from .refusals import NoTermsYet, UnknownKind

UNITS = {"years": "年", "days": "日", "hours": "小时"}


def kinds() -> Mapping[str, RecordKind]:
    """Return every kind of record by its code; two of one code are an error of the wiring."""
    return _listed(settings.PRIVATE_RECORDS)


@lru_cache(maxsize=4)
def _listed(where: str) -> Mapping[str, RecordKind]:
    listed: tuple[RecordKind, ...] = import_string(where)
    found = {kind.code: kind for kind in listed}
    if len(found) != len(listed):
        raise ImproperlyConfigured("PRIVATE_RECORDS names a kind of record twice")
    return found


def kind_of(code: str) -> RecordKind:
    """Return the kind of record; refuses one that nobody has declared."""
    found = kinds().get(code)
    if found is None:
        raise UnknownKind(kind=code)
    return found


def term(key: str, *, on: date) -> Any:
    """Return a term of the group `private` on a campus day, None where no plan year has it."""
    asked = import_string(settings.PRIVATE_TERMS)
    terms: Mapping[str, Any] | None = asked(on)
    return None if terms is None else terms.get(key)


def needed(key: str, *, on: date) -> int:
    """Return a term of the group `private` as a number; refuses where no plan year has it."""
    value = term(key, on=on)
    if value is None:
        raise NoTermsYet(key=key)
    return int(value)


def erased_from(kind: RecordKind, sealed_at: datetime) -> datetime | None:
    """Return when a record sealed at this moment is to be erased, by the terms of that day.

    None where no plan year covers the day; the job dates it as soon as one does.
    """
    on = campus_day(sealed_at)
    for unit in UNITS:
        number = term(f"{kind.keeps}_{unit}", on=on)
        if number is not None:
            return _later(sealed_at, int(number), unit)
    return None


def kept_words(kind: RecordKind, *, on: date) -> str:
    """Return how long a kind of record is kept, in words; empty where no plan year says it."""
    for unit, words in UNITS.items():
        number = term(f"{kind.keeps}_{unit}", on=on)
        if number is not None:
            return f"{number} {words}"
    return ""


def _later(moment: datetime, number: int, unit: str) -> datetime:
    if unit != "years":
        return moment + timedelta(**{unit: number})
    try:
        return moment.replace(year=moment.year + number)
    except ValueError:  # the 29th of February
        return moment.replace(year=moment.year + number, month=3, day=1)
