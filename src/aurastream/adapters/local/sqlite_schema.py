"""The tables of the data directory; a step that was shipped is never changed, another one is added."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE jobs (
        tenant TEXT NOT NULL,
        job_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        status TEXT NOT NULL,
        deleted INTEGER NOT NULL,
        updated_at TEXT NOT NULL,
        deadline_at TEXT,
        record TEXT NOT NULL,
        total INTEGER NOT NULL,
        succeeded INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0,
        skipped INTEGER NOT NULL DEFAULT 0,
        cancelled INTEGER NOT NULL DEFAULT 0,
        units INTEGER NOT NULL DEFAULT 0,
        saved_units INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (tenant, job_id)
    );
    CREATE INDEX jobs_by_status ON jobs (tenant, status, job_id) WHERE NOT deleted;
    CREATE INDEX jobs_by_deadline ON jobs (deadline_at) WHERE deadline_at IS NOT NULL;

    CREATE TABLE chunks (
        tenant TEXT NOT NULL,
        job_id TEXT NOT NULL,
        chunk INTEGER NOT NULL,
        outcomes BLOB NOT NULL,
        PRIMARY KEY (tenant, job_id, chunk)
    );

    CREATE TABLE results (
        tenant TEXT NOT NULL,
        digest TEXT NOT NULL,
        until TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (tenant, digest)
    ) WITHOUT ROWID;
    CREATE INDEX results_by_end ON results (until);

    CREATE TABLE requests (
        fence INTEGER PRIMARY KEY AUTOINCREMENT,
        digest TEXT NOT NULL UNIQUE,
        tenant TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        until TEXT NOT NULL,
        status INTEGER,
        headers TEXT,
        body BLOB,
        job_id TEXT,
        released INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX requests_by_job ON requests (tenant, job_id) WHERE job_id IS NOT NULL;
    CREATE INDEX requests_by_end ON requests (until);

    CREATE TABLE tickets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL,
        job_id TEXT NOT NULL,
        takings INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        queued_at TEXT NOT NULL,
        hidden_until TEXT NOT NULL,
        resting INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX tickets_by_turn ON tickets (resting, hidden_until);

    CREATE TABLE started (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL,
        job_id TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        not_before TEXT NOT NULL DEFAULT '',
        ended_at TEXT,
        UNIQUE (tenant, job_id)
    );
    CREATE INDEX started_open ON started (place) WHERE ended_at IS NULL;
    CREATE INDEX started_ended ON started (ended_at) WHERE ended_at IS NOT NULL;

    CREATE TABLE upload_grants (
        token_hash TEXT PRIMARY KEY,
        blob_key TEXT NOT NULL,
        max_bytes INTEGER NOT NULL,
        until TEXT NOT NULL,
        used INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX upload_grants_by_end ON upload_grants (until)
    """,
)
