"""Which rows enter the journal's tree: tables that are only ever appended to.

What is sealed stays out (its log is a chain of its own); payments enter by the hash of their block.
"""

from django.db import migrations

WATCHED = (
    "trail_entry",
    "procedures_sheet",
    "ledger_transfer",
    "ledger_encumbrance",
    "ledger_block",
    "performance_measurement",
    "procurement_clearing",
    "procurement_judgment",
)


class Migration(migrations.Migration):
    dependencies = [
        ("tree", "0002_growing"),
        ("trail", "0003_append_only"),
        ("procedures", "0001_initial"),
        ("ledger", "0002_append_only"),
        ("performance", "0002_append_only"),
        ("procurement", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            [("SELECT tree_watch(%s)", [table])], f"DROP TRIGGER into_the_tree ON {table}"
        )
        for table in WATCHED
    ]
