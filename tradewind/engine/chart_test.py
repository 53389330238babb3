from tradewind.engine.chart import CHART
from tradewind.engine.settlement_kinds import ACCOUNTS, KINDS


def test_every_account_that_a_settlement_kind_books_to_stands_in_the_chart():
    assert {k.account for k in KINDS.values()} <= set(CHART)
    assert set(ACCOUNTS) <= set(CHART)


def test_every_account_has_a_name_in_both_languages():
    assert all(a.name and a.name_zh and a.name != a.name_zh for a in CHART.values())


def test_only_the_settlement_account_must_come_to_zero_by_itself():
    assert [a.code for a in CHART.values() if a.is_clearing] == ["1901"]
