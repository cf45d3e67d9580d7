"""4.1: income, spending and the total are one number; details fit; the matrix sums both ways."""

from smartunion.kernel.base.refusals import Refused

from .content import Content
from .refusals import FundingDiffers, LineOverdrawn, SumsDiffer

DETAIL = "/"
"""What the code of a detail line has and that of a project's own line has not."""


def written(fen: int) -> str:
    """Return fen as the figure that a refusal shows: 4,800,000.00."""
    return f"{fen / 100:,.2f}"


def is_detail(code: str) -> bool:
    """Test if the spending line is a detail of a project's line."""
    return DETAIL in code


def broken(content: Content) -> list[Refused]:
    """Return every way in which the money of the year does not add up (R208, T01, T14)."""
    total = content["plan"][0]["total_fen"]
    inside = {
        row["code"]: row["amount_fen"] or 0 for row in content["income"] if not row["outside"]
    }
    lines = {
        row["code"]: row["amount_fen"] or 0
        for row in content["spending"]
        if not is_detail(row["code"])
    }
    found: list[Refused] = []
    income, spending = sum(inside.values()), sum(lines.values())
    if not income == spending == total:
        found.append(
            SumsDiffer(
                income=written(income),
                spending=written(spending),
                total=written(total),
                difference=written(income - spending or income - total),
            )
        )
    for code, amount in lines.items():
        details = sum(
            row["amount_fen"] or 0
            for row in content["spending"]
            if is_detail(row["code"]) and row["project"] == code and row["fund_source"] in inside
        )
        if details > amount:
            found.append(LineOverdrawn(line=code, details=written(details), budget=written(amount)))
    for side, wanted in (("spending", lines), ("income", inside)):
        for code, amount in wanted.items():
            funded = sum(cell["amount_fen"] for cell in content["funding"] if cell[side] == code)
            if funded != amount:
                found.append(
                    FundingDiffers(line=code, amount=written(amount), funded=written(funded))
                )
    return found


def require(content: Content) -> None:
    """Raise the first way in which the money does not add up; nothing is saved then (R208)."""
    for no in broken(content):
        raise no
