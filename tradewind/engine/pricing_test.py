import random
from datetime import date
from decimal import Decimal
from fractions import Fraction as F

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import shared
from tradewind.engine.breakdown import MISSING
from tradewind.engine.fx import Rate
from tradewind.engine.money import Money
from tradewind.engine.price_endings import ANY_ENDING, endings, next_price
from tradewind.engine.pricing import (
    CEILING,
    ENDING,
    GROSS,
    MARGIN,
    MARKUP,
    MISSING_INPUT,
    NET,
    NEVER,
    PROFIT,
    Band,
    Charge,
    Cost,
    PriceCurve,
    Target,
    Tax,
    Terms,
)

TODAY = date(2026, 11, 23)


def rater(**per):
    """Rates to CNY by currency."""
    known = {"CNY": Decimal(1)} | {code: Decimal(rate) for code, rate in per.items()}

    def find(currency):
        if currency not in known:
            return None
        path = "same" if currency == "CNY" else "direct"
        return Rate(currency, "CNY", known[currency], TODAY, "test", path)

    return find


def bands(*rows, scale=100):
    """(bound in major units or None, rate[, fixed in major units])"""
    return tuple(
        Band(None if b is None else F(str(b)) * scale, F(str(r)), F(str(more[0])) * scale if more else F(0))
        for b, r, *more in rows
    )


def curve(*charges, vat="0", included=True, shares=(), currency="USD", rate="7", up_to=None):
    terms = Terms(currency, Tax(F(vat), included, up_to), charges, tuple((n, Decimal(r)) for n, r in shares))
    return PriceCurve(terms, "CNY", rater(**{currency: rate}))


def cny(minor):
    return [Cost("goods_cost", Money(minor, "CNY"))]


REFERRAL = Charge("referral_fee", bands((None, "0.15")), GROSS, minimum=F(30))
BABY = Charge("referral_fee", bands((10, "0.08"), (None, "0.15")), GROSS, minimum=F(30))


def examples():
    with shared("data/worked-examples/pricing_cost_plus.yaml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)["cases"]


def test_the_worked_examples_hold():
    done = 0
    for case in examples():
        if case["method"] != "cost_plus_circular":
            continue
        given, want = case["inputs"], case["expected"]
        fee = Charge(
            "referral_fee",
            bands(*given["tiers"]),
            GROSS,
            not given["whole"],
            F(given["minfee"]) * 100,
        )
        pay = Charge("payment_fee", bands((None, given["pay_pct"], given["pay_fixed"])), GROSS)
        made = curve(fee, pay, vat=given["vat"], rate=given["fx"], shares=[("ads", given["ad"])])
        costs = [
            Cost("goods_cost", Money.of(given["cost_home"], "CNY")),
            Cost("fulfilment", Money.of(given["ship"], "USD")),
            Cost("returns", Money.rounded(F(given["ret_rate"]) * F(given["ret_cost"]), "USD")),
        ]
        got = made.solve(costs, Target(MARGIN, F(given["margin"])))
        intervals = [[F(low, 100), None if high is None else F(high, 100)] for low, high in got.intervals]
        assert intervals == [
            [F(str(low)), None if high is None else F(str(high))]
            for low, high in want["feasible_price_intervals"]
        ], case["id"]
        low = got.intervals[0].low
        assert F(low, 100) == F(str(want["min_price"]))
        top, bottom = made._by_value[0][1].ratio(low)
        assert abs(F(top, bottom) / 100 - F(str(want["referral_at_min"]))) <= F(1, 10**6)
        cost = F(given["cost_home"]) / F(given["fx"]) + F(given["ship"])
        profit = F(*made._left.ratio(low)) / 100 - cost
        assert abs(profit - F(str(want["profit_at_min"]))) <= F(1, 10**6)
        net = made._net.at(low) / 100
        assert abs(profit / net - F(str(want["margin_at_min"]))) <= F(1, 10**6)
        done += 1
    assert done == 4


def test_jumping_fees_make_two_intervals_with_a_dead_zone_between():
    got = curve(BABY).solve(
        [Cost("goods_cost", Money(2800, "CNY")), Cost("fulfilment", Money(400, "USD"))],
        Target(MARGIN, F(1, 10)),
    )
    assert got.intervals == ((976, 1000), (1067, None))
    assert got.price == Money(976, "USD")
    assert got.holds(1000)
    assert not got.holds(1001)
    assert got.holds(1067)


def test_an_ending_may_lie_in_the_second_interval_only():
    costs = [Cost("goods_cost", Money(2800, "CNY")), Cost("fulfilment", Money(400, "USD"))]
    got = curve(BABY).solve(costs, Target(MARGIN, F(1, 10)), endings=endings("5", "USD"))
    assert got.price == Money(1500, "USD")
    got = curve(BABY).solve(costs, Target(MARGIN, F(1, 10)), endings=endings(".99 .95", "USD"))
    assert got.price == Money(995, "USD")


def test_the_price_is_checked_with_rounded_fees():
    # exactly 10.00 leaves the profit wanted; the fee of 15.5 % of 10.01 rounds up, of 9.99 down
    fee = Charge("referral_fee", bands((None, "0.155")), GROSS)
    got = curve(fee, rate="1").solve([Cost("goods_cost", Money(500, "CNY"))], Target(PROFIT, F(500, 1)))
    assert got.intervals[0].low == 1184  # 1183.43 exactly
    assert got.price.minor == 1184
    assert got.profit.minor >= 500


def test_no_price_is_enough_where_nothing_is_left_of_a_further_unit():
    eaten = curve(REFERRAL, shares=[("ads", "0.5"), ("returns", "0.2")])
    got = eaten.solve(cny(1000), Target(MARGIN, F(1, 5)))
    assert (got.price, got.reason, got.intervals) == (None, NEVER, ())


def test_a_ceiling_below_every_good_price_is_said_with_the_prices_that_would_do():
    got = curve(REFERRAL).solve(cny(7000), Target(MARGIN, F(1, 5)), ceiling=Money(1000, "USD"))
    assert (got.price, got.reason) == (None, CEILING)
    assert got.intervals == ((1539, None),)


def test_an_ending_that_fits_no_good_price_is_said():
    got = curve(REFERRAL).solve(
        cny(7000), Target(MARGIN, F(1, 5)), ceiling=Money(1600, "USD"), endings=endings("9.99", "USD")
    )
    assert (got.price, got.reason, got.intervals) == (None, ENDING, ((1539, 1600),))


def test_what_is_not_known_is_named_and_nothing_is_priced():
    costs = [Cost("goods_cost", None), Cost("first_leg", Money(5, "JPY")), Cost("duty", Money(0, "CNY"))]
    got = curve(REFERRAL).solve(costs, Target(MARGIN, F(1, 5)))
    assert (got.price, got.reason, got.missing) == (None, MISSING_INPUT, ("goods_cost", "first_leg"))
    tree, profit, _net = curve(REFERRAL).explain(2000, costs)
    assert profit is None
    assert tree.state == MISSING
    assert {p.name for p in tree.parts if p.amount is None} == {"goods_cost", "first_leg"}


def test_markup_counts_on_the_costs_and_a_rebate_lowers_them():
    costs = [Cost("goods_cost", Money(7000, "CNY")), Cost("vat_rebate", Money(700, "CNY"), adds=True)]
    got = curve().solve(costs, Target(MARKUP, F(1, 2)))
    assert got.price == Money(1350, "USD")  # 63.00 CNY are 9.00 USD
    assert got.profit == Money(3150, "CNY")


def test_goods_above_the_threshold_are_taxed_at_the_border_instead_of_in_the_price():
    # up to 135.00 net the tax is in the price; above, duty of 10 % and tax of 20 % are paid at the border
    border = Charge("import_charges", bands((135, "0"), (None, "0.32")), NET)
    made = curve(border, vat="0.2", up_to=F(13500), currency="GBP", rate="9")
    assert made.net(16200) == 13500
    assert made.net(16201) == 16201
    got = made.solve(cny(99000), Target(MARGIN, F(1, 10)))  # 110.00 GBP
    # below: p/1.2 x 0.9 >= 110, 146.67; above: p (1 - .32 - .1) >= 110, 189.66
    assert got.intervals == ((14667, 16200), (18966, None))
    assert got.price == Money(14668, "GBP")  # of 146.67 the tax is rounded up: a penny short


def test_parts_sum_to_the_profit_and_carry_their_words():
    made = curve(REFERRAL, vat="0.19", shares=[("ads", "0.08")], currency="EUR", rate="8.1")
    tree, profit, net = made.explain(2380, [*cny(4000), Cost("fulfilment", Money(300, "EUR"))])
    amounts = {p.name: p.amount.minor for p in tree.parts}
    assert amounts == {
        "net_price": 16200, "referral_fee": -2892, "goods_cost": -4000, "fulfilment": -2430, "ads": -1296,
    }  # fmt: skip
    assert profit == Money(sum(amounts.values()), "CNY")
    assert net == Money(16200, "CNY")
    assert tree.parts[0].inputs["vat"] == "3.80 EUR"


@pytest.mark.parametrize(
    ("text", "currency", "price", "after"),
    [
        (".99", "USD", 1200, 1299),
        (".99", "USD", 1299, 1299),
        (".99 .95", "USD", 1296, 1299),
        ("9.99", "USD", 1200, 1999),
        ("9", "JPY", 1980, 1989),
        ("80 90", "JPY", 1981, 1990),
        ("9", "USD", 1200, 1900),
        ("", "USD", 1234, 1234),
    ],
)
def test_endings_give_the_next_price_that_ends_so(text, currency, price, after):
    assert next_price(price, endings(text, currency)) == after


@pytest.mark.parametrize("text", [".9", "x", ".999", "-1", "9.9"])
def test_what_is_no_ending_is_refused(text):
    with pytest.raises(ValueError, match="ending"):
        endings(text, "USD")


# --- the oracle: every cent, in fractions, written without the engine ---------------------------------


def fee_of(value, charge):
    """The charge on a value, from its bands alone."""
    if not charge.marginal:
        band = next(b for b in charge.bands if b.up_to is None or value <= b.up_to)
        fee = band.rate * value + band.fixed
    else:
        fee, floor = F(0), F(0)
        for band in charge.bands:
            if value > floor or band.up_to is None:
                top = value if band.up_to is None else min(value, band.up_to)
                fee += max(top - floor, 0) * band.rate
            if band.up_to is None or value <= band.up_to:
                fee += band.fixed
                break
            floor = band.up_to
    return max(fee, charge.minimum)


def scan(terms, costs_in_base, rate, target, most):
    good = []
    for price in range(1, most + 1):
        net = F(price) / (1 + terms.tax.rate) if terms.tax.included else F(price)
        if terms.tax.included and terms.tax.up_to is not None and net > terms.tax.up_to:
            net = F(price)
        left = net
        for charge in terms.charges:
            left -= fee_of(net if charge.base == NET else F(price), charge)
        left -= net * sum(F(share) for _n, share in terms.shares)
        profit = left * rate - costs_in_base
        if target.kind == MARGIN:
            enough = profit >= target.value * net * rate
        elif target.kind == MARKUP:
            enough = profit >= target.value * costs_in_base
        else:
            enough = profit >= target.value
        if enough:
            if good and good[-1][1] == price - 1:
                good[-1][1] = price
            else:
                good.append([price, price])
    return [tuple(pair) for pair in good]


def draw(dice, most):
    """A random schedule: flat, jumps, marginal, minima, tax, thresholds, ads, returns, sometimes hopeless."""

    def rate(top):
        return F(dice.randint(0, top), 1000)

    def schedule(name, top, fixed):
        cuts = sorted(dice.sample(range(1, most), dice.randint(0, 3)))
        if dice.random() < 0.3:
            cuts = [F(c) + F(dice.randint(0, 9), 10) for c in cuts]
        rows = [Band(F(c), rate(top), F(dice.randint(0, fixed))) for c in cuts]
        rows.append(Band(None, rate(top), F(dice.randint(0, fixed))))
        minimum = F(dice.choice((0, 0, 30, 99)))
        return Charge(name, tuple(rows), dice.choice((GROSS, NET)), dice.random() < 0.5, minimum)

    tax = Tax(rate(270), dice.random() < 0.8, dice.choice((None, None, F(dice.randint(1, most)))))
    charges = [schedule("referral_fee", 250, 0), schedule("payment_fee", 40, 50)]
    if dice.random() < 0.5:
        charges.append(schedule("import_charges", 350, 400))
    shares = (("ads", Decimal(dice.randint(0, 300)) / 1000), ("returns", Decimal(dice.randint(0, 80)) / 1000))
    terms = Terms("USD", tax, tuple(charges[: dice.randint(0, 3)]), shares)
    fx = Decimal(dice.randint(1, 99999)) / dice.choice((100, 1000, 10000))
    kind = dice.choice((MARGIN, MARGIN, MARKUP, PROFIT))
    target = Target(kind, F(dice.randint(-100, 400), 1000) if kind != PROFIT else F(dice.randint(-200, 900)))
    goods, way = int(dice.randint(0, most) * fx * Decimal("0.6")), dice.randint(0, 200)
    if dice.random() < 0.4:  # a fee that jumps up right where the costs are earned: dead zones
        cut = dice.randint(most // 4, most // 2)
        low, high = F(dice.randint(20, 100), 1000), F(dice.randint(120, 300), 1000)
        jump = Charge("referral_fee", (Band(F(cut), low), Band(None, high)), GROSS, minimum=F(30))
        tax, shares = Tax(rate(80)), ()
        terms, target = Terms("USD", tax, (jump,), shares), Target(MARGIN, rate(100))
        goods, way = int(cut * fx * Decimal(dice.randint(60, 85)) / 100), dice.randint(0, cut // 20)
    costs = [Cost("goods_cost", Money(goods, "CNY")), Cost("fulfilment", Money(way, "USD"))]
    return terms, fx, costs, target


def check_against_scan(seed, most):
    dice = random.Random(seed)
    terms, fx, costs, target = draw(dice, most)
    made = PriceCurve(terms, "CNY", rater(USD=fx))
    in_base = costs[0].amount.minor + costs[1].amount.minor * F(fx)
    want = scan(terms, in_base, F(fx), target, most)
    got = made.solve(costs, target)
    # beyond the last bound of a band nothing changes, so that the rest of the line is known
    cut = [(low, min(high, most) if high is not None else most) for low, high in got.intervals if low <= most]
    assert cut == want, seed
    ends = dice.choice((ANY_ENDING, endings(".99", "USD"), endings(".95 .49", "USD")))
    ceiling = Money(most, "USD")
    advised = made.solve(costs, target, endings=ends, ceiling=ceiling)
    expected = lowest_good(made, costs, target, want, ends)
    assert (advised.price and advised.price.minor) == expected, seed
    if not want:
        assert advised.reason in (NEVER, CEILING), seed
    return len(want)


def lowest_good(made, costs, target, want, ends):
    """The lowest price of the scan with an ending whose own explained profit reaches the target."""
    for low, high in want:
        for price in range(low, high + 1):
            if any(e.holds(price) for e in ends):
                _tree, profit, net = made.explain(price, costs)
                in_base = sum(
                    (p.amount.minor for p in _tree.parts if p.name in ("goods_cost", "fulfilment")), 0
                )
                floor = {
                    MARGIN: target.value * net.minor,
                    MARKUP: target.value * -in_base,
                    PROFIT: target.value,
                }[target.kind]
                if profit.minor >= floor:
                    return price
    return None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_the_answer_is_that_of_a_scan_of_every_cent(seed):
    check_against_scan(seed, 300)


@pytest.mark.deep
def test_the_answer_is_that_of_a_scan_of_every_cent_two_thousand_times():
    counts = [check_against_scan(seed, 500) for seed in range(2000)]
    assert sum(n == 0 for n in counts) > 50  # hopeless ones among them
    assert sum(n > 1 for n in counts) > 100  # and several intervals
