from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="survey",
            name="audience",
            field=models.CharField(
                choices=[
                    ("members", "全体会员"),
                    ("delegates", "教代会代表"),
                    ("parents", "托育在册家长"),
                ],
                max_length=10,
                verbose_name="对象",
            ),
        ),
    ]
