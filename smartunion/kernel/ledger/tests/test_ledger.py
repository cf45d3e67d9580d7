"""The ledger: balanced by construction, append-only, with fund sources and encumbrances."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartunion.kernel.ledger import actions, reads, refusals
from smartunion.kernel.ledger.audits import AUDITS
from smartunion.kernel.ledger.models import Account, Encumbrance, Transfer, Watermark
from tests.cast import MARCH_5

LINE = "2025/3.1/mall.subsidy"


def post(fen: int = 100_00, **more: object) -> Transfer:
    said = {
        "debit": "expense.subsidy", "credit": "merchant.subsidy", "amount_fen": fen,
        "document": "凭据1", "at": MARCH_5, **more,
    }  # fmt: skip
    return actions.post(**said)


@pytest.mark.django_db
def test_the_chart_comes_with_the_first_posting_and_is_loaded_once() -> None:
    post()
    assert Account.objects.count() == len(reads.chart())
    assert actions.load_chart(at=MARCH_5) == 0
    unconfirmed = [a.code for a in Account.objects.all() if not a.gl and a.note != "待财务确认"]
    assert unconfirmed == [], "a code that finance has not confirmed says so"


@pytest.mark.django_db
@pytest.mark.clause("T06")
def test_a_budget_line_is_charged_only_with_its_fund_source() -> None:
    with pytest.raises(refusals.FundMissing, match="资金来源"):
        post(budget_code=LINE)
    post(budget_code=LINE, fund_source="school")
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(
            debit_id="expense.subsidy", credit_id="merchant.subsidy", amount_fen=1,
            document="x", budget_code=LINE, event_at=MARCH_5,
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("fen", [0, -1, 1.0, True, "1"])
def test_an_amount_is_a_positive_whole_number_of_fen(fen: object) -> None:
    with pytest.raises(refusals.AmountNotPositive):
        post(fen)


@pytest.mark.django_db
def test_an_account_outside_the_chart_is_refused() -> None:
    with pytest.raises(refusals.AccountUnknown, match="小金库"):
        post(debit="小金库")


@pytest.mark.django_db
def test_a_line_counts_what_is_below_it_and_no_neighbour() -> None:
    post(100, budget_code="2025/3.1/mall.subsidy", fund_source="school")
    post(30, budget_code="2025/3.10/other", fund_source="school")
    actions.post(
        debit="merchant.subsidy", credit="expense.subsidy", amount_fen=40, document="冲回",
        budget_code=LINE, fund_source="school", at=MARCH_5,
    )  # fmt: skip
    assert reads.spent_fen("2025/3.1") == reads.spent_fen(LINE) == 60
    assert reads.spent_fen("2025") == 90
    assert reads.spent_fen("2025", until=MARCH_5) == 0
    assert {row["budget_code"] for row in reads.by_budget_code()} == {LINE, "2025/3.10/other"}
    assert reads.balance_fen("merchant.subsidy") == 90


@pytest.mark.django_db
@pytest.mark.clause("T21")
def test_a_deposit_is_owed_and_never_income() -> None:
    actions.post(
        debit="bank.ecny", credit="merchant.deposit", amount_fen=20_000_00, document="d",
        at=MARCH_5,
    )  # fmt: skip
    kinds = {each.code: each.kind for each in reads.balances()}
    assert kinds["merchant.deposit"] == "liability"
    assert reads.balance_fen("merchant.deposit") == 20_000_00
    assert sum(b.balance_fen for b in reads.balances() if b.kind == "income") == 0


@pytest.mark.django_db
def test_what_is_set_aside_is_spent_or_given_up_but_never_more() -> None:
    actions.encumber(
        document="救助1", budget_code="2025/3.1/aid", fund_source="aid_fund", amount_fen=100,
        by=None, at=MARCH_5,
    )  # fmt: skip
    actions.spend(
        document="救助1", debit="expense.aid", credit="bank.deposits", amount_fen=60,
        by=None, at=MARCH_5,
    )  # fmt: skip
    assert (reads.spent_fen("2025/3.1"), reads.encumbered_fen("2025/3.1")) == (60, 40)
    with pytest.raises(refusals.EncumbranceShort, match="40"):
        actions.release(document="救助1", amount_fen=41, by=None, at=MARCH_5)
    actions.release(document="救助1", by=None, at=MARCH_5)
    assert reads.encumbered_fen("2025/3.1") == 0
    assert reads.encumbered_fen("2025/3.1", until=MARCH_5) == 0
    with pytest.raises(refusals.FundMissing):
        actions.encumber(
            document="x", budget_code="b", fund_source="", amount_fen=1, by=None, at=MARCH_5
        )


@pytest.mark.django_db(transaction=True)
def test_two_spenders_of_one_document_at_once_cannot_spend_it_twice() -> None:
    actions.encumber(
        document="d", budget_code="b", fund_source="f", amount_fen=100, by=None, at=MARCH_5
    )
    start = threading.Barrier(4)

    def spend(_: int) -> bool:
        start.wait(20)
        try:
            actions.spend(
                document="d", debit="expense.aid", credit="bank.deposits", amount_fen=60,
                by=None, at=MARCH_5,
            )  # fmt: skip
        except refusals.EncumbranceShort:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(spend, range(4))) == [False, False, False, True]
    assert sum(e.amount_fen for e in Encumbrance.objects.all()) == 40


moves = st.lists(
    st.tuples(
        st.sampled_from(["bank.ecny", "wallet.ecny", "merchant.payable", "expense.subsidy"]),
        st.sampled_from(["bank.deposits", "wallet.points", "merchant.subsidy"]),
        st.integers(1, 10**12),
        st.sampled_from(["", "fold", "block"]),
    ),
    max_size=12,
)


@pytest.mark.django_db(transaction=True)
def test_any_postings_and_folds_keep_the_books_balanced() -> None:
    """Folded or not, a balance is the sum of its rows, and all balances sum to nothing."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves)
    def holds(moves: list[tuple[str, str, int, str]]) -> None:
        for debit, credit, fen, then in moves:
            actions.post(debit=debit, credit=credit, amount_fen=fen, document="p", at=MARCH_5)
            if then == "fold":
                actions.fold_balances(at=MARCH_5)
            elif then == "block":
                actions.close_block(at=MARCH_5)
        for each in reads.balances():
            rows = list(reads.rows_of(each.code))
            signed = sum(r.amount_fen if r.debit_id == each.code else -r.amount_fen for r in rows)
            assert each.debit_fen - each.credit_fen == signed
        assert sum(each.debit_fen - each.credit_fen for each in reads.balances()) == 0
        assert {audit.id: audit.offenders() for audit in AUDITS if audit.offenders()} == {}

    holds()


@pytest.mark.django_db(transaction=True)
def test_blocks_chain_and_an_empty_range_makes_none() -> None:
    post()
    first = actions.close_block(at=MARCH_5)
    assert actions.close_block(at=MARCH_5) is None
    post(5)
    second = actions.close_block(at=MARCH_5)
    assert first is not None
    assert second is not None
    assert (second.previous_hash, second.from_xid, second.rows) == (first.hash, first.to_xid, 1)


@pytest.mark.django_db
def test_a_dump_restored_into_a_younger_cluster_is_told_by_check() -> None:
    """There the transaction numbers begin anew: rows below the watermark would never be folded."""
    (audit,) = (each for each in AUDITS if each.id == "L9")
    Watermark.objects.create(name="balances", xid=1)
    assert audit.offenders() == []
    Watermark.objects.update(xid=2**62)
    assert [where for where, _ in audit.offenders()] == ["ledger_watermark balances"]
