from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "smartunion.domains.disputes"
    verbose_name = "劳动争议调解"
