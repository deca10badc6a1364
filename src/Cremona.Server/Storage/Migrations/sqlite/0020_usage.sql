-- The ledger: one row per call of a model. The id is the trace id, so that writing a row twice leaves one.
CREATE TABLE usage_calls (
  id TEXT NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  group_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  key_name TEXT NOT NULL,
  operation TEXT NOT NULL,
  model TEXT NOT NULL,
  input_tokens BIGINT NOT NULL,
  cached_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  first_token_ms BIGINT,
  duration_ms BIGINT NOT NULL,
  status BIGINT NOT NULL
);

CREATE INDEX usage_calls_by_group ON usage_calls (group_id, at_ms);

-- A group without a row has no balance to keep to.
CREATE TABLE group_balances (
  group_id TEXT NOT NULL PRIMARY KEY,
  tokens_left BIGINT NOT NULL
);
