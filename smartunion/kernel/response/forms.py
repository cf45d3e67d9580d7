"""What officers fill in about responses: a corrected number, a drill that is ordered."""

from django import forms

from smartunion.kernel.people.models import Unit

from . import patrol
from .registry import wired


class Correcting(forms.Form):
    """人工修正: the right number, and how it is known."""

    value = forms.CharField(label="正确的号码", max_length=120)
    because = forms.CharField(
        label="依据", max_length=200, min_length=2, help_text="例如：本人来电核对；人事系统登记"
    )


def protocols() -> list[tuple[str, str]]:
    """Return what can be drilled: every protocol in its newest version."""
    newest = {one.protocol.code: one.protocol.title for one in wired()}
    newest.pop(patrol.PROTOCOL.code, None)
    return list(newest.items())


class Ordering(forms.Form):
    """下达演练: which protocol, in which branch, why."""

    protocol = forms.ChoiceField(label="演练内容", choices=protocols)
    unit = forms.ModelChoiceField(
        Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"), label="分会"
    )
    because = forms.CharField(label="事由", max_length=200, min_length=2, initial="月度演练")
