-- +goose Up
-- min_compatible: 10
-- Surplus attempts are deleted by app. Sessions are deleted, and with each the database
-- looks for seats of it, live or not.
LOCK TABLE seats, attempts IN ACCESS EXCLUSIVE MODE;
CREATE INDEX attempts_by_app ON attempts (noise, app_id, id);
DROP INDEX attempts_by_noise;
CREATE INDEX seats_of_session ON seats (session_id);
DROP INDEX seats_by_session;

-- +goose Down
CREATE INDEX seats_by_session ON seats (session_id) WHERE NOT live;
DROP INDEX seats_of_session;
CREATE INDEX attempts_by_noise ON attempts (noise, id);
DROP INDEX attempts_by_app;
