"""Up to which order a day was matched; a file kept as it came piece by piece."""

import django.db.models.deletion
from django.db import migrations, models

MOVE = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO settlement_bankfilepart (file_id, number, content)
SELECT id, 1, content FROM settlement_bankfile
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0002_months")]
    operations = [
        migrations.AddField(
            model_name="reconciliation",
            name="upto_order",
            field=models.BigIntegerField(default=0, verbose_name="已计入的最后指令"),
        ),
        migrations.CreateModel(
            name="BankFilePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(verbose_name="序号")),
                ("content", models.BinaryField(verbose_name="内容")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="settlement.bankfile",
                        verbose_name="文件",
                    ),
                ),
            ],
            options={"verbose_name": "对账文件原件", "verbose_name_plural": "对账文件原件"},
        ),
        migrations.AddConstraint(
            model_name="bankfilepart",
            constraint=models.UniqueConstraint(
                fields=("file", "number"), name="bankfilepart_number"
            ),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
            " ON settlement_bankfilepart"
            " FOR EACH STATEMENT EXECUTE FUNCTION settlement_append_only()",
            "DROP TRIGGER append_only ON settlement_bankfilepart",
        ),
        migrations.AlterField(
            model_name="bankline",
            name="file",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="details",
                to="settlement.bankfile",
                verbose_name="文件",
            ),
        ),
        migrations.AlterField(
            model_name="match",
            name="line",
            field=models.OneToOneField(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match",
                to="settlement.bankline",
                verbose_name="银行明细",
            ),
        ),
        migrations.RemoveField(model_name="bankfile", name="content"),
    ]
