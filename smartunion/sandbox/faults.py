"""What can be made to go wrong at the simulated bank, so that every answer to it can be tried."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from html import escape


@dataclass
class Faults:
    """The switches; each setting of them replaces all. Numbers are counts unless said otherwise."""

    delay_ms: int = 0
    down: int = 0
    lose_requests: int = 0
    lose_answers: int = 0
    wrong_signatures: int = 0
    notify_twice: int = 0
    notify_first: int = 0
    file_missing: int = 0
    file_extra: int = 0
    file_amount: int = 0
    file_failed: int = 0
    file_twice: int = 0
    file_decimal: int = 0
    file_merchant: int = 0
    file_trailer: int = 0
    file_signature: int = 0
    file_yesterday: int = 0
    seed: int = 0

    def spend(self, name: str) -> bool:
        """Tell if the fault strikes now, and use it up once."""
        left = int(getattr(self, name))
        setattr(self, name, max(left - 1, 0))
        return left > 0

    def strike_a_file(self) -> "Faults":
        """Return what strikes the file that is made now; the next file is made rightly."""
        striking = Faults(**{each.name: getattr(self, each.name) for each in fields(self)})
        for each in fields(self):
            if each.name.startswith("file_"):
                setattr(self, each.name, 0)
        return striking

    def as_form(self) -> str:
        """Return the fields of the form on the page."""
        return "".join(
            f'<label>{LABELS[each.name]} <input name="{each.name}" inputmode="numeric"'
            f' value="{escape(str(getattr(self, each.name) or ""))}"></label>'
            for each in fields(self)
        )


LABELS = {
    "delay_ms": "应答延迟(毫秒)",
    "down": "银行停机(填1)",
    "lose_requests": "丢失请求(次)",
    "lose_answers": "丢失应答(次)",
    "wrong_signatures": "错误签名应答(次)",
    "notify_twice": "通知发两遍(填1)",
    "notify_first": "通知先于应答(填1)",
    "file_missing": "文件缺行",
    "file_extra": "文件多行",
    "file_amount": "文件金额错",
    "file_failed": "文件记为失败",
    "file_twice": "文件重复行",
    "file_decimal": "文件金额带小数(填1)",
    "file_merchant": "文件商户不明(填1)",
    "file_trailer": "文件尾不符(填1)",
    "file_signature": "文件签名错(填1)",
    "file_yesterday": "误发前一日文件(填1)",
    "seed": "随机种子",
}


def given(form: Mapping[str, str]) -> Faults:
    """Return the switches as a form sets them; what is no number is off."""
    names = {each.name for each in fields(Faults)}
    return Faults(
        **{name: int(value) for name, value in form.items() if name in names and value.isdecimal()}
    )


def interest(form: Mapping[str, str]) -> tuple[int, date | None] | None:
    """Return (fen, value day) of interest that shall be booked at once, or None."""
    if not form.get("interest_fen", "").isdecimal():
        return None
    on = form.get("interest_on", "")
    return int(form["interest_fen"]), date.fromisoformat(on) if on else None
