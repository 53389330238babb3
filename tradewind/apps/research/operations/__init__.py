"""Verbs from an imported research table to an approved candidate."""

from tradewind.apps.research.operations.candidates import (
    NewCandidate,
    propose_candidates,
    register_candidates,
    set_inputs,
    take_candidates,
)
from tradewind.apps.research.operations.deciding import (
    Override,
    answer_override,
    approve_candidates,
    ask_override,
    override_gate,
    override_gates,
    reject_candidates,
    reopen_candidates,
)
from tradewind.apps.research.operations.judging import judge_gates, run_profit
from tradewind.apps.research.operations.scoring import score_niches
from tradewind.apps.research.operations.tables import NewTable, import_research_table

__all__ = [
    "NewCandidate",
    "NewTable",
    "Override",
    "answer_override",
    "approve_candidates",
    "ask_override",
    "import_research_table",
    "judge_gates",
    "override_gate",
    "override_gates",
    "propose_candidates",
    "register_candidates",
    "reject_candidates",
    "reopen_candidates",
    "run_profit",
    "score_niches",
    "set_inputs",
    "take_candidates",
]
