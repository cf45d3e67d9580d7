"""How many talks a campaign will bring, against how many officers can hold. Pure.

Shares are in thousandths, days and persons whole. With the plan's own border of 2.0 nearly every
second adult is positive: without a cap the 24 hours are promised to more people than there is
time for.
"""

from dataclasses import dataclass

WHOLE = 1000
"""Thousandths."""


@dataclass(frozen=True)
class Shares:
    """Of a thousand who answer, how many are expected to need a talk, or an assessment."""

    low: int
    used: int
    high: int
    severe: int
    source: str

    def __post_init__(self) -> None:
        assert 0 < self.low <= self.used <= self.high <= WHOLE
        assert 0 <= self.severe <= self.used


@dataclass(frozen=True)
class Capacity:
    """What people can do on one day."""

    officers: int
    talks_each: int
    psychologists: int
    assessments_each: int

    @property
    def talks(self) -> int:
        """Return how many talks a day."""
        return self.officers * self.talks_each

    @property
    def assessments(self) -> int:
        """Return how many assessments a day."""
        return self.psychologists * self.assessments_each


@dataclass(frozen=True)
class Forecast:
    """What one day of a campaign brings at its cap, low to high, beside what can be done."""

    invited: int
    cap: int
    most: int
    """The highest cap that the expected share leaves room for."""
    days: int
    talks: tuple[int, int, int]
    assessments: int
    capacity: Capacity
    whole: tuple[int, int, int]
    """Talks of the whole campaign if everybody answers: low, expected, high."""

    @property
    def fits(self) -> bool:
        """Test if what is expected at the cap can be done."""
        return self.cap <= self.most

    @property
    def is_tight(self) -> bool:
        """Test if the high end of the range would be too much."""
        return self.talks[2] > self.capacity.talks


def cap_of(capacity: Capacity, shares: Shares) -> int:
    """Return how many may be asked on one day: 110 officers × 2 talks at 47.2 % are 466."""
    by_talks = capacity.talks * WHOLE // shares.used
    if shares.severe == 0:
        return by_talks
    return min(by_talks, capacity.assessments * WHOLE // shares.severe)


def forecast(*, invited: int, cap: int, capacity: Capacity, shares: Shares) -> Forecast:
    """Return what a campaign of so many people at so many a day will bring, rounded up."""
    daily = min(cap, invited)
    return Forecast(
        invited=invited,
        cap=cap,
        most=cap_of(capacity, shares),
        days=-(-invited // cap) if cap else 0,
        talks=_range(daily, shares),
        assessments=_up(daily, shares.severe),
        capacity=capacity,
        whole=_range(invited, shares),
    )


def _range(people: int, shares: Shares) -> tuple[int, int, int]:
    return _up(people, shares.low), _up(people, shares.used), _up(people, shares.high)


def _up(people: int, share: int) -> int:
    return -(-people * share // WHOLE)
