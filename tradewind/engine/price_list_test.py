"""Price lists as forwarders send them, made here; each layout to exact prices, each slip to its cell."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter

from tradewind.engine.contracts import Refused
from tradewind.engine.country_names import countries, country
from tradewind.engine.price_list import Said, read_price_list
from tradewind.engine.rates import Card, Parcel, Weighing


def book(**sheets):
    """A workbook: sheet name -> rows, or (rows, merged ranges as A1:B2)."""
    out = io.BytesIO()
    work = xlsxwriter.Workbook(out, {"in_memory": True})
    day = work.add_format({"num_format": "yyyy-mm-dd"})
    for name, content in sheets.items():
        rows, merged = content if isinstance(content, tuple) else (content, ())
        sheet = work.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(r, c, cell, day)
                elif cell is not None:
                    sheet.write(r, c, cell)
        for span, text in merged:
            sheet.merge_range(span, text)
    work.close()
    return out.getvalue()


def csv(rows):
    return "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows).encode("gb18030")


def one(data, name="list.xlsx", **said):
    [card] = read_price_list(name, data, Said(**said))
    return card


def price(card, zone_or_country, grams, *sides, weighing=None):
    asked = Card(card.bands, card.currency, weighing, places=card.places)
    quote = asked.quote(Parcel(zone_or_country, grams, *sides))
    return quote.minor if quote.minor is not None else quote.reason


def codes(card):
    return [(f.code, f.weight, f.row, f.column) for f in card.findings]


LINE = [
    ["信风物流 美欧专线 2026-11 价格表（人民币）", None, None, None, None],
    ["国家/地区", "重量段(KG)", "运费(RMB/KG)", "挂号费(RMB/票)", "时效"],
    ["美国", "0<W≤0.3", 92, 18, "6-10"],
    [None, "0.3<W≤2", 85.5, 20, "6-10"],
    ["英国/法国", "0<W≤2", 60, 22, "5-9"],
    ["备注：带电产品加收 5 元/KG，燃油附加费另计", None, None, None, None],
]


def test_rows_of_price_per_kg_and_per_parcel_with_merged_countries():
    data = book(专线=(LINE, [("A3:A4", "美国"), ("A1:E1", LINE[0][0]), ("A6:E6", LINE[5][0])]))
    card = one(data)
    assert (card.sheet, card.layout, card.currency, codes(card)) == ("专线", "rows", "CNY", [])
    assert [(b.zone, b.above, b.to, b.row) for b in card.bands] == [
        ("US", 0, 300, 3), ("US", 300, 2000, 4), ("GB", 0, 2000, 5), ("FR", 0, 2000, 5),
    ]  # fmt: skip
    assert price(card, "US", 123) == 1132 + 1800  # 92 x 0.123 = 11.316
    assert price(card, "US", 301) == 2574 + 2000  # 25.7355
    assert price(card, "FR", 1000) == 8200
    assert any("带电产品加收 5 元/KG" in note for note in card.notes)


def test_the_same_as_csv_in_gbk_where_a_blank_country_goes_on():
    card = one(csv(LINE[1:5]), "list.csv", currency="CNY")
    assert [(b.zone, b.to) for b in card.bands] == [("US", 300), ("US", 2000), ("GB", 2000), ("FR", 2000)]


def test_weights_across_with_prices_under_merged_bands():
    rows = [
        ["国家", "国家代码", "0-0.1KG", None, "0.1-0.3KG", None, "0.3-2KG", None],
        [None, None, "元/KG", "挂号费", "元/KG", "挂号费", "元/KG", "挂号费"],
        ["德国", "DE", 70, 16, 68, 18, 66, 19],
        ["日本", "JP", 30, 10, "-", "-", 28, 12],
    ]
    merged = [("A1:A2", "国家"), ("B1:B2", "国家代码"), ("C1:D1", "0-0.1KG"), ("E1:F1", "0.1-0.3KG")]
    card = one(book(小包=(rows, [*merged, ("G1:H1", "0.3-2KG")])))
    assert card.layout == "weights_across"
    assert [price(card, "DE", g) for g in (100, 101, 2000)] == [2300, 687 + 1800, 13_200 + 1900]
    assert price(card, "JP", 200) == "gap"
    assert codes(card) == [("gap", "look", 4, 7)]


def test_an_express_list_half_kilos_down_zones_across_and_a_table_of_zones():
    rows = [
        ["DHL 报价 单位：人民币", None, None],
        ["重量(KG)", "1区", "2区"],
        [0.5, 120, 150],
        [1, 148, 182],
        [1.5, 176, 214],
        ["21-30KG", "46元/kg", "58元/kg"],
        ["30kg以上", 44, 56],
    ]
    zones = [["国家", "分区"], ["英国", "1区"], ["德国", "1"], ["巴西 BR", "Zone 2"]]
    card = one(book(价格=rows, 分区表=zones), heaviest_g=70_000)
    assert card.layout == "places_across"
    assert [(p.country, p.name) for p in card.places] == [("GB", "1"), ("DE", "1"), ("BR", "2")]
    half = Weighing(step=500)
    got = [price(card, "GB", g, weighing=half) for g in (1, 501, 1500, 1501)]
    assert got == [12_000, 14_800, 17_600, "gap"]
    assert price(card, "BR", 22_000) == 22 * 5800
    assert price(card, "BR", 70_000) == 70 * 5600
    assert {c for c, *_ in codes(card)} == {"gap"}


def test_first_and_further_weight():
    rows = [
        ["目的国", "首重0.5KG(元)", "续重0.5KG(元)", "限重(KG)"],
        ["美国", 68, 22.5, 20],
        ["澳大利亚", 55, 19, 30],
    ]
    card = one(book(专线=rows))
    assert [price(card, "US", g) for g in (500, 501, 1001, 20_000, 20_001)] == [
        6800, 9050, 11_300, 6800 + 39 * 2250, "too_heavy",
    ]  # fmt: skip
    assert price(card, "AU", 30_000) == 5500 + 59 * 1900


def test_grams_prices_per_gram_and_bands_written_from_their_first_gram():
    rows = [
        ["国家", "重量(g)", "运费(元/g)", "处理费(元/件)"],
        ["美国", "1-100", 0.0685, 15],
        ["美国", "101-2000", 0.0665, 16],
    ]
    card = one(book(小包=rows))
    assert [(b.above, b.to) for b in card.bands] == [(0, 100), (100, 2000)]
    assert price(card, "US", 100) == 685 + 1500
    assert price(card, "US", 101) == 672 + 1600


def test_a_sheet_for_each_service():
    cards = read_price_list("l.xlsx", book(甲=LINE[1:5], 乙=[["报价说明", ""]], 丙=LINE[1:4]))
    assert [(c.sheet, len(c.bands)) for c in cards] == [("甲", 4), ("丙", 2)]


SLIPS = [
    ("dragged", [["美国", "0<W≤0.5", 90, 20], ["美国", "0<W≤1.5", 88, 21]], ("dragged_band", "stop", 3, 2)),
    ("overlap", [["美国", "0-0.5", 90, 20], ["美国", "0.4-2", 88, 21]], ("overlap", "stop", 3, 2)),
    ("gap", [["美国", "0-0.5", 90, 20], ["美国", "0.6-2", 88, 21]], ("gap", "look", 3, 2)),
    ("falling", [["美国", "0-0.5", 90, 20], ["美国", "0.5-2", 60, 20]], ("falls", "look", 3, 2)),
    ("date", [["美国", date(2026, 1, 2), 90, 20]], ("date", "stop", 2, 2)),
    ("twice", [["美国", "0-0.5", 90, 20], ["美国 US", "0-0.5", 91, 20]], ("twice", "stop", 3, 2)),
    (
        "again",
        [["美国", "0-0.5", 90, 20], ["英国", "0-2", 90, 20], ["美国", "0.5-2", 89, 21]],
        ("again", "look", 4, 2),
    ),
    ("nowhere", [["亚特兰蒂斯", "0-0.5", 90, 20]], ("unread_country", "stop", 2, 1)),
    ("letters", [["美国", "0-0.5", "九十", 20]], ("unread_price", "stop", 2, 3)),
    ("free", [["美国", "0-0.5", 0, 0]], ("free", "stop", 2, 2)),
    ("no end", [["美国", "21kg以上", 44, 0]], ("no_end", "stop", 2, 2)),
    ("decimals", [["美国", "0-0.5", 90, "20.555"]], ("decimals", "stop", 2, 2)),
    (
        "a lost point",
        [["美国", "0-2", 90, 20], ["英国", "0-2", 880, 20], ["法国", "0-2", 87, 20], ["德国", "0-2", 85, 20]],
        ("jump", "look", 3, 2),
    ),
    (
        "dragged prices",
        [["美国", "0-2", 90, 20], ["英国", "0-2", 91, 20], ["法国", "0-2", 92, 20], ["德国", "0-2", 93, 20]],
        ("dragged_price", "look", 5, 2),
    ),
]


@pytest.mark.parametrize(("rows", "finding"), [s[1:] for s in SLIPS], ids=[s[0] for s in SLIPS])
def test_a_likely_slip_is_pointed_at(rows, finding):
    card = one(book(专线=[LINE[1][:4], *rows]))
    assert finding in codes(card)
    assert [c for c in codes(card) if c[1] == "stop" and c != finding] == []


def test_limits_that_rise_by_one_look_dragged():
    head = ["国家", "首重0.5KG(元)", "续重0.5KG(元)", "限重(KG)"]
    rows = [
        [c, 68, 22, n] for c, n in zip(("美国", "英国", "法国", "德国", "日本"), range(30, 35), strict=True)
    ]
    assert ("dragged_limit", "look", 5, 1) in codes(one(book(专线=[head, *rows])))


@pytest.mark.parametrize(
    ("rows", "said", "code"),
    [
        ([["国家", "重量段(KG)", "运费/KG"], ["美国", "0-2", 90]], {}, "currency"),
        ([["国家", "重量(KG)", "运费(USD/KG)"], ["美国", "0-2", 9]], {"currency": "CNY"}, "other_currency"),
        ([["国家", "重量段", "元"], ["美国", "0-2", 90]], {"currency": "CNY"}, None),
        ([["国家", "重量段", "价格(元)"], ["美国", "0-2kg", 90]], {}, "price"),
        ([["国家", "重量段", "价格(元)"], ["美国", "0-2", 90]], {"price": "per_kg"}, "unit"),
        ([["国家", "首重(元)", "续重(元)", "限重(KG)"], ["美国", 60, 20, 20]], {}, "first"),
        ([["重量(KG)", "1区", "2区"], [0.5, 120, 150]], {"currency": "CNY"}, "no_zone"),
    ],
)  # fmt: skip
def test_what_the_file_does_not_say_is_asked_for(rows, said, code):
    if code is None:
        with pytest.raises(Refused, match="no sheet has a layout that is known"):
            one(book(专线=rows), **said)
        return
    assert code in {c for c, *_ in codes(one(book(专线=rows), **said))}


def test_what_a_person_says_answers_it():
    rows = [["国家", "首重(元)", "续重(元)", "限重(KG)"], ["美国", 60, 20, 20]]
    card = one(book(专线=rows), first_g=500, step_g=500)
    assert (codes(card), price(card, "US", 600)) == ([], 8000)
    rows = [["国家", "重量段", "价格(元)"], ["美国", "0-2", 90]]
    assert price(one(book(专线=rows), unit="kg", price="per_parcel"), "US", 600) == 9000
    assert price(one(book(专线=rows), unit="kg", price="per_kg"), "US", 600) == 5400


def test_problems_name_the_cell():
    card = one(book(专线=[LINE[1][:4], ["美国", date(2026, 1, 2), 90, 20]]))
    [problem] = card.problems()
    assert (problem.row, problem.field, problem.value, problem.accepted) == (
        2,
        "专线!B2",
        "2026-01-02",
        "1-2",
    )


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", "随便写写\n没有表格".encode()])
def test_what_is_no_price_list_is_refused(data):
    with pytest.raises(Refused):
        read_price_list("x.xlsx", data)


def test_countries_as_people_write_them():
    assert [country(t) for t in ("美国(US)", "UK 英国", "usa", "Côte d’Ivoire", "备注", "")] == [
        "US", "GB", "US", "CI", None, None,
    ]  # fmt: skip
    assert countries("德国/法国、意大利") == ["DE", "FR", "IT"]
    assert countries("德国/火星") is None
