"""The domain `fen`: an amount in whole fen, never negative (see `fields.FenField`)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("base", "0002_calendar")]
    operations = [
        migrations.RunSQL(
            "CREATE DOMAIN fen AS bigint CONSTRAINT fen_is_never_negative CHECK (VALUE >= 0)",
            "DROP DOMAIN fen",
        )
    ]
