"""Which commands repeat a stored name in their text, and which name the world of the answers gave it."""

from tests.architecture.answer_world import HOSTILE, PSEUDONYM

NAMED = {
    ("homefield-consent", "org", "list"): HOSTILE,
    ("homefield-consent", "athlete", "list"): HOSTILE,
    ("homefield-node", "athlete", "list"): HOSTILE,
    ("homefield-node", "movement"): HOSTILE,
    ("homefield-node", "plan", "show"): HOSTILE,
    ("homefield-node", "propose"): HOSTILE,
    ("homefield-server", "campaign", "list"): HOSTILE,
    ("homefield-server", "campaign", "show"): HOSTILE,
    ("homefield-server", "status"): HOSTILE,
    ("homefield-audit", "show"): PSEUDONYM,
    ("homefield-audit", "explain"): PSEUDONYM,
    ("homefield-demo", "run"): HOSTILE,
}
"""The commands whose text holds a stored name, and that name."""
