"""The draw: branches, vouchers and inspectors out of the frame and the seed, nobody's choice."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from smartunion.domains.inspection import telling
from smartunion.domains.inspection.models import Inspector, Round, Voucher
from smartunion.domains.inspection.procedure import DIRECTOR, STAND_IN
from smartunion.domains.inspection.reads import figures, frames
from smartunion.domains.inspection.reads.terms import terms_on
from smartunion.domains.inspection.rules import money, sample
from smartunion.domains.inspection.rules.parties import CENTRAL
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import held_on, holders
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record


@transaction.atomic
def draw(*, run_id: int, at: datetime) -> Round:
    """Draw half of the branches, a fifth of their vouchers, a sample by amount, and who looks.

    Whoever leads the inspection and belongs to a drawn branch keeps out: B takes over (T17, T76).
    """
    run = StepRun.objects.get(pk=run_id)
    it = Round.objects.select_for_update().get(case=run.case_id)
    on = campus_day(at)
    terms = terms_on(on)
    drawn = sample.draw(frames.frame_of(it), it.seed, **frames.rule_of(it))
    numbers = {number for each in drawn.values() for number in each}
    rich = set(money.by_amount(frames.amounts_of(it), it.seed, figures.planned(it).size))
    changed = []
    for voucher in it.vouchers.filter(number__in=numbers | rich):
        voucher.is_drawn, voucher.by_amount = voucher.number in numbers, voucher.number in rich
        changed.append(voucher)
    Voucher.objects.bulk_update(changed, ["is_drawn", "by_amount"], batch_size=1000)
    it.drawn, it.drawn_at = list(drawn), at
    it.save(update_fields=["drawn", "drawn_at"])
    looked = sorted({one.branch for one in changed})
    made = _inspectors(it, looked, terms.pool, terms.inspectors, at)
    leads = [*holders(DIRECTOR, on=on), *holders(STAND_IN, on=on)]
    kept_out = sorted({one.pk for one in leads if one.unit and one.unit.code in it.drawn})
    names = frames.short_names()
    branches = [one for one in it.drawn if one != CENTRAL]
    engine.pass_step(
        run_id=run_id,
        facts={
            "branches": "、".join(names[one] for one in branches),
            "drawn": len(changed),
            "kept_out": kept_out,
        },
        outputs={
            "sample": Given(text=f"{len(branches)} 个分会，{len(changed)} 张凭证，{made} 人次查验")
        },
        by=None,
        at=at,
    )
    record("inspection.drawn", it, by=None, at=at, branches=len(branches), vouchers=len(changed))
    telling.drawn(it, at=at)
    return it


def _inspectors(
    it: Round, branches: Iterable[str], pool: Iterable[str], count: int, at: datetime
) -> int:
    """Draw who looks at each branch by the same seed; nobody looks at a branch of their own."""
    on = campus_day(at)
    people = {one.username: one for office in pool for one in holders(office, on=on)}
    made = []
    for branch in branches:
        out = _of_the_branch(branch, at)
        order = sample.ordered(it.seed, f"inspector/{branch}", people)
        fit = [people[name] for name in order if not _conflicts(people[name], branch, out)]
        made += [Inspector(round=it, branch=branch, person=one) for one in fit[:count]]
    Inspector.objects.bulk_create(made)
    return len(made)


def _of_the_branch(branch: str, at: datetime) -> set[int]:
    """Return who holds an office in a branch."""
    held = held_on(campus_day(at)).filter(unit__code=branch)
    return set(held.values_list("person_id", flat=True))


def _conflicts(person: Person, branch: str, out: Collection[int]) -> bool:
    own = person.unit is not None and person.unit.code == branch
    return own or person.pk in out
