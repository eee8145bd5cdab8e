"""`aurastream`: the commands, what they share, and how they end."""

import logging
import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from aurastream import __version__
from aurastream.entrypoints.cli.account import to_mend
from aurastream.entrypoints.cli.extras import to_install

try:
    import click
except ModuleNotFoundError as missing:  # the library came without its command line
    sys.stderr.write(f"aurastream: {to_install(missing)}\n")
    raise SystemExit(2) from None

from aurastream.entrypoints.cli.ending import BAD_INPUT, INTERRUPTED, MISSING, SERVICE, USAGE

COMMANDS = {
    "analyze": "analyzing",
    "submit": "submitting",
    "jobs": "reading",
    "status": "reading",
    "results": "reading",
    "export": "reading",
    "summary": "reading",
    "cancel": "changing",
    "retry": "changing",
    "delete": "changing",
    "serve": "serving",
    "doctor": "doctoring",
    "redrive": "redriving",
    "evaluate": "evaluating",
    "calibrate": "calibrating",
    "tune": "tuning",
    "standin": "standing_in",
}
"""Where each command is; a module is imported when one of its commands is run."""


class Commands(click.Group):
    """Commands that cost nothing before they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's own signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in COMMANDS:
            from difflib import get_close_matches

            meant = get_close_matches(cmd_name, COMMANDS, n=1)
            ctx.fail(f"there is no command {cmd_name}" + (f"; did you mean {meant[0]}?" if meant else ""))
        module = import_module(f"aurastream.entrypoints.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        shared = isinstance(command, click.Group) or any(isinstance(one, Shared) for one in command.params)
        if not shared:
            command.params += shared_options()
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is said before any command or behind it: where to work, and how to speak."""

    url: str | None = None
    api_key: str | None = None
    data_dir: Path | None = None
    as_json: bool = False
    debug: bool = False

    @property
    def environ(self) -> dict[str, str]:
        """The environment, with what was said instead of it."""
        said = {"AURASTREAM_URL": self.url, "AURASTREAM_API_KEY": self.api_key}
        said["AURASTREAM_DATA_DIR"] = str(self.data_dir) if self.data_dir else None
        return {**os.environ, **{name: value for name, value in said.items() if value is not None}}


class Shared(click.Option):
    """An option of every command, which may also stand before the command."""


def shared_options() -> list[click.Parameter]:
    """What is said by them is noted in the `Choices` of the context."""
    option = partial(Shared, callback=_noted, expose_value=False)
    directory = click.Path(path_type=Path, file_okay=False)
    return [
        option(
            ["--url"], metavar="URL", help="A server to talk to; without one the work is done in process."
        ),
        option(["--api-key"], metavar="KEY", help="The key for that server."),
        option(["--data-dir"], type=directory, help="Where jobs are kept."),
        option(["--json", "as_json"], is_flag=True, help="Speak JSON on stdout."),
        option(["--debug"], is_flag=True, help="Tell on stderr what happens."),
    ]


def _noted(context: click.Context, option: click.Parameter, value: Any) -> None:
    """What is not said leaves what was said before the command."""
    said = context.obj or Choices()
    context.obj = replace(said, **{str(option.name): value}) if value else said
    if option.name == "debug" and value:
        logging.getLogger().setLevel(logging.DEBUG)


@click.group(cls=Commands, params=shared_options(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aurastream")
def cli() -> None:
    """How customers feel: one text now, or a file with a million rows."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with what it means: 0, 2 usage, 3 partly, 4 input, 5 service, 6 missing, 130."""
    _set_up()
    try:
        code = cli.main(arguments, prog_name="aurastream", standalone_mode=False)
    except click.exceptions.Abort:
        _complain("interrupted")
        sys.exit(INTERRUPTED)
    except SystemExit:  # click's word for a reader that went away before all was written: it has seen enough
        sys.exit(0)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:  # the last place that can turn it into a sentence
        sys.exit(_ended_by(error))
    sys.exit(code if isinstance(code, int) else 0)


def _set_up() -> None:
    """What holds for the whole process: how it speaks of what happens, and how numpy computes."""
    if isinstance(sys.stdout, TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # what is read by programs is UTF-8, wherever we are
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    for talkative in ("botocore", "urllib3", "httpcore", "httpx", "asyncio", "multipart", "python_multipart"):
        logging.getLogger(talkative).setLevel(logging.WARNING)  # they would tell what is sent
    # Chunks are scored side by side; threads within each product would only wait for one another, busily:
    # with them a review costs three times as much of the processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _ended_by(error: Exception) -> int:
    """Say what went wrong, never more than our own words of it."""
    from aurastream.domain.errors import (
        AuraStreamError,
        FileRejectedError,
        InvalidRequestError,
        NotFoundError,
    )
    from aurastream.settings import SettingsError

    if isinstance(error, SettingsError):
        _complain(str(error))
        return USAGE
    if isinstance(error, AuraStreamError):
        _complain(str(error) or error.code)
        if isinstance(error, NotFoundError):
            return MISSING
        return BAD_INPUT if isinstance(error, InvalidRequestError | FileRejectedError) else SERVICE
    if isinstance(error, ModuleNotFoundError) and (told := to_install(error)):
        _complain(told)
        return USAGE
    if told := to_mend(error):
        _complain(told)
        return SERVICE
    if isinstance(error, OSError):
        _complain(f"{error.strerror or type(error).__name__}: {error.filename or ''}".rstrip(": "))
        return BAD_INPUT
    logging.getLogger("aurastream.cli").debug("where", exc_info=_without_text(error))
    _complain(f"internal error ({type(error).__name__}); run again with --debug and tell us where")
    return SERVICE


def _without_text(error: Exception) -> Any:
    """Type and place of an error, without its words: they might be a customer's."""
    return (
        type(error),
        type(error)("…") if type(error) in (ValueError, KeyError) else None,
        error.__traceback__,
    )


def _complain(sentence: str) -> None:
    click.echo(f"aurastream: {sentence}", err=True)
