"""Settlement files: read to the cent, refused with row and column, a remainder shown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.shared import shared
from tradewind.connectors import registry
from tradewind.connectors.channels.amazon.files import DROPPABLE, NEEDED
from tradewind.connectors.channels.harbour.files import COLUMNS
from tradewind.engine.contracts import Refused, Settlement
from tradewind.engine.money import Money

Row = dict[str, str]


def text(columns, rows: list[Row]) -> bytes:
    lines = ["\t".join(columns)] + ["\t".join(row.get(c, "") for c in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def harbour_rows() -> list[Row]:
    head = {
        "settlement_id": "HS-1", "period_start": "2026-06-01T00:00:00Z", "period_end": "2026-06-15T00:00:00Z",
        "deposit_date": "2026-06-17", "total": "16.65", "currency": "USD",
    }  # fmt: skip
    line = {
        "settlement_id": "HS-1", "currency": "USD", "type": "Order", "order_id": "O-1", "line_id": "O-1-1",
        "sku": "S-1", "quantity": "1", "posted_at": "2026-06-03T10:00:00Z",
    }  # fmt: skip
    return [
        head,
        line | {"amount_type": "Price", "description": "Principal", "amount": "19.99"},
        line | {"amount_type": "Fee", "description": "Referral", "amount": "-3.00"},
        line
        | {"amount_type": "Fee", "description": "Payment", "amount": "-0.34", "line_id": "", "quantity": ""},
    ]


def amazon_rows() -> list[Row]:
    head = {
        "settlement-id": "77", "settlement-start-date": "2026-06-16 00:00:00 UTC",
        "settlement-end-date": "2026-06-30 23:59:59 UTC", "deposit-date": "2026-07-02 00:00:00 UTC",
        "total-amount": "1100.50", "currency": "USD",
    }  # fmt: skip
    line = {
        "settlement-id": "77", "transaction-type": "Order", "order-id": "111-1", "amount-type": "ItemPrice",
        "amount-description": "Principal", "posted-date-time": "2026-06-17 08:14:22 UTC",
        "order-item-code": "5", "sku": "S-1", "quantity-purchased": "1",
    }  # fmt: skip
    fee = line | {"amount-type": "ItemFees", "amount-description": "Commission", "amount": "-99.50"}
    return [head, line | {"amount": "1200.00"}, fee]


AMAZON_COLUMNS = (*NEEDED, *DROPPABLE)
LAYOUTS = {
    "harbour": (COLUMNS, harbour_rows, "amount", "posted_at", "quantity", "sku"),
    "amazon": (
        AMAZON_COLUMNS,
        amazon_rows,
        "amount",
        "posted-date-time",
        "quantity-purchased",
        "settlement-id",
    ),
}


def parse(code: str, rows: list[Row], columns=None) -> list[Settlement]:
    return registry.channel(code).parse_settlement(text(columns or LAYOUTS[code][0], rows))


def refusal(code: str, rows: list[Row], columns=None) -> list[tuple[int | None, str]]:
    with pytest.raises(Refused) as caught:
        parse(code, rows, columns)
    assert all(p.reason and p.accepted for p in caught.value.problems)
    return [(p.row, p.field) for p in caught.value.problems]


def test_the_real_layout_of_amazon_is_read_to_a_remainder_of_zero() -> None:
    data = shared("data/marketplace_reports/amazon_settlement_v2_sample.txt").read_bytes()
    (settlement,) = registry.channel("amazon").parse_settlement(data)
    assert settlement.total == Money(582_89, "USD")
    assert settlement.remainder == Money(0, "USD")
    assert len(settlement.rows) == 23
    assert settlement.start_at == datetime(2026, 6, 16, tzinfo=UTC)
    assert settlement.deposit_on == date(2026, 7, 2)
    first, reserve = settlement.rows[0], settlement.rows[-1]
    assert (first.line_no, first.external_sku, first.qty, first.amount) == (
        3,
        "NX-HD-1200",
        1,
        Money(129_99, "USD"),
    )
    assert (reserve.type, reserve.description, reserve.amount) == (
        "Transfer",
        "Current Reserve Amount",
        Money(-420_00, "USD"),
    )


def test_any_line_deleted_from_the_real_layout_is_exactly_the_remainder() -> None:
    lines = shared("data/marketplace_reports/amazon_settlement_v2_sample.txt").read_bytes().splitlines(True)
    channel = registry.channel("amazon")
    (whole,) = channel.parse_settlement(b"".join(lines))
    for row in whole.rows:
        (less,) = channel.parse_settlement(b"".join(lines[: row.line_no - 1] + lines[row.line_no :]))
        assert less.remainder == row.amount


@pytest.mark.parametrize("code", LAYOUTS)
def test_the_lines_sum_to_the_total(code: str) -> None:
    (settlement,) = parse(code, LAYOUTS[code][1]())
    assert settlement.remainder.minor == 0


@pytest.mark.parametrize("code", LAYOUTS)
def test_columns_are_read_by_name_in_any_order(code: str) -> None:
    columns, rows = LAYOUTS[code][0], LAYOUTS[code][1]()
    assert parse(code, rows, columns[::-1]) == parse(code, rows)


@pytest.mark.parametrize("code", LAYOUTS)
def test_a_total_that_the_lines_do_not_reach_is_shown_not_refused(code: str) -> None:
    _columns, make, amount, *_ = LAYOUTS[code]
    rows = make()
    rows[1][amount] = rows[1][amount].replace(".", "1.", 1)
    (settlement,) = parse(code, rows)
    assert settlement.remainder.minor != 0


@pytest.mark.parametrize("code", LAYOUTS)
def test_a_missing_column_is_named(code: str) -> None:
    columns, make, amount, *_ = LAYOUTS[code]
    assert refusal(code, make(), [c for c in columns if c != amount]) == [(1, amount)]


@pytest.mark.parametrize("code", LAYOUTS)
def test_a_column_twice_is_named(code: str) -> None:
    columns, make, amount, *_ = LAYOUTS[code]
    assert refusal(code, make(), [*columns, amount]) == [(1, amount)]


@pytest.mark.parametrize("code", LAYOUTS)
def test_an_unknown_column_is_refused_only_when_it_says_something(code: str) -> None:
    columns, make, *_ = LAYOUTS[code]
    rows = make()
    assert parse(code, rows, [*columns, "surcharge"]) == parse(code, rows)
    rows[2]["surcharge"] = "-1.00"
    assert refusal(code, rows, [*columns, "surcharge"]) == [(4, "surcharge")]


@pytest.mark.parametrize("code", LAYOUTS)
@pytest.mark.parametrize(
    "wrong", ["abc", "1.2.3", "NaN", "1e400", "Infinity", "12.345", "", "--5", "0x10", "1_000", "١٢"]
)
def test_a_wrong_number_is_named_by_row_and_column(code: str, wrong: str) -> None:
    rows = LAYOUTS[code][1]()
    rows[2]["amount"] = wrong
    assert refusal(code, rows) == [(4, "amount")]


@pytest.mark.parametrize("code", LAYOUTS)
@pytest.mark.parametrize(
    "wrong", ["yesterday", "2026-13-01 00:00:00 UTC", "2026-02-30T00:00:00Z", "20260101"]
)
def test_a_wrong_date_is_named_by_row_and_column(code: str, wrong: str) -> None:
    _columns, make, _, posted, *_ = LAYOUTS[code]
    rows = make()
    rows[1][posted] = wrong
    assert refusal(code, rows) == [(3, posted)]


@pytest.mark.parametrize("code", LAYOUTS)
def test_all_problems_are_named_at_once(code: str) -> None:
    _columns, make, amount, posted, quantity, _ = LAYOUTS[code]
    rows = make()
    rows[1] |= {amount: "x", posted: "y", quantity: "-1"}
    rows[2] |= {amount: ""}
    assert sorted(refusal(code, rows)) == sorted([(3, amount), (3, posted), (3, quantity), (4, amount)])


@pytest.mark.parametrize("code", LAYOUTS)
def test_a_line_twice_is_named_with_the_row_it_repeats(code: str) -> None:
    rows = LAYOUTS[code][1]()
    assert refusal(code, [*rows, rows[2]]) == [(2 + len(rows), "row")]


def test_amazon_may_mean_two_equal_fees_when_the_total_says_so() -> None:
    rows = amazon_rows()
    rows[0]["total-amount"] = "1001.00"
    (settlement,) = parse("amazon", [*rows, rows[2]])
    assert settlement.remainder.minor == 0


def test_amazon_drops_columns_that_would_be_empty() -> None:
    rows = amazon_rows()
    used = [c for c in AMAZON_COLUMNS if any(row.get(c) for row in rows)]
    assert len(used) < 20
    assert parse("amazon", rows, used) == parse("amazon", rows)


@pytest.mark.parametrize(
    ("total", "first", "second"),
    [
        ("1.100,50", "1.200,00", "-99,50"),
        ("1,100.50", "1,200.00", "(99.50)"),
        ("1 100,50", "1 200,00", "99,50-"),
        ("1\u202f100,50", "1\u00a0200,00", "\u221299,50"),
        ("1'100.50", "1’200.00", "-99.50"),
        ("1100,5", "1200", "-99,5"),
    ],
)
def test_amounts_are_read_in_every_style(total: str, first: str, second: str) -> None:
    rows = amazon_rows()
    rows[0]["total-amount"], rows[1]["amount"], rows[2]["amount"] = total, first, second
    assert parse("amazon", rows) == parse("amazon", amazon_rows())


def test_two_number_styles_in_one_settlement_are_refused() -> None:
    rows = amazon_rows()
    rows[2]["amount"] = "-99,50"
    assert (4, "amount") in refusal("amazon", rows)


def test_yen_are_whole_and_a_point_before_three_digits_groups_them() -> None:
    rows = amazon_rows()
    rows[0] |= {"currency": "JPY", "total-amount": "110,050"}
    rows[1]["amount"], rows[2]["amount"] = "120,000", "-9,950"
    (settlement,) = parse("amazon", rows)
    assert (settlement.total, settlement.remainder) == (Money(110050, "JPY"), Money(0, "JPY"))


@pytest.mark.parametrize(
    "start",
    [
        "16.06.2026 00:00:00 UTC",
        "2026/06/16 00:00:00 UTC",
        "2026-06-16T00:00:00+00:00",
        "2026-06-16T09:00:00+0900",
        "2026-06-16 09:00:00 JST",
        "2026-06-15 17:00:00 PDT",
        "16/06/2026 00:00:00 UTC",
        "06/16/2026 00:00:00 UTC",
        "2026-06-16",
    ],
)
def test_dates_are_read_in_every_style(start: str) -> None:
    rows = amazon_rows()
    rows[0]["settlement-start-date"] = start
    (settlement,) = parse("amazon", rows)
    assert settlement.start_at == datetime(2026, 6, 16, tzinfo=UTC)


def test_a_date_that_may_be_two_days_is_refused_unless_another_settles_it() -> None:
    rows = amazon_rows()
    rows[0]["settlement-start-date"] = "06/07/2026 00:00:00 UTC"
    assert refusal("amazon", rows) == [(2, "settlement-start-date")]
    rows[0]["settlement-end-date"] = "20/07/2026 00:00:00 UTC"
    assert parse("amazon", rows)[0].start_at == datetime(2026, 7, 6, tzinfo=UTC)
    rows[0]["deposit-date"] = "07/22/2026 00:00:00 UTC"
    assert (2, "deposit-date") in refusal("amazon", rows)


def test_two_settlements_of_one_file_are_two() -> None:
    other = [row | {"settlement-id": "78"} for row in amazon_rows()]
    assert [s.external_id for s in parse("amazon", [*amazon_rows(), *other])] == ["77", "78"]


@pytest.mark.parametrize("code", LAYOUTS)
def test_rows_may_stand_in_any_order(code: str) -> None:
    rows = LAYOUTS[code][1]()
    (settlement,) = parse(code, rows[::-1])
    assert settlement.remainder.minor == 0
    assert len(settlement.rows) == len(rows) - 1


def test_two_totals_of_one_settlement_are_refused() -> None:
    assert refusal("amazon", [*amazon_rows(), amazon_rows()[0]]) == [(5, "total-amount")]
    assert refusal("harbour", [*harbour_rows(), harbour_rows()[0]]) == [(6, "total")]


def test_lines_without_their_total_are_refused() -> None:
    assert refusal("amazon", amazon_rows()[1:]) == [(2, "settlement-id")]
    assert refusal("harbour", harbour_rows()[1:]) == [(2, "settlement_id")]
    assert refusal("amazon", []) == [(2, "settlement-id")]


def test_an_unknown_currency_is_never_guessed() -> None:
    for code, name in (("amazon", "currency"), ("harbour", "currency")):
        rows = LAYOUTS[code][1]()
        rows[0][name] = ""
        assert (2, "currency") in refusal(code, rows)
