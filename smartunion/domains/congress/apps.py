from django.apps import AppConfig


class CongressConfig(AppConfig):
    name = "smartunion.domains.congress"
    verbose_name = "二级教代会"
