"""`show`: a verified log's entries in plain words."""

from typing import Annotated

import typer

from audit.commands.inputs.filter_options import From, KindOption, OrganisationOption, Rules, To, filter_of, named_in
from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from audit.commands.outputs.entry_values import entry_json
from audit.commands.outputs.failures import said_not_whole
from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar
from chassis.text import plural


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: homefield-audit show ./log --vkey KEY --kind access --from 2026-11-01")(show)


def show(
    place: LogAddress,
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    kind: KindOption = "",
    org: OrganisationOption = "",
    start: From = None,
    end: To = None,
    rules: Rules = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many entries, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Verify a log, then list its entries in plain words, newest first."""
    from audit.entries.events import parse_leaf, sentence
    from audit.entries.filtering import SEALED_DENIALS, leaves_out_denials
    from audit.verification.prover import prove_from
    from audit.verification.reader import TileReader
    from audit.verification.sources import open_source
    from audit.verification.verify import verify_source

    wanted, trust, source = filter_of(kind, org, start, end, rules), trust_of(vkey, policy), open_source(place)
    with said_not_whole(), progress_bar("Checking entries") as on_progress:
        log = verify_source(source, trust, on_progress=on_progress)
    indices = log.columns.select_by(named_in(log, wanted))
    reader = TileReader(source, log.size)
    # The leaf is read a second time, so it is proven a second time.
    proven = [prove_from(reader, log.trusted, index) for index in reversed(indices[-limit:])]
    found = [(entry.index, parse_leaf(entry.leaf)) for entry in proven]
    if as_json:
        print_json("homefield-show-1", {"entries": [entry_json(index, entry) for index, entry in found]})
        return
    rows = [
        (f"{index:,}", sentence(entry), entry.day.isoformat(), entry.org, entry.policy_hash[:6])
        for index, entry in found
    ]
    title = plural(len(found), "entry", "entries")
    print_table(title, ("No.", "What happened", "Day", "Organisation", "Rules"), rows)
    if log.is_foreign:
        say("The log is whole, but its entries are not in Homefield's format and cannot be listed here.")
    elif len(indices) > limit:
        say(f"{limit:,} of {len(indices):,} entries; --limit shows more.")
    if leaves_out_denials(kind):
        say(SEALED_DENIALS)
