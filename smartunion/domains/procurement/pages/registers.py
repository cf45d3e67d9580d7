"""The register of suppliers (供应商名册): declared, not coded."""

from smartunion.domains.procurement.actions.suppliers import save
from smartunion.domains.procurement.reads import suppliers
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.registers import Register

SUPPLIERS = Register(
    model="procurement.Supplier",
    code="suppliers",
    title="供应商名册",
    noun="供应商",
    count="家",
    lead=suppliers.said,
    group="暖心福利",
    columns=(
        Column("number", "编号"),
        Column("name", "供应商", sub="credit_code"),
        Column("category", "类别"),
        Column("legal_representative", "法定代表人"),
        Column("controller", "控股股东"),
        Column("quoted", "报价", "number", total=True),
        Column("won", "中选", "number", total=True),
        Column("barred_until_on", "黑名单至", "day"),
    ),
    can="procurement.view",
    can_edit="procurement.keep",
    search="number name credit_code category legal_representative",
    order="number",
    filters="category",
    fields=(
        "number name credit_code category legal_representative controller bank_account"
        " contact phone"
    ),
    key="number",
    rows=suppliers.rows,
    link="procurement:supplier",
    save=save,
    off=lambda row: row.barred_until_on is not None,
    empty=("还没有供应商", "登记或从 Excel 导入供应商；绑定账号后才能报价。"),
)
