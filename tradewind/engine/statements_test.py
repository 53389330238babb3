from hypothesis import given
from hypothesis import strategies as st

from tradewind.engine import statements as s
from tradewind.engine.chart import CHART
from tradewind.engine.statements import AccountValue, balance_sheet, profit_and_loss


def value(code: str, minor: int, kind: str = "", standard: str | None = None) -> AccountValue:
    of = CHART.get(code)
    return AccountValue(code, code, code, kind or of.kind, code if standard is None else standard, minor)


def sums(lines):
    return {line.sum: line.minor for line in lines if line.sum}


def test_exchange_differences_stand_below_the_trading_result():
    lines = profit_and_loss(
        [value("6001", -100), value("6401", 40), value("6601", 15), value("6606", 5), value("6607", -2)]
    )
    assert sums(lines) == {
        s.GROSS: 60, s.TRADING: 45, s.BEFORE_EXCHANGE: 45, s.NET: 42,
    }  # fmt: skip
    assert [(x.section, x.code, x.minor) for x in lines if x.section == s.EXCHANGE] == [
        ("exchange", "6606", -5), ("exchange", "6607", 2),
    ]  # fmt: skip


def test_an_account_of_nobodys_chart_stands_by_its_kind_and_one_below_ours_with_ours():
    own = value("7000", 9, "expense", "")
    below = value("6601.01", 4, "expense", "6601")
    assert [(x.section, x.code) for x in profit_and_loss([own, below]) if x.code] == [
        ("selling", "6601.01"), ("overhead", "7000"),
    ]  # fmt: skip


def test_assets_are_liabilities_and_equity_also_while_exchange_differences_wait():
    lines = balance_sheet([value("1122", 700), value("6001", -710), value("1124", 3), value("4001", -3)], 10)
    assert sums(lines) == {
        s.ASSETS: 703, s.LIABILITIES: 0, s.UNCLOSED: 710, s.UNBOOKED: -10, s.EQUITY: 703, s.TOGETHER: 703,
    }  # fmt: skip


amounts = st.dictionaries(st.sampled_from(sorted(CHART)), st.integers(-(10**12), 10**12))


@given(amounts)
def test_any_books_balance_and_every_account_stands_exactly_once(found):
    values = [value(code, minor) for code, minor in found.items()]
    left = -sum(found.values())
    sheet, result = balance_sheet(values, left), profit_and_loss(values)
    assert sums(sheet)[s.ASSETS] == sums(sheet)[s.TOGETHER]
    assert sums(result)[s.NET] == sums(sheet)[s.UNCLOSED]
    said = sorted(x.code for x in (*sheet, *result) if x.code)
    assert said == sorted(code for code, minor in found.items() if minor)
