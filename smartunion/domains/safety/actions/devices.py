"""The devices: take one in, look at it every day, put it out of use."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.safety.models import Device, DeviceCheck
from smartunion.domains.safety.rules.kinds import DeviceKind
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def register_device(
    *, number: str, kind: DeviceKind, home: str, by: Person | None, at: datetime
) -> Device:
    """Take a device in under its number; registering it again changes nothing."""
    device, made = Device.objects.get_or_create(
        number=number, defaults={"kind": kind.value, "home": home}
    )
    if made:
        record("safety.device_registered", device, by=by, at=at, number=number)
    return device


@transaction.atomic
def check_device(
    *, device_id: int, is_fit: bool, note: str = "", by: Person, at: datetime
) -> DeviceCheck:
    """Look at a device: fit, or not and why (R233, R234)."""
    device = Device.objects.select_for_update().get(pk=device_id)
    row = DeviceCheck.objects.create(
        device=device, checked_on=campus_day(at), checked_at=at, is_fit=is_fit, note=note, by=by
    )
    result = "可用" if is_fit else f"不可用：{note}"
    record("safety.device_checked", device, by=by, at=at, number=device.number, result=result)
    return row


@transaction.atomic
def retire_device(*, device_id: int, by: Person, at: datetime, because: str) -> Device:
    """Put a device out of use; doing it again keeps the first time."""
    device = Device.objects.select_for_update().get(pk=device_id)
    if device.retired_at is None:
        device.retired_at = at
        device.save(update_fields=["retired_at"])
        record("safety.device_retired", device, by=by, at=at, because=because, number=device.number)
    return device
