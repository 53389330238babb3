"""SKUs (and their products) out of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.operations.products import NewProduct, create_products
from tradewind.apps.catalog.operations.skus import NewSku, attributes_of, insert_skus, sku_row
from tradewind.apps.catalog.queries import missing_facts
from tradewind.apps.org.operations import acting, store_file
from tradewind.apps.org.operations.checking import BIGGEST, Findings
from tradewind.engine.access import Actor
from tradewind.engine.tabular import COUNTRY, INT, TEXT, ColumnSpec, Row, read_table


def _size(name: str, *aliases: str) -> ColumnSpec:
    return ColumnSpec(name, INT, aliases, minimum=1, maximum=BIGGEST)


COLUMNS = (
    ColumnSpec("product", TEXT, ("Product", "产品编号", "SPU"), required=True, max_length=20),
    ColumnSpec("code", TEXT, ("SKU", "SKU编号"), required=True, max_length=40),
    ColumnSpec("name", TEXT, ("Name", "英文名称"), required=True, max_length=160),
    ColumnSpec("name_zh", TEXT, ("Name zh", "中文名称", "名称"), max_length=160),
    ColumnSpec("product_name", TEXT, ("Product Name", "产品英文名称"), max_length=160),
    ColumnSpec("product_name_zh", TEXT, ("Product Name zh", "产品名称"), max_length=160),
    ColumnSpec("category", TEXT, ("Category", "类目"), max_length=60),
    ColumnSpec("hs_code", TEXT, ("HS Code", "HS", "海关编码"), max_length=14),
    ColumnSpec("origin", COUNTRY, ("Origin", "原产国", "原产地")),
    _size("weight_g", "Weight g", "重量(g)", "重量g"),
    _size("length_mm", "Length mm", "长(mm)", "长mm"),
    _size("width_mm", "Width mm", "宽(mm)", "宽mm"),
    _size("height_mm", "Height mm", "高(mm)", "高mm"),
    ColumnSpec("attributes", TEXT, ("Attributes", "属性"), max_length=200),
)


@dataclass(frozen=True, slots=True)
class SkuImport:
    """The SKUs and products a file made, by id."""

    skus: list[int]
    products: list[int]


def import_skus(*, name: str, content: bytes, now: datetime, by: Actor) -> SkuImport:
    """Create SKUs from a file (CSV or XLSX); products not known yet are created as drafts.

    Attributes: names with commas, or "none"; an empty cell leaves them unknown. All of it or nothing.
    """
    with acting(by, "catalog.change", kind="sku", now=now) as act:
        found = Findings()
        table = read_table(name, content, COLUMNS)
        found.problems += table.problems
        if not table.rows and not table.problems:
            found.add("file", name, _("the file has no rows"))
        found.settle()
        known = {
            code: (pk, state)
            for pk, code, state in Product.objects.filter(
                code__among=sorted({r.values["product"] for r in table.rows})
            ).values_list("id", "code", "state")
        }
        made = [_sku(found, row, known) for row in table.rows]
        _fresh(found, made, [r.no for r in table.rows])
        found.settle()
        file, _is_new = store_file(name=name, content=content, now=now, by=by)
        products = _products(table.rows, known, now, by)
        for sku, row in zip(made, table.rows, strict=True):
            sku.product_id = products.get(row.values["product"]) or known[row.values["product"]][0]
        insert_skus(found, made)
        act.ids = [s.pk for s in made]
        act.note(verb="import_skus", file=file.sha256, skus=len(made), products=len(products))
        return SkuImport(act.ids, list(products.values()))


def _sku(found: Findings, row: Row, known: dict[str, tuple[int, str]]) -> Sku:
    v = row.values
    found.at(row.no)
    product_id, state = known.get(v["product"], (0, "draft"))
    sku = sku_row(
        found,
        NewSku(
            product_id, v["code"], v["name"], v["name_zh"] or "", v["hs_code"] or "", v["origin"] or "",
            v["weight_g"], v["length_mm"], v["width_mm"], v["height_mm"],
            attributes_of(v["attributes"]) if v["attributes"] else {},
        ),
    )  # fmt: skip
    if state == "active":
        for fact in missing_facts(sku):
            found.add(fact, "", _("is needed: the product is on sale"))
    return sku


def _fresh(found: Findings, made: list[Sku], numbers: list[int]) -> None:
    codes = [s.code for s in made]
    taken = set(Sku.objects.filter(code__among=codes).values_list("code", flat=True))
    seen: set[str] = set()
    for no, code in zip(numbers, codes, strict=True):
        if code in taken or code in seen:
            reason = _("is already there") if code in taken else _("stands twice in this batch")
            found.at(no).add("code", code, reason)
        seen.add(code)
    found.at(None)


def _products(
    rows: tuple[Row, ...], known: dict[str, tuple[int, str]], now: datetime, by: Actor
) -> dict[str, int]:
    first: dict[str, Row] = {}
    for row in rows:
        if row.values["product"] not in known:
            first.setdefault(row.values["product"], row)
    ids = create_products(
        products=[
            NewProduct(
                code,
                row.values["product_name"] or row.values["name"],
                row.values["product_name_zh"] or row.values["name_zh"] or "",
                row.values["category"] or "",
            )
            for code, row in first.items()
        ],
        now=now,
        by=by,
    )
    return dict(zip(first, ids, strict=True))
