"""Broken glasses: who opened one record in an emergency, who reviewed it, when the person knew."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('private', '0004_fence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Glass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office', models.CharField(max_length=60, verbose_name='凭哪个岗位')),
                ('about', models.CharField(max_length=80, verbose_name='所属对象')),
                ('kind', models.CharField(max_length=40, verbose_name='种类')),
                ('reason', models.CharField(choices=[('life', '本人有生命危险'), ('others', '他人有生命危险'), ('medical', '正在急救，医生需要'), ('missing', '本人失联，正在寻找')], max_length=10, verbose_name='事由类别')),
                ('because', models.CharField(max_length=200, verbose_name='事由')),
                ('factor', models.CharField(max_length=20, verbose_name='第二步验证')),
                ('proven_at', models.DateTimeField(verbose_name='验证时间')),
                ('at', models.DateTimeField(verbose_name='破窗时间')),
                ('until', models.DateTimeField(verbose_name='有效至')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                ('verdict', models.CharField(blank=True, choices=[('due', '必要，符合规定'), ('undue', '没有必要，转纪检处理')], default='', max_length=10, verbose_name='复核结论')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='复核意见')),
                ('tell_due_at', models.DateTimeField(null=True, verbose_name='应告知时间')),
                ('told_at', models.DateTimeField(null=True, verbose_name='告知时间')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='破窗人')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='当事人')),
                ('told_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='告知人')),
            ],
            options={
                'verbose_name': '破窗',
                'verbose_name_plural': '破窗',
                'indexes': [models.Index(fields=['by', 'about', 'kind', 'until'], name='glass_of_record'), models.Index(condition=models.Q(('reviewed_at', None)), fields=['at'], name='glass_to_review')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('at')), ('proven_at__lte', models.F('at')), models.Q(('because', ''), _negated=True)), name='glass_says_why_and_until'), models.CheckConstraint(condition=models.Q(('reviewed_by', None), models.Q(('reviewed_by', models.F('by')), _negated=True), _connector='OR'), name='glass_is_not_reviewed_by_its_breaker'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at', None), ('reviewed_by', None), ('verdict', '')), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False), models.Q(('verdict', ''), _negated=True)), _connector='OR'), name='glass_review_is_whole')],
            },
        ),
    ]
