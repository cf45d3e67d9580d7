"""The terminals' secrets go under lock: what was in clear is locked, then forgotten."""

from django.db import migrations, models

from smartunion.domains.wallet.reads import keys


def lock(apps, editor):
    for key in apps.get_model("wallet", "TerminalKey").objects.order_by("pk"):
        key.locked = keys.lock(bytes(key.secret), key_id=key.key_id)
        key.save(update_fields=["locked"])


def unlock(apps, editor):
    for key in apps.get_model("wallet", "TerminalKey").objects.order_by("pk"):
        key.secret = keys.unlock(key.locked, key_id=key.key_id)
        key.save(update_fields=["secret"])


class Migration(migrations.Migration):
    dependencies = [("wallet", "0005_lean_payment")]
    operations = [
        migrations.AddField("terminalkey", "locked", models.BinaryField("锁住的密钥", default=b"")),
        migrations.AlterField("terminalkey", "secret", models.BinaryField("密钥", default=b"")),
        migrations.RunPython(lock, unlock),
        migrations.RemoveField("terminalkey", "secret"),
        migrations.AlterField("terminalkey", "locked", models.BinaryField("锁住的密钥")),
    ]
