"""A summary as callers see it; what builds it is the domain."""

from typing_extensions import TypedDict

from aurastream.domain.job import JobStatus
from aurastream.entrypoints.http.closed import closed


@closed
class ShareView(TypedDict):
    """How many of the scored rows, their share, and its 95 % Wilson interval; null without scored rows."""

    count: int
    share: float | None
    low: float | None
    high: float | None


@closed
class SentimentsView(TypedDict):
    """The scored rows by sentiment."""

    positive: ShareView
    negative: ShareView
    neutral: ShareView
    mixed: ShareView


@closed
class TotalsView(TypedDict):
    """
    Rows taken together: how they ended, what was felt, and what it cost.

    `polarity` is the mean of positive less negative. It and `sentiments` are null until the job has ended.
    """

    count: int
    succeeded: int
    failed: int
    skipped: int
    cancelled: int
    sentiments: SentimentsView | None
    polarity: float | None
    units: int
    saved_units: int


@closed
class GroupView(TotalsView):
    """The same of the rows that share a value in a column."""

    value: str


@closed
class SummaryView(TypedDict):
    """Totals; `columns` lists what can be grouped by, `groups` holds those of the column asked for."""

    job_id: str
    status: JobStatus
    totals: TotalsView
    columns: list[str]
    groups: dict[str, list[GroupView]]
