"""The worked examples A–L of the subsidy rule, by name. Amounts in fen."""

import pytest

pytestmark = pytest.mark.django_db


def test_example_a(campus) -> None:
    lin = campus.member("lin", 300_00)
    paid = campus.pay(lin, 200_00)
    assert (paid.status, paid.subsidy_fen) == ("S", 240_00)
