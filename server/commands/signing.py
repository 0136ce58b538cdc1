"""`campaign sign`, `attach` and `start`: a plan becomes a campaign that two organisations signed, and begins."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from server.commands.campaigns import campaign_as_json, campaigns
from server.commands.coordinator_folder import CoordinatorFolder, consent_of, store_of
from server.commands.manifest_file import ManifestFile, bytes_of, read_manifest, replace_manifest
from server.errors import BadCoordinatorSettings, UnknownClub

if TYPE_CHECKING:
    from policies.campaign import CampaignManifest, SignedManifest
    from server.settings import CoordinatorSettings
    from server.store import Campaign, CoordinatorStore


def register(_app: typer.Typer) -> None:
    """Add these commands to those about campaigns."""
    for command in (sign, attach, start):
        campaigns.command()(command)


def sign(folder: CoordinatorFolder, manifest: ManifestFile, as_json: AsJson = False) -> None:
    """Sign a planned campaign as the league. The signature goes into the manifest file, which the union signs next.

    Example: homefield-server campaign sign ./league ./m.json
    """
    from policies.campaigns.signatures import sign_manifest
    from server.settings import load_settings

    settings, planned = load_settings(folder), read_manifest(manifest)
    _check_own(planned, settings)
    own = sign_manifest(planned.manifest, organisation=settings.league, key=settings.league_key())
    signed = planned.with_signature(own)
    replace_manifest(manifest, signed)
    if as_json:
        print_json("homefield-server-campaign-sign-1", _signed_json(signed, manifest))
        return
    say(f"Signed {signed.manifest.campaign_id} for {settings.name}.")
    if len(signed.signatures) > 1:
        say_next(NextStep(YOU, "start it", ["homefield-server", "campaign", "start", folder, manifest]))
        return
    union_sign = ["homefield-consent", "campaign", "sign", "UNION-FOLDER", manifest.name, "--out", "SIGNATURE.json"]
    attach_it = ["homefield-server", "campaign", "attach", folder, manifest, "SIGNATURE.json"]
    say_next(
        NextStep(_second_operator(settings), f"get {manifest} from you, and sign the same bytes", union_sign),
        NextStep(YOU, "attach the signature that comes back", attach_it),
    )


def attach(
    folder: CoordinatorFolder,
    manifest: ManifestFile,
    signature: Annotated[
        Path, typer.Argument(help="The signature file of the second organisation.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Put the second organisation's signature beside the league's. It must be over the very same bytes.

    Example: homefield-server campaign attach ./league ./m.json ./m.union.json
    """
    from policies.campaigns.signatures import parse_signature
    from server.settings import load_settings

    settings, half = load_settings(folder), read_manifest(manifest)
    _check_own(half, settings)
    signed = half.with_signature(parse_signature(bytes_of(signature)))
    settings.campaign_signers().check(signed)
    replace_manifest(manifest, signed)
    if as_json:
        print_json("homefield-campaign-attach-1", _signed_json(signed, manifest))
        return
    say(f"{signed.manifest.campaign_id} is signed by {' and '.join(one.organisation for one in signed.signatures)}.")
    say_next(NextStep(YOU, "start it", ["homefield-server", "campaign", "start", folder, manifest]))


def start(folder: CoordinatorFolder, manifest: ManifestFile, as_json: AsJson = False) -> None:
    """Hand a campaign that two organisations signed to the coordinator, which asks the clubs from then on.

    Clubs approve it within the time of `serve --wait`, 15 minutes if left out; with too few the campaign fails.

    The consent service hears of it first and logs it; without that nothing is started.

    Example: homefield-server campaign start ./league ./m.json
    """
    from server.settings import load_settings

    settings, signed = load_settings(folder), read_manifest(manifest)
    _check_own(signed, settings)
    settings.campaign_signers().check(signed)
    store = store_of(settings)
    _check_enrolled(store, signed.manifest)
    # Before the consent service hears of it: there it could not be ended.
    store.check_free(signed.manifest.campaign_id, signed.manifest.sha256)
    with closing(consent_of(settings)) as consent:
        consent.register_campaign(signed)
    _say_started(store.add_campaign(signed), manifest, as_json=as_json)


def _say_started(campaign: "Campaign", file: Path, *, as_json: bool) -> None:
    from server.federation.opening import epsilon_of

    if as_json:
        print_json("homefield-campaign-start-1", campaign_as_json(campaign) | {"manifest_file": str(file)})
        return
    say(f"Started {campaign.manifest.campaign_id}, ε ≤ {epsilon_of(campaign.manifest):.2f} per athlete.")
    approve = ["homefield-node", "campaign", "approve", "CLUB-FOLDER", file.name]
    say_next(
        NextStep(
            "every club’s operator",
            f"get {file} from you, and approve it while the coordinator waits for clubs",
            approve,
        )
    )


def _second_operator(settings: "CoordinatorSettings") -> str:
    from policies.campaigns.signatures import USUAL_SECOND_SIGNER

    if settings.second_signer == USUAL_SECOND_SIGNER:
        return "the union’s operator"
    return settings.second_signer


def _check_own(signed: "SignedManifest", settings: "CoordinatorSettings") -> None:
    if signed.manifest.league != settings.league:
        raise BadCoordinatorSettings(f"expected a campaign of {settings.league}, got one of {signed.manifest.league}")


def _check_enrolled(store: "CoordinatorStore", manifest: "CampaignManifest") -> None:
    from models.masks.node_line import is_named

    enrolled = {node.club: node.fleet_key for node in store.nodes()}
    others = sorted(
        club for club, key in manifest.clubs.items() if club not in enrolled or not is_named(enrolled[club], key)
    )
    if others:
        raise UnknownClub(f"not enrolled with the key that the campaign names: {', '.join(others)}; plan it anew")


def _signed_json(signed: "SignedManifest", file: Path) -> dict[str, Any]:
    return {
        "campaign_id": signed.manifest.campaign_id,
        "sha256": signed.manifest.sha256,
        "signed_by": [one.organisation for one in signed.signatures],
        "manifest_file": str(file),
    }
