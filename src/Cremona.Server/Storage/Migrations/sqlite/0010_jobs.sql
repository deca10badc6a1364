-- Jobs of every kind. All times are Unix milliseconds; 0 means "not yet".
CREATE TABLE jobs (
    id text NOT NULL PRIMARY KEY,
    group_id text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('created', 'pending', 'running', 'succeeded', 'failed', 'cancelled')),
    created_at bigint NOT NULL,
    started_at bigint NOT NULL DEFAULT 0,
    ended_at bigint NOT NULL DEFAULT 0,
    claimed_at bigint NOT NULL DEFAULT 0,
    attempt bigint NOT NULL DEFAULT 0,
    failed_attempts bigint NOT NULL DEFAULT 0,
    lease_holder text,
    lease_until bigint NOT NULL DEFAULT 0,
    worked_ms bigint NOT NULL DEFAULT 0,
    step bigint NOT NULL DEFAULT 0,
    step_count bigint NOT NULL DEFAULT 0,
    train_loss double precision NOT NULL DEFAULT 0,
    tokens_per_second double precision NOT NULL DEFAULT 0,
    removed_at bigint NOT NULL DEFAULT 0,
    cleanup_due bigint NOT NULL DEFAULT 0
);

CREATE INDEX jobs_by_state ON jobs (state, created_at);
CREATE INDEX jobs_by_group ON jobs (group_id, created_at);
CREATE INDEX jobs_by_cleanup ON jobs (cleanup_due);

-- One row for each transition of a job; a transition told twice would break the second key.
CREATE TABLE job_events (
    job_id text NOT NULL,
    ordinal bigint NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    worked_at bigint NOT NULL,
    result text NOT NULL,
    error_code bigint NOT NULL,
    error_text text NOT NULL,
    PRIMARY KEY (job_id, ordinal),
    UNIQUE (job_id, state)
);
