"""How people on campus live: who buys what, where and when. Pure, and the same for one seed.

Nothing here is a rule of the plan; it is the weather that the plan's rules live in. A person's
year depends on the seed and on the person's number alone, so a larger campus contains the smaller.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from smartunion.kernel.base.days import CAMPUS

QUIET_MINUTES = 40
"""Apart from bursts that the play stages, nobody buys twice within this many minutes."""

HALF_AN_HOUR = 30 * 60

NEVER_JOINS = 0.08
"""The share of members who do not use the wallet at all."""


@dataclass(frozen=True)
class Shop:
    """One merchant as the crowd sees it: when people go there and what they leave."""

    code: str
    category: str
    weight: float
    hours: tuple[tuple[float, float], ...]
    """(half hour's begin, weight) pairs: when its customers come; 11.5 is half past eleven."""
    low_fen: int
    high_fen: int


@dataclass(frozen=True, order=True)
class Visit:
    """One purchase that a person means to make."""

    at: datetime
    person: int
    shop: str
    total_fen: int
    with_points: bool


@dataclass(frozen=True)
class Habits:
    """What sort of customer a person is, for the whole year."""

    joins: bool
    monthly: float
    """Chance to use the wallet in a month."""
    visits: tuple[int, int]
    likes_points: float


def random_of(seed: int, *names: object) -> Random:
    """Return a generator of its own for these names: no two matters share their luck."""
    return Random(":".join(map(str, (seed, *names))))  # noqa: S311 - luck, not secrecy


def habits_of(seed: int, person: int) -> Habits:
    """Return the person's habits for the year."""
    luck = random_of(seed, "habits", person)
    often = luck.choice([(4, 8), (8, 13), (9, 15), (12, 18)])
    return Habits(
        joins=luck.random() > NEVER_JOINS,
        monthly=luck.uniform(0.72, 1.0),
        visits=often,
        likes_points=luck.choice([0.0, 0.1, 0.3]),
    )


def uses_wallet(seed: int, person: int, month: date, *, share: float) -> bool:
    """Test if the person uses the wallet in a month; `share` damps holidays and the trial."""
    habits = habits_of(seed, person)
    return habits.joins and random_of(seed, "month", person, month).random() < (
        habits.monthly * share
    )


def visits_of(
    seed: int,
    person: int,
    month: date,
    *,
    shops: list[Shop],
    purse_fen: int,
    days: list[date],
    is_working: Callable[[date], bool],
) -> Iterator[Visit]:
    """Yield the person's visits of a month, in order, spending no more than the purse."""
    if not days:
        return
    luck = random_of(seed, "visits", person, month)
    habits = habits_of(seed, person)
    count = luck.randint(*habits.visits)
    weights = [1.0 if is_working(day) else 0.22 for day in days]
    moments: list[tuple[datetime, Shop]] = []
    for day in luck.choices(days, weights, k=count):
        shop = luck.choices(shops, [shop.weight for shop in shops])[0]
        half = luck.choices([h for h, _ in shop.hours], [w for _, w in shop.hours])[0]
        begin = datetime.combine(day, time(int(half), round(half % 1 * 60)), CAMPUS)
        at = begin + timedelta(seconds=luck.randrange(HALF_AN_HOUR))
        moments.append((at, shop))
    moments.sort(key=lambda pair: pair[0])
    spent, last = 0, None
    for at, shop in moments:
        if last is not None and at - last < timedelta(minutes=QUIET_MINUTES):
            continue
        total = round(luck.triangular(shop.low_fen, shop.high_fen, shop.low_fen * 1.4) / 50) * 50
        total -= luck.choice([0, 0, 0, 10, 20, 33])
        if spent + total > purse_fen:
            continue
        spent, last = spent + total, at
        yield Visit(at, person, shop.code, total, luck.random() < habits.likes_points)
