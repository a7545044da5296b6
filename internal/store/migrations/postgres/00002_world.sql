-- +goose Up
-- min_compatible: 2
-- Registrations and panelists, installed apps, an app's own token policy, and
-- what live seats and sessions need for them.

ALTER TABLE apps ADD COLUMN token_policy TEXT NOT NULL DEFAULT '{}';

CREATE TABLE installations (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    user_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL
);
CREATE INDEX installations_by_app ON installations (app_id, id);
CREATE INDEX installations_by_account ON installations (account_id, app_id) WHERE removed_at = 0;

CREATE TABLE registrants (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    status TEXT NOT NULL,
    panelist BOOLEAN NOT NULL,
    occurrence BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX registrants_by_meeting ON registrants (meeting_id, id);
CREATE INDEX registrants_by_email ON registrants (meeting_id, email_key, created_at);
-- Whoever has cancelled may register again; everybody else is registered once.
CREATE UNIQUE INDEX registrants_standing ON registrants (meeting_id, email_key, panelist, occurrence) WHERE status <> 'cancelled';

ALTER TABLE user_tokens ADD COLUMN installation_id TEXT NOT NULL DEFAULT '';

-- The moment, on the injected clock, at which a session is ended; 0 for none.
ALTER TABLE sessions ADD COLUMN ends_by BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sessions_due ON sessions (ends_by) WHERE ended_at = 0 AND ends_by > 0;

-- In whose name the app of an OBF takes part.
ALTER TABLE seats ADD COLUMN authorizer_id TEXT NOT NULL DEFAULT '';
CREATE INDEX seats_live_by_authorizer ON seats (session_id, authorizer_id) WHERE live AND authorizer_id <> '';

-- One request takes one seat, on whichever node it is answered.
ALTER TABLE seats ADD COLUMN request_key TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX seats_live_by_request ON seats (request_key) WHERE live AND request_key <> '';
DROP INDEX seats_by_join;

-- +goose Down
CREATE INDEX seats_by_join ON seats (join_id) WHERE join_id <> '';
DROP INDEX seats_live_by_request;
ALTER TABLE seats DROP COLUMN request_key;
DROP INDEX seats_live_by_authorizer;
ALTER TABLE seats DROP COLUMN authorizer_id;
DROP INDEX sessions_due;
ALTER TABLE sessions DROP COLUMN ends_by;
ALTER TABLE user_tokens DROP COLUMN installation_id;
DROP TABLE registrants;
DROP TABLE installations;
ALTER TABLE apps DROP COLUMN token_policy;
