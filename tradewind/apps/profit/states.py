"""What is known of a profit: certainty is the worst of its components, stage how far money has come."""

from tradewind.engine.breakdown import ACTUAL, ESTIMATED, MISSING

CERTAINTY = (ACTUAL, ESTIMATED, MISSING)
# estimated: nothing of the order stands in an explained settlement; settled: its goods do.
ESTIMATED_STAGE, SETTLED_STAGE = "estimated", "settled"
STAGES = (ESTIMATED_STAGE, SETTLED_STAGE)
