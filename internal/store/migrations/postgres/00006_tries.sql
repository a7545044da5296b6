-- +goose Up
-- min_compatible: 5
-- What is tried too often, such as wrong passcodes, where all nodes see it.
CREATE TABLE tries (
    name TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL
);

-- +goose Down
DROP TABLE tries;
