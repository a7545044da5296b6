-- +goose Up
-- min_compatible: 10
-- Whether a session is a webinar's, whose attendees are hidden from each other. Older programs begin
-- sessions without saying so.
ALTER TABLE sessions ADD COLUMN webinar BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE sessions SET webinar = TRUE WHERE meeting_id IN (SELECT id FROM meetings WHERE kind = 'webinar');

-- +goose Down
ALTER TABLE sessions DROP COLUMN webinar;
