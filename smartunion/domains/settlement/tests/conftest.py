"""A campus that trades, and what the bank says of it, written as the bank writes it."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pytest

from smartunion.domains.settlement.actions import importing, matching
from smartunion.domains.settlement.models import BankFile, Reconciliation
from smartunion.domains.wallet.models import BankFeed, BankOrder, Payment
from smartunion.domains.wallet.tests.conftest import Campus, campus
from smartunion.kernel.base.days import CAMPUS

__all__ = ["campus"]

MARK = "a1b2c3d4"
DAY = date(2025, 3, 10)
NIGHT = datetime(2025, 3, 11, 6, 0, tzinfo=CAMPUS)


@dataclass(frozen=True)
class Said:
    """One line of the bank."""

    kind: str
    key: str
    ref: str
    fen: int | str
    wallet_id: int | None = None
    merchant: str = ""
    terminal: str = ""
    state: str = "S"
    at: datetime = datetime(2025, 3, 10, 12, 0, tzinfo=CAMPUS)

    def line(self, number: int) -> str:
        wallet = (
            hashlib.sha256(f"{MARK}-W{self.wallet_id}".encode()).hexdigest()[:16]
            if self.wallet_id
            else ""
        )
        settled = "" if self.state == "P" else self.at.isoformat()
        return (
            f"D|{number}|{self.kind}|{self.key}|{self.ref}|{wallet}|{self.merchant}|{self.terminal}"
            f"|{self.fen}|0|{self.at.isoformat()}|{settled}|{self.state}\n"
        )


def written(lines: list[Said], *, day: date = DAY, number: int = 1, **trailer: object) -> bytes:
    """Return the day's file as the bank writes it; `trailer` says what is wrong at its end."""
    body = "".join(each.line(n) for n, each in enumerate(lines, 1))
    sums = {
        kind: sum(e.fen for e in lines if e.kind == kind and e.state == "S" and type(e.fen) is int)
        for kind in ("PAY", "REFUND", "INTEREST")
    }
    end = {
        "count": len(lines), "pay": sums["PAY"], "refund": sums["REFUND"],
        "interest": sums["INTEREST"], "digest": hashlib.sha256(body.encode()).hexdigest(),
    } | trailer  # fmt: skip
    head = f"H|1.0|{day:%Y%m%d}|UNION01|CCB|CNY|seq={number}\n"
    return (head + body + "T|" + "|".join(str(v) for v in end.values()) + "\n").encode()


def account(day: date, opening: int, moves: list[tuple[str, int, int]], closing: int | None = None):
    """Return the corporate account of a day: (kind, in, out) by line."""
    body, balance = "", opening
    for n, (kind, came, went) in enumerate(moves, 1):
        balance += came - went
        body += f"L|{n}|260101-{n}||{kind}|x|{came}|{went}|{balance}|2025-03-10T12:00:00+08:00|\n"
    digest = hashlib.sha256(body.encode()).hexdigest()
    came, went = sum(m[1] for m in moves), sum(m[2] for m in moves)
    end = balance if closing is None else closing
    return (
        f"H|1.0|{day:%Y%m%d}|UNION01|CCB|CNY|CORPORATE\nO|{opening}\n{body}"
        f"C|{end}|{len(moves)}|{came}|{went}|{digest}\n"
    ).encode()


@dataclass
class Bank:
    """The bank's paper, in one word each."""

    campus: Campus
    lines: list[Said] = field(default_factory=list)

    def paid(self, fen: int, *, number: str = "M01", state: str = "done") -> Said:
        """Let somebody pay, order it, and return what the bank says of it."""
        wallet = self.campus.wallets.get("lin") or self.campus.member("lin", 100_000)
        till = self.campus.shop(number)
        made = self.campus.pay(wallet, fen, till)
        payment = Payment.objects.get(pk=made.id)
        ref = f"260101-{payment.pk}"
        done = state == "done"
        BankOrder.objects.create(
            kind="PAY", document=f"payment:{payment.pk}", wallet=wallet,
            merchant=payment.merchant, amount_fen=fen, occurred_at=payment.occurred_at,
            state=state, bank_ref=ref if done else "",
            posted_at=payment.occurred_at if done else None,
        )  # fmt: skip
        said = Said(
            "PAY", f"{MARK}-payment:{payment.pk}", ref, fen, wallet.pk,
            f"{MARK}-M{payment.merchant_id}",
            f"{till.code}-{payment.biz_date:%Y%m%d}-{payment.terminal_seq}", at=payment.occurred_at,
        )  # fmt: skip
        self.lines.append(said)
        return said

    def sends(
        self, lines: list[Said] | None = None, *, number: int = 1, genuine: bool = True,
        data: bytes | None = None, at: datetime = NIGHT,
    ) -> BankFile:  # fmt: skip
        """Send the day's file; return what was done with it."""
        given = data or written(self.lines if lines is None else lines, number=number)
        return importing.take_file(
            day=DAY, number=number, name=f"UNION_CCB_{DAY:%Y%m%d}_{number}.txt", data=given,
            signature="sm2,bank,x", genuine=genuine, by=None, at=at,
        )  # fmt: skip

    def matched(self, lines: list[Said] | None = None, **more: object) -> Reconciliation:
        """Send account and file and match the day."""
        importing.take_account(
            day=DAY, name="STATEMENT", data=account(DAY, 1000, []), genuine=True, by=None, at=NIGHT
        )
        file = self.sends(lines, **more)
        assert file.state == "used", file.because
        return matching.reconcile(day=DAY, at=NIGHT)

    def changed(self, said: Said, **how: object) -> Said:
        """Return a line otherwise."""
        return replace(said, **how)


@pytest.fixture
def bank_paper(campus: Campus) -> Bank:
    BankFeed.objects.create(pk=1, mark=MARK)
    return Bank(campus)
