from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.notifications.sealing import SealBrokenError, Sealer, new_signing_secret
from services.notifications.signing import signature_headers

KEYS = st.binary(min_size=24, max_size=64)
TIMES = st.integers(0, 4_000_000_000)


@given(KEYS, st.uuids(), TIMES, st.text())
def test_signatures_are_those_of_the_reference(
    key: bytes, message_id: object, timestamp: int, text: str
) -> None:
    secret = "whsec_" + b64encode(key).decode()
    body = text.encode("utf-8", "replace")

    ours = signature_headers([secret], str(message_id), timestamp, body)["webhook-signature"]
    theirs = Webhook(secret).sign(
        str(message_id), datetime.fromtimestamp(timestamp, UTC), body.decode()
    )

    assert ours == theirs


def test_two_secrets_make_two_signatures() -> None:
    secrets = [new_signing_secret(), new_signing_secret()]

    headers = signature_headers(secrets, "id", 1, b"{}")

    assert len(set(headers["webhook-signature"].split())) == 2


def test_a_sealed_secret_opens_for_its_thing_only() -> None:
    sealer, secret = Sealer(b"k" * 32), new_signing_secret()
    sealed = sealer.seal(secret, "end_1")

    assert sealer.open(sealed, "end_1") == secret
    assert secret not in sealed
    for other, of in ((sealer, "end_2"), (Sealer(b"x" * 32), "end_1")):
        with pytest.raises(SealBrokenError):
            other.open(sealed, of)


def test_a_key_is_the_same_each_time_and_hidden_from_repr() -> None:
    sealer = Sealer(b"k" * 32)

    assert sealer.api_key("key_1") == sealer.api_key("key_1") != sealer.api_key("key_2")
    assert "kkk" not in repr(sealer)
