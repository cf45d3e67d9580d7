"""The ceremony: three parties roll, each enters its own digits; then the seed is made."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from smartunion.domains.inspection.models import Roll, Round
from smartunion.domains.inspection.procedure import ROUND
from smartunion.domains.inspection.reads import rounds
from smartunion.domains.inspection.reads.terms import terms_on
from smartunion.domains.inspection.rules import refusals, sample
from smartunion.domains.inspection.rules.parties import Party, widths
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files import actions as files
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.refusals import ReasonMissing
from smartunion.kernel.trail.record import record

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@transaction.atomic
def roll(*, round_id: int, party: Party, digits: str, by: Person, at: datetime) -> Roll:
    """Enter what one's own party rolled, once. Never before the frame is frozen (§2.2)."""
    it = Round.objects.select_for_update().get(pk=round_id)
    if it.frozen_at is None:
        raise refusals.FrameFirst
    rounds.open_run(it.case_id, "seed", ROUND)
    if by not in holders(party, on=campus_day(at)):
        raise refusals.NotAWitness(party=party.words)
    if it.rolls.filter(party=party).exists() or it.rolls.filter(by=by).exists():
        raise refusals.RolledAlready(party=party.words)
    plain = "".join(digits.split())
    count = widths(terms_on(campus_day(at)).digits)[party]
    if len(plain) != count or not (plain.isascii() and plain.isdecimal()):
        raise refusals.DigitsWrong(party=party.words, count=count, given=digits[:40])
    made = Roll.objects.create(round=it, party=party, digits=plain, by=by, at=at)
    record("inspection.rolled", made, by=by, at=at, party=party.words, digits=plain)
    return made


@transaction.atomic
def spoil(*, round_id: int, by: Person, at: datetime, because: str) -> Round:
    """Give a ceremony up with its reason: nobody rolls again, the vouchers go into a new frame.

    What was published of this one, its root and what was rolled, stays to be read.
    """
    it = Round.objects.select_for_update().get(pk=round_id)
    run = rounds.open_run(it.case_id, "seed", ROUND)
    if not because.strip():
        raise ReasonMissing
    it.spoiled_at, it.spoiled_because = at, because[:200]
    it.save(update_fields=["spoiled_at", "spoiled_because"])
    it.vouchers.update(is_void=True)
    engine.pass_step(
        run_id=run.pk,
        facts={"spoiled": True, "doing": "seed"},
        outputs={"dice": Given(text=f"作废：{because}"), "photo": Given(text="作废，不留照片")},
        by=by,
        at=at,
        because=because,
    )
    record("inspection.spoiled", it, by=by, at=at, because=because, number=it.number)
    return it


@transaction.atomic
def seed(*, round_id: int, photo: "UploadedFile[bytes]", by: Person, at: datetime) -> Round:
    """Make the seed of the three parties' digits; the same digits as another round's are refused.

    The picture of the dice lies in the file; the draw follows by itself.
    """
    it = Round.objects.select_for_update().get(pk=round_id)
    if it.frozen_at is None:
        raise refusals.FrameFirst
    run = rounds.open_run(it.case_id, "seed", ROUND)
    rolls = {each.party: each.digits for each in it.rolls.all()}
    if missing := [one.words for one in Party if one not in rolls]:
        raise refusals.RollsMissing(missing="、".join(missing))
    dice = "".join(rolls[one] for one in Party)
    if (used := Round.objects.filter(dice=dice).exclude(pk=it.pk).first()) is not None:
        raise refusals.SeedUsed(count=len(dice), number=used.number)
    photo.name = f"掷骰{Path(photo.name or '').suffix.lower()}"
    kept = files.store(upload=photo, kind="photo", subject=it, by=by, at=at)
    it.dice, it.seed = dice, sample.seed_of(it.number, it.frame_root, dice)
    it.seeded_at, it.photo = at, kept
    it.save(update_fields=["dice", "seed", "seeded_at", "photo"])
    engine.pass_step(
        run_id=run.pk,
        facts={"seed": it.seed, "doing": "seed"},
        outputs={
            "dice": Given(text=f"{dice}，种子 {it.seed}"),
            "photo": Given(file_id=kept.pk, text="掷骰现场"),
        },
        by=by,
        at=at,
    )
    record("inspection.seeded", it, by=by, at=at, dice=dice, seed=it.seed)
    return it
