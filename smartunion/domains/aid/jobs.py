"""What the clock and the trail ask of aid: acts of AUTO steps, a case withdrawn elsewhere."""

from datetime import datetime

from smartunion.domains.aid.actions import drafting, gifts, paying
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.models import Entry


def reserve(run: StepRun, at: datetime) -> None:
    """Set the voted amount aside."""
    paying.reserve(run_id=run.pk, at=at)


def reopen(run: StepRun, at: datetime) -> None:
    """Free the money after an upheld objection."""
    paying.reopen(run_id=run.pk, at=at)


def shut(run: StepRun, at: datetime) -> None:
    """Close a case without aid."""
    paying.shut(run_id=run.pk, at=at)


def reserve_gift(run: StepRun, at: datetime) -> None:
    """Set a gift's amount aside."""
    gifts.reserve(run_id=run.pk, at=at)


def hear_withdrawal(entry: Entry) -> None:
    """Follow a case that was withdrawn on the general page of cases."""
    drafting.follow_withdrawal(
        case_id=int(entry.subject.partition(":")[2]), by=entry.by, at=entry.at,
        because=entry.because,
    )  # fmt: skip


def hear_return(entry: Entry) -> None:
    """Follow a case that was sent back to its applicant on the general page of cases."""
    drafting.follow_return(
        case_id=int(entry.subject.partition(":")[2]), by=entry.by, at=entry.at,
        because=entry.because,
    )  # fmt: skip


ACTS = {
    "aid.reserve": reserve,
    "aid.reopen": reopen,
    "aid.shut": shut,
    "aid.gift_reserve": reserve_gift,
}
