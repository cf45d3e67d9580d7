"""What changes a register's rows: by hand or by a sheet, each recorded."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, ProtectedError
from psycopg.errors import UniqueViolation

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import record

from . import register_reads as reads
from . import wording
from .columns import as_json, field_of, written
from .excel import RowError
from .models import ImportBatch
from .register_checks import check_rows, confine, validate
from .tables import Register

MOST_CHANGES = 1000
"""Characters of a change kept in the trail's facts."""


class ChangedMeanwhile(Refused):
    """Somebody saved the row after it was shown."""

    code = "web.changed_meanwhile"
    text = "「{row}」在您打开之后被{who}改过（{when}），您的修改没有写入"
    remedy = "返回后刷新，看清新内容再改一次"


class AlreadyThere(Refused):
    """A unique value was taken between the check and the writing."""

    code = "web.already_there"
    text = "「{row}」刚被别人登记，没有重复写入"
    remedy = "返回名册搜索它；要改就改那一行"


class AgainstTheTable(Refused):
    """The database keeps a promise that this row would break."""

    code = "web.against_the_table"
    text = "「{row}」与表中别的记录矛盾，没有写入"
    remedy = "核对日期、单位和引用的记录，改正后再登记"


class NotPending(Refused):
    """The import is written, dropped or taken back already."""

    code = "web.import_not_pending"
    text = "「{file}」已{state}，没有再做一次"
    remedy = "回到名册看现在的内容"


class CannotTakeBack(Refused):
    """A row of the import lives on its own by now, or the time is over."""

    code = "web.cannot_take_back"
    text = "「{file}」不能整批撤回：{reason}"
    remedy = "一行也没有撤回；请在名册里逐行改正"


class CannotWrite(Refused):
    """What was right when the sheet was checked is wrong now."""

    code = "web.cannot_write"
    text = "「{file}」没有写入：第 {row} 行现在不对了，{reason}"
    remedy = "一行也没有写入；改好文件重新上传"


def stamp(values: Mapping[str, Any]) -> str:
    """Return a short digest of the values that somebody was shown."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _kind(register: Register, verb: str) -> str:
    meta = register.table()._meta
    return f"{meta.app_label}.{meta.model_name}_{verb}"


def _changes(register: Register, before: Mapping[str, Any], row: Any) -> str:
    """Return what changed in words: 保证金：20,000.00 → 30,000.00."""
    told = []
    for column in register.entered():
        found = field_of(row, column.name)
        new, old = getattr(row, column.name), before.get(column.name)
        if as_json(new) == old:
            continue
        if old is None:
            pass
        elif isinstance(found, ForeignKey):
            old = found.related_model._default_manager.filter(pk=old).first()
        else:
            old = found.to_python(old)
        was, now = (written(value, column) or "空" for value in (old, new))
        told.append(f"{column.label}：{was} → {now}")
    return "；".join(told)[:MOST_CHANGES]


def _put(
    *,
    register: Register,
    row: Any,
    values: Mapping[str, Any],
    mandate: Mandate,
    verb: str,
    by: Person,
    at: datetime,
    because: str,
    checked: bool = False,
    **facts: str | int,
) -> None:
    """Fill in, validate, save and record one row, within the caller's transaction.

    Rows `checked` before are left to the database, which keeps what must never be false.
    """
    created = row.pk is None
    before = {} if created else reads.stamp_values(register, row)
    for name, value in values.items():
        setattr(row, name, value)
    confine(register, row, mandate)
    if not checked:
        validate(register, row)
    name = str(row)  # the database answers nothing more once it has refused
    try:
        if register.save:
            register.save(row=row, created=created, by=by, at=at, because=because)
        else:
            row.save()
    except IntegrityError as no:
        twice = isinstance(no.__cause__, UniqueViolation)
        raise (AlreadyThere if twice else AgainstTheTable)(row=name) from no
    record(
        _kind(register, verb),
        row,
        by=by,
        at=at,
        because=because,
        changes=_changes(register, before, row),
        **facts,
    )


@transaction.atomic
def register_row(
    *,
    register: Register,
    values: Mapping[str, Any],
    mandate: Mandate,
    by: Person,
    at: datetime,
    because: str,
) -> Any:
    """Enter a new row and return it. Raises ValidationError, OutsideUnit, AlreadyThere."""
    row = register.table()()
    _put(
        register=register,
        row=row,
        values=values,
        mandate=mandate,
        verb="registered",
        by=by,
        at=at,
        because=because,
    )
    return row


@transaction.atomic
def change_row(
    *,
    register: Register,
    row_id: int,
    values: Mapping[str, Any],
    seen: str,
    mandate: Mandate,
    by: Person,
    at: datetime,
    because: str,
) -> Any:
    """Change a row that is still as it was `seen`; otherwise refuse with who changed it."""
    row = register.table()._default_manager.select_for_update().get(pk=row_id)
    if stamp(reads.stamp_values(register, row)) != seen:
        last = (
            Entry.objects.filter(subject=f"{row._meta.label_lower}:{row.pk}")
            .select_related("by")
            .order_by("-pk")
            .first()
        )
        who = str(last.by or "系统") if last else "别人"
        raise ChangedMeanwhile(
            row=str(row), who=who, when=wording.moment(last.at) if last else "刚才"
        )
    confine(register, row, mandate)
    _put(
        register=register,
        row=row,
        values=values,
        mandate=mandate,
        verb="changed",
        by=by,
        at=at,
        because=because,
    )
    return row


@transaction.atomic
def upload_rows(
    *,
    register: Register,
    filename: str,
    rows: list[tuple[int, dict[str, Any]]],
    errors: list[RowError],
    mandate: Mandate,
    by: Person,
    at: datetime,
    because: str,
) -> ImportBatch:
    """Keep a checked sheet for the person to decide on. Nothing is written to the table yet."""
    good, more = check_rows(register, rows, mandate)
    told = sorted([*errors, *more], key=lambda error: error.row)
    batch = ImportBatch.objects.create(
        register=register.model,
        filename=filename[:200],
        because=because,
        by=by,
        at=at,
        good=good,
        errors=[vars(error) for error in told],
    )
    record(
        "web.import_checked",
        batch,
        by=by,
        at=at,
        because=because,
        register=register.model,
        good=len(good),
        wrong=len({error.row for error in told}),
    )
    return batch


def _pending(batch_id: int) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.written_at or batch.dropped_at:
        state = "撤回" if batch.taken_back_at else "写入" if batch.written_at else "放弃"
        raise NotPending(file=batch.filename, state=state)
    return batch


def _prepared(
    register: Register, batch: ImportBatch
) -> Iterator[tuple[dict[str, Any], dict[str, Any], Any]]:
    """Yield each good row as kept, its values ready to set, and the locked row it changes, if any.

    One question for all rows of the table, and one for each relation.
    """
    model = register.table()
    fields = {column.name: field_of(model, column.name) for column in register.entered()}
    keys = [kept["values"][register.key] for kept in batch.good]
    rows = model._default_manager.select_for_update().filter(**{f"{register.key}__in": keys})
    held = {str(as_json(getattr(row, register.key))): row for row in rows.order_by("pk")}
    related = {
        name: found.related_model._default_manager.in_bulk()
        for name, found in fields.items()
        if isinstance(found, ForeignKey)
    }
    for kept in batch.good:
        values = {
            name: related[name].get(value) if name in related else fields[name].to_python(value)
            for name, value in kept["values"].items()
        }
        yield kept, values, held.get(str(kept["values"][register.key]))


@transaction.atomic
def write_rows(
    *, register: Register, batch_id: int, mandate: Mandate, by: Person, at: datetime
) -> int:
    """Write the good rows of a checked sheet, all or none, and return how many."""
    batch = _pending(batch_id)
    done = []
    for kept, values, held in _prepared(register, batch):
        row = held or register.table()()
        before = reads.stamp_values(register, held) if held else {}
        if held:
            confine(register, held, mandate)
        try:
            _put(
                register=register,
                row=row,
                values=values,
                mandate=mandate,
                verb="changed" if held else "registered",
                by=by,
                at=at,
                because=batch.because,
                checked=True,
                batch=batch.pk,
            )
        except (AlreadyThere, AgainstTheTable, ValidationError) as no:
            reason = "；".join(no.messages) if isinstance(no, ValidationError) else str(no)
            raise CannotWrite(file=batch.filename, row=kept["row"], reason=reason) from no
        after = reads.stamp_values(register, row)
        done.append({"pk": row.pk, "created": not held, "before": before, "after": after})
    batch.written, batch.written_at = done, at
    batch.save(update_fields=["written", "written_at"])
    record("web.import_written", batch, by=by, at=at, because=batch.because, rows=len(done))
    return len(done)


@transaction.atomic
def drop_rows(*, batch_id: int, by: Person, at: datetime) -> None:
    """Drop a checked sheet without writing any of it."""
    batch = _pending(batch_id)
    batch.dropped_at = at
    batch.save(update_fields=["dropped_at"])
    record("web.import_dropped", batch, by=by, at=at, because=batch.because)


@transaction.atomic
def take_back(*, register: Register, batch_id: int, by: Person, at: datetime, because: str) -> int:
    """Undo an import as a whole: new rows go, changed rows are as before. Returns how many.

    Refused when the time is over, when a row has changed since, or when others refer to it.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.written_at is None or batch.taken_back_at is not None:
        raise NotPending(file=batch.filename, state="撤回" if batch.taken_back_at else "放弃")
    if at > batch.written_at + timedelta(hours=register.take_back_hours):
        late = f"写入已超过 {register.take_back_hours} 小时"
        raise CannotTakeBack(file=batch.filename, reason=late)
    model = register.table()
    for done in reversed(batch.written):
        row = model._default_manager.select_for_update().filter(pk=done["pk"]).first()
        if row is None or reads.stamp_values(register, row) != done["after"]:
            name = str(row) if row else f"第 {done['pk']} 号"
            raise CannotTakeBack(file=batch.filename, reason=f"「{name}」导入后又被改过")
        if done["created"]:
            record(
                _kind(register, "taken_back"), row, by=by, at=at, because=because, batch=batch.pk
            )
            try:
                row.delete()
            except ProtectedError as no:
                reason = f"「{row}」已有别的记录引用它"
                raise CannotTakeBack(file=batch.filename, reason=reason) from no
        else:
            for name, value in done["before"].items():
                found = field_of(model, name)
                setattr(row, found.attname, value if found.is_relation else found.to_python(value))
            row.save()
            record(_kind(register, "restored"), row, by=by, at=at, because=because, batch=batch.pk)
    batch.taken_back_at = at
    batch.save(update_fields=["taken_back_at"])
    record("web.import_taken_back", batch, by=by, at=at, because=because, rows=len(batch.written))
    return len(batch.written)
