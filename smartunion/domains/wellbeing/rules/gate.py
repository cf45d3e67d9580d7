"""What must stand before anybody is asked: people on duty, a hotline, a rehearsal (6). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused

from . import refusals


@dataclass(frozen=True)
class Check:
    """One condition: whether it holds, what was found, what to do."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def shut(checks: Sequence[Check]) -> Refused | None:
    """Return why a campaign stays shut; None when everything stands."""
    missing = [one for one in checks if not one.ok]
    if not missing:
        return None
    return refusals.GateShut(
        missing="；".join(f"{one.name}（{one.found}）" for one in missing),
        todo="；".join(one.remedy for one in missing if one.remedy),
    )
