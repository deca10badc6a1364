-- The processes that answer calls, with their heartbeat. shares <> 0: what the process let in stands in call_counts.
CREATE TABLE serving_processes (
  id TEXT NOT NULL PRIMARY KEY,
  seen_at_ms BIGINT NOT NULL,
  shares BIGINT NOT NULL
) WITHOUT ROWID;

-- What each process let in, by second of the store's clock: the last minute, while several processes answer calls.
CREATE TABLE call_counts (
  group_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  model TEXT NOT NULL,
  second BIGINT NOT NULL,
  process_id TEXT NOT NULL,
  requests BIGINT NOT NULL,
  tokens BIGINT NOT NULL,
  PRIMARY KEY (group_id, operation, model, second, process_id)
) WITHOUT ROWID;
