"""Webhooks over TLS: the connection goes to an address, the certificate is checked for the name."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer

from services.notifications.domain.deliveries import Attempt
from services.notifications.domain.endpoints import Endpoint
from services.notifications.domain.feed import test_row as message
from services.notifications.sealing import Sealer, new_signing_secret
from services.notifications.settings import WebhookSettings
from services.notifications.webhooks import Caller
from shared.clock import SystemClock
from shared.ids import EndpointId, SubscriberId

NOW = datetime.now(UTC)
SEALER = Sealer(b"k" * 32)


async def test_a_certificate_for_the_name_is_accepted(tmp_path: Path) -> None:
    with _server("localhost", tmp_path) as server:
        attempt = await _call(server, tmp_path)

    assert (attempt.status_code, attempt.error) == (200, None)
    assert server.log[0][0].headers["host"] == f"localhost:{server.port}"


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with _server("elsewhere.example", tmp_path) as server:
        attempt = await _call(server, tmp_path)

    assert (attempt.status_code, attempt.error) == (None, "connect")
    assert server.log == []


async def _call(server: HTTPServer, folder: Path) -> Attempt:
    """Call the server by the name localhost."""
    endpoint = Endpoint(
        id=EndpointId("end_1"),
        subscriber_id=SubscriberId("sub_1"),
        url=f"https://localhost:{server.port}/hook",
        event_types=(),
        secret=SEALER.seal(new_signing_secret(), "end_1"),
        created_by="usr_1",
        created_at=NOW,
        changed_by="usr_1",
        changed_at=NOW,
    )
    trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
    client = httpx2.AsyncClient(verify=trust, trust_env=False)
    caller = Caller(WebhookSettings(allow_private=True), SEALER, SystemClock(), client)
    try:
        return await caller.call(endpoint, message("end_1", "evt_1", NOW))
    finally:
        await caller.close()


@contextmanager
def _server(name: str, folder: Path) -> Iterator[HTTPServer]:
    """A server on loopback with a certificate of its own for ``name``."""
    _certify(name, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    with HTTPServer(ssl_context=context) as server:
        server.expect_request("/hook").respond_with_data("")
        yield server


def _certify(name: str, folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(hours=1))
        .not_valid_after(NOW + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)
