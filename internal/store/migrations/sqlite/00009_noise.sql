-- +goose Up
-- min_compatible: 8
-- Joins whose signature no app has made are kept apart, and not each of them: skipped
-- is how many from the same place were not kept since the one before.
ALTER TABLE attempts ADD COLUMN noise BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE attempts ADD COLUMN skipped BIGINT NOT NULL DEFAULT 0;
CREATE INDEX attempts_by_noise ON attempts (noise, id);

-- +goose Down
DROP INDEX attempts_by_noise;
ALTER TABLE attempts DROP COLUMN skipped;
ALTER TABLE attempts DROP COLUMN noise;
