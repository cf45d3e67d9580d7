"""A terminal's number under which nothing was taken is kept with its reason."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_skippednumber
  FOR EACH STATEMENT EXECUTE FUNCTION wallet_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0006_value_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="SkippedNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("biz_date", models.DateField(verbose_name="营业日")),
                ("terminal_seq", models.IntegerField(verbose_name="流水号")),
                (
                    "refusal",
                    models.CharField(blank=True, max_length=60, verbose_name="拒绝规则"),
                ),
                ("because", models.CharField(max_length=200, verbose_name="说明")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="说明人",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skipped",
                        to="wallet.terminal",
                        verbose_name="终端",
                    ),
                ),
            ],
            options={"verbose_name": "终端空号", "verbose_name_plural": "终端空号"},
        ),
        migrations.AddConstraint(
            model_name="skippednumber",
            constraint=models.UniqueConstraint(
                fields=("terminal", "biz_date", "terminal_seq"), name="skippednumber_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="skippednumber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("by__isnull", True), models.Q(("refusal", ""), _negated=True)
                    ),
                    models.Q(("by__isnull", False), ("refusal", "")),
                    _connector="OR",
                ),
                name="skippednumber_refused_or_explained",
            ),
        ),
        migrations.RunSQL(
            APPEND_ONLY, "DROP TRIGGER append_only ON wallet_skippednumber"
        ),
    ]
