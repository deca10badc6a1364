-- The furthest step at which an attempt was lost or broke; failed_attempts counts those that got no further.
ALTER TABLE jobs ADD COLUMN failed_step bigint NOT NULL DEFAULT 0;
