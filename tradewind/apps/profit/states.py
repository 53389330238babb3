"""What is known of a profit: certainty is the worst of its components, stage how far money has come."""

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING

CERTAINTY = (ACTUAL, ESTIMATED, MISSING)
# estimated: nothing of the order stands in an explained settlement; settled: its goods do; final: settled,
# every component actual, and the books of the month it shipped in are closed.
ESTIMATED_STAGE, SETTLED_STAGE, FINAL_STAGE = "estimated", "settled", "final"
STAGES = (ESTIMATED_STAGE, SETTLED_STAGE, FINAL_STAGE)
