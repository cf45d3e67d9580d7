"""smartunion found YEAR: found the organization 1+6+22 for a plan year."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from smartunion.kernel.base import clock
from smartunion.site.org import founding, rosters


class Command(BaseCommand):
    help = "Found the organization for a plan year: units, offices, seats, people, rosters"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the year, how many staff, and the seed."""
        parser.add_argument("year", type=int)
        parser.add_argument("--people", type=int, default=300, help="staff, the cast among them")
        parser.add_argument("--seed", type=int, default=2025)

    def handle(self, *, year: int, people: int, seed: int, **options: Any) -> None:
        """Found, and say what stands."""
        done = founding.found(year=year, people=people, seed=seed, at=clock.now())
        shifts = rosters.lay(year=year, at=clock.now())
        self.stdout.write(
            f"{year}\t{done.units} units\t{done.seats} seats, {done.vacant} vacant\t"
            f"{done.persons} staff\t{done.merchants} merchants\t"
            f"{shifts} shifts"
        )
