"""Casbin itself, asked one question at a time, with its own parsing and logging out of the way."""

import logging
import threading
from typing import Any

import casbin

from policies.decision import Request
from policies.engine.matcher import Matcher
from policies.loader import Bundle

CASBIN_CELLS = 8  # from a rule's id to its effect


class CasbinEngine(casbin.Enforcer):  # type: ignore[misc]  # casbin ships no types
    """Casbin over one bundle, with the matcher parsed once.

    Stock Casbin parses the matcher at every call; on Python 3.11 concurrent ast.parse raises SystemError. It also
    interprets the parsed text anew for every rule, which takes four fifths of a decision. Only one thread asks at a
    time: nothing of Casbin is made for more.

    Of each question Casbin sees the rules that no word keeps from matching, a fifth of them: it copies all names of
    every rule that it sees. Which ones is found anew each time in the rules that it holds.
    """

    def __init__(self, bundle: Bundle) -> None:
        model = casbin.Enforcer.new_model(text=bundle.model)
        for rule in bundle.rules:
            model.add_policy("p", "p", list(rule.cells[:CASBIN_CELLS]))  # sentence and mark are not Casbin's business
        super().__init__(model)
        # Casbin logs every denied request with all its facts, and a server's logging set-up switches that back on
        # after Casbin has switched it off. A logger that no set-up can reach stays silent.
        self.logger = logging.Logger("casbin-silenced", level=logging.CRITICAL + 1)
        self._rules, self._request_names = model["p"]["p"], model["r"]["r"].tokens
        self._matcher = Matcher(model["m"]["m"].value, self._rules.tokens)
        self._one_at_a_time = threading.Lock()

    def _get_expression(self, expr: str, functions: dict[str, Any] | None = None) -> Matcher:
        return self._matcher

    def allows(self, request: Request) -> bool:
        """Ask Casbin; anything but the value True is no."""
        asked = (
            request.category.value,
            request.granularity.word,
            request.action.value,
            request.purpose.value,
            request.facts,
        )
        with self._one_at_a_time:
            return self._enforced(asked) is True

    def _enforced(self, asked: tuple[Any, ...]) -> Any:
        """Ask Casbin over the rules that are about these words; afterwards it holds all of them again."""
        every = self._rules.policy
        self._rules.policy = self._matcher.about(dict(zip(self._request_names, asked, strict=True)), every)
        try:
            return self.enforce(*asked)
        finally:
            self._rules.policy = every
