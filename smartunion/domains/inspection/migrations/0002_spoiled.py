from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("inspection", "0001_initial"), ("ledger", "0001_initial")]
    operations = [
        migrations.AddField("round", "attempt", models.PositiveSmallIntegerField(default=1, verbose_name="第几次掷骰")),
        migrations.AddField("round", "spoiled_at", models.DateTimeField(null=True, verbose_name="仪式作废时间")),
        migrations.AddField("round", "spoiled_because", models.CharField(blank=True, default="", max_length=200, verbose_name="作废原因")),
        migrations.AddField("voucher", "is_void", models.BooleanField(default=False, verbose_name="随仪式作废")),
        migrations.AlterField("voucher", "transfer", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ledger.transfer", verbose_name="分录")),
        migrations.RemoveConstraint("round", "round_is_numbered"),
        migrations.AddConstraint("round", models.UniqueConstraint(fields=("year", "sequence", "attempt"), name="round_is_numbered")),
        migrations.AddConstraint(
            "round",
            models.CheckConstraint(
                condition=Q(spoiled_at__isnull=True) | (Q(seeded_at__isnull=True) & ~Q(spoiled_because="")),
                name="spoiled_before_the_seed_with_a_reason",
            ),
        ),
        migrations.AddConstraint("voucher", models.UniqueConstraint(condition=Q(is_void=False), fields=("transfer",), name="voucher_in_one_frame")),
    ]
