from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "smartunion.kernel.files"
    verbose_name = "文件与凭证"
