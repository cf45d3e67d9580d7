from django.urls import path

from .pages import cockpit, indicators

app_name = "performance"
urlpatterns = [
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<slug:code>/", indicators.indicator, name="indicator"),
    path("indicators/<slug:code>/rows/", indicators.rows, name="rows"),
    path("indicators/<slug:code>/check/", indicators.check, name="check"),
    path("cockpit/", cockpit.cockpit, name="cockpit"),
    path("cockpit/board/", cockpit.board, name="board"),
    path("cockpit/board/part/<slug:part>/", cockpit.board_part, name="board_part"),
    path("cockpit/part/<slug:part>/", cockpit.cockpit_part, name="cockpit_part"),
    path("cockpit/heat/", cockpit.heat, name="heat"),
    path("cockpit/payments/", cockpit.payments, name="payments"),
]
