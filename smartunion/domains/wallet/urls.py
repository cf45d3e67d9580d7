"""Addresses of the wallet: the phone, the till, the merchant's portal, the officers' desk."""

from django.urls import include, path

from smartunion.kernel.web.registers import register_urls

from .pages import (
    bank,
    barring,
    desk,
    merchant,
    notified,
    phone,
    points,
    registers,
    terminals,
    till,
    years,
)

app_name = "wallet"
urlpatterns = [
    path("wallet/", phone.wallet, name="wallet"),
    path("wallet/allotment/", phone.allotment, name="allotment"),
    path("wallet/code/", phone.code, name="pay"),
    path("wallet/statement/", phone.statement, name="statement"),
    path("wallet/year/", years.year, name="year"),
    path("wallet/payments/<int:payment_id>/", phone.receipt, name="receipt"),
    path("wallet/freezings/<int:freezing_id>/", phone.freezing, name="freezing"),
    path("wallet/devices/", phone.devices, name="devices"),
    path("wallet/shops/", phone.shops, name="shops"),
    path("wallet/rules/", phone.rules, name="rules"),
    path("till/", till.till, name="till"),
    path("till/terminal/", till.terminal, name="till_terminal"),
    path("till/payments/", till.sale, name="till_sale"),
    path("till/voidings/", till.voiding, name="till_voiding"),
    path("till/payments/<int:payment_id>/slip/", till.slip, name="till_slip"),
    path("till/refunds/", till.refund, name="till_refund"),
    path("till/day/", till.day, name="till_day"),
    path("merchant/", merchant.day, name="merchant"),
    path("merchant/payments/", merchant.payments, name="merchant_payments"),
    path("merchant/months/", merchant.months, name="merchant_months"),
    path("merchant/terminals/", merchant.terminals, name="merchant_terminals"),
    path("wallet/desk/", desk.overview, name="desk"),
    path("wallet/desk/payments/", desk.payments, name="payments"),
    path("wallet/desk/payments/<int:payment_id>/", desk.payment, name="payment"),
    path("wallet/desk/freezings/", desk.freezings, name="freezings"),
    path("wallet/desk/freezings/<int:freezing_id>/", desk.case, name="case"),
    path("wallet/desk/barred/<int:wallet_id>/", barring.readmission, name="readmission"),
    path("wallet/desk/bank/", bank.orders, name="bank"),
    path("wallet/desk/bank/asking/", bank.asking, name="bank_asking"),
    path("wallet/desk/bank/<int:order_id>/", bank.again, name="bank_again"),
    path("wallet/bank/notifications/", notified.bank, name="bank_notified"),
    path("wallet/desk/heat/", desk.heat, name="heat"),
    path("wallet/desk/subsidy/", desk.subsidy, name="subsidy"),
    path("wallet/desk/points/", points.points, name="points"),
    path("wallet/desk/terminals/<int:terminal_id>/keys/", terminals.terminal, name="terminal"),
    path("wallet/desk/merchants/", include(register_urls(registers.MERCHANTS))),
    path("wallet/desk/terminals/", include(register_urls(registers.TERMINALS))),
]
