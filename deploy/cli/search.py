"""The command that compares the registry's search indexes with their collections."""

import os
from typing import Annotated, Final, NoReturn

import httpx2
import typer

from deploy.local.state import data_folder, read_platform

TOKEN_VARIABLE: Final = "WORLDCITIES_TOKEN"  # noqa: S105 - the name of a variable
"""An officer's or operator's token, for a registry that does not run here."""

CHECK_SECONDS: Final = 300.0
"""A check reads all cities; 34,006 take some ten seconds."""

_SUBJECTS: Final = ("cities", "practices")

TOKEN_SECONDS: Final = 10.0


def check_search(
    url: Annotated[
        str, typer.Option(help="Address of one registry process; the one that runs here without.")
    ] = "",
) -> None:
    """Compare a registry's search indexes with their collections; one that differs is built anew.

    Each API process has indexes of its own: ask every one of them. With --url the token comes from
    WORLDCITIES_TOKEN.
    """
    address, token = (url, os.environ.get(TOKEN_VARIABLE, "")) if url else _here()
    headers = {"Authorization": f"Bearer {token}"}
    try:
        answer = httpx2.get(f"{address}/v1/search/check", headers=headers, timeout=CHECK_SECONDS)
        found = answer.raise_for_status().json()
    except httpx2.HTTPError as error:
        _give_up(f"The registry could not be asked: {error}")
    for subject in _SUBJECTS:
        for kind in ("missing", "extra", "stale"):
            for id_ in found[subject][kind]:
                typer.echo(f"{kind} {id_}")
    if not found["ok"]:
        _give_up("An index differs from its collection; it is being built anew.")
    counts = " and ".join(f"{found[subject]['documents']} {subject}" for subject in _SUBJECTS)
    typer.echo(f"The indexes hold all {counts} as the collections have them.")


def _here() -> tuple[str, str]:
    platform = read_platform(data_folder())
    if platform is None or not platform.is_alive:
        _give_up("The platform is not running: make up DETACH=1")
    try:
        answer = httpx2.post(
            f"{platform.urls['issuer']}/token", data={"role": "operator"}, timeout=TOKEN_SECONDS
        )
        token: str = answer.raise_for_status().json()["access_token"]
    except httpx2.HTTPError as error:
        _give_up(f"The issuer gave no token: {error}")
    return platform.urls["registry"], token


def _give_up(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)
