"""The commands that solve a stored round again, and that prove it again."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import httpx2
import typer
from rich.console import Console

from deploy.local.state import data_folder, read_platform

app = typer.Typer(help="Look after rounds of matching.", no_args_is_help=True)

TOKEN_VARIABLE: Final = "WORLDCITIES_TOKEN"  # noqa: S105 - the name of a variable
"""An officer's token, for a matching service that does not run here."""

READ_SECONDS: Final = 60.0
"""The proof of 2,000 cities a side is some megabytes."""

TOKEN_SECONDS: Final = 10.0

CHECKER: Final = ("-m", "tools.check_round")
"""The independent checker; it imports nothing of ours."""

PROJECT: Final = Path(__file__).parents[2]

Round = Annotated[str, typer.Argument(help="The round's id, such as rnd_0198…")]
Url = Annotated[
    str,
    typer.Option(
        help="Address of the matching service; the one that runs here without. With it the token "
        "comes from WORLDCITIES_TOKEN."
    ),
]
File = Annotated[
    Path | None,
    typer.Option("--file", help="A proof that was saved before, instead of asking the service."),
]


@app.command(
    epilog="Examples: `worldcities matching replay rnd_0198f3a1b2c37d4e8f9a0b1c2d3e0005` · "
    "`WORLDCITIES_TOKEN=… worldcities matching replay rnd_… --url https://matching.example`"
)
def replay(round_id: Round, url: Url = "") -> None:
    """Solve a stored round again from what was known then, and compare every byte.

    Exit code 0: the result is identical. 1: it differs, or the round could not be read.
    """
    # The solver takes half a second to import: no other command should wait for that.
    from services.matching.domain import records  # noqa: PLC0415
    from services.matching.solver.solve import solve  # noqa: PLC0415

    service = _service(url)
    round_, proof = service.read(f"/v1/rounds/{round_id}"), service.proof(round_id)
    problem = records.read_problem(proof["problem"])
    stored = records.written(records.read_answer(proof["solution"]))
    inputs = records.digest(records.written(problem))
    _show("inputs", inputs, round_["inputs_sha256"])
    if inputs != round_["inputs_sha256"]:
        _give_up("The inputs are not those that the round was asked for with.")
    _show("stored result", records.digest(stored), round_["result_sha256"])
    if records.digest(stored) != round_["result_sha256"]:
        _give_up("The stored result is not the one that the round was finished with.")
    with Console(stderr=True).status("solving again") as status, _quiet():
        again = records.written(solve(problem, _stages(status.update)))
    _show("solved again", records.digest(again), round_["result_sha256"])
    if again != stored:
        where = _first_difference(json.loads(stored), json.loads(again))
        _give_up(
            f"different: {where}\nIf the solver has been changed since (CHANGELOG.md), "
            f"`worldcities matching check {round_id}` proves what is stored."
        )
    typer.echo(f"identical: {len(stored)} bytes, {round_['pairs']} pairs ({round_['status']})")


@app.command(
    epilog="Examples: `worldcities matching check rnd_0198f3a1b2c37d4e8f9a0b1c2d3e0005` · "
    "`worldcities matching proof rnd_… > proof.json; worldcities matching check --file proof.json`"
)
def check(
    round_id: Annotated[str, typer.Argument(help="The round's id; none with --file.")] = "",
    url: Url = "",
    file: File = None,
) -> None:
    """Prove a stored round again with the independent checker, which shares no code with ours.

    Exit code 0: the proof holds. Anything else: it does not, and the checker says why.
    """
    if (file is None) == (not round_id):
        _give_up("Name either a round or a --file.")
    if file is not None:
        raise typer.Exit(_checked(file))
    proof = _service(url).proof(round_id)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "proof.json"
        saved.write_text(json.dumps(proof), "utf-8")
        raise typer.Exit(_checked(saved))


@app.command(
    epilog="Examples: `worldcities matching fairness exc_0198… > fairness.html` · "
    "`worldcities matching fairness prg_0198… > programme.html`"
)
def fairness(
    about: Annotated[str, typer.Argument(help="The id of an exchange or of a programme.")],
    url: Url = "",
) -> None:
    """Print the fairness report as a page that needs nothing else, small groups pooled.

    It is what everybody may see, so that it can be published as it is.
    """
    kind = "programmes" if about.startswith("prg_") else "exchanges"
    typer.echo(_service(url, "operator").text(f"/v1/{kind}/{about}/fairness/page"), nl=False)


@app.command(epilog="Example: `worldcities matching proof rnd_0198… > proof.json`")
def proof(round_id: Round, url: Url = "") -> None:
    """Print all that a round rests on, as JSON: its inputs, its pairs, its certificate."""
    typer.echo(json.dumps(_service(url).proof(round_id), ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Service:
    """A matching service, asked with a token."""

    url: str
    token: str

    def proof(self, round_id: str) -> dict[str, Any]:
        return self.read(f"/v1/rounds/{round_id}/proof")

    def read(self, path: str) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.text(path))
        return body

    def text(self, path: str) -> str:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = httpx2.get(f"{self.url}{path}", headers=headers, timeout=READ_SECONDS)
        except httpx2.HTTPError as error:
            _give_up(f"The matching service could not be asked: {error}")
        if not answer.is_success:
            _give_up(f"The matching service refused: {_problem(answer)}")
        return answer.text


def _problem(answer: httpx2.Response) -> str:
    if "json" not in answer.headers.get("content-type", ""):
        return str(answer.status_code)
    problem = answer.json()
    return f"{problem.get('title', answer.status_code)}: {problem.get('detail', '')}"


def _service(url: str, role: str = "officer") -> _Service:
    if url:
        token = os.environ.get(TOKEN_VARIABLE, "")
        if not token:
            _give_up(f"With --url a token must be in {TOKEN_VARIABLE}: the role {role}.")
        return _Service(url.rstrip("/"), token)
    platform = read_platform(data_folder())
    if platform is None or not platform.is_alive:
        _give_up("The platform is not running: make up DETACH=1, or name a --url")
    try:
        answer = httpx2.post(
            f"{platform.urls['issuer']}/token", data={"role": role}, timeout=TOKEN_SECONDS
        )
        token = answer.raise_for_status().json()["access_token"]
    except httpx2.HTTPError as error:
        _give_up(f"The issuer gave no token: {error}")
    return _Service(platform.urls["matching"], token)


def _checked(file: Path) -> int:
    command = (sys.executable, *CHECKER, str(file.absolute()))
    done = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603 - our own module
    return done.returncode


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the solver's library from greeting on stdout."""
    sys.stdout.flush()
    stdout = os.dup(_STDOUT)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, _STDOUT)
    try:
        yield
    finally:
        os.dup2(stdout, _STDOUT)
        os.close(nothing)
        os.close(stdout)


_STDOUT = 1


def _stages(show: Callable[[str], None]) -> Callable[[str], None]:
    return lambda stage: show(f"solving again: {stage}")


def _show(what: str, found: str, recorded: str | None) -> None:
    same = "as recorded" if found == recorded else f"recorded was {recorded}"
    typer.echo(f"{what:<14} sha256 {found}  {same}")


def _first_difference(stored: Any, again: Any, path: str = "") -> str:  # noqa: ANN401 - JSON
    """Name the first place where two JSON values differ."""
    if isinstance(stored, dict) and isinstance(again, dict):
        for name in sorted(stored.keys() | again.keys()):
            if stored.get(name) != again.get(name):
                return _first_difference(stored.get(name), again.get(name), f"{path}/{name}")
    if isinstance(stored, list) and isinstance(again, list):
        for place, (one, other) in enumerate(zip(stored, again, strict=False)):
            if one != other:
                return _first_difference(one, other, f"{path}/{place}")
        return f"{path} has {len(stored)} items, now {len(again)}"
    return f"{path} is {json.dumps(stored)}, now {json.dumps(again)}"


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)
