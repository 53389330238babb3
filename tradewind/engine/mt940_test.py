"""Statements over SWIFT: lines, signs, years, sums; damage is refused with its place."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hostile import check_reader
from tradewind.engine.contracts import Refused
from tradewind.engine.money import Money
from tradewind.engine.mt940 import mt940

GOOD = b""":20:STMT260630
:25:ICBKCNBJ/6222000012345
:28C:00126/001
:60F:C260629CNY1000,00
:61:2606300630C7043,30NTRFW-77//BK123
Inward
:86:?20PINGPONG W-77?21SETTLEMENT
:61:2606300630D12,5NCHGNONREF//FEE9
:86:Service charge
:61:260630RC3,00NMSCX1
:62F:C260630CNY8027,80
:64:C260630CNY8027,80
"""


def test_lines_have_days_signs_references_and_words():
    (found,) = mt940(GOOD)
    assert (found.currency, found.account, found.number) == ("CNY", "ICBKCNBJ/6222000012345", "00126/001")
    assert found.opening == Money(1000_00, "CNY")
    assert found.closing == Money(8027_80, "CNY")
    assert [(x.on, x.amount.minor, x.reference, x.memo) for x in found.lines] == [
        (date(2026, 6, 30), 7043_30, "W-77", "Inward PINGPONG W-77 SETTLEMENT"),
        (date(2026, 6, 30), -12_50, "FEE9", "Service charge"),
        (date(2026, 6, 30), -3_00, "X1", ""),
    ]


def test_a_booking_after_new_year_of_an_old_value_date_is_of_the_new_year():
    text = GOOD.replace(b":61:2606300630C7043", b":61:2512310102C7043")
    assert mt940(text)[0].lines[0].on == date(2026, 1, 2)


def test_equal_lines_stay_two_and_an_overlapping_file_gives_the_same_ids():
    line = b":61:260630C1,00NMSCX1\n"
    twice = GOOD.replace(b":62F:C260630CNY8027,80", line * 2 + b":62F:C260630CNY8029,80")
    one, two = mt940(twice), mt940(twice)
    ids = [x.external_id for x in one[0].lines]
    assert len(set(ids)) == 5
    assert ids == [x.external_id for x in two[0].lines]


def test_messages_of_one_account_are_joined_and_a_missing_day_is_a_gap():
    second = GOOD.replace(b"260630", b"260702").replace(b"0630C", b"0702C").replace(b"0630D", b"0702D")
    second = second.replace(b":60F:C260629CNY1000,00", b":60F:C260701CNY8100,00")
    second = second.replace(b"CNY8027,80", b"CNY15127,80")
    (found,) = mt940(GOOD + second)
    assert len(found.lines) == 6
    assert [(str(g.expected), str(g.stated), str(g.missing)) for g in found.gaps] == [
        ("8,027.80 CNY", "8,100.00 CNY", "72.20 CNY")
    ]


def test_lines_that_do_not_lead_to_the_closing_balance_are_refused_with_what_they_lead_to():
    with pytest.raises(Refused) as refused:
        mt940(GOOD.replace(b":61:260630RC3,00NMSCX1\n", b""))
    assert [(p.row, p.field, p.accepted) for p in refused.value.problems] == [(10, ":62F:", "8,030.80 CNY")]


def test_the_envelope_of_the_network_is_left_out():
    wrapped = b"{1:F01ICBKCNBJXXXX}{2:O940}{4:\n" + GOOD + b"-}\n{5:{CHK:1}}\n"
    assert mt940(wrapped) == mt940(GOOD)


def test_every_malformed_file_is_refused_with_its_place():
    assert check_reader(mt940, GOOD, kind="mt940") >= 50
