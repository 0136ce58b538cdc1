"""Options that mean the same in every program, defined once."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Demo = Annotated[bool, typer.Option("--demo", help="One-click personas; refused except on loopback.")]
PublicUrl = Annotated[
    str,
    typer.Option(
        "--public-url",
        help="Address under which browsers reach the pages through a TLS proxy, such as https://node.club.example; "
        "only names of this machine are answered if left out.",
    ),
]
Proxies = Annotated[
    list[str] | None,
    typer.Option(
        "--proxy", help="Address of the TLS proxy, which says who calls; repeatable. 127.0.0.1 and ::1 if left out."
    ),
]
