"""The demonstration's witnesses: processes of their own, as three offices outside would run them.

In production each runs `journal.py witness` on a machine of its own (docs/journal.md).
"""

import runpy
import sys
from datetime import datetime
from pathlib import Path

from django.conf import settings

from smartunion.kernel import tree
from smartunion.kernel.people.models import Person
from smartunion.kernel.tree import actions, growing, notes, reads
from smartunion.site.processes import Child

SCRIPT = Path(tree.__file__).parent / "static" / "tree" / "journal.py"
SEATS = (
    ("audit-office.example", "校审计处"),
    ("congress-committee.example", "教代会执委会"),
    ("archives.example", "档案馆"),
)
KEEPER = "sun"
"""Who of the cast admits witnesses: the chair of the audit committee."""


def company(house: str, *, at: datetime) -> list[Child]:
    """Return a process for each witness of a house, admitted where it is not yet.

    There is a checkpoint to sign when they come.
    """
    known = {each.witness.name for each in reads.witnesses()}
    growing.keep(at=at)
    journal = runpy.run_path(str(SCRIPT))
    children = []
    for name, words in SEATS:
        place = settings.VAR / "witnesses" / name
        key = journal["made"](name, str(place))
        if notes.parsed_key(key).name not in known:
            keeper = Person.objects.get(username=KEEPER)
            actions.admit(words=words, key=key, by=keeper, at=at, because="校工会常委会决议")
        children.append(
            Child(words, [sys.executable, str(SCRIPT), "witness", f"{house}/tree", str(place)])
        )
    return children
