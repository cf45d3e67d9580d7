"""Open a wallet, bind the phone that pays, show its code."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Device, Freezing, Payment, Wallet
from smartunion.domains.wallet.reads import figures, keys
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals


@transaction.atomic
def open_wallet(*, person: Person, by: Person | None, at: datetime) -> Wallet:
    """Open the person's wallet; opening it twice returns the first. R042: staff only."""
    if person.kind != Person.Kind.STAFF:
        raise refusals.NotStaff
    wallet, fresh = Wallet.objects.get_or_create(owner=person, defaults={"opened_at": at})
    if fresh:
        record("wallet.opened", wallet, by=by, at=at)
    return wallet


@transaction.atomic
def bind_device(
    *, person: Person, device_key: str, name: str = "", by: Person | None, at: datetime
) -> Device:
    """Bind the phone that shows the payment code; it replaces the one before.

    A phone serves one wallet at a time, and a frozen one none other: else a burst (T57) could be
    spread over phones or wallets. The phone's last payments come along into the wallet's ring.
    """
    wallet = _own_locked(person)
    held = Device.objects.filter(key=device_key, unbound_at__isnull=True).first()
    if held is not None:
        if held.wallet_id != wallet.pk:
            raise refusals.DeviceTaken
        return held
    if Freezing.objects.filter(device__key=device_key, decided_at__isnull=True).exists():
        raise refusals.DeviceFrozen
    Device.objects.filter(wallet=wallet, unbound_at__isnull=True).update(unbound_at=at)
    try:
        with transaction.atomic():
            device = Device.objects.create(wallet=wallet, key=device_key, name=name, bound_at=at)
    except IntegrityError as error:
        raise refusals.DeviceTaken from error
    last = figures.terms_on(campus_day(at)).burst_count - 1
    elsewhere = (
        Payment.objects.filter(device__key=device_key, status__in="SPR")
        .exclude(wallet=wallet)
        .order_by("-received_at")
        .values_list("received_at", flat=True)[:last]
    )
    wallet.recent = sorted([*wallet.recent, *elsewhere], reverse=True)[:last]
    wallet.device = device
    wallet.save(update_fields=["device", "recent"])
    record("wallet.device_bound", device, by=by, at=at, wallet=wallet.pk)
    return device


@transaction.atomic
def unbind_device(*, person: Person, by: Person | None, at: datetime) -> None:
    """Unbind the phone, so that it may serve another wallet; a frozen one stays bound."""
    wallet = _own_locked(person)
    if wallet.frozen_at is not None:
        raise refusals.DeviceFrozen
    for device in Device.objects.filter(wallet=wallet, unbound_at__isnull=True):
        device.unbound_at = at
        device.save(update_fields=["unbound_at"])
        record("wallet.device_unbound", device, by=by, at=at, wallet=wallet.pk)
    Wallet.objects.filter(pk=wallet.pk).update(device=None)


@transaction.atomic
def choose_order(*, person: Person, points_first: bool, by: Person | None, at: datetime) -> None:
    """Choose what pays first: the points, or the digital yuan alone (R048)."""
    wallet = _own_locked(person)
    if wallet.points_first != points_first:
        wallet.points_first = points_first
        wallet.save(update_fields=["points_first"])
        record("wallet.order_chosen", wallet, by=by, at=at, points_first=int(points_first))


@transaction.atomic
def issue_code(*, person: Person, device_key: str, by: Person | None, at: datetime) -> str:
    """Return a payment code for the bound phone: 18 digits, 60 s, good once (R043).

    The first phone that asks is bound. Nothing is written for a code: it carries its moment and
    the house's tag, and the wallet row keeps the last one used.
    """
    held = Wallet.objects.filter(owner=person).values_list(
        "pk", "barred_at", "frozen_at", "device__key"
    )
    if not held:
        raise refusals.NoWallet(name=person.name)
    ((wallet_id, barred_at, frozen_at, bound_key),) = held
    if barred_at is not None:
        raise refusals.Barred
    if frozen_at is not None:
        raise refusals.Frozen
    if bound_key is None:
        bind_device(person=person, device_key=device_key, by=by, at=at)
    elif bound_key != device_key:
        raise refusals.NotOwnDevice
    return rules.code_of(wallet_id, rules.counter_at(at), keys.code_key())


def _own_locked(person: Person) -> Wallet:
    wallet = (
        Wallet.objects.select_for_update(no_key=True)
        .filter(owner=person)
        .annotate(owner_name=F("owner__name"))
        .first()
    )
    if wallet is None:
        raise refusals.NoWallet(name=person.name)
    return wallet
