"""The upstream half of the line, done through the desk alone: what every face draws."""

import pytest

from tests.facts import facts_hash
from tests.people import NOW, person
from tradewind.apps.org.models import User
from tradewind.apps.sourcing.models import PurchaseOrder
from tradewind.desk import export
from tradewind.desk.asking import ask
from tradewind.desk.doing import do
from tradewind.desk.kernel import Upload
from tradewind.desk.listing import Wish, counts, page
from tradewind.desk.registry import noun, tool
from tradewind.desk.rows import allowed_detail, plain_detail, plain_row
from tradewind.engine.access import PURCHASING, WAREHOUSE, Denied
from tradewind.engine.contracts import Refused
from tradewind.simulators.assortment import forwarder_card, research_table

pytestmark = pytest.mark.django_db

PAULA = person("paula", PURCHASING)
WALT = person("walt", WAREHOUSE)
NOUNS = [
    "markets",
    "indicators",
    "fx_rates",
    "rule_decisions",
    "research_tables",
    "niches",
    "companies",
    "qualifications",
    "services",
    "rate_cards",
    "warehouses",
    "candidates",
    "products",
    "skus",
    "suppliers",
    "purchase_orders",
    "receipts",
    "supplier_invoices",
    "users",
]
INPUTS = {
    "channel": "harbour", "category": "Pets", "price": "19.99 USD", "goods_cost": "15 CNY",
    "first_leg": "2 CNY",
    "fulfilment_service": "yun-line", "duty": "0 USD", "ads_rate": "5%", "returns_rate": "2%",
    "fx_buffer_rate": "1%", "weight_g": "120", "length_mm": "200", "width_mm": "100", "height_mm": "50",
    "required_qualifications": "trademark", "taboo_flags": "none",
}  # fmt: skip


def act(by, code, action, ids=(), /, **given):
    return do(noun(code), action, by=by, ids=ids, given=given, now=NOW)


def upload(text, name="file.csv"):
    return Upload(name, text if isinstance(text, bytes) else text.encode())


@pytest.fixture
def line(users, alice, bob):
    """A company that has gone through every upstream step by the forms of the desk."""
    act(alice, "companies", "create", code="NBO", name="Ningbo Home", country="CN", base_currency="CNY")
    act(bob, "markets", "register", code="US", name="United States", name_zh="美国", currency="USD",
        zone="America/New_York")  # fmt: skip
    act(bob, "indicators", "import", source="World Bank",
        file=upload("iso2,indicator,year,value\n"
                    "US,population,2024,340000000\nDE,population,2024,84000000\n"))  # fmt: skip
    act(bob, "fx_rates", "import", file=upload("Date,USD,CNY\n2026-10-30,1.10,7.81\n"), source="ECB")
    act(bob, "fx_rates", "record", base="GBP", quote="CNY", on="2026-10-30", rate="9.31", source="desk")
    act(bob, "qualifications", "register", company="NBO", kind="trademark", number="T1", market="US",
        expires_on="2026-11-20", file=upload("paper", "t.pdf"))  # fmt: skip
    act(bob, "services", "carrier", code="yun", name="Yun")
    act(bob, "services", "create", carrier="yun", code="yun-line", name="Yun line", kind="line")
    act(bob, "rate_cards", "import", service="yun-line", file=upload(forwarder_card(7)), currency="CNY",
        valid_from="2026-10-01", source="October list", accept_falling="1")  # fmt: skip
    act(bob, "warehouses", "create", code="NB1", name="Ningbo", country="CN", kind="own")
    act(bob, "research_tables", "import", file=upload(research_table(7, "US")), market="US", name="October",
        source="own", as_of="2026-10-01", currency="USD")  # fmt: skip
    top = page(noun("niches"), bob, Wish()).rows[0]
    idea = act(bob, "niches", "propose", [top.pk]).goto.id
    act(bob, "candidates", "inputs", [idea], **INPUTS)
    judged = act(bob, "candidates", "judge", [idea])
    for gate, verdict in judged.detail["verdicts"][str(idea)].items():
        if verdict != "pass":
            act(alice, "candidates", "override", [idea], gate=gate, reason="a trial of 200 units")
    act(alice, "candidates", "approve", [idea])
    product = act(bob, "products", "create", code="P1", name="Bowl", candidate="CND-000001").goto.id
    sku = act(bob, "skus", "create", product="P1", code="P1-A", name="Bowl grey").goto.id
    act(bob, "skus", "facts", [sku], hs_code="392410", origin="CN", weight_g="120", length_mm="200",
        width_mm="100", height_mm="50", attributes="none")  # fmt: skip
    act(bob, "products", "activate", [product])
    supplier = act(
        PAULA, "suppliers", "create", code="S1", name="Yiwu Lanhe", country="CN", currency="CNY"
    ).goto.id
    act(
        PAULA,
        "suppliers",
        "quotes",
        [supplier],
        quotes="P1-A 15.00\nP1-A 14.20 200 12",
        valid_from="2026-10-01",
    )
    order = act(PAULA, "purchase_orders", "create", company="NBO", supplier="S1", warehouse="NB1",
                ordered_on="2026-10-05", lines="P1-A, 200").goto.id  # fmt: skip
    act(PAULA, "purchase_orders", "place", [order])
    act(WALT, "purchase_orders", "receive", [order], note="DN-1", lines="P1-A 120 3")
    act(WALT, "purchase_orders", "receive", [order], note="DN-2")
    act(
        PAULA,
        "purchase_orders",
        "invoice",
        [order],
        number="F-1",
        on="2026-10-20",
        amount="2797.40",
        vat="363.66",
    )
    return order


def test_the_upstream_line_goes_through_the_forms_of_the_desk(line, alice):
    assert PurchaseOrder.objects.get().state == "received"
    told = plain_detail(noun("purchase_orders"), line, allowed_detail(noun("purchase_orders"), alice, line))
    facts = {f["label"]: f["value"] for f in told["facts"]}
    money = {k: v["amount"] for k, v in facts.items() if isinstance(v, dict) and "amount" in v}
    assert sorted(money.values()) == ["0.00", "2797.40", "2797.40", "2840.00"]
    assert [r["good"] for r in told["tables"][1]["rows"]] == [120, 77]


def test_every_list_page_and_export_of_the_line_is_drawn(line, alice):
    act(alice, "rule_decisions", "decide",
        rule="amazon.cycle.US.2015",
        verdict="confirmed", reason="read", source="journal")  # fmt: skip
    for code in NOUNS:
        one = noun(code)
        rows = page(one, alice, Wish()).rows
        assert rows, code
        assert counts(one, alice, Wish()) or not one.state_field
        for column in one.columns:
            if column.sort:
                page(one, alice, Wish(sort=column.name))
        plain_row(one, alice, rows[0])
        assert len(list(export.table(one, alice, Wish()))) == one.rows(alice).count() + 1
        detail = allowed_detail(one, alice, rows[0].pk)
        assert plain_detail(one, rows[0].pk, detail)["title"], code
        for part in one.filters:
            for value, _label in part.choices(alice)[:1]:
                page(one, alice, Wish(filters={part.name: value}))
        page(one, alice, Wish(search="a"))
        if one.waiting:
            assert one.waiting(alice) >= 0
        assert one.detail(alice, 999_999) is None


def test_a_page_of_a_list_costs_a_fixed_number_of_queries(line, alice, django_assert_max_num_queries):
    for code in NOUNS:
        one = noun(code)
        with django_assert_max_num_queries(3):
            [plain_row(one, alice, row) for row in page(one, alice, Wish()).rows]


def test_who_may_not_see_cost_or_supplier_gets_neither_column_nor_value(line):
    for code, secret in (("purchase_orders", "Yiwu"), ("receipts", "Yiwu"), ("suppliers", "Yiwu")):
        one = noun(code)
        row = page(one, WALT, Wish()).rows[0]
        told = str(plain_row(one, WALT, row)) + str(
            plain_detail(one, row.pk, allowed_detail(one, WALT, row.pk))
        )
        assert secret not in told
        assert "2840" not in told
        assert "14.20" not in told
    assert "Yiwu" in str(plain_row(noun("suppliers"), PAULA, page(noun("suppliers"), PAULA, Wish()).rows[0]))


def test_charlie_sees_neither_purchases_nor_research(line, charlie):
    for code in ("purchase_orders", "suppliers", "receipts", "candidates", "niches", "research_tables"):
        with pytest.raises(Denied):
            page(noun(code), charlie, Wish())
        with pytest.raises(Denied):
            allowed_detail(noun(code), charlie, 1)


@pytest.mark.parametrize(
    ("code", "action", "given", "wrong"),
    [
        ("markets", "register", {"code": "USA"}, {"code", "name", "name_zh", "currency", "zone"}),
        ("rate_cards", "import", {"service": "nope", "valid_from": "soon"},
         {"service", "file", "currency", "valid_from", "source"}),
        ("purchase_orders", "create", {"company": "NBO", "supplier": "S1", "warehouse": "NB1",
                                       "lines": "P1-A x\nNO 5\n"}, {"lines", "sku"}),
        ("users", "create", {"username": "z", "password": "short", "role": "owner", "stores": "nope"},
        {"stores"}),
        ("users", "create", {"username": "z", "password": "short", "role": "owner", "stores": "*"},
        {"password"}),
        ("qualifications", "register", {"company": "NBO", "kind": "trademark", "number": "T1", "market": "US",
                                        "file": upload("other", "o.pdf")}, {"number"}),
    ],
)  # fmt: skip
def test_a_wrong_form_says_everything_and_changes_nothing(code, action, given, wrong, line, alice):
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        act(alice, code, action, **given)
    assert {p.field for p in refused.value.problems} == wrong
    assert facts_hash() == before


def test_bob_asks_for_a_gate_and_alice_answers_at_the_desk(line, alice, bob):
    idea = act(bob, "candidates", "create", name="Heavy pot", market="US", weight_g="12000").goto.id
    act(bob, "candidates", "judge", [idea])
    act(bob, "candidates", "ask", [idea], gate="size", reason="one customer wants it")
    detail = allowed_detail(noun("candidates"), alice, idea)
    assert "one customer wants it" in detail.alerts[0]
    with pytest.raises(Denied):
        act(bob, "candidates", "answer", [idea], gate="size", granted="1", reason="fine")
    act(alice, "candidates", "answer", [idea], gate="size", granted="1", reason="one pallet")
    gates = {r["gate"]: r["verdict"] for r in plain_detail(noun("candidates"), idea, allowed_detail(
        noun("candidates"), alice, idea))["tables"][0]["rows"]}  # fmt: skip
    assert sorted(gates.values()).count("override") == 1


def test_people_are_let_in_shut_out_and_given_keys_at_the_desk(users, alice):
    pk = act(alice, "users", "create", username="dora", password="salt-river-lamp-48", role="finance").goto.id
    secret = act(alice, "users", "token", [pk], name="script").detail["secret"]
    assert secret.startswith("tw_")
    act(alice, "users", "role", [pk], role="service", stores="*")
    assert (User.objects.get(pk=pk).role, User.objects.get(pk=pk).store_scope) == ("service", "*")
    act(alice, "users", "revoke", [pk])
    act(alice, "users", "stop", [pk])
    assert page(noun("users"), alice, Wish(state="stopped")).rows[0].username == "dora"


def test_a_parcel_is_quoted_at_the_desk(line, charlie):
    given = [{"country": "US", "weight_g": "120"}, {"country": "BR", "weight_g": "120"}, {"country": "US"}]
    good, nowhere, weightless = ask(tool("quote"), by=charlie, given=given, now=NOW)
    assert (good.figures["service"], good.figures["price"].currency) == ("yun-line", "CNY")
    assert [p.field for p in nowhere.problems] == ["country"]
    assert [p.field for p in weightless.problems] == ["weight_g"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_screen_of_the_line_answers_in_both_languages(language, line, users, alice, client):
    users["alice"].language = language
    users["alice"].save(update_fields=["language"])
    client.force_login(users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    for code in NOUNS:
        one = noun(code)
        addresses = [f"/{code}/"]
        rows = page(one, alice, Wish()).rows
        if rows:
            addresses.append(f"/{code}/{one.public_id(rows[0].pk)}/")
        for address in addresses:
            said = client.get(address)
            assert said.status_code == 200, (address, said.status_code)
