"""Options that mean the same in every program, defined once."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Demo = Annotated[bool, typer.Option("--demo", help="One-click personas; refused except on loopback.")]
