"""`aurastream serve`."""

from pathlib import Path

import click

from aurastream.entrypoints.cli.app import Choices


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Others than loopback need API keys.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one."
)
@click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where everything is kept."
)
@click.pass_obj
def serve(choices: Choices, *, host: str, port: int, data_dir: Path | None) -> None:
    """Run the service on this machine."""
    from aurastream.entrypoints.serve import serve as run
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir})
    run(settings, host=host, port=port, say=lambda line: click.echo(line))
