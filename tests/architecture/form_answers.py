"""Command lines of `homefield-node form`, with a questionnaire and an answer that a terminal could obey."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import client.cli
from client.forms.answers.own_answers import OwnAnswers
from client.forms.answers.sending import Sending
from client.forms.library.form_library import FormLibrary, shipped
from client.settings import load_settings
from client.vault.access import open_vault
from tests.architecture.answer_world import MARKUP, Everything, Words


def _form(every: Everything, fresh: str) -> Path:
    """A questionnaire of a new id whose title a terminal could obey."""
    (example,) = (one for one in shipped() if one.is_example)
    fields = {**example.model_dump(mode="json"), "id": f"f{fresh}"[:40].lower(), "title": MARKUP}
    return every.file(f"{fresh}.json", json.dumps(fields))


def _answered(every: Everything, _fresh: str) -> Words:
    """An athlete who answered this morning."""
    now = datetime.now(UTC)
    node = every.programs.node
    made = {"id": str(uuid.uuid4()), "form": "morning", "version": 1, "day": now.date(), "answered_at": now}
    with open_vault(load_settings(node)) as vault:
        own = OwnAnswers(vault, every.programs.one, FormLibrary.read(node), UTC)
        own.take(Sending.model_validate({**made, "answers": {"mood": 4.0}}), now=now)
    return [node, every.programs.one]


def _medical(every: Everything, _fresh: str) -> Words:
    node = every.programs.node
    every.programs.done(client.cli.app, "staff", "add", node, "--name", "Noor Haddad", "--role", "medical")
    return [node, "weekly-health", "--by", "Noor Haddad"]


FORMS: dict[tuple[str, ...], list[Callable[[Everything, str], Words]]] = {
    ("homefield-node", "athlete", "light-without"): [lambda e, _: [e.programs.node, e.programs.one, "sleep"]],
    ("homefield-node", "form", "list"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "form", "check"): [lambda e, fresh: [_form(e, fresh)]],
    ("homefield-node", "form", "add"): [lambda e, fresh: [e.programs.node, _form(e, fresh)]],
    ("homefield-node", "form", "show"): [lambda e, _: [e.programs.node, "morning"]],
    ("homefield-node", "form", "approve"): [_medical],
    ("homefield-node", "form", "answers"): [_answered],
}
