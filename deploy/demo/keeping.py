"""What the demonstration remembers between two runs: its receiver, its keys and what was received.

Promises: each file is there whole or not at all; the file with secrets is the owner's alone.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

OWNER_ONLY = 0o600
"""The file holds an API key and a signing secret."""


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner integration of the demonstration and its receiver.

    `port`, `key_expires_at` and `made_at` are written down before anything is asked for, so that a
    request whose answer was lost is repeated word for word. `since` is the last position of the
    feed before the endpoint was there; None: not registered yet.
    """

    port: int
    made_at: str
    key_expires_at: str
    subscriber_id: str = ""
    endpoint_id: str = ""
    api_key: str = ""
    secret: str = ""
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One webhook that was received and verified; `event_time` is when its event was committed."""

    id: str
    type: str
    subject: str
    sequence: int
    event_time: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Keeping:
    """The demonstration's folder in the platform's data."""

    folder: Path

    def partner(self) -> Partner | None:
        """Read what is known of the partner integration."""
        try:
            return Partner(**json.loads(self._partner_file.read_text("utf-8")))
        except FileNotFoundError:
            return None

    def keep_partner(self, partner: Partner) -> Partner:
        """Write down what is known of the partner integration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self._partner_file.with_suffix(".part")
        partial.touch(OWNER_ONLY)
        partial.write_text(json.dumps(asdict(partner), indent=1), "utf-8")
        partial.replace(self._partner_file)
        return partner

    def forget(self) -> None:
        """Begin anew: the platform does not know the partner integration any more."""
        for file in (self._partner_file, self._receipts_file):
            file.unlink(missing_ok=True)

    def receipts(self) -> Iterator[Receipt]:
        """Read what was received so far, in that order."""
        if not self._receipts_file.exists():
            return
        for line in self._receipts_file.read_text("utf-8").splitlines():
            row = json.loads(line)
            for name in ("event_time", "received_at"):
                row[name] = datetime.fromisoformat(row[name])
            yield Receipt(**row)

    def keep_receipt(self, receipt: Receipt) -> None:
        """Write down a receipt, before the sender hears that it was taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        row = asdict(receipt)
        for name in ("event_time", "received_at"):
            row[name] = row[name].isoformat()
        with self._receipts_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    @property
    def _partner_file(self) -> Path:
        return self.folder / "partner.json"

    @property
    def _receipts_file(self) -> Path:
        return self.folder / "receipts.jsonl"
