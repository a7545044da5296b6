-- +goose Up
-- min_compatible: 8
-- Sealed; the program seals what the plain columns still hold and empties them.
ALTER TABLE meetings ADD COLUMN passcode_sealed BYTEA;
ALTER TABLE meetings ADD COLUMN passcode_link_sealed BYTEA;

-- +goose Down
ALTER TABLE meetings DROP COLUMN passcode_link_sealed;
ALTER TABLE meetings DROP COLUMN passcode_sealed;
