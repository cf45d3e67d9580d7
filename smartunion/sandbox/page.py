"""The page on which a person looks at the simulated bank."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from .books import CAMPUS, CORPORATE, Books
from .faults import Faults

WORDS = {
    "OPENING": "开户拨款",
    "ALLOC": "划拨",
    "RETURN": "退回额度",
    "PAY": "消费",
    "REFUND": "退款",
    "SUBSIDY": "补贴结算",
    "INTEREST": "计息",
    "ADJ": "调账",
    "treasury": "拨款来源",
    "corporate": "对公钱包",
    "personal": "个人子钱包",
    "merchant": "商户钱包",
}


def human_page(books: Books, faults: Faults) -> str:
    """Return balances, the latest postings and the fault switches as one page of HTML."""
    corporate = books.wallet(CORPORATE)
    assert corporate is not None  # noqa: S101 - opened with the books
    totals = [
        (WORDS[row["kind"]], f"{row['wallets']:,}", yuan(row["balance_fen"]))
        for row in books.totals()
    ]
    postings = [
        (
            f"{row['occurred_at'].astimezone(CAMPUS):%m-%d %H:%M:%S}",
            WORDS[row["kind"]],
            row["payer"],
            row["payee"],
            yuan(row["amount_fen"]),
            row["key"],
        )
        for row in books.latest(30)
    ]
    merchants = [(row["holder"], yuan(row["balance_fen"])) for row in books.merchants()]
    return Template(Path(__file__).with_name("page.html").read_text("utf-8")).substitute(
        corporate=yuan(corporate["balance_fen"]),
        totals=_rows(totals),
        postings=_rows(postings),
        merchants=_rows(merchants),
        faults=faults.as_form(),
    )


def yuan(amount_fen: int) -> str:
    """Return ¥1,234.50 for fen."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}¥{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"


def _rows(rows: Sequence[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return "".join(f"<tr>{row}</tr>" for row in cells) or "<tr><td>尚无记录</td></tr>"
