"""Where responders are, of every run; its mark is its run's, as of every other row."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MARK = """
ALTER TABLE response_tracking ADD CONSTRAINT response_tracking_mark
  FOREIGN KEY (run_id, is_drill) REFERENCES response_run (id, is_drill);
"""
BACK = "ALTER TABLE response_tracking DROP CONSTRAINT response_tracking_mark;"


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0003_marks_not_persons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tracking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=[("medic", "医护"), ("guard", "安保"), ("volunteer", "志愿者"), ("vehicle", "值班车"), ("escort", "陪同")], max_length=10, verbose_name="岗位")),
                ("turn", models.PositiveSmallIntegerField(verbose_name="第几位")),
                ("started_at", models.DateTimeField(verbose_name="开始")),
                ("last_at", models.DateTimeField(blank=True, null=True, verbose_name="最近一个点")),
                ("points", models.PositiveIntegerField(default=0, verbose_name="点数")),
                ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="停止")),
                ("is_drill", models.BooleanField(default=False, verbose_name="演练")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="人员")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="trackings", to="response.run", verbose_name="响应")),
            ],
            options={"verbose_name": "处置定位", "verbose_name_plural": "处置定位"},
        ),
        migrations.AddConstraint(
            model_name="tracking",
            constraint=models.UniqueConstraint(fields=("run", "person"), name="one_tracking_in_a_run"),
        ),
        migrations.RunSQL(MARK, BACK),
    ]
