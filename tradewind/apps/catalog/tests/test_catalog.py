import pytest

from tests.facts import facts_hash
from tests.people import NOW, person
from tradewind.apps.catalog import queries
from tradewind.apps.catalog.models import Product, Sku
from tradewind.apps.catalog.operations import (
    NewProduct,
    NewSku,
    SkuFacts,
    activate_products,
    add_skus,
    create_products,
    import_skus,
    resume_skus,
    set_hs_codes,
    set_sku_facts,
    stop_products,
    stop_skus,
)
from tradewind.apps.catalog.operations.skus import attributes_of
from tradewind.apps.markets.operations import NewMarket, register_markets
from tradewind.apps.org.queries import timeline
from tradewind.apps.research.models import Candidate
from tradewind.apps.research.operations import NewCandidate, register_candidates
from tradewind.db.states import WrongState
from tradewind.engine.access import WAREHOUSE, Denied
from tradewind.engine.contracts import Refused

pytestmark = pytest.mark.django_db

FACTS = {
    "hs_code": "3924.10", "origin": "cn", "weight_g": 240, "length_mm": 420, "width_mm": 60, "height_mm": 60,
    "attributes": attributes_of("none"),
}  # fmt: skip
HEAD = "Product,SKU,Name,Name zh,HS Code,Origin,Weight g,Length mm,Width mm,Height mm,Attributes\n"


@pytest.fixture
def product(bob):
    return create_products(products=[NewProduct("P1", "Baking mat", "烘焙垫", "Kitchen")], now=NOW, by=bob)[0]


def sku(product, code="P1-A", **kw):
    return NewSku(product, code, "Baking mat, grey", "烘焙垫 灰", **kw)


def take(text, by):
    return import_skus(name="skus.csv", content=text.encode(), now=NOW, by=by)


def test_a_product_comes_out_of_an_approved_candidate_and_takes_it(bob):
    [market] = register_markets(
        markets=[NewMarket("US", "US", "美国", "USD", "America/New_York")], now=NOW, by=bob
    )
    [idea, good] = register_candidates(
        candidates=[NewCandidate("A", market), NewCandidate("B", market)], now=NOW, by=bob
    )
    Candidate.objects.filter(pk=good).update(state="approved")
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        create_products(
            products=[NewProduct("P1", "A", candidate_id=idea), NewProduct("P2", "B", candidate_id=good),
                      NewProduct("P3", "C", candidate_id=99)],
            now=NOW, by=bob,
        )  # fmt: skip
    assert {(p.row, p.field, p.value) for p in refused.value.problems} == {
        (1, "candidate", "idea"), (3, "candidate", "99"),
    }  # fmt: skip
    assert facts_hash() == before
    create_products(products=[NewProduct("P2", "B", candidate_id=good)], now=NOW, by=bob)
    assert Candidate.objects.get(pk=good).state == "taken"
    assert Product.objects.get().state == "draft"


def test_a_product_without_facts_is_not_released_and_every_missing_one_is_named(product, bob):
    add_skus(skus=[sku(product), sku(product, "P1-B", **{**FACTS, "weight_g": None})], now=NOW, by=bob)
    [empty] = create_products(products=[NewProduct("P2", "Empty")], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        activate_products(ids=[product, empty], now=NOW, by=bob)
    assert [p.field for p in refused.value.problems] == [
        "P1-A hs_code", "P1-A origin", "P1-A weight_g", "P1-A length_mm", "P1-A width_mm", "P1-A height_mm",
        "P1-A battery", "P1-A magnet", "P1-A liquid", "P1-A powder", "P1-B weight_g", "P2",
    ]  # fmt: skip
    assert facts_hash() == before


def test_a_complete_product_is_released_stopped_and_released_again(product, bob):
    add_skus(skus=[sku(product, **FACTS)], now=NOW, by=bob)
    assert activate_products(ids=[product], now=NOW, by=bob) == [product]
    row = Sku.objects.get()
    assert (row.hs_code, row.origin, row.attributes["battery"]) == ("392410", "CN", False)
    with pytest.raises(WrongState):
        activate_products(ids=[product], now=NOW, by=bob)
    stop_products(ids=[product], reason="season over", now=NOW, by=bob)
    activate_products(ids=[product], now=NOW, by=bob)
    assert Product.objects.get().state == "active"


def test_a_product_on_sale_takes_no_sku_with_unknown_facts(product, bob):
    [pk] = add_skus(skus=[sku(product, **FACTS)], now=NOW, by=bob)
    activate_products(ids=[product], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        add_skus(skus=[sku(product, "P1-B", **{**FACTS, "hs_code": ""})], now=NOW, by=bob)
    assert [p.field for p in refused.value.problems] == ["hs_code"]
    with pytest.raises(Refused):
        set_hs_codes(codes={pk: ("", "CN")}, now=NOW, by=bob)
    with pytest.raises(Refused, match="hs_code"):
        take(HEAD + "P1,P1-C,Mat,,,CN,1,1,1,1,none\n", bob)
    assert facts_hash() == before


def test_facts_are_set_one_by_one_and_what_stood_before_is_kept(product, bob):
    [pk] = add_skus(skus=[sku(product)], now=NOW, by=bob)
    set_hs_codes(codes={pk: ("392410", "CN")}, now=NOW, by=bob)
    set_sku_facts(facts=[SkuFacts(pk, weight_g=250, attributes={"battery": True})], now=NOW, by=bob)
    row = Sku.objects.get()
    assert (row.hs_code, row.weight_g, row.length_mm, row.attributes) == (
        "392410",
        250,
        None,
        {"battery": True},
    )
    assert queries.missing_facts(row) == ["length_mm", "width_mm", "height_mm", "magnet", "liquid", "powder"]
    assert [h.detail["before"] for h in timeline("sku", pk)[:2]] == [
        {str(pk): {"weight_g": None, "attributes": {}}}, {str(pk): {"hs_code": "", "origin": ""}},
    ]  # fmt: skip


def test_wrong_skus_are_refused_whole_with_every_row(product, bob):
    add_skus(skus=[sku(product)], now=NOW, by=bob)
    before = facts_hash()
    with pytest.raises(Refused) as refused:
        add_skus(
            skus=[
                sku(product), sku(99, "X Y", hs_code="12345", origin="China", weight_g=0),
                sku(product, "Z", attributes={"battery": "maybe"}),
            ],
            now=NOW, by=bob,
        )  # fmt: skip
    assert {(p.row, p.field) for p in refused.value.problems} == {
        (1, "code"), (2, "product"), (2, "code"), (2, "hs_code"), (2, "origin"), (2, "weight_g"), (3,
        "attributes"),
    }  # fmt: skip
    assert facts_hash() == before


def test_a_file_makes_skus_and_the_products_it_names(product, bob):
    done = take(
        HEAD + "P1,P1-A,Mat,垫,392410,CN,240,420,60,60,none\n"
        "P2,P2-A,Lantern,灯,8513.10,CN,480,190,110,110,battery\n"
        "P2,P2-B,Lantern red,,,,,,,,\n",
        bob,
    )
    assert (len(done.skus), len(done.products)) == (3, 1)
    rows = {s.code: s for s in Sku.objects.select_related("product")}
    assert rows["P1-A"].product_id == product
    assert (rows["P2-A"].product.code, rows["P2-A"].product.name, rows["P2-A"].attributes["battery"]) == (
        "P2",
        "Lantern",
        True,
    )
    assert (rows["P2-B"].attributes, rows["P2-B"].hs_code) == ({}, "")
    assert [(s.code, len(m)) for s, m in queries.incomplete_skus(bob)] == [("P2-B", 10)]
    assert queries.incomplete_count(bob) == 1


def test_a_wrong_file_of_skus_is_refused_by_row_and_leaves_nothing(product, bob):
    add_skus(skus=[sku(product)], now=NOW, by=bob)
    before = facts_hash()
    for text, wrong in (
        (
            HEAD + "P1,P1-A,Mat,,,,,,,,\nP1,B,Mat,,12,,,,,,\nP1,B,Mat,,,,,,,,\n",
            {(2, "code"), (3, "hs_code"), (4, "code")},
        ),
        (HEAD + "P1,,Mat,,,China,-1,,,,\n", {(2, "code"), (2, "origin"), (2, "weight_g")}),
        (HEAD, {(None, "file")}),
    ):
        with pytest.raises(Refused) as refused:
            take(text, bob)
        assert {(p.row, p.field) for p in refused.value.problems} == wrong
    assert facts_hash() == before


def test_skus_stop_with_a_reason_and_resume(product, bob):
    [pk] = add_skus(skus=[sku(product)], now=NOW, by=bob)
    with pytest.raises(Refused):
        stop_skus(ids=[pk], reason="", now=NOW, by=bob)
    stop_skus(ids=[pk], reason="supplier closed", now=NOW, by=bob)
    assert Sku.objects.get().state == "stopped"
    resume_skus(ids=[pk], now=NOW, by=bob)
    assert queries.sku_ids(["P1-A", "no"]) == {"P1-A": pk}


def test_the_warehouse_and_charlie_look_but_do_not_change(product, bob, charlie):
    before = facts_hash()
    for actor in (charlie, person("walt", WAREHOUSE)):
        for verb in (
            lambda a: create_products(products=[NewProduct("Q", "Q")], now=NOW, by=a),
            lambda a: add_skus(skus=[sku(product)], now=NOW, by=a),
            lambda a: take(HEAD + "P1,P1-Z,Mat,,,,,,,,\n", a),
            lambda a: activate_products(ids=[product], now=NOW, by=a),
        ):
            with pytest.raises(Denied):
                verb(actor)
        assert queries.products(actor).count() == 1
    assert facts_hash() == before


def test_a_battery_says_of_what_kind_and_how_large_it_is(product, bob):
    said = attributes_of("battery_built_in, battery_wh=7.4")
    assert said == {
        "battery": True, "magnet": False, "liquid": False, "powder": False, "battery_built_in": True,
        "battery_wh": "7.4",
    }  # fmt: skip
    [pk] = add_skus(skus=[sku(product, "LAMP", attributes=said)], now=NOW, by=bob)
    assert Sku.objects.get(pk=pk).attributes == said
    with pytest.raises(Refused, match="attributes"):
        add_skus(skus=[sku(product, "BAD", attributes={"battery_wh": "seven"})], now=NOW, by=bob)
