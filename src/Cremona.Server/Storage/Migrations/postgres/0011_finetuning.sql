-- What a fine-tuning job works on; the job itself is the row of the same id in jobs.
CREATE TABLE finetune_jobs (
    job_id text NOT NULL PRIMARY KEY,
    group_id text NOT NULL,
    base_model_name text NOT NULL,
    base_model_id text NOT NULL,
    training_file bigint NOT NULL,
    validation_file bigint NOT NULL,
    batch_size bigint NOT NULL,
    learning_rate_multiplier double precision NOT NULL,
    epoch_count bigint NOT NULL,
    model_ms bigint NOT NULL UNIQUE,
    model_name text NOT NULL UNIQUE,
    token_count bigint NOT NULL,
    result_file bigint NOT NULL
);

-- One row for each group that ever tuned: its lock makes "count, then create" one step on every database.
CREATE TABLE finetune_groups (
    group_id text NOT NULL PRIMARY KEY,
    last_created_at bigint NOT NULL
);

-- deleted_at <> 0: the model is gone for everybody, its adapter is still being removed.
CREATE TABLE tuned_models (
    id text NOT NULL PRIMARY KEY,
    group_id text NOT NULL,
    base_model_name text NOT NULL,
    base_model_id text NOT NULL,
    created_at bigint NOT NULL,
    adapter_key text NOT NULL,
    job_id text NOT NULL,
    deleted_at bigint NOT NULL DEFAULT 0
);

CREATE INDEX tuned_models_by_group ON tuned_models (group_id, created_at);
