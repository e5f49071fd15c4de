"""An issuer of access tokens for tests: real keys and tokens, its key set on a real server."""

import warnings
from dataclasses import dataclass
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pytest_httpserver import HTTPServer

from shared.clock import FixedClock
from shared.settings import AuthSettings

JWKS_PATH = "/jwks.json"
AUDIENCE = "worldcities"
MINUTES_10 = 600


@dataclass
class Issuer:
    """Publishes `keys` at the server and signs with any of them."""

    server: HTTPServer
    clock: FixedClock
    keys: dict[str, ECKey | OKPKey | RSAKey]

    def publish(self) -> None:
        """Serve the public halves of the keys that it has now."""
        public = {"keys": [key.as_dict(private=False) for key in self.keys.values()]}
        self.server.clear_all_handlers()
        self.server.expect_request(JWKS_PATH).respond_with_json(public)

    def settings(self, **changes: Any) -> AuthSettings:  # noqa: ANN401 - as many kinds as settings
        """Return the settings that believe this issuer."""
        values = {"issuer": self.url, "jwks_url": self.server.url_for(JWKS_PATH), **changes}
        return AuthSettings.model_validate(values)

    @property
    def url(self) -> str:
        """The `iss` of its tokens."""
        return self.server.url_for("/")

    def token(self, *roles: str, key: str = "es", **claims: Any) -> str:  # noqa: ANN401 - JSON
        """Return a token of ten minutes for `roles`; `claims` replace or add, None removes."""
        now = int(self.clock.now().timestamp())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "usr_1", "iat": now, "roles": roles}
        content = {**usual, "exp": now + MINUTES_10, **claims}
        header = {"alg": ALGORITHMS[type(self.keys[key])], "kid": key}
        kept = {name: value for name, value in content.items() if value is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of the name EdDSA
            return jwt.encode(header, kept, self.keys[key], algorithms=[header["alg"]])


ALGORITHMS = {ECKey: "ES256", OKPKey: "EdDSA", RSAKey: "RS256"}


def new_ec_key(name: str) -> ECKey:
    """Return a new private key for ES256."""
    return jwk.ECKey.generate_key("P-256", parameters={"kid": name})
