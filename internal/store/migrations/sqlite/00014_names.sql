-- +goose Up
-- min_compatible: 14
-- Tables and columns are renamed; programs that know only the old names cannot go on.
ALTER TABLE seats RENAME COLUMN marks TO claims;
ALTER TABLE seats RENAME COLUMN several_devices TO multiple_devices;
ALTER TABLE seats RENAME COLUMN extras TO flags;
ALTER TABLE seats RENAME COLUMN goodbye TO departing;
ALTER TABLE sessions RENAME COLUMN seats TO participants;
ALTER TABLE sessions RENAME COLUMN lost TO disconnected;
ALTER TABLE sessions RENAME COLUMN conduct TO policy;
ALTER TABLE removals RENAME COLUMN seat_id TO participant_id;
ALTER TABLE removals RENAME COLUMN marks TO claims;
ALTER TABLE chat RENAME COLUMN sender_seat_id TO sender_participant_id;
ALTER TABLE chat RENAME COLUMN receiver_seat_id TO receiver_participant_id;
ALTER TABLE attempts RENAME COLUMN seat_id TO participant_id;
ALTER TABLE seats RENAME TO participants;
ALTER TABLE tries RENAME TO attempt_counts;

DROP INDEX seats_held_to;
DROP INDEX seats_live;
DROP INDEX seats_live_by_authorizer;
DROP INDEX seats_live_by_lease;
DROP INDEX seats_live_by_request;
DROP INDEX seats_live_by_user;
DROP INDEX seats_live_identity;
DROP INDEX seats_live_lost;
DROP INDEX seats_of_session;
DROP INDEX seats_on_hold;
CREATE INDEX participants_held_to ON participants (session_id) WHERE on_hold OR held_to > 0;
CREATE UNIQUE INDEX participants_live ON participants (session_id, user_id) WHERE live;
CREATE INDEX participants_live_by_authorizer ON participants (session_id, authorizer_id) WHERE live AND authorizer_id <> '';
CREATE INDEX participants_live_by_lease ON participants (lease_until) WHERE live;
CREATE UNIQUE INDEX participants_live_by_request ON participants (request_key) WHERE live AND request_key <> '';
CREATE INDEX participants_live_by_user ON participants (account_user_id) WHERE live AND account_user_id <> '';
CREATE UNIQUE INDEX participants_live_identity ON participants (session_id, identity) WHERE live AND identity <> '' AND NOT multiple_devices;
CREATE INDEX participants_live_lost ON participants (lost_at) WHERE live AND lost_at > 0;
CREATE INDEX participants_of_session ON participants (session_id);
CREATE INDEX participants_on_hold ON participants (session_id) WHERE on_hold;

-- +goose Down
DROP INDEX participants_held_to;
DROP INDEX participants_live;
DROP INDEX participants_live_by_authorizer;
DROP INDEX participants_live_by_lease;
DROP INDEX participants_live_by_request;
DROP INDEX participants_live_by_user;
DROP INDEX participants_live_identity;
DROP INDEX participants_live_lost;
DROP INDEX participants_of_session;
DROP INDEX participants_on_hold;
CREATE INDEX seats_held_to ON participants (session_id) WHERE on_hold OR held_to > 0;
CREATE UNIQUE INDEX seats_live ON participants (session_id, user_id) WHERE live;
CREATE INDEX seats_live_by_authorizer ON participants (session_id, authorizer_id) WHERE live AND authorizer_id <> '';
CREATE INDEX seats_live_by_lease ON participants (lease_until) WHERE live;
CREATE UNIQUE INDEX seats_live_by_request ON participants (request_key) WHERE live AND request_key <> '';
CREATE INDEX seats_live_by_user ON participants (account_user_id) WHERE live AND account_user_id <> '';
CREATE UNIQUE INDEX seats_live_identity ON participants (session_id, identity) WHERE live AND identity <> '' AND NOT multiple_devices;
CREATE INDEX seats_live_lost ON participants (lost_at) WHERE live AND lost_at > 0;
CREATE INDEX seats_of_session ON participants (session_id);
CREATE INDEX seats_on_hold ON participants (session_id) WHERE on_hold;

ALTER TABLE attempt_counts RENAME TO tries;
ALTER TABLE participants RENAME TO seats;
ALTER TABLE attempts RENAME COLUMN participant_id TO seat_id;
ALTER TABLE chat RENAME COLUMN receiver_participant_id TO receiver_seat_id;
ALTER TABLE chat RENAME COLUMN sender_participant_id TO sender_seat_id;
ALTER TABLE removals RENAME COLUMN claims TO marks;
ALTER TABLE removals RENAME COLUMN participant_id TO seat_id;
ALTER TABLE sessions RENAME COLUMN policy TO conduct;
ALTER TABLE sessions RENAME COLUMN disconnected TO lost;
ALTER TABLE sessions RENAME COLUMN participants TO seats;
ALTER TABLE seats RENAME COLUMN departing TO goodbye;
ALTER TABLE seats RENAME COLUMN flags TO extras;
ALTER TABLE seats RENAME COLUMN multiple_devices TO several_devices;
ALTER TABLE seats RENAME COLUMN claims TO marks;
