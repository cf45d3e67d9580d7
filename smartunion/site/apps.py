from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "smartunion.site"
    label = "smartunion_site"
    verbose_name = "智慧工会"
