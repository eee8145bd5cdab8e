"""`aurastream serve`."""

import click

from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import SERVICE, EndedError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Others than loopback need API keys.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one."
)
@click.pass_obj
def serve(choices: Choices, *, host: str, port: int) -> None:
    """Run the service on this machine."""
    from aurastream.entrypoints.serve import serve as run
    from aurastream.settings import Settings

    try:
        run(Settings.from_environ(choices.environ), host=host, port=port, say=click.echo)
    except OSError as error:
        raise EndedError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another by --host or --port",
            SERVICE,
        ) from error
