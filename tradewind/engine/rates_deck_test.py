from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.engine.rates import Band, Card, Limit, Parcel, Place, Size, Surcharge, Weighing
from tradewind.engine.rates_deck import Choice, Deck, Way, Weights, compared
from tradewind.engine.restrictions import REFUSED, WITH_PAPERS, Goods, Term

FLAT = Card([Band("US", 0, 2000, 1000, 1000)], "CNY")
DEAR = Card([Band("US", 0, 2000, 1000, 1200)], "CNY")
USD = Card([Band("US", 0, 2000, 1000, 100)], "USD")
PLAIN = Goods.of({"battery": False})


def rank(ways, parcel=None, **kw):
    return Deck(ways, **kw).rank([parcel or Parcel("US", 500, goods=PLAIN)])[0]


def test_price_promise_and_risk_make_the_order():
    slow, fast = Way(FLAT, promise_days=30), Way(DEAR, promise_days=5)
    # 10.00 x 1.30 = 13.00 against 12.00 x 1.05 = 12.60
    got = list(rank([slow, fast]))
    assert [(c.at, c.minor, c.score) for c in got] == [(1, 1200, 1_260_000_000), (0, 1000, 1_300_000_000)]
    assert [c.at for c in rank([slow, fast], weights=Weights(day=Decimal(0)))] == [0, 1]


def test_no_tracking_lateness_and_unknown_terms_cost():
    deck = Deck(
        [
            Way(FLAT, tracked=False),
            Way(FLAT, late=Decimal("0.2")),
            Way(FLAT, promise_days=10),
            Way(FLAT),
        ]
    )
    assert deck.factors(0, "allowed") == (
        Fraction(11, 10),
        Fraction(105, 100),
    )  # promise as the longest known
    assert deck.factors(1, "allowed") == (Fraction(11, 10), Fraction(110, 100))
    assert deck.factors(2, "unknown") == (Fraction(11, 10), Fraction(105, 100))
    assert deck.factors(3, "allowed") == (Fraction(11, 10), Fraction(1))


def test_what_cannot_be_compared_comes_after_what_can_and_refusals_last():
    ways = [
        Way(FLAT, terms=(Term("battery", REFUSED),)),
        Way(USD, None),
        Way(USD, (71, 10), terms=(Term("battery", WITH_PAPERS, ("MSDS",)),)),
        Way(Card([Band("DE", 0, 100, 100, 1)], "CNY")),
    ]
    lamp = Parcel("US", 500, goods=Goods.of({"battery_built_in": True}))
    ranking = rank(ways, lamp)
    assert list(ranking)[:2] == [Choice(2, 100, 710, 710_000_000), Choice(1, 100, None, None, "no_rate")]
    assert {(c.at, c.minor, c.reason) for c in list(ranking)[2:]} == {
        (0, None, "not_taken"),
        (3, None, "no_country"),
    }
    assert ranking.best == Choice(2, 100, 710, 710_000_000)
    assert ranking.quote(ranking.best).minor == 100
    assert [ranking.quote(c).reason for c in ranking if c.at == 0] == ["not_taken"]
    assert Deck(ways).judgement(0, lamp.goods).against[0].why == "takes_not"
    assert (rank([ways[3]], lamp).best, rank([], lamp).best, len(rank(ways, lamp))) == (None, None, 4)


def test_conversion_rounds_half_up_once():
    assert [compared(minor, (1, 2)) for minor in (1, 2, 3)] == [1, 1, 2]


countries = st.sampled_from(["US", "GB", "XX"])
postcodes = st.sampled_from(["", "99501", "10001", "IV2", "M1"])
some = st.sampled_from([None, PLAIN, Goods.of({"battery_built_in": True}), Goods.of({"battery": True})])
sides = st.one_of(st.none(), st.integers(1, 2000))
sizes = st.builds(
    Size,
    st.sampled_from([None, 500]),
    st.sampled_from([None, 600]),
    girth_mm=st.sampled_from([None, 1500]),
)
surcharges = st.lists(
    st.builds(
        Surcharge,
        st.sampled_from(["fuel", "battery", "remote", "oversize"]),
        parcel_minor=st.sampled_from([0, 150]),
        piece_minor=st.sampled_from([0, 70]),
        step_minor=st.sampled_from([0, 33]),
        pro_rata=st.booleans(),
        rate=st.sampled_from([Decimal(0), Decimal("0.1725")]),
        of=st.sampled_from(["base", "all"]),
        least_minor=st.sampled_from([0, 200]),
        zone=st.sampled_from(["", "1"]),
        attribute=st.sampled_from(["", "battery"]),
        area=st.sampled_from(["", "remote"]),
        over=sizes,
    ),
    max_size=5,
)


@st.composite
def cards(draw):
    zoned = draw(st.booleans())
    places = [Place("1", "US", "1"), Place("2", "US", "9")] if zoned else [Place("1", "US")]
    bands = [
        Band(zone, above, to, draw(st.sampled_from([1, 500])), draw(st.integers(1, 900)), 100, 300, 40, 60,
             draw(st.booleans()), draw(st.sampled_from([0, 800])))
        for zone in ("1", "2", "GB") for above, to in ((0, 700), (900, 5000))
    ]  # fmt: skip
    weighing = draw(st.sampled_from([Weighing(), Weighing(divisor=6000), Weighing(divisor=5000, side="up")]))
    areas = [Place("remote", "GB", "IV"), Place("remote", "US", "995")] if draw(st.booleans()) else []
    limits = [Limit(draw(sizes))] if draw(st.booleans()) else []
    return Card(
        bands, "CNY", weighing, places=places, areas=areas, surcharges=draw(surcharges), limits=limits
    )


parcels = st.lists(
    st.builds(
        lambda country, weight, a, b, c, code, goods, pieces: Parcel(
            country, weight, a, b, c, code, goods or Goods(), pieces=pieces
        ),
        countries, st.integers(1, 6000), sides, sides, sides, postcodes, some, st.integers(1, 3),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(cards(), min_size=1, max_size=4), parcels)
def test_asked_together_the_cards_answer_as_each_alone_and_explain_it(cards, parcels):
    rankings = Deck([Way(card) for card in cards]).rank(parcels)
    for parcel, ranking in zip(parcels, rankings, strict=True):
        assert ranking.parcel == parcel
        assert sorted(c.at for c in ranking) == list(range(len(cards)))
        for choice in ranking:
            quote = cards[choice.at].quote(parcel)
            assert (choice.minor, choice.reason) == (quote.minor, quote.reason)
            if quote.minor is not None:
                assert quote.explain().amount.minor == quote.minor


def test_today_is_not_asked_of_the_clock():
    assert Surcharge("fuel", rate=Decimal("0.1"), valid_from=date(2026, 1, 1)).holds(date(2026, 1, 1))
