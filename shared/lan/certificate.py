"""The certificate of the local network: made once, kept in the home, made anew when it ends or the address changes."""

import os
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIVES = timedelta(days=397)  # longer ones are not accepted by phones
RENEWED_BEFORE = timedelta(days=30)
CERTIFICATE, KEY = "lan.crt", "lan.key"
Address = IPv4Address | IPv6Address


def ensure_certificate(home: Path, address: str, *, now: datetime) -> tuple[Path, Path]:
    """Return the files of certificate and key for the IP ``address``; the key is readable by its owner only."""
    certificate, key = home / CERTIFICATE, home / KEY
    if not (key.exists() and certificate.exists() and _is_good(certificate, ip_address(address), now)):
        _make(certificate, key, address=ip_address(address), now=now)
    return certificate, key


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 fingerprint of a certificate as phones show it: pairs of digits with colons."""
    held = x509.load_pem_x509_certificate(certificate.read_bytes())
    return sha256(held.public_bytes(serialization.Encoding.DER)).digest().hex(":").upper()


def _is_good(certificate: Path, address: Address, now: datetime) -> bool:
    held = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return address in names.get_values_for_type(x509.IPAddress) and now < held.not_valid_after_utc - RENEWED_BEFORE


def _make(certificate: Path, key: Path, *, address: Address, now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sise {address}")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIVES)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key, secret, mode=0o600)
    _write(certificate, builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), mode=0o644)


def _write(file: Path, content: bytes, *, mode: int) -> None:
    """Replace ``file`` whole; nobody ever sees a half of it, or a key with wider rights."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:
        target.write(content)
    draft.replace(file)
