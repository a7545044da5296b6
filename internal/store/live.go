package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

var (
	sessionByID           = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE id = ?`)
	liveSession           = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE meeting_id = ? AND ended_at = 0`)
	lastSession           = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE meeting_id = ? AND ended_at > 0 ORDER BY ended_at DESC LIMIT 1`)
	liveOfHost            = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE host_id = ? AND ended_at = 0 ORDER BY started_at, id`)
	allLive               = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE ended_at = 0 AND id > ? ORDER BY id LIMIT ?`)
	dueLive               = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE ended_at = 0 AND ends_by > 0 AND ends_by <= ? ORDER BY ends_by LIMIT ?`)
	emptyLive             = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE ended_at = 0 AND participants = 0 AND empty_since <= ? ORDER BY empty_since LIMIT ?`)
	participantByID       = define(`SELECT ` + participantColumns + ` FROM participants WHERE id = ?`)
	participantByRequest  = define(`SELECT ` + participantColumns + ` FROM participants WHERE request_key = ? AND live AND request_key <> ''`)
	liveParticipants      = define(`SELECT ` + participantColumns + ` FROM participants WHERE session_id = ? AND live ORDER BY user_id`)
	presenters            = define(`SELECT ` + participantColumns + ` FROM participants WHERE session_id = ? AND live AND role <> 'attendee' ORDER BY user_id`)
	participantByUserID   = define(`SELECT ` + participantColumns + ` FROM participants WHERE session_id = ? AND user_id = ? AND live`)
	participantByIdentity = define(`SELECT ` + participantColumns + ` FROM participants
		WHERE session_id = ? AND identity = ? AND live AND identity <> '' AND NOT multiple_devices`)
	participantsOfUser  = define(`SELECT ` + participantColumns + ` FROM participants WHERE account_user_id = ? AND live AND account_user_id <> '' ORDER BY id LIMIT 100`)
	expiredParticipants = define(`SELECT ` + participantColumns + ` FROM participants WHERE live AND lease_until <= ? ORDER BY lease_until LIMIT ?`)
	presentParticipants = define(`SELECT ` + participantColumns + ` FROM participants WHERE live AND lost_at = 0 AND id > ? ORDER BY id LIMIT ?`)
	renewLeases         = defineEach(
		`UPDATE participants SET lease_until = ? WHERE id IN (SELECT value FROM json_each(?)) AND live AND lost_at = 0 AND lease_until < ?`,
		`UPDATE participants SET lease_until = ? WHERE id IN (SELECT json_array_elements_text(?::json)) AND live AND lost_at = 0 AND lease_until < ?`)
	selectPlacements = defineEach(
		`SELECT id, generation, state FROM participants WHERE id IN (SELECT value FROM json_each(?)) AND live`,
		`SELECT id, generation, state FROM participants WHERE id IN (SELECT json_array_elements_text(?::json)) AND live`)
	removalsOf = define(`SELECT r.claims, r.name, r.removed_at, COALESCE(s.state, '') FROM removals r LEFT JOIN participants s ON s.id = r.participant_id
		WHERE r.session_id = ? ORDER BY r.id`)
)

// orNil returns nil without an error for what does not exist.
func orNil[T any](found *T, err error) (*T, error) {
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return found, err
}

// Session returns a session by id, live or ended; ErrNotFound if there is none.
func (s *Store) Session(ctx context.Context, id string) (*meeting.Session, error) {
	found, err := first(s.engine.reader(ctx), scanSession, sessionByID, id)
	return found, wrapErr(err, "a session cannot be read")
}

// LiveSession returns the running session of a meeting; nil without an error if
// there is none.
func (s *Store) LiveSession(ctx context.Context, meetingID string) (*meeting.Session, error) {
	return s.live.get(meetingID, func() (*meeting.Session, error) {
		found, err := orNil(first(s.engine.reader(ctx), scanSession, liveSession, meetingID))
		return found, wrapErr(err, "a live session cannot be read")
	})
}

// LastSession returns the newest ended session of a meeting; nil without an error
// if there is none.
func (s *Store) LastSession(ctx context.Context, meetingID string) (*meeting.Session, error) {
	found, err := orNil(first(s.engine.reader(ctx), scanSession, lastSession, meetingID))
	return found, wrapErr(err, "an ended session cannot be read")
}

// LiveSessionsOfHost returns the live sessions of a user's own meetings, oldest
// first.
func (s *Store) LiveSessionsOfHost(ctx context.Context, hostUserID string) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, liveOfHost, hostUserID)
	return found, wrapErr(err, "a host's sessions cannot be read")
}

// LiveSessions returns live sessions in the order of their ids, those after the
// given one; at most limit.
func (s *Store) LiveSessions(ctx context.Context, after string, limit int) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, allLive, after, int64(limit))
	return found, wrapErr(err, "live sessions cannot be read")
}

// DueSessions returns live sessions whose time is up at now, on the clock that
// their EndsBy is on; at most limit.
func (s *Store) DueSessions(ctx context.Context, now time.Time, limit int) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, dueLive, toMicros(now), int64(limit))
	return found, wrapErr(err, "sessions whose time is up cannot be read")
}

// EmptySessions returns live sessions in which nobody has been since before, in
// real time; at most limit.
func (s *Store) EmptySessions(ctx context.Context, before time.Time, limit int) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, emptyLive, toMicros(before), int64(limit))
	return found, wrapErr(err, "empty sessions cannot be read")
}

// Participant returns a participant by id, live or not; ErrNotFound if there is none.
func (s *Store) Participant(ctx context.Context, id string) (*meeting.Participant, error) {
	found, err := first(s.engine.reader(ctx), scanParticipant, participantByID, id)
	return found, wrapErr(err, "a participant cannot be read")
}

// LiveParticipantByRequest returns the live participant that a request added,
// named by its Participant.RequestKey; nil without an error if there is none.
func (s *Store) LiveParticipantByRequest(ctx context.Context, key string) (*meeting.Participant, error) {
	if key == "" {
		return nil, nil
	}
	found, err := orNil(first(s.engine.reader(ctx), scanParticipant, participantByRequest, key))
	return found, wrapErr(err, "a participant cannot be read")
}

// LiveParticipants returns the live participants of a session in the order of
// joining. Their leases may have been renewed since; Participant returns the present
// one.
func (s *Store) LiveParticipants(ctx context.Context, sessionID string) ([]*meeting.Participant, error) {
	return s.rosters.get(sessionID, func() ([]*meeting.Participant, error) {
		found, err := list(s.engine.reader(ctx), scanParticipant, liveParticipants, sessionID)
		return found, wrapErr(err, "participants cannot be read")
	})
}

// Presenters returns the live participants of a session's hosts, co-hosts and
// panelists, in the order of joining.
func (s *Store) Presenters(ctx context.Context, sessionID string) ([]*meeting.Participant, error) {
	found, err := list(s.engine.reader(ctx), scanParticipant, presenters, sessionID)
	return found, wrapErr(err, "participants cannot be read")
}

// LiveParticipantByIdentity returns the live participant that keeps a verified
// identity (of Claims.Identity) from joining again; nil without an error if there is
// none. Participants that may be on several devices keep nobody out.
func (s *Store) LiveParticipantByIdentity(ctx context.Context, sessionID, identity string) (*meeting.Participant, error) {
	if identity == "" {
		return nil, nil
	}
	found, err := orNil(first(s.engine.reader(ctx), scanParticipant, participantByIdentity, sessionID, identity))
	return found, wrapErr(err, "a participant cannot be read")
}

// LiveParticipantsOfUser returns the live participants of a signed-in user in any
// meeting, oldest first; at most 100.
func (s *Store) LiveParticipantsOfUser(ctx context.Context, userID string) ([]*meeting.Participant, error) {
	if userID == "" {
		return nil, nil
	}
	found, err := list(s.engine.reader(ctx), scanParticipant, participantsOfUser, userID)
	return found, wrapErr(err, "a user's participants cannot be read")
}

// ExpiredParticipants returns live participants whose lease was over at now, in
// real time; the longest expired first, at most limit.
func (s *Store) ExpiredParticipants(ctx context.Context, now time.Time, limit int) ([]*meeting.Participant, error) {
	found, err := list(s.engine.reader(ctx), scanParticipant, expiredParticipants, toMicros(now), int64(limit))
	return found, wrapErr(err, "expired participants cannot be read")
}

// PresentParticipants returns live participants that nobody has noted as lost, in the
// order of their ids, from the one after the given id on; at most limit.
func (s *Store) PresentParticipants(ctx context.Context, after string, limit int) ([]*meeting.Participant, error) {
	found, err := list(s.engine.reader(ctx), scanParticipant, presentParticipants, after, int64(limit))
	return found, wrapErr(err, "present participants cannot be read")
}

// renewBatch is how many leases are renewed in one write, so that joins that
// wait behind it do not wait long.
const renewBatch = 200

// RenewLeases makes the leases of live participants last until the given real time. It
// never shortens one, and skips participants that are gone or whose connection is lost.
func (s *Store) RenewLeases(ctx context.Context, participantIDs []string, until time.Time) error {
	for len(participantIDs) > 0 {
		n := min(renewBatch, len(participantIDs))
		names, err := json.Marshal(participantIDs[:n])
		if err != nil {
			return err
		}
		participantIDs = participantIDs[n:]
		if err := s.engine.write(ctx, func(r runner) error {
			_, err := r.exec(renewLeases, toMicros(until), string(names), toMicros(until))
			return err
		}); err != nil {
			return wrapErr(err, "leases cannot be renewed")
		}
	}
	return nil
}

// Placements returns the places of those of the participants that are live, by
// participant.
func (s *Store) Placements(ctx context.Context, participantIDs []string) (map[string]meeting.Placement, error) {
	names, err := json.Marshal(participantIDs)
	if err != nil {
		return nil, err
	}
	placements := make(map[string]meeting.Placement, len(participantIDs))
	_, err = list(s.engine.reader(ctx), func(row scanner) (id string, err error) {
		var (
			placement  meeting.Placement
			generation int64
		)
		err = row.Scan(&id, &generation, &placement.State)
		placement.Generation = int(generation)
		placements[id] = placement
		return id, err
	}, selectPlacements, string(names))
	return placements, wrapErr(err, "the places of participants cannot be read")
}

// Removal remembers one participant that was removed from a session.
type Removal struct {
	Claims meeting.IdentityClaims
	Name   string
	At     time.Time
	// Waiting is set if it was removed from the waiting room.
	Waiting bool
}

func scanRemoval(row scanner) (Removal, error) {
	var (
		r      Removal
		claims []byte
		at     int64
		state  meeting.ParticipantState
	)
	if err := row.Scan(&claims, &r.Name, &at, &state); err != nil {
		return r, err
	}
	r.At, r.Waiting = fromMicros(at), state == meeting.ParticipantNotAdmitted
	var err error
	r.Claims, err = decodeClaims(claims)
	return r, err
}

// HeldParticipants returns the participants that a host has put on hold in a session, be they
// live or not: those that still are, and those whose people may not read what was written
// until they were admitted again.
func (s *Store) HeldParticipants(ctx context.Context, sessionID string) ([]*meeting.Participant, error) {
	participants, err := list(s.engine.reader(ctx), scanParticipant, heldParticipants, sessionID)
	return participants, wrapErr(err, "participants on hold cannot be read")
}

// Removals returns who was removed from a session, oldest first.
func (s *Store) Removals(ctx context.Context, sessionID string) ([]Removal, error) {
	found, err := list(s.engine.reader(ctx), scanRemoval, removalsOf, sessionID)
	return found, wrapErr(err, "removals cannot be read")
}
