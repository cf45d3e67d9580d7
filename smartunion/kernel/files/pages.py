"""Open a file, for whoever may see what it belongs to."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page

from . import reads, rules
from .models import File


@page(can=SIGNED_IN)
def content(request: PersonRequest, *, file_id: int) -> HttpResponse:
    """打开附件."""
    file = File.objects.filter(pk=file_id).first()
    if file is None or not reads.may_open(file, request.person, request.mandate):
        raise Http404  # whether it exists is nobody else's business
    try:
        response = HttpResponse(reads.path_of(file.sha256).read_bytes())
    except FileNotFoundError as lost:
        raise Http404 from lost
    shown = file.media_type in rules.SHOWN_IN_THE_BROWSER
    text = file.media_type == "text/plain"
    response["Content-Type"] = f"{file.media_type}; charset=utf-8" if text else file.media_type
    response["Content-Disposition"] = content_disposition_header(not shown, file.name) or ""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{file.sha256}"'
    return response
