"""Addresses of buying: the desk, the steps' own forms, the supplier's portal, the public pages."""

from django.urls import include, path

from smartunion.kernel.web.registers import register_urls

from .pages import desk, experts, public, registers, steps, suppliers, supply

app_name = "procurement"
RUN = "procurement/steps/<int:run_id>"
urlpatterns = [
    path("procurement/", desk.purchases, name="purchases"),
    path("procurement/new/", desk.requesting_new, name="requesting"),
    path("procurement/key/", desk.key, name="key"),
    path("procurement/<int:purchase_id>/", desk.purchase, name="purchase"),
    path("procurement/tenders/<int:tender_id>/", desk.tender, name="tender"),
    path("procurement/tenders/<int:tender_id>/opening/", desk.opening, name="opening"),
    path(f"{RUN}/announcing/", steps.announcing, name="announcing"),
    path(f"{RUN}/clearing/", steps.clearing, name="clearing"),
    path(f"{RUN}/signing/", steps.signing, name="signing"),
    path(f"{RUN}/paying/", steps.paying, name="paying"),
    path(f"{RUN}/arguing/", steps.arguing_step, name="arguing"),
    path(f"{RUN}/negotiating/", steps.negotiating, name="negotiating"),
    path(f"{RUN}/signature/", steps.signature, name="signature"),
    path("procurement/suppliers/<int:supplier_id>/about/", suppliers.supplier, name="supplier"),
    path("procurement/suppliers/", include(register_urls(registers.SUPPLIERS))),
    path("supply/", supply.tenders, name="supply"),
    path("supply/<int:tender_id>/", supply.tender, name="supply_tender"),
    path("arguments/", experts.matters, name="arguments"),
    path("arguments/<int:purchase_id>/", experts.opinion, name="opinion"),
    path("public/procurement/", public.awards, name="awards"),
    path("public/procurement/ocds.json", public.releases, name="ocds"),
    path("public/procurement/recompute.py", public.recompute, name="recompute"),
    path("public/procurement/<str:number>/", public.award, name="award"),
    path("public/procurement/<str:number>/clearing.json", public.inputs, name="inputs"),
]
