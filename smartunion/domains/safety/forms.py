"""What people fill in for safety. A form checks the shape; the rules decide."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from smartunion.kernel.people.models import Person
from smartunion.kernel.web.fields import YuanField

from .reads.children import persons_numbered
from .rules.kinds import EventKind, Role
from .rules.risks import SCENARIOS
from .rules.statement import CARES, ESCORTS, WHERES

SOME = 6
"""So many photos at once."""


class Pictures(forms.ClearableFileInput):
    """A file input that takes several pictures."""

    allow_multiple_selected = True


class Photos(forms.FileField):
    """Several photos, cleaned to a list; whether one is needed, the rules say."""

    widget = Pictures(attrs={"accept": "image/*"})

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[bytes]"]:
        """Return the photos as a list, empty when none was chosen."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > SOME:
            raise forms.ValidationError(f"一次最多 {SOME} 张", "most")
        return [super(Photos, self).clean(one, initial) for one in given]


def _text(label: str, rows: int = 0, most: int = 200, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget, **kwargs)


class Risk(forms.Form):
    """A risk seen at a line of the list."""

    found = _text("看到什么风险", 2, error_messages={"required": "写看到什么"})
    photos = Photos(label="现场照片", required=False)


class MoreRisk(forms.Form):
    """A risk that no line asks for."""

    matter = _text("哪里", most=60, error_messages={"required": "写哪里"})
    found = _text("看到什么风险", 2, error_messages={"required": "写看到什么"})
    photos = Photos(label="现场照片", required=False)


class Settling(forms.Form):
    """How a risk was put right."""

    how = _text("怎么整改的", 2, error_messages={"required": "写怎么整改的"})
    photos = Photos(label="整改后的照片", required=False)


def _moment(label: str, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a choice field what may be chosen today."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class Plan(forms.Form):
    """A new event."""

    title = _text("名称", most=60, error_messages={"required": "写名称"})
    kind = forms.ChoiceField(label="类别", choices=[(k.value, k.words) for k in EventKind])
    venue = forms.ChoiceField(label="场地")
    starts_at = _moment("开始", error_messages={"required": "写开始时间"})
    ends_at = _moment("结束", error_messages={"required": "写结束时间"})
    expected = forms.IntegerField(
        label="预计人数", min_value=1, max_value=100_000,
        help_text="参加者、观众和工作人员合计；值守按它 1:50 配",
        error_messages={"required": "写人数"},
    )  # fmt: skip
    places = forms.IntegerField(
        label="报名名额", min_value=1, max_value=100_000, required=False,
        help_text="不填就等于预计人数",
    )  # fmt: skip
    open_to_public = forms.BooleanField(label="对社会开放", required=False)
    permit_number = _text(
        "公安许可编号", most=40, required=False, help_text="对社会开放且 1000 人以上必填"
    )

    def __init__(self, *args: Any, venues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "venue", [(str(v.pk), v.name) for v in venues])


class Stationing(forms.Form):
    """Who is on duty."""

    number = _text("工号", most=40, error_messages={"required": "写工号"})
    role = forms.ChoiceField(label="岗位", choices=[(r.value, r.words) for r in Role])
    since = _moment("到岗")
    until = _moment("离岗")


class Bringing(forms.Form):
    """Which device stands by where."""

    device = forms.ChoiceField(label="设备")
    spot = _text("放在哪里", most=60, error_messages={"required": "写放在哪里"})

    def __init__(self, *args: Any, devices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "device", devices)


class Because(forms.Form):
    """A decision says why."""

    because = _text("理由", 2, 400, error_messages={"required": "写明理由"})


class Check(forms.Form):
    """A look at a device."""

    device = forms.IntegerField()
    note = _text("哪里不好", most=120, required=False)


class PolicyForm(forms.Form):
    """A policy of the insurer."""

    number = _text("保单号", most=40, error_messages={"required": "写保单号"})
    since = forms.DateField(label="保险期起", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="保险期止（含）", widget=forms.DateInput(attrs={"type": "date"}))
    per_person = YuanField(label="每人保额（元）", least_fen=1)

    def clean(self) -> dict[str, Any]:
        """Ask for a period that has a day."""
        found = super().clean() or self.cleaned_data
        if found.get("since") and found.get("last") and found["last"] < found["since"]:
            self.add_error("last", "保险期止早于保险期起")
        return found


class Account(forms.Form):
    """What happened, written after the incident; it is sealed."""

    account = _text("经过", 5, 2000, error_messages={"required": "写经过"})
    hurt = _text(
        "受伤的人（工号）", required=False,
        help_text="封存在其名下：以后谁看过这份经过，本人都查得到；不是本校的人就不填",
    )  # fmt: skip

    def clean_hurt(self) -> Person | None:
        """Return whom the number names; a number that nobody has is an error."""
        found, unknown = persons_numbered(self.cleaned_data["hurt"])
        if unknown or len(found) > 1:
            raise forms.ValidationError(
                f"没有工号 {'、'.join(unknown)}，或者写了不止一个", "unknown"
            )
        return found[0] if found else None


class ReadingAccount(forms.Form):
    """Why the account is opened."""

    purpose = _text(
        "用途", 2, 160, help_text="受伤的人会看到这句话", error_messages={"required": "写用途"}
    )


class ExerciseForm(forms.Form):
    """An exercise of a scenario."""

    scenario = forms.ChoiceField(
        label="哪个情景", choices=[(one.code, f"{one.clause} {one.matter}") for one in SCENARIOS]
    )
    people = forms.IntegerField(label="参加人数", min_value=1, max_value=9999)
    finding = _text("发现了什么", 3, 400, error_messages={"required": "写发现了什么"})
    improve = _text("要改进的", 2, 400, required=False)


class ChildCase(forms.Form):
    """A childcare incident."""

    where = forms.ChoiceField(label="在哪里", choices=[(one, one) for one in WHERES])
    happened_at = _moment("发生时间", error_messages={"required": "写发生时间"})
    account = _text(
        "经过", 4, 1000, help_text="会封存；通报里不出现", error_messages={"required": "写经过"}
    )

    out = _text(
        "须回避的人（工号，可写几个）", required=False,
        help_text="监护人、当时看护的人；只记回避，不记是谁、为什么",
    )  # fmt: skip

    def clean_out(self) -> list[Person]:
        """Return the persons of the numbers; a number that nobody has is an error."""
        found, unknown = persons_numbered(self.cleaned_data["out"])
        if unknown:
            raise forms.ValidationError(f"没有工号 {'、'.join(unknown)}", "unknown")
        return found


class Statement(forms.Form):
    """The words of the statement, each one of a few."""

    where = forms.ChoiceField(label="在哪里", choices=[(one, one) for one in WHERES])
    care = forms.ChoiceField(label="当即", choices=[(one, one) for one in CARES])
    escort = forms.ChoiceField(label="送医", choices=[(one, one) for one in ESCORTS])
