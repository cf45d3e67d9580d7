"""The sheets that run and the acts that they name, as site/wiring.py tells them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from .define import Procedure
from .models import StepRun

Act = Callable[[StepRun, datetime], None]
"""What an AUTO step or an escalation does; it may pass the step itself, with facts and outputs."""

SHEETS: dict[str, Procedure] = {}
"""Every version that runs or has open cases, by digest."""

ACTS: dict[str, Act] = {}
"""What AUTO steps and escalations call, by the name that the sheet gives."""


def wired() -> tuple[Procedure, ...]:
    """Return every sheet of every domain, old versions with open cases included."""
    found: tuple[Procedure, ...] = import_string(settings.PROCEDURE_SHEETS)
    return found


def in_force() -> list[Procedure]:
    """Return the newest version of every sheet, in the order in which the site tells them."""
    return list({sheet.code: sheet for sheet in wired()}.values())


def newer_than(sheet: Procedure) -> Procedure | None:
    """Return the version in force of a matter that runs by an older one; None for the newest."""
    newest = next((one for one in in_force() if one.code == sheet.code), sheet)
    return None if newest.version == sheet.version else newest


@cache
def load() -> None:
    """Take in what is wired, once; asked for as soon as something is not known yet."""
    SHEETS.update((sheet.digest(), sheet) for sheet in wired())
    acts: Mapping[str, Act] = import_string(settings.PROCEDURE_ACTS)
    ACTS.update(acts)


def sheet_of(digest: str) -> Procedure:
    """Return the sheet that a case started with; KeyError when its version has left the code."""
    if digest not in SHEETS:
        load()
    return SHEETS[digest]


def act_of(name: str) -> Act:
    """Return the domain's function of that name; KeyError for none."""
    if name not in ACTS:
        load()
    return ACTS[name]
