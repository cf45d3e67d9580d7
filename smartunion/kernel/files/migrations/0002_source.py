from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="file",
            name="kind",
            field=models.CharField(choices=[('contract', '合同'), ('acceptance', '验收单'), ('screenshot', '公示截图'), ('quote', '报价单'), ('voucher', '原始凭证'), ('minutes', '会议纪要'), ('photo', '现场照片'), ('undertaking', '承诺书'), ('report', '报告'), ('source', '制度原件'), ('other', '其他材料')], max_length=20, verbose_name='种类'),
        ),
    ]
