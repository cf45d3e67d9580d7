"""The desk gives and takes terminals' keys, and gives barred wallets their eligibility back."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from smartunion.domains.wallet.actions import admitting, deciding, opening, refusals
from smartunion.domains.wallet.models import Freezing, Terminal, TerminalKey, Wallet
from smartunion.domains.wallet.reads import keys, tills
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.models import Entry
from tests.cast import appoint

from .conftest import NOON, Campus
from .test_pages import frozen, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def till(campus: Campus) -> Terminal:
    return campus.shop("M01", "第一食堂")


@pytest.fixture
def keeper(wang: Person) -> Client:
    appoint(wang, "wallet.desk", "wallet.merchants", "wallet.release")
    return signed_in(wang)


@pytest.fixture
def reader(chen: Person) -> Client:
    """Who may look, as an auditor may."""
    appoint(chen, "wallet.desk")
    return signed_in(chen)


def address(till: Terminal) -> str:
    return reverse("wallet:terminal", kwargs={"terminal_id": till.pk})


def issued(client: Client, till: Terminal) -> tuple[str, str]:
    """Press the button and return key id and secret as they are shown."""
    page = client.post(address(till), {"do": "issue"}).content.decode()
    secret = re.search(r"data-secret>([0-9a-f]{64})<", page)
    assert secret
    return TerminalKey.objects.latest("pk").key_id, secret[1]


class TestKeys:
    def test_a_new_key_is_shown_once_and_is_the_one_that_signs(
        self, keeper: Client, till: Terminal
    ) -> None:
        key_id, secret = issued(keeper, till)
        tills.forget()
        known = tills.key(key_id)
        assert known is not None
        assert known.secret.hex() == secret
        again = keeper.get(address(till))
        assert key_id in again.content.decode()
        assert secret not in again.content.decode()
        assert again.headers["Cache-Control"] == "no-store"

    def test_the_table_holds_no_secret_in_clear(self, keeper: Client, till: Terminal) -> None:
        _, secret = issued(keeper, till)
        assert bytes.fromhex(secret) not in bytes(TerminalKey.objects.get().locked)
        assert secret not in str(Entry.objects.get(what="wallet.key_issued").facts)

    def test_two_keys_live_together_and_a_third_waits_for_one_to_go(
        self, keeper: Client, till: Terminal
    ) -> None:
        first, _ = issued(keeper, till)
        issued(keeper, till)
        third = keeper.post(address(till), {"do": "issue"})
        assert third.status_code == 409
        assert "已有两把有效密钥" in third.content.decode()
        gone = {"do": "retire_key", "key": first, "because": "换新"}
        assert keeper.post(address(till), gone).status_code == 302
        assert tills.key(first) is None
        assert "换新" in keeper.get(address(till)).content.decode()
        issued(keeper, till)

    def test_a_key_goes_only_for_a_reason_and_only_from_its_own_terminal(
        self, keeper: Client, till: Terminal, campus: Campus
    ) -> None:
        key_id, _ = issued(keeper, till)
        bare = keeper.post(address(till), {"do": "retire_key", "key": key_id, "because": ""})
        assert bare.status_code == 200
        assert "写一句理由" in bare.content.decode()
        other = campus.shop("M02", "第二食堂")
        wrong = {"do": "retire_key", "key": key_id, "because": "换新"}
        assert keeper.post(address(other), wrong).status_code == 409
        assert TerminalKey.objects.get().retired_at is None

    def test_a_retired_terminal_takes_its_keys_along_and_gets_no_more(
        self, keeper: Client, till: Terminal
    ) -> None:
        key_id, _ = issued(keeper, till)
        gone = {"do": "retire_terminal", "because": "机器丢失"}
        assert keeper.post(address(till), gone).status_code == 302
        assert tills.key(key_id) is None
        assert keeper.post(address(till), {"do": "issue"}).status_code == 409

    def test_who_may_only_look_sees_the_keys_and_touches_nothing(
        self, reader: Client, till: Terminal
    ) -> None:
        admitting.issue_key(terminal_id=till.pk, by=None, at=NOON)
        page = reader.get(address(till))
        assert page.status_code == 200
        assert "发一把新密钥" not in page.content.decode()
        assert reader.post(address(till), {"do": "issue"}).status_code == 403
        assert TerminalKey.objects.count() == 1

    def test_a_member_does_not_find_the_page(self, lin: Person, till: Terminal) -> None:
        assert signed_in(lin).get(address(till)).status_code == 403

    def test_one_key_that_does_not_open_stops_no_other_till(
        self, till: Terminal, campus: Campus, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = admitting.issue_key(terminal_id=till.pk, by=None, at=NOON)
        whole = admitting.issue_key(terminal_id=campus.shop("M02").pk, by=None, at=NOON)
        TerminalKey.objects.filter(key_id=broken.key_id).update(
            locked=TerminalKey.objects.get(key_id=whole.key_id).locked  # moved to another row
        )
        tills.forget()
        assert tills.key(broken.key_id) is None
        known = tills.key(whole.key_id)
        assert known is not None
        assert known.secret == whole.secret
        assert "does not open" in caplog.text
        assert len(keys.broken(20)) == 1

    def test_a_new_master_key_locks_the_old_ones_again(self, till: Terminal, settings) -> None:
        given = admitting.issue_key(terminal_id=till.pk, by=None, at=NOON)
        new = "k9:" + "A" * 43 + "="
        settings.PRIVATE_KEY = f"{new},{settings.PRIVATE_KEY}"
        assert admitting.lock_keys_again(at=NOON) == 1
        assert admitting.lock_keys_again(at=NOON) == 0
        settings.PRIVATE_KEY = new
        assert keys.unlock(TerminalKey.objects.get().locked, key_id=given.key_id) == given.secret


class TestReadmission:
    @pytest.fixture
    def barred(self, campus: Campus, lin: Person, wang: Person) -> Wallet:
        """Lin's wallet, after wang has confirmed a cash-out."""
        campus.shop("M01", "第一食堂")
        case: Freezing = frozen(campus, lin)
        deciding.confirm_cash_out(freezing_id=case.pk, by=wang, at=NOON, because="商户承认套现")
        return Wallet.objects.get(owner=lin)

    def where(self, wallet: Wallet) -> str:
        return reverse("wallet:readmission", kwargs={"wallet_id": wallet.pk})

    @pytest.mark.clause("R059")
    def test_a_barred_wallet_comes_back_for_a_reason(
        self, keeper: Client, barred: Wallet, lin: Person
    ) -> None:
        with pytest.raises(refusals.Barred):
            opening.issue_code(person=lin, device_key="lin", by=lin, at=NOON)
        assert "商户承认套现" in keeper.get(reverse("wallet:freezings")).content.decode()
        page = keeper.get(self.where(barred)).content.decode()
        assert "林晓梅" in page
        assert "商户承认套现" in page
        assert keeper.post(self.where(barred), {"because": ""}).status_code == 200
        done = keeper.post(self.where(barred), {"because": "整改完毕，已退还套现款"}, follow=True)
        assert "已恢复林晓梅的资格" in done.content.decode()
        barred.refresh_from_db()
        assert barred.barred_at is None
        assert keeper.get(self.where(barred)).status_code == 404
        told = Entry.objects.get(what="wallet.readmitted")
        assert told.because == "整改完毕，已退还套现款"

    def test_nobody_readmits_themself(self, barred: Wallet, lin: Person) -> None:
        appoint(lin, "wallet.desk", "wallet.release")
        client = signed_in(lin)
        assert "这是你自己的钱包" in client.get(self.where(barred)).content.decode()
        assert client.post(self.where(barred), {"because": "我改了"}).status_code in (403, 409)
        barred.refresh_from_db()
        assert barred.barred_at is not None

    def test_who_may_only_look_decides_nothing_and_reads_no_name(
        self, reader: Client, barred: Wallet, mo: Person
    ) -> None:
        page = reader.get(self.where(barred)).content.decode()
        assert "林晓梅" not in page
        assert "你可以看，不能决定" in page
        assert reader.post(self.where(barred), {"because": "恢复"}).status_code == 403
        assert signed_in(mo).get(self.where(barred)).status_code == 403

    def test_a_wallet_that_is_not_barred_is_not_readmitted(
        self, campus: Campus, wang: Person
    ) -> None:
        wallet = campus.member("mo2")
        with pytest.raises(refusals.NotBarred):
            deciding.readmit(wallet_id=wallet.pk, by=wang, at=NOON, because="x")
