"""The commands that start and stop the platform of this machine and give tokens for it."""

from typing import Annotated, NoReturn

import httpx2
import typer
from rich.console import Console

from deploy.local import lifecycle
from deploy.local.jars import JarError
from deploy.local.process import ProcessError
from deploy.local.screen import print_addresses
from deploy.local.state import data_folder, read_platform
from shared.auth.principal import Role

TOKEN_TIMEOUT_SECONDS = 5.0
"""The issuer answers in milliseconds; longer means that it is not there."""


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it is ready.")] = False,
) -> None:
    """Start everything on this machine; without --detach until Ctrl-C."""
    data = data_folder()
    console = Console()
    try:
        running = lifecycle.wait_for_other(data, console)
        if running is not None:
            console.print("It is up already.")
            print_addresses(console, running, data)
        elif detach:
            print_addresses(console, lifecycle.start_detached(data, console), data)
        else:
            lifecycle.run(data, console)
    except (ProcessError, JarError) as error:
        _give_up(str(error))


def down() -> None:
    """Stop the platform; its data stays."""
    console = Console()
    stopped = lifecycle.stop(data_folder(), console)
    console.print("Stopped." if stopped else "Nothing was running.")


def reset() -> None:
    """Stop the platform and forget its data."""
    data = data_folder()
    down()
    lifecycle.forget(data)
    Console().print(f"Forgot what was in {data}.", soft_wrap=True)


def token(
    role: Annotated[list[Role], typer.Option(help="Once or several times.")],
    city: Annotated[list[str] | None, typer.Option(help="A coordinator's city, cty_...")] = None,
    sub: Annotated[str, typer.Option(help="Whose token; local-ROLE without it.")] = "",
) -> None:
    """Print an access token of the development issuer that runs here."""
    platform = read_platform(data_folder())
    if platform is None or not platform.is_alive:
        _give_up("The platform is not running: make up DETACH=1")
    form = {"role": [str(one) for one in role], "cities": city or [], "sub": sub}
    url = f"{platform.urls['issuer']}/token"
    try:
        answer = httpx2.post(url, data=form, timeout=TOKEN_TIMEOUT_SECONDS).raise_for_status()
    except httpx2.HTTPError as error:
        _give_up(f"The issuer gave no token: {error}")
    typer.echo(answer.json()["access_token"])


def _give_up(text: str) -> NoReturn:
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)
