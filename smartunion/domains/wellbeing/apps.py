from django.apps import AppConfig


class WellbeingConfig(AppConfig):
    name = "smartunion.domains.wellbeing"
    label = "wellbeing"
    verbose_name = "心理关怀"
