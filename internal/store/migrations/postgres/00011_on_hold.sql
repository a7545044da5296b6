-- +goose Up
-- min_compatible: 10
-- Whether a host put a seat in the waiting room while the meeting ran and has not let it in again, also
-- after it has left; and how many such seats a session has.
ALTER TABLE seats ADD COLUMN on_hold BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN on_hold BIGINT NOT NULL DEFAULT 0;
CREATE INDEX seats_on_hold ON seats (session_id) WHERE on_hold;

-- +goose Down
DROP INDEX seats_on_hold;
ALTER TABLE sessions DROP COLUMN on_hold;
ALTER TABLE seats DROP COLUMN on_hold;
