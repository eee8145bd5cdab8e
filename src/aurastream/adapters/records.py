"""
Jobs and results as plain records, the same in every database.

A record is JSON: strings, whole numbers, booleans, None, lists and dictionaries. Numbers may come back as any
numeric type. Scores are written as text, so that no database rounds them.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aurastream.domain.engine import EngineId
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import InputDescription, Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobId, JobKey, Tenant
from aurastream.domain.language import Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import Outcome, OutcomeStatus
from aurastream.domain.remembering import Remembered
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult

Record = dict[str, Any]


def stamp(moment: datetime) -> str:
    """A moment as text that sorts by time; every stored moment has this form."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def stamp_or_none(moment: datetime | None) -> str | None:
    """The same for a moment that may be missing."""
    return None if moment is None else stamp(moment)


def moment(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def addition(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """What a chunk of outcomes adds to its job's counts and spend, by the names that both homes use."""
    ended = dict.fromkeys(OutcomeStatus, 0)
    units = saved = 0
    for outcome in outcomes:
        ended[outcome.status] += 1
        units += outcome.units
        saved += outcome.saved_units
    counts = {status.lower(): count for status, count in ended.items()}
    return {**counts, "units": units, "saved_units": saved}


def job_to_record(job: Job) -> Record:
    """A job without its counts and spend, which are the ledger's."""
    return {
        "tenant": job.key.tenant,
        "job_id": job.key.job_id,
        "status": job.status.value,
        "version": job.version,
        "created_at": stamp(job.created_at),
        "updated_at": stamp(job.updated_at),
        "expires_at": stamp(job.expires_at),
        "deadline_at": stamp_or_none(job.deadline_at),
        "options": _options_to_record(job.options),
        "started_at": stamp_or_none(job.started_at),
        "source": None if job.source is None else _source_to_record(job.source),
        "plan": None if job.plan is None else _plan_to_record(job.plan),
        "error": None if job.error is None else _error_to_record(job.error),
        "retry_of": job.retry_of,
        "cancel_requested": job.cancel_requested,
        "promised": job.promised,
        "deleted": job.deleted,
    }


def job_from_record(record: Mapping[str, Any], counts: Counts, spend: Spend) -> Job:
    """The job of a record, with what the ledger knows of it."""
    source, plan, error = record["source"], record["plan"], record["error"]
    return Job(
        key=JobKey(Tenant(record["tenant"]), JobId(record["job_id"])),
        status=JobStatus(record["status"]),
        version=int(record["version"]),
        created_at=moment(record["created_at"]),
        updated_at=moment(record["updated_at"]),
        expires_at=moment(record["expires_at"]),
        deadline_at=_moment_or_none(record["deadline_at"]),
        options=_options_from_record(record["options"]),
        started_at=_moment_or_none(record["started_at"]),
        source=None if source is None else _source_from_record(source),
        plan=None if plan is None else _plan_from_record(plan),
        counts=counts,
        spend=spend,
        error=None if error is None else _error_from_record(error),
        retry_of=record["retry_of"],
        cancel_requested=record["cancel_requested"],
        promised=record["promised"],
        deleted=record["deleted"],
    )


def _options_to_record(options: JobOptions) -> Record:
    return {
        "text_column": options.text_column,
        "id_column": options.id_column,
        "language_column": options.language_column,
        "language": options.language,
        "filename": options.filename,
        "media_type": options.media_type,
        "max_cost_usd": None if options.max_cost_usd is None else str(options.max_cost_usd),
        "dry_run": options.dry_run,
        "escape_input": options.escape_input,
        "calibration": options.calibration,
        "metadata": dict(options.metadata),
    }


def _options_from_record(record: Mapping[str, Any]) -> JobOptions:
    limit = record["max_cost_usd"]
    return JobOptions(
        text_column=record["text_column"],
        id_column=record["id_column"],
        language_column=record["language_column"],
        language=record["language"],
        filename=record["filename"],
        media_type=record["media_type"],
        max_cost_usd=None if limit is None else Decimal(limit),
        dry_run=record["dry_run"],
        escape_input=record["escape_input"],
        calibration=record.get("calibration"),
        metadata=dict(record["metadata"]),
    )


def _source_to_record(source: Source) -> Record:
    return {"key": source.key, "etag": source.etag, "size": source.size}


def _source_from_record(record: Mapping[str, Any]) -> Source:
    return Source(key=BlobKey(record["key"]), etag=record["etag"], size=int(record["size"]))


def _plan_to_record(plan: Plan) -> Record:
    return {
        "rows": plan.rows,
        "chunks": plan.chunks,
        "estimated_units": plan.estimated_units,
        "input": {
            "format": plan.input.format,
            "encoding": plan.input.encoding,
            "compression": plan.input.compression,
            "delimiter": plan.input.delimiter,
            "columns": list(plan.input.columns),
            "text_column": plan.input.text_column,
            "id_column": plan.input.id_column,
            "language_column": plan.input.language_column,
            "header": plan.input.header,
            "quote": plan.input.quote,
        },
    }


def _plan_from_record(record: Mapping[str, Any]) -> Plan:
    found = record["input"]
    return Plan(
        rows=int(record["rows"]),
        chunks=int(record["chunks"]),
        estimated_units=int(record["estimated_units"]),
        input=InputDescription(
            format=found["format"],
            encoding=found["encoding"],
            compression=found["compression"],
            delimiter=found["delimiter"],
            columns=tuple(found["columns"]),
            text_column=found["text_column"],
            id_column=found["id_column"],
            language_column=found["language_column"],
            header=found["header"],
            quote=found["quote"],
        ),
    )


def _error_to_record(error: JobError) -> Record:
    return {"code": error.code.value, "detail": error.detail, "columns": list(error.columns)}


def _error_from_record(record: Mapping[str, Any]) -> JobError:
    return JobError(
        code=JobErrorCode(record["code"]), detail=record["detail"], columns=tuple(record["columns"])
    )


def remembered_to_record(remembered: Remembered) -> Record:
    """A cached result, without the text it is for."""
    result = remembered.result
    return {
        "sentiment": result.sentiment.value,
        "scores": [repr(score) for score in result.scores.as_tuple()],
        "language": [result.language.code, result.language.source.value],
        "engine": [result.engine.name, result.engine.version],
        "segments": result.segments,
        "coverage": repr(result.coverage),
        "cached": result.cached,
        "units": remembered.units,
        "payer": remembered.payer,
    }


def remembered_from_record(record: Mapping[str, Any]) -> Remembered:
    """The cached result of a record."""
    positive, negative, neutral, mixed = map(float, record["scores"])
    code, source = record["language"]
    name, version = record["engine"]
    result = SentimentResult(
        sentiment=Sentiment(record["sentiment"]),
        scores=Scores(positive=positive, negative=negative, neutral=neutral, mixed=mixed),
        language=TextLanguage(code=Language(code), source=LanguageSource(source)),
        engine=EngineId(name=name, version=version),
        segments=int(record["segments"]),
        coverage=float(record["coverage"]),
        cached=record["cached"],
    )
    return Remembered(result=result, units=int(record["units"]), payer=record["payer"])
