-- +goose Up
-- min_compatible: 5
-- How many anonymous participants may join by an app in a minute, from one address
-- or with one signature; 0 is the default.
ALTER TABLE apps ADD COLUMN joins_per_minute BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE apps DROP COLUMN joins_per_minute;
