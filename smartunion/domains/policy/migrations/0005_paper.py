from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policy", "0004_returned")]
    operations = [
        migrations.AddField(
            model_name="version",
            name="paper",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="文号"),
        ),
    ]
