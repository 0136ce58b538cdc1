"""The coordinator's own certificate authority and server certificate; no openssl program is needed."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chassis.text import shortened
from server.errors import BadCoordinatorSettings

CA_LIFE = timedelta(days=3650)  # ours
SERVER_LIFE = timedelta(days=397)  # what browsers and libraries still accept for a server
HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
CLOCK_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority: the certificate that nodes trust, and its private key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM bytes: the CA certificate that nodes get and its private key, the server's certificate and private key."""

    ca: bytes
    ca_key: bytes
    certificate: bytes
    key: bytes


def create_tls(*, name: str, hosts: Sequence[str], now: datetime) -> TlsFiles:
    """Make a CA and a certificate for `hosts` (names or addresses); raises BadCoordinatorSettings, as `check_hosts`."""
    check_hosts(hosts)
    authority, server_key = create_authority(name=name, now=now), generate_private_key(SECP256R1())
    leaf = certify(authority, server_key.public_key(), hosts=hosts, now=now)
    return TlsFiles(pem(authority.certificate), key_pem(authority.key), pem(leaf), key_pem(server_key))


def create_authority(*, name: str, now: datetime) -> Authority:
    """Make a CA that signs servers' certificates and no other CA's."""
    key, subject = generate_private_key(SECP256R1()), _named(f"{name} coordinator CA")
    certificate = (
        _builder(subject, subject, key.public_key(), now, now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def certify(
    authority: Authority, key: EllipticCurvePublicKey, *, hosts: Sequence[str], now: datetime
) -> x509.Certificate:
    """Sign a server's certificate for `hosts`; it ends after 397 days, and never after the CA itself."""
    ends = min(now + SERVER_LIFE, authority.certificate.not_valid_after_utc)
    issued_by = authority.key.public_key()
    return (
        _builder(_named(hosts[0]), authority.certificate.subject, key, now, ends)
        .add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issued_by), critical=False)
        .sign(authority.key, SHA256())
    )


def check_hosts(hosts: Sequence[str]) -> None:
    """Raise BadCoordinatorSettings unless there are hosts, and each is a name or an address, without port or scheme."""
    if not hosts:
        raise BadCoordinatorSettings("expected a name or address for the certificate, got none; give --host")
    for host in hosts:
        if HOST_NAME.fullmatch(host) is None and _address(host) is None:
            raise BadCoordinatorSettings(
                f"expected a name such as fleet.league.example or an address without port, got {shortened(host)!r}"
            )


def hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names and addresses that a certificate is for; none where it has no such list."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)


def pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: EllipticCurvePrivateKey) -> bytes:
    """Return a private key as PEM, not encrypted: its file is secret."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _host(host: str) -> x509.GeneralName:
    return _address(host) or x509.DNSName(host)


def _address(host: str) -> x509.IPAddress | None:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return None


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePublicKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_MARGIN)
        .not_valid_after(ends)
    )


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
