"""A demonstration certificate: a phone's camera needs HTTPS, and a demo has no certificate of its own yet."""

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_DAYS = 90


def local_addresses() -> list[str]:
    """This machine's own addresses as others on the network may reach it, best guess first."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only asks the routing table (RFC 5737 test address).
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    return [*dict.fromkeys(address for address in found if not address.startswith("127.")), "127.0.0.1"]


def demo_certificate(folder: Path, hosts: list[str]) -> tuple[Path, Path]:
    """A self-signed certificate for those hosts, kept in the folder until it expires or the hosts change."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    certificate, key = folder / "demo.crt", folder / "demo.key"
    if certificate.exists() and key.exists() and _still_good(certificate, hosts):
        return certificate, key
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "La Chan demo")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _still_good(certificate: Path, hosts: list[str]) -> bool:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    named = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return loaded.not_valid_after_utc > datetime.now(UTC) + timedelta(days=1) and set(named) == set(
        map(_general_name, hosts)
    )
