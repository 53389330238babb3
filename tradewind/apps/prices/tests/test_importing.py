"""What is due at the border decides the price, and the price decides what is due."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.apps.prices.facts import Asked, Goods, UnitFacts
from tradewind.apps.prices.judging import SELLER, Judge, Offered, Wish, floor_of, standing, target_of
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.money import Money
from tradewind.engine.pricing import MARGIN, Cost
from tradewind.rules import load

DAY = date(2026, 7, 1)
RATES = Rates(
    [FxQuote("EUR", c, DAY, Decimal(r), "test") for c, r in (("GBP", "0.80"), ("CNY", "8"), ("USD", "1.1"))]
)
WISH = Wish(
    1, target_of(MARGIN, Decimal("0.25"), "CNY"), floor_of(Decimal("0.10")), "", None, Decimal(0), Decimal(0),
    Decimal(0), "", SELLER, None, lowers=False,
)  # fmt: skip
SHIRT = Goods(1, "SHIRT", "apparel", "6109.10", "CN", 300, (200, 150, 30), {})
COSTS = (
    Cost("fulfilment", Money(3200, "CNY")), Cost("first_leg", Money(0, "CNY")),
    Cost("goods_cost", Money(4000, "CNY")),
)  # fmt: skip


def offer(market: str, currency: str, price: int, scheme: str = "", way: str = "line") -> Offered:
    unit = UnitFacts(Asked(1, market), SHIRT, imported=False, costs=COSTS, way=way)
    wish = replace(WISH, scheme=scheme)
    return Offered(1, "harbour", market, "apparel", currency, price, "CNY", wish, unit)


def judge(offered: Offered, on: date = DAY):
    return Judge(load(), RATES, on).judge(offered)


def part(judged, price: int, name: str) -> Money:
    tree, _profit, _net = judged.curve.explain(price, judged.costs)
    return next(p.amount for p in tree.parts if p.name == name)


def test_three_euros_a_subheading_stand_in_the_price_from_the_first_of_july():
    found = judge(offer("DE", "EUR", 2999, "ioss"))
    assert part(found, 2999, "border") == Money(-2400, "CNY")  # EUR 3.00 at 8
    assert found.state == "good"
    before = judge(offer("DE", "EUR", 2999, "ioss"), date(2026, 6, 30))
    assert before.state == "missing"  # no rate of exchange that early
    rates = Rates([FxQuote("EUR", "CNY", date(2026, 6, 30), Decimal(8), "test")])
    before = Judge(load(), rates, date(2026, 6, 30)).judge(offer("DE", "EUR", 2999, "ioss"))
    assert part(before, 2999, "border") == Money(0, "CNY")
    assert found.floor.price.minor > before.floor.price.minor


def test_the_advised_price_earns_its_margin_with_the_landed_cost_itself():
    for scheme in ("ioss", ""):
        found = judge(offer("DE", "EUR", 2999, scheme))
        price = found.target.price.minor
        profit, margin = standing(found, price)
        assert margin >= Decimal("0.25")
        _profit, below = standing(found, price - 2)
        assert below < Decimal("0.25")
        assert found.target.breakdown.amount == profit


def test_without_a_scheme_the_vat_is_the_sellers_at_the_border_and_not_in_the_price():
    with_scheme, without = judge(offer("DE", "EUR", 2999, "ioss")), judge(offer("DE", "EUR", 2999))
    assert part(with_scheme, 2999, "net_price") == Money(2520 * 8, "CNY")  # 29.99 / 1.19 = 25.20
    assert part(without, 2999, "net_price") == Money(2999 * 8, "CNY")
    # carriage of CNY 32.00 is EUR 4.00; VAT 19 % of (29.99 + 4.00 + 3.00) = 7.03, and the 3.00
    assert part(without, 2999, "border") == Money(-(703 + 300) * 8, "CNY")


def test_a_price_above_what_is_known_is_missing_and_none_such_is_advised():
    found = judge(offer("GB", "GBP", 2999, way="express"))
    assert found.state == "good"
    assert found.target.price.minor <= 16_200  # GBP 135 net is 162.00 with VAT
    dear = judge(offer("GB", "GBP", 16_201))
    assert (dear.state, dear.reason.split(":")[0]) == ("missing", "border")


def test_an_unknown_duty_is_missing_and_a_stated_share_is_used():
    unknown = judge(offer("US", "USD", 2999))
    assert (unknown.state, unknown.reason.split(":")[0]) == ("missing", "border")
    offered = offer("US", "USD", 2999)
    stated = judge(replace(offered, wish=replace(offered.wish, import_rate=Decimal("0.20"))))
    assert stated.state in ("good", "under")
    assert Fraction(stated.floor.price.minor) > 0
