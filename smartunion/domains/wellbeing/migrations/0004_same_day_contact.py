from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wellbeing", "0003_red_review")]

    operations = [
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
                    ("talk", "关心谈心"),
                    ("assessment", "专业评估"),
                    ("review", "红色前复核"),
                    ("contact", "当日联系"),
                ],
                max_length=10,
                verbose_name="种类",
            ),
        ),
    ]
