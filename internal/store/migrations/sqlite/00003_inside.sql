-- +goose Up
-- min_compatible: 3
-- What hosts allow in a session, what a seat may beyond its role, and the key
-- by which somebody becomes the host.

ALTER TABLE sessions ADD COLUMN conduct TEXT NOT NULL DEFAULT '{}';
ALTER TABLE seats ADD COLUMN extras TEXT NOT NULL DEFAULT '{}';
-- Sealed; NULL for users who were made before there were any.
ALTER TABLE users ADD COLUMN host_key BLOB;

-- +goose Down
ALTER TABLE users DROP COLUMN host_key;
ALTER TABLE seats DROP COLUMN extras;
ALTER TABLE sessions DROP COLUMN conduct;
