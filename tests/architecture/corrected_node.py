"""Nodes of their own with an import, a voided reading or a file that was set aside, for the commands about these."""

import shutil
from dataclasses import replace
from pathlib import Path

import client.cli
from client.biometrics.streams import Stream
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.history.reading_states import stored_readings
from client.vault.journal import imports
from client.vault.set_aside import set_aside_files
from tests.architecture.answer_world import Everything, Words
from tests.privacy.programs import WELLNESS, asked, question_of


def copied_node(every: Everything, fresh: str) -> Path:
    """A copy of the node."""
    return Path(shutil.copytree(every.programs.node, every.folder / fresh))


def of_reading(every: Everything, fresh: str) -> Words:
    """A node that imported one mood: its folder, the athlete, and the reading's id."""
    node, one = copied_node(every, fresh), every.programs.one
    path = every.file(f"{fresh}.csv", WELLNESS)
    every.programs.done(client.cli.app, "ingest", node, path, "--athlete", one)
    with open_vault(load_settings(node)) as vault:
        return [node, one, stored_readings(vault, one, streams=[Stream.MOOD])[-1].id]


def voided(every: Everything, fresh: str) -> Words:
    """The same, and the reading is voided."""
    words = of_reading(every, fresh)
    every.programs.done(client.cli.app, "reading", "void", *words, "--reason", "other", "--note", "said beside it")
    return words


def imported(every: Everything, fresh: str) -> Words:
    """A node with an import, and the import's number."""
    node = of_reading(every, fresh)[0]
    with open_vault(load_settings(node)) as vault:
        return [node, imports(vault, every.programs.one)[-1].number]


def set_aside(every: Everything, fresh: str) -> Words:
    """A node with a file that was set aside, and the file's digest."""
    node, one = copied_node(every, fresh), every.programs.one
    path = every.file(f"{fresh}.csv", "a,b\n1,2\n")
    every.programs.run(client.cli.app, "ingest", node, path, "--athlete", one)
    with open_vault(load_settings(node)) as vault:
        return [node, next(file.mark for file in set_aside_files(vault, one) if fresh in file.file_name)]


def questioned(every: Everything, fresh: str) -> Words:
    """A node with a question about two sessions of one day: its folder, the athlete, and the question's id."""
    programs = replace(every.programs, folder=every.folder / fresh)
    shutil.copytree(every.programs.node, programs.node)
    asked(programs)
    return [programs.node, every.programs.one, question_of(programs)]
