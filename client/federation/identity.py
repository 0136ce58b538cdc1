"""Who this node is in the federation: its Fleet key, and what its club approved, from the node's folder."""

from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from chassis.files.secret_file import read_secret
from client.errors import BadNodeSettings, NoLeague
from client.federation.approval import Approvals
from client.league_models.judged_model import ReceivedToJudge
from client.settings import NodeSettings
from models.masks.node_line import node_line


def fleet_key(settings: NodeSettings) -> EllipticCurvePrivateKey:
    """Return the key with which the node signs in; raises BadSecretFile, or BadNodeSettings unless it is EC P-384."""
    return parse_fleet_key(read_secret(settings.fleet_key_path))


def parse_fleet_key(data: bytes) -> EllipticCurvePrivateKey:
    """Parse an OpenSSH private key; raises BadNodeSettings unless it is EC P-384."""
    try:
        key = load_ssh_private_key(data, None)
    except ValueError as error:
        raise BadNodeSettings("expected a private key in OpenSSH form as this node's fleet key") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP384R1):
        raise BadNodeSettings("expected an EC P-384 key as this node's fleet key")
    return key


def fleet_key_line(settings: NodeSettings) -> str:
    """The public halves as the line that manifests name: of the Fleet key, and of the key for masks behind it."""
    return node_line(fleet_key(settings))


def approvals_of(settings: NodeSettings) -> Approvals:
    """Return the node's approved campaigns; raises NoLeague if it is linked to none."""
    if settings.league_key is None:
        raise NoLeague
    rotating, signers = settings.rotating_key, settings.campaign_signers()
    return Approvals(
        directory=settings.approved,
        club=settings.club,
        club_keys=(rotating.present.verify_key, *([rotating.former] if rotating.former else [])),
        signers=signers,
        fleet_key=fleet_key_line(settings),
        judged=ReceivedToJudge(settings.received, signers.league),
    )
