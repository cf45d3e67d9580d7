"""What delegates, hosts and everybody fill in."""

from django import forms

from smartunion.kernel.people.models import Person

from .rules.outcomes import OUTCOMES, RATINGS


class Long(forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea(attrs={"rows": 4})


class Writing(forms.Form):
    """A proposal: what, why, how; and whether it cannot wait."""

    subject = forms.CharField(label="案由", max_length=80)
    analysis = Long(label="情况分析", max_length=3000)
    measures = Long(label="具体建议", max_length=3000)
    is_urgent = forms.BooleanField(label="紧急提案，24 小时内答复是否立案", required=False)
    urgent_because = forms.CharField(label="为什么等不得", max_length=200, required=False)


class Filing(forms.Form):
    """The decision on filing."""

    filing = forms.ChoiceField(
        label="决定",
        choices=(("filed", "立案"), ("suggestion", "转意见建议"), ("merged", "并案"),
                 ("refused", "不予立案")),
    )  # fmt: skip
    into = forms.CharField(label="并入哪一件（编号）", max_length=20, required=False)
    because = forms.CharField(label="理由", max_length=400, required=False, help_text="会公开")


class FilingUrgent(Filing):
    """The same within 24 hours, and whether it was urgent at all."""

    is_downgraded = forms.BooleanField(label="不属紧急，按一般提案办理（写明理由）", required=False)


class Assigning(forms.Form):
    """Who handles it, by the staff number."""

    host = forms.CharField(label="承办人工号", max_length=40)

    def clean_host(self) -> Person:
        """Return the person of that number."""
        found = Person.objects.filter(username=self.cleaned_data["host"].strip()).first()
        if found is None:
            raise forms.ValidationError("没有这个工号")
        return found


class Meeting(forms.Form):
    """What was talked about."""

    minutes = Long(label="面商记录", max_length=2000, min_length=2)


class Asking(forms.Form):
    """What the proposer has to supply; the clock stands still meanwhile."""

    asks = Long(
        label="请提案人补充什么", max_length=400, min_length=2, help_text="会公开；停钟到补充为止"
    )


class Supplying(forms.Form):
    """What the proposer supplies."""

    answer = Long(label="补充的内容", max_length=1000, min_length=2)


class Countersigning(forms.Form):
    """Whether the answer may go to its authors."""

    agrees = forms.TypedChoiceField(
        label="会签", choices=(("yes", "同意答复"), ("no", "退回重新答复")),
        coerce=lambda value: value == "yes",
    )  # fmt: skip
    note = forms.CharField(label="意见", max_length=200, required=False)


class Reply(forms.Form):
    """The written answer and its class."""

    outcome = forms.ChoiceField(label="答复类别", choices=list(OUTCOMES.items()))
    planned_on = forms.DateField(
        label="列入计划的，哪一天前完成", required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    answer = Long(label="答复", max_length=3000, min_length=2)


class Proof(forms.Form):
    """By what one sees that the plan was kept."""

    proof = Long(label="做成了什么，凭什么看得出", max_length=400, min_length=2)


class Rating(forms.Form):
    """What the author says of the answer."""

    rating = forms.TypedChoiceField(label="评价", choices=RATINGS, coerce=int)
    because = forms.CharField(label="说一句", max_length=200, required=False)


class Box(forms.Form):
    """Something for the box, or an answer to it."""

    text = Long(label="内容", max_length=1000, min_length=2)
