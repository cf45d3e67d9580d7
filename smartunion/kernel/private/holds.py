"""What must not be erased now (留存): domains name it, the clock and whoever erases obeys.

`PRIVATE_HOLDS` (site/wiring.py) lists functions that each return the names (`about`) under which
records are held. Putting a hold and erasing exclude one another, so that nothing goes in between.
"""

from collections.abc import Callable, Collection

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from smartunion.kernel.base.numbers import alone

LOCK = "private.erasing"


def held() -> list[str]:
    """Return the names of everything that is held now."""
    asked: Collection[Callable[[], Collection[str]]] = import_string(settings.PRIVATE_HOLDS)
    return sorted({about for ask in asked for about in ask()})


def before_holding() -> None:
    """Wait for whoever is erasing; until the end of this transaction nobody begins to."""
    alone(LOCK)


def before_erasing() -> None:
    """Wait for whoever is putting a hold; those who erase do not wait for one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [LOCK])
