"""Every author rates, not the proposer alone; what proposers have said stays theirs."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def keep_what_was_said(apps, schema_editor):
    proposals, ratings = (apps.get_model("proposals", name) for name in ("Proposal", "Rating"))
    ratings.objects.bulk_create(
        ratings(
            proposal=it, person_id=it.proposer_id, turn=it.reopened, rating=it.rating,
            at=it.rated_at or it.answered_at or it.submitted_at,
        )
        for it in proposals.objects.filter(rating__isnull=False)
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0002_plans_kept"),
        ("people", "0001_initial"),
    ]
    operations = [
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn", models.PositiveSmallIntegerField(default=0, verbose_name="第几次办理")),
                ("rating", models.PositiveSmallIntegerField(choices=[(5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意")], verbose_name="评价")),
                ("because", models.CharField(blank=True, default="", max_length=200, verbose_name="说一句")),
                ("at", models.DateTimeField(verbose_name="评价时间")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person", verbose_name="评价人")),
                ("proposal", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="proposals.proposal", verbose_name="提案")),
            ],
            options={
                "verbose_name": "提案评价",
                "verbose_name_plural": "提案评价",
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "person", "turn"), name="author_rates_an_answer_once"),
                    models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="author_rates_one_of_five"),
                ],
            },
        ),
        migrations.RunPython(keep_what_was_said, migrations.RunPython.noop),
        migrations.RemoveConstraint("proposal", "rating_is_one_of_five"),
        migrations.RemoveField("proposal", "rating"),
        migrations.RemoveField("proposal", "rated_at"),
        migrations.AddField("proposal", "is_downgraded", models.BooleanField(default=False, verbose_name="认定不属紧急")),
        migrations.AddConstraint(
            "proposal",
            models.CheckConstraint(
                condition=Q(is_downgraded=False) | (Q(is_urgent=True) & ~Q(filing_because="")),
                name="downgraded_says_why",
            ),
        ),
    ]
