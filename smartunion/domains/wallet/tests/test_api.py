"""The terminals' API, spoken by the reference terminal over Django's own door."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from smartunion.domains.wallet import api
from smartunion.domains.wallet.actions import admitting
from smartunion.domains.wallet.actions import numbers as explaining
from smartunion.domains.wallet.actions import refusals as no
from smartunion.domains.wallet.models import Payment, SkippedNumber, TerminalKey, Wallet
from smartunion.domains.wallet.reads import figures, numbers, tills
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.sandbox.terminal import ForgedReplyError, Terminal
from smartunion.site.wsgi import application
from tests.cast import appoint, person

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R048")]


@pytest.fixture(autouse=True)
def _campus_time(monkeypatch, campus) -> None:
    """The house's clock stands where the test stands (its own offset, as the demonstration's)."""
    api._wrong.clear()
    real = clock.timezone.now
    monkeypatch.setattr(clock, "offset", lambda: campus.at - real())


@pytest.fixture
def till(campus) -> Terminal:
    return terminal_of(campus, campus.shop("M01"))


def terminal_of(campus, row) -> Terminal:
    key = admitting.issue_key(terminal_id=row.pk, by=None, at=campus.at)
    client = Client()

    def send(method, path, headers, body):
        extra = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in headers.items()}
        extra.pop("HTTP_CONTENT_TYPE")
        answer = client.generic(method, path, body, "application/json", **extra)
        return answer.status_code, dict(answer.headers), answer.content

    def campus_clock() -> float:
        return campus.at.timestamp()

    return Terminal(row.code, key.key_id, bytes(key.secret), send, campus_clock)


def in_the_fast_lane(till: Terminal) -> Terminal:
    """The same terminal, answered by the installation's own WSGI application."""

    def send(method, path, headers, body):
        request = RequestFactory().generic(method, path, body, "application/json", **{
            f"HTTP_{n.upper().replace('-', '_')}": v
            for n, v in headers.items() if n != "Content-Type"
        })  # fmt: skip
        began: list = []
        content = b"".join(application(request.environ, lambda *said: began.append(said)))
        return int(began[0][0][:3]), dict(began[0][1]), content

    return replace(till, send=send)


def today(campus):
    return campus.at.date()


def test_each_number_of_a_terminal_has_a_row_a_refusal_or_a_sentence(campus, till) -> None:
    """I2: what is refused before a wallet is asked leaves its number; what never came is asked."""
    lin, wang = campus.member("lin", 100_00), campus.member("wang").owner
    day, row = today(campus), campus.shop("M01")
    assert till.pay(day, 1, campus.code(lin), 5_00).status == 201
    assert till.pay(day, 2, "0" * 18, 5_00).status != 201  # nobody's code: no row of a payment
    assert till.refund(day, 3, 10**9, 1_00).status == 404
    campus.later(minutes=40)
    assert till.pay(day, 6, campus.code(lin), 500_00).status == 402  # a decline is a row
    assert replace(till, secret=b"x" * 32).pay(day, 9, campus.code(lin), 1_00).status == 401
    kept = list(SkippedNumber.objects.values_list("terminal_seq", "refusal").order_by("pk"))
    assert kept == [(2, "wallet.code_unknown"), (3, "wallet.payment_unknown")]
    ((_, what),) = numbers.audits_on(day + timedelta(days=3))[0].offenders()
    assert what == "nothing under 4 to 5"
    assert numbers.audits_on(day + timedelta(days=2))[0].offenders() == [], "still on its way"
    assert [(g.first, g.last) for g in numbers.waiting(on=day + timedelta(days=1))] == [(4, 5)]
    give = {"terminal_id": row.pk, "biz_date": day, "at": campus.at}
    clerk = person("clerk", "罗", row.merchant.unit, Person.Kind.MERCHANT)
    with pytest.raises(no.OwnShop):
        explaining.explain(first=4, by=clerk, because="自己说", **give)
    with pytest.raises(no.ReasonMissing):
        explaining.explain(first=4, by=wang, because=" ", **give)
    with pytest.raises(no.NoGap):
        explaining.explain(first=5, by=wang, because="断电", **give)
    desk = Client()
    appoint(wang, "wallet.desk", "wallet.merchants")
    desk.force_login(wang)
    page = reverse("wallet:terminal", args=[row.pk])
    campus.later(days=1)
    assert "待说明" in desk.get(page).content.decode()
    said = {"do": "explain", "day": f"{day}", "first": 4, "because": "断电重启"}
    assert "已说明 2 个空号" in desk.post(page, said, follow=True).content.decode()
    assert numbers.waiting(on=campus.at.date()) == []
    again = till.pay(day, 2, campus.code(lin), 3_00)
    assert again.status == 201, "a number may come again"
    assert numbers.audits_on(day + timedelta(days=3))[0].offenders() == []


def test_a_payment_is_created_and_a_lost_answer_is_given_again(campus, till) -> None:
    """Asked again, even after the code has expired, the till hears the first answer."""
    lin = campus.member("lin", 100_00, 5_00)
    code = campus.code(lin)
    first = till.pay(today(campus), 1, code, 20_00)
    assert first.status == 201
    assert (first.body["ecny_fen"], first.body["points_fen"]) == (15_00, 5_00)
    assert first.body["subsidy_fen"] == 18_00
    campus.later(minutes=4)
    again = till.pay(today(campus), 1, code, 20_00)
    assert (again.status, again.replayed) == (200, True)
    assert again.body["id"] == first.body["id"]
    assert Payment.objects.count() == 1


@pytest.mark.clause("T57")
def test_each_no_has_its_code(campus, till) -> None:
    lin = campus.member("lin", 50_00)
    day = today(campus)
    code = campus.code(lin)
    assert till.pay(day, 1, code, 60_00).body["refused"]["code"] == "wallet.insufficient"
    assert till.pay(day, 1, code, 60_00).status == 402
    assert till.pay(day, 1, code, 61_00).status == 422
    assert till.pay(day, 2, code, 10_00).status == 201
    used = till.pay(day, 3, code, 10_00)
    assert (used.status, used.body["refused"]["code"]) == (409, "wallet.code_used")
    campus.later(seconds=61)
    late = till.pay(day, 4, code, 10_00)
    assert (late.status, late.body["refused"]["code"]) == (409, "wallet.code_expired")
    wrong = till.pay(day, 5, "123456789012345678", 10_00)
    assert (wrong.status, wrong.body["refused"]["code"]) == (400, "wallet.code_unknown")
    for seq in (6, 7):
        campus.later(seconds=1)
        last = till.pay(day, seq, campus.code(lin), 1_00)
    assert (last.status, last.body["status"]) == (202, "H")
    campus.later(seconds=1)
    frozen = till.pay(day, 8, campus.code(lin), 1_00)
    assert frozen.status == 423
    assert frozen.body["refused"]["clause"] == "7.1②"


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": "1", "amount_fen": 10.0}',
        b'{"code": "1", "amount_fen": 1e3}',
        b'{"code": "1", "amount_fen": "1000"}',
        b'{"code": "1", "amount_fen": -5}',
        b'{"code": "1", "amount_fen": 0}',
        b'{"code": "1", "amount_fen": true}',
        b'{"code": "1", "amount_fen": NaN}',
        b'{"code": "1", "amount_fen": 1, "amount_fen": 2}',
        b'{"code": "1", "amount_fen": 1, "tip": 2}',
        b'{"code": "1"}',
        b'{"code": 1, "amount_fen": 1}',
        b'{"code": "1", "amount_fen": 99999999999999999999}',
        b'{"code": "1", "amount_fen": 5, "points_fen": 6}',
        b'{"code": "1", "amount_fen": 5, "occurred_at": "2025-03-10"}',
        b"[]",
        b"",
        b"\xff",
        b"[" * 100_000,
    ],
    ids=range(18),
)
def test_amounts_are_whole_fen_and_bodies_are_strict(campus, till, body) -> None:
    lin = campus.member("lin", 100_00)
    body = body.replace(b'"1"', f'"{campus.code(lin)}"'.encode())
    key = till.key(today(campus), 1)
    status, _, said = till.send(
        "POST", "/v1/payments", till.signed("POST", "/v1/payments", key, body), body
    )
    assert status == 400, said
    assert Payment.objects.count() == 0


def test_what_is_not_signed_is_not_read(campus, till) -> None:
    lin = campus.member("lin", 100_00)
    body = f'{{"code": "{campus.code(lin)}", "amount_fen": 100}}'.encode()
    key = till.key(today(campus), 1)
    good = till.signed("POST", "/v1/payments", key, body)
    for name, value in {
        "X-Signature": "v1,AAAA",
        "X-Key-Id": "nobody",
        "X-Timestamp": str(int(campus.at.timestamp()) + 1),
        "Idempotency-Key": till.key(today(campus), 2),
    }.items():
        status, _, _ = till.send("POST", "/v1/payments", {**good, name: value}, body)
        assert status == 401, name
    status, _, _ = till.send("POST", "/v1/payments", good, body.replace(b"100}", b"101}"))
    assert status == 401
    both = {**good, "X-Signature": f"v1,AAAA {good['X-Signature']}"}
    assert till.send("POST", "/v1/payments", both, body)[0] == 201, "a list, while keys rotate"


@pytest.mark.django_db(transaction=True)
def test_the_fast_lane_answers_as_django_does(campus, till) -> None:
    """Payments pass the handler by; a lost answer, refusals, all other paths are the same."""
    lin, fast = campus.member("lin", 100_00), in_the_fast_lane(till)
    code = campus.code(lin)
    first = fast.pay(today(campus), 1, code, 20_00)
    assert (first.status, first.body["subsidy_fen"]) == (201, 24_00)
    assert fast.pay(today(campus), 1, code, 20_00).status == 200
    again = till.pay(today(campus), 1, code, 20_00)
    assert (again.replayed, again.body["id"]) == (True, first.body["id"])
    other = [each.pay(today(campus), 1, code, 21_00) for each in (fast, till)]
    assert [each.status for each in other] == [422, 422]
    assert other[0].body == other[1].body
    forged = replace(fast, secret=b"x" * 32).pay(today(campus), 2, code, 20_00)
    assert (forged.status, forged.body["refused"]["code"]) == (401, no.SignatureWrong.code)
    assert fast.ask("GET", "/v1/terminals/me").body["last_seq"] == 1
    with pytest.raises(psycopg.OperationalError):  # the database goes away between two payments
        connection.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    campus.later(minutes=31)
    assert fast.pay(today(campus), 3, campus.code(lin), 20_00).status == 201


def test_a_stale_clock_is_told_the_right_time(campus, till) -> None:
    lin = campus.member("lin", 100_00)
    code = campus.code(lin)
    till.clock = lambda: campus.at.timestamp() - 301
    refused = till.pay(today(campus), 1, code, 100)
    assert refused.status == 401
    assert refused.body["refused"]["code"] == "wallet.clock_wrong"
    assert abs(refused.body["server_time"] - campus.at.timestamp()) < 5
    till.clock = lambda: campus.at.timestamp() - 300
    assert till.pay(today(campus), 1, code, 100).status == 201


def test_another_terminals_key_does_not_open(campus, till) -> None:
    lin = campus.member("lin", 100_00)
    other = terminal_of(campus, campus.shop("M02"))
    other.code = till.code
    assert other.pay(today(campus), 1, campus.code(lin), 100).status == 400
    paid = till.pay(today(campus), 1, campus.code(lin), 100).body["id"]
    other.code = "M02T1"
    assert other.refund(today(campus), 1, paid, 100).status == 404, "somebody else's payment"
    assert other.find(today(campus), 1).status == 404


def test_a_retired_key_and_a_suspended_merchant_are_refused(campus, till) -> None:
    lin = campus.member("lin", 100_00)
    row = campus.shop("M01")
    second = admitting.issue_key(terminal_id=row.pk, by=None, at=campus.at)
    with pytest.raises(Exception, match="两把"):
        admitting.issue_key(terminal_id=row.pk, by=None, at=campus.at)
    admitting.retire_key(key_id=till.key_id, by=None, at=campus.at)
    assert till.me().status == 401
    till.key_id, till.secret = second.key_id, bytes(second.secret)
    assert till.me().body["merchant"] == "商户M01"
    admitting.suspend(merchant_id=row.merchant_id, by=None, at=campus.at, because="试")
    refused = till.pay(today(campus), 1, campus.code(lin), 100)
    assert (refused.status, refused.body["refused"]["code"]) == (403, "wallet.merchant_not_trading")
    assert TerminalKey.objects.filter(retired_at__isnull=True).count() == 1
    assert tills.key(till.key_id) is not None


def test_refund_void_and_query(campus, till) -> None:
    lin = campus.member("lin", 100_00)
    day = today(campus)
    paid = till.pay(day, 1, campus.code(lin), 50_00).body
    back = till.refund(day, 2, paid["id"], 20_00)
    assert (back.status, back.body["ecny_fen"], back.body["subsidy_fen"]) == (201, 20_00, -24_00)
    assert till.refund(day, 2, paid["id"], 20_00).status == 200
    assert till.refund(day, 2, paid["id"], 21_00).status == 422
    assert till.refund(day, 3, paid["id"], 31_00).status == 409
    assert till.refund(day, 1, paid["id"], 1_00).status == 422, "the number of the payment itself"
    found = till.find(day, 1).body
    assert (found["status"], found["refunded_fen"]) == ("S", 20_00)
    assert till.find(day, 9).status == 404
    assert till.void(day, 4, paid["id"]).body["amount_fen"] == 30_00
    assert till.find(day, 1).body["status"] == "R"
    assert Wallet.objects.get().ecny_fen == 100_00
    page = till.ask("GET", "/v1/payments?limit=1")
    assert (len(page.body["data"]), page.body["has_more"]) == (1, False)


def test_an_unsigned_yes_is_a_forgery(campus, till) -> None:
    plain = till.send
    till.send = lambda *a: (plain(*a)[0], {}, plain(*a)[2])
    with pytest.raises(ForgedReplyError):
        till.me()


def test_guessing_codes_is_stopped(campus, till) -> None:
    campus.member("lin", 100_00)
    for seq in range(1, 21):
        assert till.pay(today(campus), seq, f"{seq:018d}", 100).status == 400
    stopped = till.pay(today(campus), 21, "0" * 18, 100)
    assert (stopped.status, stopped.body["refused"]["code"]) == (429, "wallet.too_many_wrong_codes")


def test_offline_batches_are_closed_unless_the_terms_open_them(campus, till) -> None:
    assert till.upload([]).status == 403


@pytest.mark.clause("R049")
@pytest.mark.clause("R051")
@pytest.mark.parametrize(
    ("days", "status"), [(-38, 403), (-37, 201), (-10, 201), (-9, 201)], ids=str
)
def test_the_till_is_open_in_the_trial_run_and_since_the_launch(campus, till, days, status) -> None:
    """March 10 less 38 days is January 31: the trial begins on February 1."""
    lin = campus.member("lin", 100_00)
    campus.at += timedelta(days=days)
    assert till.pay(today(campus), 1, campus.code(lin), 100).status == status


def test_the_manual_names_every_refusal_that_a_terminal_can_hear() -> None:
    """docs/pos-api.md lists each code under the status that it is answered with."""
    manual = Path("docs/pos-api.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d{3}) \| (`wallet\..*) \|$", manual, re.M))
    heard = [
        no.TerminalUnknown, no.SignatureWrong, no.ClockWrong, no.RequestWrong, no.AmountWrong,
        no.PointsWrong, no.InTheFuture, no.TooOld, no.BusinessDayWrong, no.MerchantNotTrading,
        no.NotOpen, no.OfflineClosed, no.OfflineTooMuch, no.CodeUnknown, no.CodeExpired,
        no.CodeUsed, no.TooManyWrongCodes, no.Insufficient, no.Frozen, no.Barred, no.KeyReused,
        no.Busy, no.PaymentUnknown, no.NotRefundable, no.RefundTooMuch, no.RefundTooLate,
        no.NotVoidable,
    ]  # fmt: skip
    for each in heard:
        assert each.code.removeprefix("wallet.") in rows[str(each.status)], each.code


def test_offline_items_are_judged_one_by_one_where_the_terms_open_them(
    campus, till, monkeypatch
) -> None:
    """Points only, signed when made; a wrong one does not spoil its neighbours."""
    real = figures.terms_on
    opened = {
        "offline": True, "offline_each_fen": 50_00, "offline_per_wallet": 3,
        "offline_sum_fen": 1000_00, "offline_rows": 200, "offline_hours": 24,
    }  # fmt: skip
    monkeypatch.setattr(figures, "terms_on", lambda day: replace(real(day), **opened))
    lin = campus.member("lin", 100_00, 100_00)
    made = campus.at
    items = [
        till.offline_item(
            made.date(), seq, campus.code(lin, made + timedelta(hours=seq)), fen,
            (made + timedelta(hours=seq)).isoformat(),
        )
        for seq, fen in ((1, 10_00), (2, 50_01), (3, 20_00))
    ]  # fmt: skip
    items.append({**items[0], "key": till.key(made.date(), 4)})
    campus.later(hours=4)
    results = till.upload(items).body["data"]
    assert [each.get("status") or each["refused"]["code"] for each in results] == [
        "S", "wallet.offline_too_much", "S", "wallet.signature_wrong",
    ]  # fmt: skip
    again = till.upload(items[:1]).body["data"]
    assert again[0]["replayed"] is True
    assert campus.row(lin).points_fen == 70_00
