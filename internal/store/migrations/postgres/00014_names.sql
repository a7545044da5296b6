-- +goose Up
-- min_compatible: 14
-- Tables and columns are renamed; programs that know only the old names cannot go on.
LOCK TABLE sessions, seats, removals, chat, attempts, tries IN ACCESS EXCLUSIVE MODE;
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

ALTER INDEX seats_held_to RENAME TO participants_held_to;
ALTER INDEX seats_live RENAME TO participants_live;
ALTER INDEX seats_live_by_authorizer RENAME TO participants_live_by_authorizer;
ALTER INDEX seats_live_by_lease RENAME TO participants_live_by_lease;
ALTER INDEX seats_live_by_request RENAME TO participants_live_by_request;
ALTER INDEX seats_live_by_user RENAME TO participants_live_by_user;
ALTER INDEX seats_live_identity RENAME TO participants_live_identity;
ALTER INDEX seats_live_lost RENAME TO participants_live_lost;
ALTER INDEX seats_of_session RENAME TO participants_of_session;
ALTER INDEX seats_on_hold RENAME TO participants_on_hold;
ALTER INDEX seats_pkey RENAME TO participants_pkey;
ALTER INDEX tries_pkey RENAME TO attempt_counts_pkey;

-- +goose Down
ALTER INDEX participants_held_to RENAME TO seats_held_to;
ALTER INDEX participants_live RENAME TO seats_live;
ALTER INDEX participants_live_by_authorizer RENAME TO seats_live_by_authorizer;
ALTER INDEX participants_live_by_lease RENAME TO seats_live_by_lease;
ALTER INDEX participants_live_by_request RENAME TO seats_live_by_request;
ALTER INDEX participants_live_by_user RENAME TO seats_live_by_user;
ALTER INDEX participants_live_identity RENAME TO seats_live_identity;
ALTER INDEX participants_live_lost RENAME TO seats_live_lost;
ALTER INDEX participants_of_session RENAME TO seats_of_session;
ALTER INDEX participants_on_hold RENAME TO seats_on_hold;
ALTER INDEX participants_pkey RENAME TO seats_pkey;
ALTER INDEX attempt_counts_pkey RENAME TO tries_pkey;

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
