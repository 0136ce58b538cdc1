"""`campaign sign`: the union signs a league's campaign beside the league, over the very same bytes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_agreed, print_json, print_table, say
from chassis.cli.given_file import read_given, write_new
from chassis.cli.next_steps import NextStep, say_next
from chassis.cli.options import AsJson, Yes
from consent.commands.service_folder import ServiceFolder, beside

if TYPE_CHECKING:
    from policies.campaign import CampaignManifest, ManifestSignature, SignedManifest

app = typer.Typer(help="A league's campaigns, which need the union's signature too.", no_args_is_help=True)

LARGEST_MANIFEST = 1024 * 1024


def register(program: typer.Typer) -> None:
    """Add `campaign` and its command to the program."""
    program.add_typer(app, name="campaign")


@app.command()
def sign(
    directory: ServiceFolder,
    manifest: Annotated[Path, typer.Argument(help="The manifest that the league sent.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Where to write the signature, which goes back to the league.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show what a league's campaign would ask of athletes, and sign it for the union, over exactly these bytes.

    Clubs take part in no campaign without it. The file holds the organisation, the key's id and the signature alone;
    the campaign itself stands in the log once the league starts it. The service may run.

    Example: homefield-consent campaign sign union ./recovery.json --out ./recovery.union.json
    """
    signed = _read(manifest)
    with beside(directory) as store:
        found = store.campaign_to_sign(signed)
    if not as_json:
        _show(found)
    if not is_agreed("Sign it for the union?", yes=yes, as_json=as_json):
        raise typer.Abort
    signature = _signature(directory, found)
    write_new(out, signature.model_dump_json(indent=2), "a signature")
    if as_json:
        values = {"campaign_id": found.campaign_id, "sha256": found.sha256, "key_id": signature.key_id}
        print_json("homefield-consent-campaign-sign-1", values | {"signature_file": str(out)})
        return
    say(f"Signed {found.campaign_id} for {signature.organisation}.")
    attach = ["homefield-server", "campaign", "attach", "LEAGUE-FOLDER", manifest.name, out.name]
    say_next(NextStep("the league’s operator", f"get {out} from you, and attach it", attach))


def _show(manifest: "CampaignManifest") -> None:
    from policies.campaigns.cost import terms_in_words

    print_table(f"Campaign {manifest.campaign_id} of {manifest.league}", ("What", "Value"), terms_in_words(manifest))


def _signature(directory: Path, manifest: "CampaignManifest") -> "ManifestSignature":
    from consent.keys import read_keys
    from consent.settings import read_settings
    from policies.campaigns.signatures import sign_manifest

    settings = read_settings(directory.resolve())
    return sign_manifest(manifest, organisation=settings.union, key=read_keys(settings.keys_directory).service)


def _read(path: Path) -> "SignedManifest":
    from policies.campaign import parse_signed_manifest

    return parse_signed_manifest(read_given(path, "a manifest", at_most=LARGEST_MANIFEST))
