"""`aurastream standin comprehend`."""

from pathlib import Path

import click

from aurastream.entrypoints.cli.ending import SERVICE, EndedError


@click.group()
def standin() -> None:
    """Stand in for a service of AWS, on loopback, for tests."""


@standin.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4590, show_default=True)
@click.option("--tps", type=click.FloatRange(min=0.1), default=20.0, show_default=True)
@click.option("--batch-tps", type=click.FloatRange(min=0.1), default=10.0, show_default=True)
@click.option("--latency-ms", type=click.FloatRange(min=0), default=0.0)
@click.option(
    "--error-rate", type=click.FloatRange(0, 1), default=0.0, help="Share of calls answered with 500."
)
@click.option("--reset-rate", type=click.FloatRange(0, 1), default=0.0, help="Share of connections reset.")
@click.option("--seed", type=int, default=0)
@click.option(
    "--recorded",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV of recorded answers to replay.",
)
def comprehend(
    *,
    port: int,
    tps: float,
    batch_tps: float,
    latency_ms: float,
    error_rate: float,
    reset_rate: float,
    seed: int,
    recorded: Path | None,
) -> None:
    """Amazon Comprehend's sentiment calls, with its limits, quotas, faults and bill."""
    from aurastream.testing.comprehend import serve

    try:
        serve(
            port=port,
            tps=tps,
            batch_tps=batch_tps,
            latency_ms=latency_ms,
            error_rate=error_rate,
            reset_rate=reset_rate,
            seed=seed,
            recorded=recorded,
            say=click.echo,
        )
    except OSError as error:
        raise EndedError(
            f"cannot listen on port {port}: {error.strerror}; choose another by --port", SERVICE
        ) from error
