"""What the tree does in SQL: how rows enter it, how it grows, what it refuses."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "tree.sql"


class Migration(migrations.Migration):
    dependencies = [("tree", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
