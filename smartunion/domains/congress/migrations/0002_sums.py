"""A vote of which only the sums are opened."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("congress", "0001_initial")]
    operations = [
        migrations.AddField(
            "election",
            "opens",
            models.CharField(
                choices=[("ballots", "逐张开启，当众唱票"), ("sums", "只开合计，单张永不开启")],
                default="ballots",
                max_length=7,
                verbose_name="怎样开票",
            ),
        ),
        migrations.AddConstraint(
            "election",
            models.CheckConstraint(
                condition=Q(("opens", "ballots"), ("kind", "motion"), _connector="OR"),
                name="vote_of_sums_is_a_motion",
            ),
        ),
    ]
