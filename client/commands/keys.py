"""`keys`: the node's own public keys, what each is for, and who needs it."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import NextStep, say_next
from chassis.cli.options import AsJson
from client.commands.node_folder import NodeFolder

if TYPE_CHECKING:
    from client.settings import NodeSettings


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(keys)


@dataclass(frozen=True, slots=True)
class NodeKey:
    """One public key of a node. name: as `init --json` names it; fingerprint: as whoever gets it shows it."""

    name: str
    algorithm: str
    key: str
    fingerprint: str
    used_for: str
    goes_to: str


def keys(folder: NodeFolder, as_json: AsJson = False) -> None:
    """Show this node's own public keys with their fingerprints, what each is for and who needs it. No secret is shown.

    Whoever registers a key compares its fingerprint with the one shown here, best by telephone.

    Example: homefield-node keys ./club-a
    """
    from client.settings import load_settings

    settings = load_settings(folder)
    found = node_keys(settings)
    if as_json:
        print_json("homefield-node-keys-1", {"club": settings.club, "keys": [asdict(one) for one in found]})
        return
    for one in found:
        say(f"{one.name.replace('_', ' ')} ({one.algorithm}): {one.key}")
        say(f"  fingerprint {one.fingerprint}; {one.used_for}; {one.goes_to} needs it")
    say_next(*give_keys(settings, "NODE-KEY"))


def node_keys(settings: "NodeSettings") -> list[NodeKey]:
    """Return the key that signs requests, and that of the Fleet API."""
    from client.federation.identity import fleet_key_line
    from models.masks.node_line import fingerprints

    signing, fleet = settings.node_key().verify_key, fleet_key_line(settings)
    found, masks = dict(fingerprints(fleet)), fleet.split()[-1]
    requests = "signs this node's requests to the consent service, and what the club approves"
    training = "signs the node in at a league's coordinator"
    known = "tells other clubs' nodes which node this is where sums are masked; it stands at the end of the fleet key"
    union, league = "the union's operator", "the operator of a league that the club joins"
    return [
        NodeKey("node_key", "Ed25519", signing.text, signing.key_id, requests, union),
        NodeKey("fleet_key", "EC P-384, OpenSSH", fleet, found["fleet key"], training, league),
        NodeKey("masks_key", "X25519", masks, found["masks key"], known, league),
    ]


def give_keys(settings: "NodeSettings", key: str) -> tuple[NextStep, NextStep]:
    """Return what the union's and the league's operators do with them. key: the one that signs requests."""
    register_it = ["homefield-consent", "org", "add", "UNION-FOLDER", settings.club, "--name", settings.name]
    register_it += ["--kind", "club", "--key", key]
    fleet = settings.fleet_key_path.with_suffix(".pub")
    return (
        NextStep("the union’s operator", "register the club with its node key", register_it),
        NextStep("the league’s operator", f"get {fleet} from you; it lets the node into training"),
    )
