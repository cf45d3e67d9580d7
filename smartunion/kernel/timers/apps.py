from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class TimersConfig(AppConfig):
    name = "smartunion.kernel.timers"
    verbose_name = "计时"

    def ready(self) -> None:
        """Learn from site/wiring.py who acts and what is watched; tables exist by now."""
        from .handlers import HANDLERS, TOGETHER
        from .watches import WATCHES

        HANDLERS.update(import_string(settings.TIMERS))
        TOGETHER.update(import_string(settings.TIMERS_TOGETHER))
        WATCHES.update(import_string(settings.TIMER_WATCHES))
