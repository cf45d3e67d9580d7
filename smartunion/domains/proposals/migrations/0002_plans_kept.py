from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="planned_on",
            field=models.DateField(null=True, verbose_name="计划完成日"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="fulfilled_at",
            field=models.DateTimeField(null=True, verbose_name="兑现时间"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="proof",
            field=models.CharField(
                blank=True, default="", max_length=400, verbose_name="兑现说明"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fulfilled_at__isnull", True),
                    models.Q(
                        ("outcome", "planned"),
                        ("planned_on__isnull", False),
                        models.Q(("proof", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="fulfilled_what_was_planned",
            ),
        ),
    ]
