"""Every --json answer of every program is one object with its schema; no stored name is obeyed by a terminal.

All commands are run once as text and once with --json, in a world where every name that can be hostile is.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from audit.errors import AuditError
from chassis.cli.exit_codes import ExitCode
from deploy.demo.league import sources
from deploy.demo.league.witnesses import WitnessState
from deploy.demo.story import Story
from deploy.demo.summary import CampaignSummary, Errors, Summary, Withdrawal
from tests.architecture.answer_world import HOSTILE, build
from tests.architecture.every_answer import COMMAND_LINES, lines
from tests.architecture.named_answers import NAMED
from tests.architecture.test_command_help import APPS, COMMANDS
from tests.vectors.make_json_schemas import GOLDEN

CODES = {
    ("homefield-audit", "verify"): [ExitCode.DONE, ExitCode.DONE, ExitCode.NOT_DONE],
    ("homefield-audit", "explain"): [ExitCode.DONE, ExitCode.DONE, ExitCode.DONE, ExitCode.NOT_DONE],
    ("homefield-audit", "fsck"): [ExitCode.DONE, ExitCode.NOT_DONE],
    ("homefield-audit", "model"): [ExitCode.DONE, ExitCode.NOT_DONE],
    ("homefield-node", "ingest"): [ExitCode.DONE, ExitCode.DONE],
    ("homefield-audit", "monitor"): [ExitCode.DONE, ExitCode.ALARM, ExitCode.NOT_DONE],
}
"""How the command lines of a command end, where one of them is a finding."""
NAMED_BEFORE = {
    ("homefield-consent", "keys"): "homefield-keys-1",
    ("homefield-node", "staff-code"): "homefield-staff-code-1",
    ("homefield-server", "campaign", "list"): "homefield-campaign-list-1",
    ("homefield-server", "campaign", "show"): "homefield-campaign-show-1",
}
"""Answers that were named before another program had a command of that name; readers know them as they are."""
Words = tuple[str, ...]
Answers = dict[Words, list[tuple[Result, Result]]]
pytestmark = pytest.mark.xdist_group("every-answer")


def run_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Run every command line as text and with --json."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(sources, "check_data", lambda _: None)
    monkeypatch.setattr(Story, "tell", lambda _: summary())
    every = build(folder, monkeypatch)
    answers: Answers = {}
    try:
        for words in COMMAND_LINES:
            texts = [every.programs.run(APPS[words[0]], *line) for line in lines(words, every)]
            told = [every.programs.run(APPS[words[0]], *line, "--json") for line in lines(words, every)]
            answers[words] = list(zip(texts, told, strict=True))
    finally:
        every.programs.world.service.close()
    return answers


def summary() -> Summary:
    """What a demo could have found."""
    campaign = CampaignSummary("c-1", "recovery-linear-1", 8, 0.9, 1e-6, 1, 2, (HOSTILE,))
    errors = (Errors(HOSTILE, 2, 10, *(1.0 for _ in range(6))),)
    witness = WitnessState(HOSTILE, "w.example/1", 3, 0)
    texts = dict.fromkeys(("data", "log_origin", "log_directory", "log_vkey", "trust_policy"), HOSTILE)
    counts = "clubs athletes readings consents learners proposals released_indices office_not_available board_listed"
    numbers = dict.fromkeys([*counts.split(), "decisions_accepted", "log_size", "cosigned"], 1)
    return Summary(
        **texts,
        **numbers,
        campaigns=(campaign,),
        epsilon_spent_most=0.9,
        withdrawal=Withdrawal("ath-0000000000000001", 3, 8, False),
        readiness_mae=errors,
        answers={"yes": 1},
        log_verified=True,
        witnesses=(witness,),
        seconds={"total": 1.0},
        peak_memory_mib=1,
        urls={"Auditor": "http://127.0.0.1:1/"},
    )


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    with pytest.MonkeyPatch.context() as patched:
        yield run_all(tmp_path_factory.mktemp("every-answer"), patched)


def told(answers: Answers, words: Words) -> list[dict[str, Any]]:
    """The objects that a command printed; a monitor prints one a line."""
    printed = [answer.stdout for _, answer in answers[words]]
    documents = [line for text in printed for line in text.splitlines()] if words[-1] == "monitor" else printed
    return [json.loads(document) for document in documents]


def schema_of(words: Words) -> str:
    """homefield-<command>-1; the program's name stands before a command that several programs have."""
    if words in NAMED_BEFORE:
        return NAMED_BEFORE[words]
    shared = sum(other[1:] == words[1:] for other in COMMAND_LINES) > 1
    return "-".join(["homefield", *([words[0].removeprefix("homefield-")] if shared else []), *words[1:], "1"])


def described(answers: Answers) -> dict[str, dict[str, list[str]]]:
    """The top-level fields of each schema: those in every answer, and those in some."""
    fields: dict[str, list[list[str]]] = defaultdict(list)
    for words in answers:
        for document in told(answers, words):
            fields[document["schema"]].append(list(document))
    return {
        schema: {
            "always": [name for name in forms[0] if all(name in form for form in forms)],
            "sometimes": sorted({name for form in forms for name in form if not all(name in one for one in forms)}),
        }
        for schema, forms in sorted(fields.items())
    }


def test_every_command_that_has_json_is_run_here() -> None:
    speaking = {words for words, one in COMMANDS.items() if "--json" in {o for p in one.params for o in p.opts}}

    assert set(COMMAND_LINES) == speaking


@pytest.mark.parametrize("words", sorted(COMMAND_LINES), ids=" ".join)
def test_an_answer_is_one_object_with_its_schema_first(answers: Answers, words: Words) -> None:
    for document in told(answers, words):
        assert next(iter(document)) == "schema"
        assert document["schema"] == schema_of(words)


def test_a_field_is_only_ever_added(answers: Answers) -> None:
    assert described(answers) == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("words", sorted(COMMAND_LINES), ids=" ".join)
def test_text_and_json_end_alike_and_with_no_error_but_our_own(answers: Answers, words: Words) -> None:
    for text, document in answers[words]:
        assert text.exit_code == document.exit_code
        for answer in (text, document):
            assert answer.exception is None or isinstance(answer.exception, (SystemExit, AuditError)), answer.exception
    assert [text.exit_code for text, _ in answers[words]] == CODES.get(words, [ExitCode.DONE])


@pytest.mark.parametrize("words", sorted(COMMAND_LINES), ids=" ".join)
def test_no_control_character_of_a_stored_name_reaches_a_terminal(answers: Answers, words: Words) -> None:
    for text, document in answers[words]:
        for printed in (text.output, document.output):
            assert all(character.isprintable() or character == "\n" for character in printed)


@pytest.mark.parametrize("words", sorted(NAMED), ids=" ".join)
def test_a_stored_name_is_shown_as_it_is_written_but_for_what_a_terminal_would_obey(
    answers: Answers, words: Words
) -> None:
    name = NAMED[words]
    shown = "".join(character if character.isprintable() else "\ufffd" for character in name)

    text, document = answers[words][0]

    assert "[/b]" in shown
    assert shown in text.output
    assert words[-1] == "propose" or name in every_text(json.loads(document.stdout))


def every_text(value: Any) -> set[str]:
    """Every text anywhere in a document."""
    if isinstance(value, dict):
        return set().union(*map(every_text, value.values()))
    if isinstance(value, list):
        return set().union(*map(every_text, value))
    return {value} if isinstance(value, str) else set()
