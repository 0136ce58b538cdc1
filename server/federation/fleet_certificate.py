"""The certificate of the Fleet API in a coordinator's folder: when it ends, who is told, and how it is renewed."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from chassis.files.secret_file import read_secret
from chassis.operations.once_until_changed import OnceUntilChanged
from server.errors import BadCoordinatorSettings
from server.federation.tls import Authority, certify, check_hosts, create_authority, hosts_of, key_pem, pem
from server.settings import CoordinatorSettings

WARN_BEFORE = timedelta(days=30)  # ours
ASK_EVERY_S = 3600.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FleetCertificate:
    """What a certificate says. ends: the earliest end in its file; hosts: names and addresses it is for."""

    ends: datetime
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateWatch:
    """Says in the log, once a day, that the certificate that is served ends within 30 days, or has ended."""

    ends: datetime
    clock: Clock
    _said: OnceUntilChanged = field(default_factory=OnceUntilChanged)

    @property
    def left(self) -> timedelta:
        """How long it still counts; negative once it is over."""
        return self.ends - self.clock()

    @property
    def is_over(self) -> bool:
        """True once no node takes it any more."""
        return self.left <= timedelta(0)

    def run(self, stop: threading.Event) -> None:
        """Look every hour until stopped."""
        while not stop.is_set():
            self.note()
            stop.wait(ASK_EVERY_S)

    def note(self) -> None:
        """Write the line of today, if there is something to say and it was not said."""
        left = self.left
        if left > WARN_BEFORE or not self._said.is_new("certificate", str(left.days)):
            return
        if self.is_over:
            logger.error("the certificate of the Fleet API has expired, no club can connect; run renew-certificate")
        else:
            logger.warning(
                "the certificate of the Fleet API expires soon; run renew-certificate", extra={"days": left.days}
            )


def read_fleet_certificate(settings: CoordinatorSettings) -> FleetCertificate:
    """Read the certificate that is served; raises BadCoordinatorSettings."""
    chain = _certificates(settings.fleet_certificate)
    return FleetCertificate(min(one.not_valid_after_utc for one in chain), hosts_of(chain[0]))


def renew(
    settings: CoordinatorSettings, *, more_hosts: Sequence[str], with_new_authority: bool, now: datetime
) -> FleetCertificate:
    """Sign the server's key again, for the hosts it has and `more_hosts`; nodes trust it by the CA they have.

    with_new_authority: by a new CA, which every club must get; its file holds the former one too, so that a node that
    has the new file already goes on with a coordinator that was not restarted yet. A stop on the way leaves files
    that serve, or that the same call completes. Raises BadCoordinatorSettings or BadSecretFile with nothing changed.
    """
    key, present = _private_key(settings.tls / "server.key"), read_fleet_certificate(settings)
    hosts = tuple(dict.fromkeys((*present.hosts, *more_hosts)))
    check_hosts(hosts)
    authority = _replace_authority(settings, now=now) if with_new_authority else _authority(settings, now=now)
    certificate = certify(authority, key.public_key(), hosts=hosts, now=now)
    replace_durably(settings.fleet_certificate, pem(certificate), mode=0o644)
    return read_fleet_certificate(settings)


def _replace_authority(settings: CoordinatorSettings, *, now: datetime) -> Authority:
    former, authority = _certificates(settings.ca_file)[0], create_authority(name=settings.name, now=now)
    replace_durably(settings.ca_key_file, key_pem(authority.key))
    replace_durably(settings.ca_file, pem(authority.certificate) + pem(former), mode=0o644)
    return authority


def _authority(settings: CoordinatorSettings, *, now: datetime) -> Authority:
    """The CA that the clubs' nodes trust, with its key."""
    if not settings.ca_key_file.exists():
        raise BadCoordinatorSettings(
            f"{settings.ca_key_file} is not there: folders of before did not keep the key of their CA; renew with "
            "--new-authority, and give every club the new ca.crt"
        )
    certificate, key = _certificates(settings.ca_file)[0], _private_key(settings.ca_key_file)
    if certificate.public_key() != key.public_key():
        raise BadCoordinatorSettings(
            f"{settings.ca_key_file} is not the key of {settings.ca_file}; put both back from a backup, or renew with "
            "--new-authority"
        )
    if certificate.not_valid_after_utc <= now:
        raise BadCoordinatorSettings(f"{settings.ca_file} has expired itself; renew with --new-authority")
    return Authority(certificate, key)


def _certificates(path: Path) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadCoordinatorSettings(f"{path} is no certificate; put it back from a backup") from error


def _private_key(path: Path) -> EllipticCurvePrivateKey:
    """The private key in a secret file; raises BadCoordinatorSettings or BadSecretFile."""
    try:
        key = load_pem_private_key(read_secret(path), password=None)
    except (TypeError, ValueError) as error:
        raise BadCoordinatorSettings(f"{path} is no private key; put it back from a backup") from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise BadCoordinatorSettings(f"{path} is not a key that `init` makes; renew its certificate where it is from")
    return key
