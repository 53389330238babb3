"""The mechanisms of import rules, each on a market made for it."""

from datetime import date
from decimal import Decimal

import pytest

from tradewind.engine.breakdown import MISSING
from tradewind.engine.consignment import DUE, NOT_DUE, UNKNOWN
from tradewind.engine.contracts import FxQuote
from tradewind.engine.fx import Rates
from tradewind.engine.landed_cost import Consignment, GoodsLine, landed_cost
from tradewind.engine.money import Money
from tradewind.engine.rulebook import build, parse_rules

TODAY = date(2026, 11, 22)
RATES = Rates([FxQuote("USD", "EUR", TODAY, Decimal("0.5"), "t")])
HEAD = """
[defaults]
source = "s"
reviewed = 2026-11-22
status = "confirmed"
confidence = "high"
valid_from = 2020-01-01
market = "XX"
"""
TAXED = [
    '{ name = "customs_value", is = "goods + freight + insurance" }',
    '{ name = "tax", is = "(customs_value + duty + fees) * tax_rate", levy = "tax" }',
]


def rule(id, kind, body):
    return f'[[rule]]\nid = "{id}"\nkind = "{kind}"\n{body}\n'


def formula(steps=TAXED):
    return rule("f", "import_formula", f'currency = "USD"\nbasis = "cif"\nsteps = [{", ".join(steps)}]')


def threshold(levy, below="due", above="due", basis="goods", limit=0, extra=""):
    return rule(
        f"t.{levy}", "de_minimis",
        f'levy = "{levy}"\nthreshold = {limit}\ncurrency = "USD"\nbasis = "{basis}"\nbelow = "{below}"\n'
        f'above = "{above}"\ncollector = "carrier"\n{extra}',
    )  # fmt: skip


VAT = rule("v", "vat", 'rate = 0.10\nincluded = true\nname = "VAT"')


def duty(layer, body, stacking="adds"):
    return rule(f"d.{layer}", "duty", f'layer = "{layer}"\nscope = "all"\nstacking = "{stacking}"\n{body}')


def ask(rows, *lines, freight="0", on=TODAY, **more):
    file = parse_rules("x", HEAD + "\n".join(rows))
    lines = lines or (goods("100"),)
    return landed_cost(
        Consignment("XX", lines, Money.of(freight, "USD"), Money.zero("USD"), **more),
        build([file]),
        RATES,
        on,
    )


def goods(value, hs="1234.56", **more):
    return GoodsLine(Money.of(value, "USD"), hs=hs, **{"origin": "CN", "duty_rate": Decimal("0.10"), **more})


def usd(text):
    return Money.of(text, "USD")


def test_layers_are_each_taken_of_the_customs_value_and_do_not_compound():
    got = ask(
        [formula(), VAT, threshold("*"), duty("one", "rate = 0.25"), duty("two", "rate = 0.075")],
        freight="20",
    )
    assert got.duty.amount == usd("51.00")  # 10 + 25 + 7.5 % of 120
    assert got.border_tax.amount == usd("17.10")
    names = [part.name for part in got.breakdown.parts[3].parts]
    assert names == ["tariff_duty", "one", "two"]


def test_a_layer_stands_for_another_only_where_it_falls_on_the_goods():
    rows = [
        formula(), VAT, threshold("*"), duty("old", "rate = 0.075"),
        duty("new", 'rate = 0.25\nreplaces = "old"\nonly_hs = ["8507"]', "replaces"),
    ]  # fmt: skip
    assert ask(rows).duty.amount == usd("17.50")
    assert ask(rows, goods("100", "8507.60")).duty.amount == usd("35.00")
    assert ask(rows, goods("100", ""), way="air").duty.state == UNKNOWN


def test_except_hs_and_measures_narrow_a_layer():
    rows = [
        formula(), VAT, threshold("*"), duty("a", 'rate = 0.20\nexcept_hs = ["12"]'),
        duty("b", 'rate = 0.05\nmeasures = ["9903.01", "9903.02"]'),
    ]  # fmt: skip
    assert ask(rows, goods("100", measures=frozenset({"9903.02"}))).duty.amount == usd("15.00")
    assert ask(rows, goods("100", "99.99.99", measures=frozenset())).duty.amount == usd("30.00")


@pytest.mark.parametrize(
    ("body", "lines", "amount"),
    [
        ('amount = 3\nper = "item"\ncurrency = "USD"', [goods("10", qty=4)], "12.00"),
        ('amount = 3\nper = "consignment"\ncurrency = "USD"', [goods("10"), goods("10", "1111.11")], "3.00"),
        ('amount = 3\nper = "subheading"\ncurrency = "USD"', [goods("10"), goods("10", "1111.11")], "6.00"),
        ('amount = 3\nper = "kg"\ncurrency = "USD"', [goods("10", weight_g=1500)], "4.50"),
        ('rate = 0.60\nless = 20\ncurrency = "USD"', [goods("100")], "40.00"),
        ('rate = 0.60\nless = 20\ncurrency = "USD"', [goods("10")], "0.00"),
        ('rate = 0.05\nleast = 2\nleast_per = "kg"\ncurrency = "USD"', [goods("10", weight_g=3000)], "6.00"),
        ('rate = 0.05\nleast = 1\nmost = 4\ncurrency = "USD"', [goods("10")], "1.00"),
        ('rate = 0.05\nleast = 1\nmost = 4\ncurrency = "USD"', [goods("1000")], "4.00"),
        ('by_hs = [{ hs = ["61"], rate = 0.2 }]\nrate = 0.1', [goods("9"), goods("10", "6109.10")], "2.90"),
        ('rate = 0.10\nbase = "goods + freight"', [goods("100")], "10.00"),
    ],
)  # fmt: skip
def test_a_regime_charges_by_rate_or_amount_within_its_limits_and_stands_alone(body, lines, amount):
    rows = [
        formula(),
        VAT,
        threshold("*", "flat", "flat"),
        duty("flat", body, "regime"),
        duty("l", "rate = 0.5"),
    ]
    got = ask([row.replace('levy = "*"', 'levy = "duty"') for row in rows] + [threshold("tax")], *lines)
    assert got.duty.amount == usd(amount)
    assert got.total is not None
    shares = [share.duty for share in got.lines]
    assert Money.total(shares, "USD") == usd(amount)


def test_a_regime_that_contains_the_tax():
    rows = [
        formula(), VAT, threshold("duty", "flat", "flat"), threshold("tax"),
        duty("flat", "rate = 0.335\ncovers_tax = true", "regime"),
    ]  # fmt: skip
    got = ask(rows)
    assert (got.duty.amount, got.border_tax.state, got.total) == (usd("33.50"), NOT_DUE, usd("133.50"))
    assert got.border_tax.why == "contained in the duty flat"


def test_a_weight_that_is_needed_and_not_stated_keeps_the_duty_unknown():
    rows = [
        formula(), VAT, threshold("duty", "flat", "flat"), threshold("tax"),
        duty("flat", 'amount = 3\nper = "kg"\ncurrency = "USD"', "regime"),
    ]  # fmt: skip
    got = ask(rows)
    assert (got.duty.state, got.border_tax.state, got.landed) == (UNKNOWN, UNKNOWN, None)
    assert [problem.field for problem in got.problems] == ["weight_g"]


@pytest.mark.parametrize(
    ("basis", "inside", "outside"),
    [
        ("goods", {"value": "100"}, {"value": "100.01"}),
        ("intrinsic", {"value": "100"}, {"value": "60", "freight_shown": False}),
        ("goods_plus_freight", {"value": "50"}, {"value": "50.01"}),
        ("cif", {"value": "50"}, {"value": "50.01"}),
        ("customs_value", {"value": "50"}, {"value": "50.01"}),
        ("item", {"value": "300", "qty": 3}, {"value": "300.01", "qty": 3}),
    ],
)
def test_a_threshold_is_compared_on_its_own_basis_and_is_itself_below(basis, inside, outside):
    rows = [formula(), VAT, threshold("*", "free", "due", basis, 100)]
    for case, state in ((inside, NOT_DUE), (outside, DUE)):
        more = {k: v for k, v in case.items() if k == "freight_shown"}
        got = ask(rows, goods(case["value"], qty=case.get("qty", 1)), freight="50", **more)
        assert (got.duty.state, got.border_tax.state) == (state, state)


def test_beyond_a_ceiling_another_word_holds():
    rows = [
        formula(),
        VAT,
        threshold("tax"),
        threshold("duty", "free", "due", limit=50, extra='ceiling = 200\nbeyond = "ask"'),
    ]
    states = [ask(rows, goods(value)).duty.state for value in ("50", "50.01", "200", "200.01")]
    assert states == [NOT_DUE, DUE, DUE, UNKNOWN]


def test_a_tax_is_waived_by_its_own_amount():
    rows = [
        formula(),
        VAT,
        threshold("duty", "free", "free"),
        threshold("tax", "free", "due", "tax_amount", 5),
    ]
    low, high = ask(rows, goods("50")), ask(rows, goods("50.10"))
    assert (low.border_tax.state, low.border_tax.amount) == (NOT_DUE, usd("0"))
    assert "waived" in low.border_tax.why
    assert (high.border_tax.state, high.border_tax.amount) == (DUE, usd("5.01"))


def test_steps_restate_the_tariff_and_add_to_the_duty():
    steps = [
        '{ name = "customs_value", is = "goods" }',
        '{ name = "dutiable", is = "floor_to(customs_value, 10)" }',
        '{ name = "tariff", is = "floor_to(tariff, 1)" }',
        '{ name = "cess", is = "tariff * 0.10", levy = "duty" }',
        '{ name = "tax", is = "(customs_value + duty) * tax_rate", levy = "tax" }',
    ]  # fmt: skip
    got = ask([formula(steps), VAT, threshold("*")], goods("128.50", duty_rate=Decimal("0.10")))
    parts = {part.name: part.amount for part in got.breakdown.parts[3].parts}
    assert parts == {"tariff_duty": usd("12"), "cess": usd("1.20")}
    cut = ask([formula(steps), VAT, threshold("*")], goods("128.50", duty_rate=Decimal("0.125")))
    parts = {part.name: part.amount for part in cut.breakdown.parts[3].parts}
    assert parts == {"tariff_duty": usd("15"), "cess": usd("1.50")}
    assert cut.border_tax.amount == usd("14.50")
    odd = ask([formula(steps), VAT, threshold("*")], goods("128.50", duty_rate=Decimal("0.03")))
    parts = {part.name: part.amount for part in odd.breakdown.parts[3].parts}
    assert parts == {"tariff_duty": usd("3.60"), "truncation": usd("-0.60"), "cess": usd("0.30")}


def fee(name, body):
    return rule(f"fee.{name}", "border_fee", f'fee = "{name}"\nscope = "x"\ncollector = "carrier"\n{body}')


def test_fees_apply_in_their_band_and_may_enter_the_base_of_the_tax():
    rows = [
        formula(), VAT, threshold("*"),
        fee("small", 'amount = 2\nper = "consignment"\nup_to = 100\ncurrency = "USD"\ntaxed = true'),
        fee("large", 'rate = 0.01\nleast = 3\nover = 100\ncurrency = "USD"'),
    ]  # fmt: skip
    small, large = ask(rows, goods("100")), ask(rows, goods("100.01"))
    assert [node.amount for node in small.fees] == [usd("2")]
    assert small.border_tax.amount == usd("11.20")
    assert [node.amount for node in large.fees] == [usd("3")]
    assert large.border_tax.amount == usd("11.00")


def test_a_fee_of_unknown_size_is_missing_and_never_zero():
    got = ask(
        [formula(), VAT, threshold("*"), fee("entry", 'unknown = true\nover = 100\ncurrency = "USD"')],
        goods("101"),
    )
    assert (got.fees[0].state, got.landed, got.duty.amount) == (MISSING, None, usd("10.10"))
    assert [problem.field for problem in got.problems] == ["fees"]


SALE = rule(
    "s", "sale_tax", 'seller = "marketplace"\ncollector = "marketplace"\nname = "VAT"\nbase = "goods"'
)


def test_each_item_is_taxed_on_its_own_side_of_a_threshold():
    rows = [
        formula(),
        VAT,
        SALE,
        threshold("duty", "free", "free"),
        threshold("tax", "sale", "due", "item", 50),
    ]
    got = ask(rows, goods("50"), goods("60"))
    assert (got.sale_tax.amount, got.border_tax.amount) == (usd("5"), usd("6"))
    assert [(s.sale_tax, s.border_tax) for s in got.lines] == [(usd("5"), usd("0")), (usd("0"), usd("6"))]


def test_who_takes_the_tax_at_the_sale_is_unknown_where_no_row_says_so():
    rows = [formula(), VAT, SALE, threshold("duty", "free", "free"), threshold("tax", "sale", "sale")]
    got = ask(rows, seller="own_store")
    assert (got.sale_tax.state, got.landed, got.total) == (UNKNOWN, usd("100"), None)


def test_the_delivery_term_says_who_bears_it():
    rows = [formula(), VAT, threshold("*")]
    for incoterm, payer in (("DDP", "seller"), ("DAP", "buyer")):
        got = ask(rows, incoterm=incoterm)
        assert (got.duty.payer, got.border_tax.payer) == (payer, payer)
        assert got.pays[payer] == usd("21")


def test_goods_and_freight_in_any_currency():
    got = ask(
        [formula(), VAT, threshold("*")],
        GoodsLine(Money.of("10", "EUR"), hs="1234.56", origin="CN", duty_rate=Decimal("0.1")),
    )
    assert (got.breakdown.parts[0].amount, got.duty.amount) == (usd("20"), usd("2"))


@pytest.mark.parametrize(
    "body",
    [
        'layer = "a"\nscope = "x"\nstacking = "adds"',
        'layer = "a"\nscope = "x"\nstacking = "adds"\nrate = 0.1\nreplaces = "b"',
        'layer = "a"\nscope = "x"\nstacking = "replaces"\nrate = 0.1',
        'layer = "a"\nscope = "x"\nstacking = "adds"\namount = 3\ncurrency = "USD"',
        'layer = "a"\nscope = "x"\nstacking = "adds"\namount = 3\nper = "item"',
        'layer = "a"\nscope = "x"\nstacking = "adds"\nrate = 0.1\nbase = "goods + nonsense"',
        'layer = "a"\nscope = "x"\nstacking = "adds"\nrate = 0.1\nonly_hs = ["6a"]',
        'layer = "a"\nscope = "x"\nstacking = "adds"\nby_hs = [{ hs = ["61"] }]',
    ],
)
def test_a_row_that_cannot_charge_is_refused_when_read(body):
    assert parse_rules("x", HEAD + rule("d", "duty", body)).problems


@pytest.mark.parametrize(
    "steps",
    [
        ['{ name = "tax", is = "goods" }'],
        ['{ name = "customs_value", is = "goods + duty" }'],
        ['{ name = "customs_value", is = "goods" }', '{ name = "goods", is = "1" }'],
        ['{ name = "customs_value", is = "goods", levy = "tax" }'],
        ['{ name = "customs_value", is = "goods" }', '{ name = "t", is = "later" }'],
        ['{ name = "customs_value", is = "goods" }', '{ name = "t", is = "goods", levy = "both" }'],
    ],
)
def test_steps_that_do_not_add_up_are_refused_when_read(steps):
    (problem,) = parse_rules("x", HEAD + formula(steps)).problems
    assert problem.field.endswith("steps")
