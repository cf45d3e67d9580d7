from django.urls import URLPattern, path

from .pages import calendar, files, money, plan, terms

app_name = "planning"
urlpatterns: list[URLPattern] = [
    path("", plan.tree, name="plan"),
    path("timeline/", plan.timeline, name="timeline"),
    path("indicators/", plan.indicators, name="indicators"),
    path("milestones/<str:code>/", plan.milestone, name="milestone"),
    path("milestones/<str:code>/achievement/", plan.achievement, name="achievement"),
    path("milestones/<str:code>/withdrawal/", plan.withdrawal, name="withdrawal"),
    path("milestones/<str:code>/moving/", plan.moving, name="moving"),
    path("subtasks/<str:code>/confirmation/", plan.confirmation, name="confirmation"),
    path("budget/", money.budget, name="budget"),
    path("budget/revision/", money.revision, name="revision"),
    path("budget/<path:code>/", money.line, name="line"),
    path("terms/", terms.terms, name="terms"),
    path("terms/<str:group>/<str:key>/", terms.term, name="term"),
    path("gaps/", terms.gaps, name="gaps"),
    path("placeholders/<str:code>/", terms.filling, name="filling"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/ruling/", calendar.ruling, name="ruling"),
    path("calendar/<int:year>/confirmation/", calendar.year_confirmation, name="confirm_year"),
    path("import/", files.importing, name="import"),
    path("import/writing/", files.writing, name="writing"),
    path("<int:year>/adoption/", files.adoption, name="adoption"),
    path("plan.xlsx", files.export, name="export"),
    path("copy/", files.copy, name="copy"),
    path("compare/", files.compare, name="compare"),
]
