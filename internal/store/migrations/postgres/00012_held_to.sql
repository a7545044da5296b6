-- +goose Up
-- min_compatible: 10
-- The position of the last chat message that the person of a seat may not read, because a host had put
-- them on hold until then; and the largest one of each session.
-- Nodes lock the tables in this order.
LOCK TABLE sessions, seats IN ACCESS EXCLUSIVE MODE;
ALTER TABLE seats ADD COLUMN held_to BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN held_to BIGINT NOT NULL DEFAULT 0;
CREATE INDEX seats_held_to ON seats (session_id) WHERE on_hold OR held_to > 0;

-- +goose Down
DROP INDEX seats_held_to;
ALTER TABLE sessions DROP COLUMN held_to;
ALTER TABLE seats DROP COLUMN held_to;
