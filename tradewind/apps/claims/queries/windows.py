"""Until when something may be asked back, by the dated rulebook."""

from __future__ import annotations

from datetime import date, timedelta

from tradewind.apps.markets.queries import rulebook
from tradewind.engine.rulebook import RuleGap


def claim_window(party: str, market: str, reason: str, on: date) -> tuple[date | None, str]:
    """Last day to claim for what happened on a day, and the row it stands on; (None, why) where unknown.

    `party` is a channel's or creditor's code or name. Example: 60 days from 2026-10-01 end on 2026-11-30.
    """
    try:
        rule = rulebook().find(
            "claim_window", on, party=party.strip().casefold(), market=market or "*", reason=reason
        )
    except RuleGap:
        return None, ""
    return on + timedelta(days=int(rule.values["days"])), rule.id
