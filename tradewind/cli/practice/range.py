"""The range of the practice company: researched, judged, approved; products, suppliers, quotes."""

from __future__ import annotations

import csv
import io

from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.operations import (
    NewProduct,
    NewSku,
    activate_products,
    add_skus,
    create_products,
    import_skus,
)
from tradewind.apps.catalog.operations.skus import attributes_of
from tradewind.apps.markets.models import Market
from tradewind.apps.research.models import Candidate, GateResult, ResearchTable
from tradewind.apps.research.operations import (
    NewTable,
    Override,
    approve_candidates,
    import_research_table,
    judge_gates,
    override_gates,
    propose_candidates,
    reject_candidates,
    run_profit,
    set_inputs,
)
from tradewind.apps.research.queries import scan
from tradewind.apps.sourcing.models import Quote, Supplier
from tradewind.apps.sourcing.operations import NewQuote, NewSupplier, record_quotes, register_suppliers
from tradewind.cli.practice.plan import CURRENCIES, MARKETS, SEA_FEN_A_KG, TAIL, Plan, actor
from tradewind.engine.access import OWNER, PURCHASING
from tradewind.engine.money import Money
from tradewind.simulators.assortment import Item, research_table, suppliers

RESEARCHED = "US"
ABROAD_SUPPLIER = "SUP-VN"  # invoices in a currency for which the house has no rate: its goods lack a cost


def niche(item: Item) -> str:
    """How the research table calls what an item is."""
    return item.name.split(",")[0]


def by_niche(plan: Plan) -> dict[str, Item]:
    """The items of the range by their niche."""
    return {niche(item): item for item in plan.items()}


def proposed() -> set[str]:
    """The niches that became candidates; the rest of the range is older than Tradewind."""
    return set(Candidate.objects.values_list("niche", flat=True))


def research(plan: Plan) -> None:
    """Import the tables, scan, and make candidates of the best niches."""
    by, at = actor(PURCHASING), plan.before(44)
    for market in MARKETS:
        if not ResearchTable.objects.filter(market__code=market).exists():
            table = NewTable(
                Market.objects.get(code=market).pk, f"{market} {at:%Y-%m}", "practice research export",
                at.date(), CURRENCIES[market],
            )  # fmt: skip
            content = research_table(plan.seed, market)
            import_research_table(table=table, name=f"research-{market}.csv", content=content, now=at, by=by)
    if not Candidate.objects.exists():
        table_id = ResearchTable.objects.get(market__code=RESEARCHED).pk
        best = [n.niche for n in scan(by, table_id) if n.niche in by_niche(plan)]
        propose_candidates(table_id=table_id, niches=best[: max(1, plan.skus // 6)], now=at, by=by)


def judge(plan: Plan) -> None:
    """State what is known of every candidate, compute its profit, judge its gates, decide."""
    by, at = actor(PURCHASING), plan.before(43)
    items = by_niche(plan)
    ideas = list(Candidate.objects.filter(state="idea", inputs={}).order_by("id"))
    for candidate in ideas:
        set_inputs(ids=[candidate.pk], inputs=_inputs(plan, items[candidate.niche]), now=at, by=by)
    if not GateResult.objects.exists():
        ids = list(Candidate.objects.filter(state="idea").values_list("id", flat=True))
        run_profit(ids=ids, on=at.date(), now=at, by=by)
        judge_gates(ids=ids, on=at.date(), now=at, by=by)
    _decide(plan)


def _inputs(plan: Plan, item: Item) -> dict[str, str]:
    price = item.prices[RESEARCHED]
    sea = Money(item.weight_g * SEA_FEN_A_KG // 1000, "CNY")
    needs = {"E": "fcc", "T": "cpc"}.get(item.code[3], "none")  # toys need a certificate nobody has yet
    return {
        "channel": "harbour", "category": item.category, "price": f"{price.amount:f} {price.currency}",
        "goods_cost": f"{item.unit_cost.amount:f} CNY", "first_leg": f"{sea.amount:f} CNY",
        "duty": "0.62 CNY", "fulfilment_service": TAIL, "ads_rate": "4%", "returns_rate": "3%",
        "fx_buffer_rate": "1%",
        "weight_g": str(item.weight_g), "length_mm": str(item.length_mm), "width_mm": str(item.width_mm),
        "height_mm": str(item.height_mm), "required_qualifications": needs, "taboo_flags": "none",
    }  # fmt: skip


def _decide(plan: Plan) -> None:
    """The owner lets crowded niches pass by name, rejects what cannot earn or be sold, approves the rest."""
    owner, at = actor(OWNER), plan.before(42)
    ids = set(Candidate.objects.filter(state="idea").values_list("id", flat=True))
    if not ids:
        return
    bad = GateResult.objects.filter(candidate_id__in=ids).exclude(verdict__in=["pass", "override"])
    hopeless = {g.candidate_id for g in bad if g.gate not in ("competition", "demand")}
    waived = [
        Override(
            g.candidate_id, g.gate, "样品评价好于头部竞品，小批量试单 (samples beat the leaders; trial batch)"
        )
        for g in bad
        if g.candidate_id not in hopeless
    ]
    if waived:
        override_gates(overrides=waived, now=at, by=owner)
    if hopeless:
        reason = "利润或资质不过关 (margin or qualification lacking)"
        reject_candidates(ids=sorted(hopeless), reason=reason, now=at, by=owner)
    if ids - hopeless:
        approve_candidates(ids=sorted(ids - hopeless), now=at, by=owner)


def products(plan: Plan) -> None:
    """Products of the approved candidates one by one; the older range from a file."""
    by, at = actor(PURCHASING), plan.before(41)
    items = by_niche(plan)
    approved = list(Candidate.objects.filter(state="approved").order_by("id"))
    new = [
        NewProduct(i.code, i.name, i.name_zh, i.category, c.pk) for c in approved for i in [items[c.niche]]
    ]
    if new:
        create_products(products=new, now=at, by=by)
    made = Product.objects.filter(candidate__isnull=False, skus=None).order_by("id")
    by_code = {i.code: i for i in plan.items()}
    skus = [_sku(product.pk, by_code[product.code]) for product in made]
    if skus:
        add_skus(skus=skus, now=at, by=by)
    known = proposed()
    rest = [i for i in plan.items() if niche(i) not in known]
    if rest and not Product.objects.filter(candidate=None).exists():
        import_skus(name="range.csv", content=_range_file(rest), now=at, by=by)
    drafts = list(Product.objects.filter(state="draft").values_list("id", flat=True))
    if drafts:
        activate_products(ids=drafts, now=at, by=by)


def _sku(product_id: int, i: Item) -> NewSku:
    facts = attributes_of(", ".join(i.attributes) or "none")
    return NewSku(
        product_id, i.code, i.name, i.name_zh, i.hs_code, "CN", i.weight_g, i.length_mm, i.width_mm,
        i.height_mm, facts,
    )  # fmt: skip


def _range_file(items: list[Item]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["Product", "SKU", "Name", "Name zh", "Category", "HS Code", "Origin", "Weight g", "Length mm",
         "Width mm", "Height mm", "Attributes"]
    )  # fmt: skip
    for i in items:
        writer.writerow(
            [i.code, i.code, i.name, i.name_zh, i.category, i.hs_code, "CN", i.weight_g, i.length_mm,
             i.width_mm, i.height_mm, ", ".join(i.attributes) or "none"]
        )  # fmt: skip
    return out.getvalue().encode()


def sources(plan: Plan) -> None:
    """Suppliers and what they ask: a price from one piece on, 3 % less from 200."""
    by, at = actor(PURCHASING), plan.before(40)
    makers = suppliers(plan.seed)
    if not Supplier.objects.exists():
        new = [NewSupplier(m.code, m.name_zh, "CN", "CNY", f"{m.city} {m.name}") for m in makers]
        new.append(NewSupplier(ABROAD_SUPPLIER, "Hai Phong Rattan Works", "VN", "VND", "Hai Phong"))
        register_suppliers(suppliers=new, now=at, by=by)
    if Quote.objects.exists():
        return
    ids = dict(Supplier.objects.values_list("code", "id"))
    skus = dict(Sku.objects.values_list("code", "id"))
    quotes = []
    for item in plan.items():
        if item.code not in skus:
            continue
        maker = makers[item.supplier]
        for moq, permille in ((1, 1000), (200, 970)):
            price = Money(item.unit_cost.minor * permille // 1000, "CNY")
            quotes.append(NewQuote(ids[maker.code], skus[item.code], price, at.date(), moq, maker.lead_days))
    code = uncosted(plan)
    quotes.append(NewQuote(ids[ABROAD_SUPPLIER], skus[code], Money(52000, "VND"), at.date(), 1, 20))
    record_quotes(quotes=quotes, now=at, by=by)


def uncosted(plan: Plan) -> str:
    """The SKU that comes from abroad."""
    return min(Sku.objects.values_list("code", flat=True))
