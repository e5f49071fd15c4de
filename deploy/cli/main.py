"""`worldcities`: everything one does to a platform from a terminal."""

import typer

from deploy.cli import docs, matching, platform, search, story, topics

app = typer.Typer(
    help="World Cities: run the platform on this machine and look after it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

COMMANDS = (
    platform.up,
    platform.down,
    platform.reset,
    platform.token,
    story.seed,
    story.demo,
    topics.topics,
    topics.records,
    search.check_search,
    docs.docs,
)
for command in COMMANDS:
    app.command()(command)

app.add_typer(matching.app, name="matching")

if __name__ == "__main__":
    app()
