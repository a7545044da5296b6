-- +goose Up
-- min_compatible: 5
-- How many of a session's live participants have lost their control connection.
ALTER TABLE sessions ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET lost = (SELECT COUNT(*) FROM seats WHERE seats.session_id = sessions.id AND live AND lost_at > 0)
	WHERE ended_at = 0;

-- +goose Down
ALTER TABLE sessions DROP COLUMN lost;
