"""How long a record is kept, what it was, that it was erased, and the chain of the log."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('private', '0002_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Deletion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=80, verbose_name='所属对象')),
                ('kind', models.CharField(max_length=40, verbose_name='种类')),
                ('versions', models.PositiveIntegerField(verbose_name='版本数')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='累计摘要')),
                ('made_at', models.DateTimeField(verbose_name='产生时间')),
                ('due_at', models.DateTimeField(null=True, verbose_name='应销毁时间')),
                ('at', models.DateTimeField(verbose_name='销毁时间')),
                ('because', models.CharField(max_length=200, verbose_name='事由')),
                ('xid', models.BigIntegerField(default=0, verbose_name='事务号')),
            ],
            options={
                'verbose_name': '销毁证明',
                'verbose_name_plural': '销毁证明',
                'constraints': [models.CheckConstraint(condition=models.Q(('because', ''), _negated=True), name='deletion_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to_access', models.BigIntegerField(verbose_name='止于查阅记录')),
                ('to_deletion', models.BigIntegerField(verbose_name='止于销毁证明')),
                ('rows', models.BigIntegerField(verbose_name='行数')),
                ('previous_hash', models.CharField(blank=True, max_length=64, verbose_name='前一环摘要')),
                ('hash', models.CharField(max_length=64, verbose_name='摘要')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '日志链',
                'verbose_name_plural': '日志链',
                'constraints': [models.UniqueConstraint(fields=('previous_hash',), name='link_follows_one_link')],
            },
        ),
        migrations.AddField(
            model_name='access',
            name='glass_id',
            field=models.BigIntegerField(null=True, verbose_name='破窗'),
        ),
        migrations.AddField(
            model_name='access',
            name='xid',
            field=models.BigIntegerField(default=0, verbose_name='事务号'),
        ),
        migrations.AddField(
            model_name='recordkey',
            name='digest',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='累计摘要'),
        ),
        migrations.AddField(
            model_name='recordkey',
            name='erase_at',
            field=models.DateTimeField(null=True, verbose_name='应销毁时间'),
        ),
        migrations.AddField(
            model_name='recordkey',
            name='versions',
            field=models.PositiveIntegerField(default=0, verbose_name='版本数'),
        ),
        migrations.AlterField(
            model_name='access',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='查阅人'),
        ),
        migrations.AlterField(
            model_name='access',
            name='subject',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='当事人'),
        ),
        migrations.AlterField(
            model_name='recordkey',
            name='subject',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='当事人'),
        ),
        migrations.AlterField(
            model_name='sealed',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='private.recordkey', verbose_name='资料密钥'),
        ),
        migrations.AlterField(
            model_name='sealed',
            name='sealed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='封存人'),
        ),
        migrations.AlterField(
            model_name='sealed',
            name='subject',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='当事人'),
        ),
        migrations.AddIndex(
            model_name='recordkey',
            index=models.Index(fields=['erase_at'], name='record_to_erase'),
        ),
        migrations.AddIndex(
            model_name='sealed',
            index=models.Index(fields=['key', 'version'], name='sealed_of_key'),
        ),
        migrations.AddField(
            model_name='deletion',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='销毁人'),
        ),
        migrations.AddField(
            model_name='deletion',
            name='subject',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='当事人'),
        ),
        migrations.AddIndex(
            model_name='deletion',
            index=models.Index(fields=['subject', 'id'], name='deletion_of_subject'),
        ),
    ]
