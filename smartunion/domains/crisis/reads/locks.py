"""Rows as an action needs them: locked."""

from datetime import datetime

from django.db import connection
from django.db.models.functions import Length

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.rules import numbers
from smartunion.kernel.base.days import campus_day


def alone(name: str) -> None:
    """Let one transaction at a time do what the name says, until its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def locked(case_id: int) -> RedCase:
    """Return a case under its row lock."""
    return RedCase.objects.select_for_update(of=("self",)).select_related("unit").get(pk=case_id)


def next_number(at: datetime, *, drill: bool) -> str:
    """Return the next number of the campus year; the caller is alone with its kind."""
    year = campus_day(at).year
    head = numbers.head_of(year, drill=drill)
    found = RedCase.objects.filter(number__startswith=head).order_by(
        Length("number").desc(), "-number"
    )  # R2025-1000 comes after R2025-999
    return numbers.following(found.values_list("number", flat=True).first(), year, drill=drill)
