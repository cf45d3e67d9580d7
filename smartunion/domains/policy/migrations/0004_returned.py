from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policy", "0003_desk")]
    operations = [
        migrations.AddField(
            model_name="version",
            name="returned_at",
            field=models.DateTimeField(null=True, verbose_name="退回时间"),
        ),
        migrations.AddField(
            model_name="version",
            name="discarded_at",
            field=models.DateTimeField(null=True, verbose_name="原件销毁时间"),
        ),
    ]
