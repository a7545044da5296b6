-- +goose Up
-- min_compatible: 4
-- When a participant's control connection was lost, in real time (0 while it is
-- up), and whether its page said goodbye.
ALTER TABLE seats ADD COLUMN lost_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN goodbye BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX seats_live_lost ON seats (lost_at) WHERE live AND lost_at > 0;

-- It was never written.
ALTER TABLE seats RENAME COLUMN resume_hash TO signature_digest;

-- +goose Down
ALTER TABLE seats RENAME COLUMN signature_digest TO resume_hash;
DROP INDEX seats_live_lost;
ALTER TABLE seats DROP COLUMN goodbye;
ALTER TABLE seats DROP COLUMN lost_at;
