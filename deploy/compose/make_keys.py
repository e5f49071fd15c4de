"""Make the passwords and keys of docker-compose.yml, each the first time, and keep them.

Run as a job before everything else, on one volume per reader: a service sees its own address of the
database, with its own password in it, and no other. Promises: may run again and changes nothing.
"""

import base64
import secrets
import sys
from pathlib import Path

SERVICES = ("registry", "matching", "events", "notifications")

PASSWORD_BYTES = 24
"""192 bits, as text of 32 characters that need no escaping in an address."""

KEY_BYTES = 32
"""For AES-256, as services/notifications wants it."""

REPLICA_SET = "worldcities"


def main(folder: Path) -> None:
    """Fill the folders `mongo` and one per service below `folder`."""
    _keep(folder / "mongo" / "root_password", secrets.token_urlsafe(PASSWORD_BYTES))
    for service in SERVICES:
        made = secrets.token_urlsafe(PASSWORD_BYTES)
        password = _keep(folder / "mongo" / f"{service}_password", made)
        host = f"mongo:27017/{service}?replicaSet={REPLICA_SET}"
        _keep(folder / service / "mongo_url", f"mongodb://{service}:{password}@{host}")
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    _keep(folder / "notifications" / "notifications_secrets__key", key)


def _keep(file: Path, made: str) -> str:
    """Give what the file holds; when there is none, write it first, whole."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f"{file.name}.part")
        partial.write_text(made, "ascii")
        partial.replace(file)
    return file.read_text("ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
