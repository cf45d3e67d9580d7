"""The public side: every round that is frozen, with all that anybody needs to check it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartunion.domains.inspection.models import Round
from smartunion.domains.inspection.rules import sample
from smartunion.domains.inspection.rules.parties import CENTRAL
from smartunion.kernel.files import reads as files

from . import desk, figures, frames

SHOWN = 6


def script() -> Path:
    """Return where the verifier's script lies."""
    return Path(sample.__file__)


def rounds() -> list[Round]:
    """Return the rounds whose frames are frozen, the newest first."""
    return list(
        Round.objects.filter(frozen_at__isnull=False).order_by("-year", "-sequence", "-attempt")
    )


def _round(number: str) -> Round | None:
    return (
        Round.objects.select_related("case").filter(number=number, frozen_at__isnull=False).first()
    )


@dataclass(frozen=True)
class Drawn:
    """One drawn branch as the board shows it."""

    place: int
    code: str
    name: str
    of: int
    vouchers: int
    first: str
    ticket: str


def drawn(it: Round) -> list[Drawn]:
    """Return the drawn branches in the draw's order, with the first of their vouchers."""
    names, frame = frames.short_names(), frames.frame_of(it)
    found = frames.result_of(it)["drawn"]
    tickets = sample.tickets(it.seed, "branch", it.drawn)
    rows = []
    for place, (code, numbers) in enumerate(found.items(), start=1):
        first = " ".join(one.rsplit("-", 1)[1] for one in numbers[:SHOWN])
        rows.append(
            Drawn(
                place, code, names.get(code, code), len(frame.get(code, [])), len(numbers),
                f"{first} …" if len(numbers) > SHOWN else first,
                "每次必抽" if code == CENTRAL else tickets[code][:8],
            )
        )  # fmt: skip
    return rows


def card(number: str) -> dict[str, Any] | None:
    """Return everything that the page of a round shows; None until its frame is frozen."""
    it = _round(number)
    if it is None:
        return None
    return {
        "it": it,
        "parties": desk.parties(it),
        "drawn": drawn(it) if it.drawn_at else [],
        "framed": it.vouchers.count(),
        "branches": len([one for one in it.branches if one != CENTRAL]),
        "found": figures.of_round(it),
        "planned": figures.planned(it),
    }


def frame(number: str) -> dict[str, Any] | None:
    """Return the file frame.json: numbers by branch, never an amount."""
    it = _round(number)
    if it is None:
        return None
    return {"audit_id": number, "amount_root": it.amount_root, "frame": frames.frame_of(it)}


def photo(number: str) -> tuple[bytes, str] | None:
    """Return the picture of a ceremony with its media type, or None: dice are for everybody."""
    it = _round(number)
    if it is None or it.photo is None:
        return None
    return files.path_of(it.photo.sha256).read_bytes(), it.photo.media_type


def result(number: str) -> dict[str, Any] | None:
    """Return the file result.json: the dice, the seed, the rule and what was drawn."""
    it = _round(number)
    return None if it is None else {**frames.result_of(it)}
