import smtplib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import httpx2
import pytest

from deploy.local.ports import LOOPBACK, accepts_connections, free_port
from deploy.local.process import Child, Command


@dataclass(frozen=True, slots=True)
class Mailbox:
    child: Child
    smtp_port: int
    url: str

    def start(self) -> None:
        self.child.start()
        self.child.wait_ready(lambda: accepts_connections(self.smtp_port), 30)

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.url}{path}", trust_env=False)

    def send(self, subject: str, to: str = "ana@almada.example") -> None:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "team@wc.example", to, subject
        letter.set_content("Olá Ana, the visit is planned.")
        letter.add_alternative("<p>Olá <b>Ana</b><script>alert(1)</script></p>", subtype="html")
        letter.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="visit.ics")
        with smtplib.SMTP(LOOPBACK, self.smtp_port) as smtp:
            smtp.send_message(letter)


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    folder = tmp_path_factory.mktemp("mailbox")
    smtp, http = free_port(), free_port()
    arguments = [sys.executable, "-m", "deploy.local.mailbox", "--smtp-port", str(smtp)]
    arguments += ["--http-port", str(http), "--data", str(folder)]
    child = Child(Command("mailbox", arguments, folder / "mailbox.log"))
    running = Mailbox(child, smtp, f"http://{LOOPBACK}:{http}")
    running.start()
    yield running
    child.stop()


def newest(mailbox: Mailbox) -> dict[str, object]:
    found: dict[str, object] = mailbox.get("/api/messages").json()[0]
    return found


def test_letter_is_shown_to_programs(mailbox: Mailbox) -> None:
    mailbox.send("Study visit: Łódź")

    letter = newest(mailbox)
    assert letter["subject"] == "Study visit: Łódź"
    assert letter["envelope_to"] == ["ana@almada.example"]
    assert letter["text"] == "Olá Ana, the visit is planned.\r\n"
    assert letter["attachments"] == [
        {"name": "visit.ics", "content_type": "text/calendar", "bytes": 17}
    ]


def test_letter_is_shown_to_people_and_its_scripts_never_run(mailbox: Mailbox) -> None:
    mailbox.send("<i>Invitation</i>")
    letter_id = newest(mailbox)["id"]

    assert "&lt;i&gt;Invitation&lt;/i&gt;" in mailbox.get("/").text
    assert "Olá Ana, the visit is planned." in mailbox.get(f"/letters/{letter_id}").text
    pretty = mailbox.get(f"/letters/{letter_id}/html")
    assert pretty.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert mailbox.get(f"/letters/{letter_id}/attachments/0").text.startswith("BEGIN:VCALENDAR")


def test_letters_of_one_address_are_found(mailbox: Mailbox) -> None:
    mailbox.send("For Pune", to="Ravi@pune.example")

    found = mailbox.get("/api/messages?to=ravi@pune.example").json()

    assert [letter["subject"] for letter in found] == ["For Pune"]


def test_letters_survive_a_kill(mailbox: Mailbox) -> None:
    mailbox.send("Kept")

    mailbox.child.kill()
    mailbox.start()

    assert newest(mailbox)["subject"] == "Kept"


def test_unknown_letter_is_not_found(mailbox: Mailbox) -> None:
    assert mailbox.get("/api/messages/nothing").status_code == 404
    assert mailbox.get("/letters/nothing").status_code == 404
