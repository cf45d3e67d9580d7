"""Who is called in the drills of 7.1 and 7.2: whoever holds the offices that would really act."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from smartunion.domains.safety.protocol import CHAIR, FINANCE, MALL, WELFARE
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, holders
from smartunion.kernel.response.models import Run

OFFICES: Mapping[str, tuple[str, ...]] = {
    WELFARE: ("welfare_committee_chair",),
    MALL: ("welfare_officer",),
    FINANCE: ("finance_clerk", "finance_head"),
    CHAIR: ("union_chair", "executive_vice_chair"),
}
"""Which offices hold a post, the first called first."""

POSTS = {
    WELFARE: "福利保障委员会主任", MALL: "工会福利部", FINANCE: "财务处", CHAIR: "工会主席",
}  # fmt: skip


def crew(run: Run, posts: Collection[str], at: datetime) -> Mapping[str, Sequence[Person]]:
    """Return the holders of each post's offices on the day, each once."""
    on = campus_day(at)
    return {
        post: list(dict.fromkeys(p for office in OFFICES[post] for p in holders(office, on=on)))
        for post in posts
        if post in OFFICES
    }


def may_see(run: Run, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may see such a drill beside those who were asked: the register's readers."""
    return run.is_drill and mandate.may("safety.risks")
