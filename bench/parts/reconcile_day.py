"""Inside the house: one day fetched and matched until nothing is apart; prints seconds and memory.

The bank is its files on the disk, with real signatures; all else is what the worker does. A process
does one day and nothing else, so that its peak is that day's.
"""

import json
import resource
import sys
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import cases
from smartunion.domains.settlement.gateways import Bank
from smartunion.domains.settlement.models import BankFile, Difference
from smartunion.domains.settlement.reads import desk, meter
from smartunion.domains.wallet.gateways import SignedFile
from smartunion.kernel.base import sm2
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person

KEY = f"{0xBA9C:064x}"


@dataclass
class Drawer:
    """A bank whose files lie in a directory, in the order in which it sends them."""

    place: Path
    sends: list[str]
    stamps: dict[str, str] = field(default_factory=dict)

    def sign_all(self, day: date) -> None:
        """Sign every file before anything is measured."""
        for name in {*self.sends, "account"}:
            self.stamps[name] = sm2.sign(KEY, (self.place / f"{day}.{name}").read_bytes())

    def _file(self, day: date, name: str) -> SignedFile:
        return SignedFile(name, (self.place / f"{day}.{name}").read_bytes(), self.stamps[name])

    def corporate_statement(self, day: date) -> SignedFile:
        """Return the account's day."""
        return self._file(day, "account")

    def daily_file(self, day: date, n: int | None = None) -> SignedFile:
        """Return the next file."""
        return self._file(day, self.sends.pop(0))

    def is_genuine(self, file: SignedFile) -> bool:
        """Tell if the key has signed these bytes."""
        return sm2.is_genuine(sm2.public_of(KEY), file.data, file.signature)


def peak_mib() -> float:
    """Return the most memory that this process has ever had."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def signed(place: Path, day: date) -> None:
    """Sign the day's files, in a process before this one."""
    bank = Drawer(place, ["wrong", "faulty", "right"])
    bank.sign_all(day)
    (place / f"{day}.stamps").write_text(json.dumps(bank.stamps))


def measured(place: Path, day: date) -> dict[str, Any]:
    """Live the day; return its figures."""
    at = datetime(day.year, day.month, day.day, 6, tzinfo=CAMPUS) + timedelta(days=1)
    officer = Person.objects.get(username="bench")
    stamps = json.loads((place / f"{day}.stamps").read_text())
    bank = cast(Bank, Drawer(place, ["wrong", "faulty", "right"], stamps))
    took: dict[str, float] = {}
    idle = peak_mib()

    def fetch(name: str) -> Any:
        began = time.perf_counter()
        made = jobs.fetch(bank, day=day, at=at)
        took[name] = round(time.perf_counter() - began, 3)
        return made

    assert fetch("refused") is None
    assert BankFile.objects.latest("pk").refusal == "settlement.trailer_wrong"
    found = fetch("faulty").differing
    opened = Difference.objects.filter(day=day).count()
    cases.ask_resend(day=day, by=officer, at=at, because="bench")
    last = fetch("right")
    peak, seconds = peak_mib(), round(sum(took.values()), 3)
    began = time.perf_counter()
    judged = meter.month(day.replace(day=1), on=day + timedelta(days=9))
    took["meter"] = round(time.perf_counter() - began, 3)
    return {
        "lines": last.same + last.differing, "found": found, "cases": opened,
        "left": last.differing, "seconds": seconds, "peak_mib": peak, "idle_mib": idle,
        "unexplained_fen": desk.apart_fen(desk.open_cases()) + abs(last.ours_fen - last.bank_fen),
        "recomputed": judged.payments, "took": took,
    }  # fmt: skip


what, where, which = sys.argv[1:]
if what == "sign":
    signed(Path(where), date.fromisoformat(which))
else:
    print(json.dumps(measured(Path(where), date.fromisoformat(which))))
