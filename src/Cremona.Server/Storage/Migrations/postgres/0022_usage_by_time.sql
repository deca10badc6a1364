-- For the retention of the ledger, which looks for old rows of all groups.
CREATE INDEX usage_calls_by_time ON usage_calls (at_ms);
