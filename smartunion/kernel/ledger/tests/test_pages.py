"""The books on pages: whoever may read them opens every figure; nobody else sees a row."""

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from smartunion.kernel.ledger import actions
from smartunion.kernel.people.models import Person
from tests.cast import MARCH_5, appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client: Client, wang: Person) -> Client:
    appoint(wang, "ledger.view")
    client.force_login(wang)
    actions.load_chart(at=MARCH_5)
    actions.post(
        debit="bank.deposits",
        credit="income.dues",
        amount_fen=123_450,
        document="dues:1",
        at=MARCH_5,
        by=wang,
        because="3月会费",
    )
    return client


def test_the_books_balance_and_every_account_opens_its_rows(clerk: Client) -> None:
    text = clerk.get("/ledger/").content.decode()
    assert "借贷相等" in text
    assert "1,234.50" in text
    assert "?account=bank.deposits" in text
    rows = clerk.get("/ledger/rows/?account=bank.deposits").content.decode()
    assert "dues:1" in rows
    assert "3月会费" in rows
    assert "没有符合的分录" in clerk.get("/ledger/rows/?account=wallet.ecny").content.decode()


def test_the_rows_are_exported_as_asked(clerk: Client) -> None:
    data = clerk.get("/ledger/rows.xlsx?q=dues").content
    table = list(load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    assert table[0][5] == "金额（元）"
    assert [row[5] for row in table[1:]] == [1234.5]
    assert clerk.get("/ledger/accounts.csv").status_code == 200


def test_nobody_else_sees_the_books(client: Client, lin: Person) -> None:
    client.force_login(lin)
    for path in ("/ledger/", "/ledger/rows/", "/ledger/rows.xlsx", "/ledger/accounts.xlsx"):
        assert client.get(path).status_code == 403
