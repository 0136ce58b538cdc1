"""`keygen`: one secret in a file, from which both keys of a log are made."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.files.secret_file import create_seed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: homefield-audit keygen log.example/2026 --out log.key")(keygen)


def keygen(
    name: Annotated[str, typer.Argument(help="The log's name, for example consent.example/log.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the secret goes; must not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Make the keys of a log. The secret goes to a file that only you can read; both public keys are printed.

    The first line is the Ed25519 key, the second the ML-DSA-44 key. Readers pass both, each with --vkey.
    """
    from audit.tlog.note_keys import SEED_SIZE
    from audit.tlog.signers import log_signers

    seed = secrets.token_bytes(SEED_SIZE)
    vkeys = [signer.vkey for signer in log_signers(name, seed)]
    create_seed(out, seed)
    if as_json:
        print_json("homefield-keygen-1", {"vkeys": vkeys})
    else:
        say(*vkeys)
