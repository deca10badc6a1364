-- When the model was last called, to the hour; 0: not yet. A server may let unused models lapse.
ALTER TABLE tuned_models ADD COLUMN called_at bigint NOT NULL DEFAULT 0;

-- Older models count as called now: nobody noted their calls before.
UPDATE tuned_models SET called_at = (extract(epoch FROM now()) * 1000)::bigint;
