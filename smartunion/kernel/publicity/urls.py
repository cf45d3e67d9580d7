"""Addresses of the public board and of its desk."""

from django.urls import include, path

from .pages import desk, public, registers

app_name = "publicity"
urlpatterns = [
    path("public/", public.board, name="board"),
    path("public/postings/<str:number>/", public.posting, name="posting"),
    path("public/postings/<str:number>/objection/", public.objecting, name="objecting"),
    path("publicity/", include(registers.POSTINGS_PAGES)),
    path("publicity/objections/", include(registers.OBJECTIONS_PAGES)),
    path("publicity/objections/<int:objection_id>/", desk.objection, name="objection"),
    path("publicity/objections/<int:objection_id>/reply/", desk.replying, name="replying"),
    path("publicity/objections/<int:objection_id>/decision/", desk.deciding, name="deciding"),
    path("publicity/<int:posting_id>/", desk.posting, name="desk_posting"),
    path("publicity/<int:posting_id>/restart/", desk.restarting, name="restarting"),
    path("publicity/<int:posting_id>/amendment/", desk.amending, name="amending"),
    path("publicity/<int:posting_id>/withdrawal/", desk.taking_down, name="taking_down"),
]
