import json
from datetime import date

import pytest

from tradewind.engine.contracts import Refused
from tradewind.engine.rule_data import digest, row_data, row_of
from tradewind.engine.rulebook import parse_rules

TEXT = """
[[rule]]
id = "a"
kind = "referral_fee"
channel = "shop"
shape = "price_switch"
tiers = [{ up_to = 10, rate = 0.080 }, { rate = 0.15 }]
currency = "USD"
valid_from = 2024-01-01
known_to = 2026-01-14
source = "s"
reviewed = 2026-11-22
status = "proposed"
confidence = "low"
note = "n"
[[rule]]
id = "b"
kind = "china_rule"
subject = "reporting"
code = "first"
title = "First"
title_zh = "首次"
says = "x"
first_due = 2025-10-31
valid_from = 2024-01-01
source = "s"
reviewed = 2026-11-22
status = "confirmed"
confidence = "high"
"""


def test_a_row_goes_through_json_and_comes_back_the_same():
    for rule in parse_rules("x.toml", TEXT).rules:
        data = json.loads(json.dumps(row_data(rule)))
        assert row_of(data) == rule
        assert digest(data) == digest(row_data(rule))


def test_another_value_has_another_fingerprint():
    data = row_data(parse_rules("x.toml", TEXT).rules[0])
    assert data["values"]["tiers"][0] == {"up_to": 10, "rate": "0.080"}
    assert digest(data) != digest({**data, "valid_to": "2025-01-01"})


def test_data_that_states_no_row_is_refused_with_every_problem():
    data = row_data(parse_rules("x.toml", TEXT).rules[0])
    with pytest.raises(Refused) as refused:
        row_of({**data, "valid_from": "soon", "values": {"shape": "round"}})
    assert [p.field.split(": ")[-1] for p in refused.value.problems] == ["shape", "tiers", "valid_from"]
    assert row_of(data).valid_from == date(2024, 1, 1)
