-- +goose Up
-- min_compatible: 1
-- Ids sort by their bytes, as in SQLite, whatever the locale of the database.
-- Times are microseconds since 1970 (0 = never). The SQLite twin of this
-- file has the same tables and columns; a test compares them.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    suspended BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    status TEXT NOT NULL,
    role TEXT NOT NULL,
    group_names TEXT NOT NULL,
    licence TEXT NOT NULL,
    tokens_valid_from BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX users_by_account ON users (account_id, id);
-- An address belongs to one person at a time; deleted people give theirs back.
CREATE UNIQUE INDEX users_by_email ON users (email_key) WHERE status <> 'deleted';
CREATE INDEX users_by_any_email ON users (email_key, created_at);

CREATE TABLE apps (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    published BOOLEAN NOT NULL,
    meeting_sdk BOOLEAN NOT NULL,
    reason_style TEXT NOT NULL,
    allowed_origins TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX apps_by_account ON apps (account_id, id);

-- Keys of both kinds share one space, so that a key names one app only.
CREATE TABLE app_keys (
    app_key TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    development BOOLEAN NOT NULL,
    UNIQUE (app_id, development)
);

-- Secrets are sealed; lookup is a keyed hash that finds one without opening it.
CREATE TABLE app_secrets (
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    lookup BYTEA NOT NULL,
    PRIMARY KEY (app_id, kind)
);
CREATE INDEX app_secrets_by_lookup ON app_secrets (lookup);

CREATE TABLE meetings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    host_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    kind TEXT NOT NULL,
    passcode TEXT NOT NULL,
    passcode_link TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    occurrences TEXT NOT NULL,
    settings TEXT NOT NULL,
    alternative_hosts TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX meetings_by_account ON meetings (account_id, id);
CREATE INDEX meetings_by_host ON meetings (host_id);

CREATE TABLE sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    number TEXT NOT NULL,
    host_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    host_started BOOLEAN NOT NULL,
    locked BOOLEAN NOT NULL,
    practice BOOLEAN NOT NULL,
    ended_at BIGINT NOT NULL,
    end_reason TEXT NOT NULL,
    revision BIGINT NOT NULL,
    gate_revision BIGINT NOT NULL,
    seats BIGINT NOT NULL,
    next_user_id BIGINT NOT NULL,
    removals BIGINT NOT NULL,
    -- Real time since which nobody is inside; 0 while somebody is.
    empty_since BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_live ON sessions (meeting_id) WHERE ended_at = 0;
CREATE INDEX sessions_by_meeting ON sessions (meeting_id, ended_at);
CREATE INDEX sessions_live_by_host ON sessions (host_id) WHERE ended_at = 0;
CREATE INDEX sessions_empty ON sessions (empty_since) WHERE ended_at = 0 AND seats = 0;

CREATE TABLE seats (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    meeting_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    guid TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    marks TEXT NOT NULL,
    identity TEXT NOT NULL,
    account_user_id TEXT NOT NULL,
    guest BOOLEAN NOT NULL,
    several_devices BOOLEAN NOT NULL,
    resume_hash BYTEA,
    generation BIGINT NOT NULL,
    view TEXT NOT NULL,
    sdk_version TEXT NOT NULL,
    muted BOOLEAN NOT NULL,
    audio_on BOOLEAN NOT NULL,
    video_on BOOLEAN NOT NULL,
    sharing BOOLEAN NOT NULL,
    hand_raised BOOLEAN NOT NULL,
    joined_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    left_at BIGINT NOT NULL,
    join_id TEXT NOT NULL
);
CREATE UNIQUE INDEX seats_live ON seats (session_id, user_id) WHERE live;
CREATE UNIQUE INDEX seats_live_identity ON seats (session_id, identity) WHERE live AND identity <> '' AND NOT several_devices;
CREATE INDEX seats_live_by_user ON seats (account_user_id) WHERE live AND account_user_id <> '';
CREATE INDEX seats_live_by_lease ON seats (lease_until) WHERE live;
CREATE INDEX seats_by_join ON seats (join_id) WHERE join_id <> '';
CREATE INDEX seats_by_session ON seats (session_id) WHERE NOT live;

CREATE TABLE removals (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seat_id TEXT NOT NULL,
    marks TEXT NOT NULL,
    name TEXT NOT NULL,
    removed_at BIGINT NOT NULL
);
CREATE INDEX removals_by_session ON removals (session_id, id);

CREATE TABLE chat (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- Counted in the session, under its lock.
    position BIGINT NOT NULL,
    sender_seat_id TEXT NOT NULL,
    sender_user_id BIGINT NOT NULL,
    sender_name TEXT NOT NULL,
    receiver_seat_id TEXT NOT NULL,
    receiver_user_id BIGINT NOT NULL,
    receiver_name TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX chat_by_session ON chat (session_id, position);

CREATE TABLE user_tokens (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    meeting_number TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);
CREATE INDEX user_tokens_by_user ON user_tokens (user_id, issued_at);
CREATE INDEX user_tokens_by_expiry ON user_tokens (expires_at);

CREATE TABLE attempts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    meeting_number TEXT NOT NULL,
    code BIGINT NOT NULL,
    name TEXT NOT NULL,
    cause TEXT NOT NULL,
    view TEXT NOT NULL,
    app_id TEXT NOT NULL,
    app_name TEXT NOT NULL,
    user_name TEXT NOT NULL,
    remote_ip TEXT NOT NULL,
    join_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    seat_id TEXT NOT NULL,
    detail BYTEA
);
CREATE INDEX attempts_by_code ON attempts (code, id);
CREATE INDEX attempts_by_meeting ON attempts (meeting_number, id);

-- +goose Down
DROP TABLE attempts;
DROP TABLE user_tokens;
DROP TABLE chat;
DROP TABLE removals;
DROP TABLE seats;
DROP TABLE sessions;
DROP TABLE meetings;
DROP TABLE app_secrets;
DROP TABLE app_keys;
DROP TABLE apps;
DROP TABLE users;
DROP TABLE accounts;
DROP TABLE secrets;
DROP TABLE meta;
