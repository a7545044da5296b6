package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

var (
	sessionByID  = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE id = ?`)
	liveSession  = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE meeting_id = ? AND ended_at = 0`)
	lastSession  = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE meeting_id = ? AND ended_at > 0 ORDER BY ended_at DESC LIMIT 1`)
	liveOfHost   = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE host_id = ? AND ended_at = 0 ORDER BY started_at, id`)
	allLive      = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE ended_at = 0 AND id > ? ORDER BY id LIMIT ?`)
	dueLive      = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE ended_at = 0 AND ends_by > 0 AND ends_by <= ? ORDER BY ends_by LIMIT ?`)
	emptyLive    = define(`SELECT ` + sessionColumns + ` FROM sessions WHERE ended_at = 0 AND seats = 0 AND empty_since <= ? ORDER BY empty_since LIMIT ?`)
	seatByID     = define(`SELECT ` + seatColumns + ` FROM seats WHERE id = ?`)
	seatOfAsk    = define(`SELECT ` + seatColumns + ` FROM seats WHERE request_key = ? AND live AND request_key <> ''`)
	liveSeats    = define(`SELECT ` + seatColumns + ` FROM seats WHERE session_id = ? AND live ORDER BY user_id`)
	presenters   = define(`SELECT ` + seatColumns + ` FROM seats WHERE session_id = ? AND live AND role <> 'attendee' ORDER BY user_id`)
	seatByNumber = define(`SELECT ` + seatColumns + ` FROM seats WHERE session_id = ? AND user_id = ? AND live`)
	seatOfOne    = define(`SELECT ` + seatColumns + ` FROM seats
		WHERE session_id = ? AND identity = ? AND live AND identity <> '' AND NOT several_devices`)
	seatsOfUser  = define(`SELECT ` + seatColumns + ` FROM seats WHERE account_user_id = ? AND live AND account_user_id <> '' ORDER BY id LIMIT 100`)
	expiredSeats = define(`SELECT ` + seatColumns + ` FROM seats WHERE live AND lease_until <= ? ORDER BY lease_until LIMIT ?`)
	presentSeats = define(`SELECT ` + seatColumns + ` FROM seats WHERE live AND lost_at = 0 AND id > ? ORDER BY id LIMIT ?`)
	renewLeases  = defineEach(
		`UPDATE seats SET lease_until = ? WHERE id IN (SELECT value FROM json_each(?)) AND live AND lost_at = 0 AND lease_until < ?`,
		`UPDATE seats SET lease_until = ? WHERE id IN (SELECT json_array_elements_text(?::json)) AND live AND lost_at = 0 AND lease_until < ?`)
	placesOf = defineEach(
		`SELECT id, generation, state FROM seats WHERE id IN (SELECT value FROM json_each(?)) AND live`,
		`SELECT id, generation, state FROM seats WHERE id IN (SELECT json_array_elements_text(?::json)) AND live`)
	removalsOf = define(`SELECT r.marks, r.name, r.removed_at, COALESCE(s.state, '') FROM removals r LEFT JOIN seats s ON s.id = r.seat_id
		WHERE r.session_id = ? ORDER BY r.id`)
)

// orNil answers nil without an error for what does not exist.
func orNil[T any](found *T, err error) (*T, error) {
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return found, err
}

// Session answers a session by id, live or ended; ErrNotFound if there is none.
func (s *Store) Session(ctx context.Context, id string) (*meeting.Session, error) {
	found, err := first(s.engine.reader(ctx), scanSession, sessionByID, id)
	return found, told(err, "a session cannot be read")
}

// LiveSession answers the running session of a meeting; nil without an error
// if there is none.
func (s *Store) LiveSession(ctx context.Context, meetingID string) (*meeting.Session, error) {
	return s.live.get(meetingID, func() (*meeting.Session, error) {
		found, err := orNil(first(s.engine.reader(ctx), scanSession, liveSession, meetingID))
		return found, told(err, "a live session cannot be read")
	})
}

// LastSession answers the newest ended session of a meeting; nil without an
// error if there is none.
func (s *Store) LastSession(ctx context.Context, meetingID string) (*meeting.Session, error) {
	found, err := orNil(first(s.engine.reader(ctx), scanSession, lastSession, meetingID))
	return found, told(err, "an ended session cannot be read")
}

// LiveSessionsOfHost answers the live sessions of a user's own meetings,
// oldest first.
func (s *Store) LiveSessionsOfHost(ctx context.Context, hostUserID string) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, liveOfHost, hostUserID)
	return found, told(err, "a host's sessions cannot be read")
}

// LiveSessions answers live sessions in the order of their ids, those after
// the given one; at most limit.
func (s *Store) LiveSessions(ctx context.Context, after string, limit int) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, allLive, after, int64(limit))
	return found, told(err, "live sessions cannot be read")
}

// DueSessions answers live sessions whose time is up at now, on the clock that
// their EndsBy is on; at most limit.
func (s *Store) DueSessions(ctx context.Context, now time.Time, limit int) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, dueLive, stamp(now), int64(limit))
	return found, told(err, "sessions whose time is up cannot be read")
}

// EmptySessions answers live sessions in which nobody has been since before,
// in real time; at most limit.
func (s *Store) EmptySessions(ctx context.Context, before time.Time, limit int) ([]*meeting.Session, error) {
	found, err := list(s.engine.reader(ctx), scanSession, emptyLive, stamp(before), int64(limit))
	return found, told(err, "empty sessions cannot be read")
}

// Seat answers a seat by id, live or not; ErrNotFound if there is none.
func (s *Store) Seat(ctx context.Context, id string) (*meeting.Seat, error) {
	found, err := first(s.engine.reader(ctx), scanSeat, seatByID, id)
	return found, told(err, "a seat cannot be read")
}

// LiveSeatByRequest answers the live seat that a request took, named by its
// Seat.RequestKey; nil without an error if there is none.
func (s *Store) LiveSeatByRequest(ctx context.Context, key string) (*meeting.Seat, error) {
	if key == "" {
		return nil, nil
	}
	found, err := orNil(first(s.engine.reader(ctx), scanSeat, seatOfAsk, key))
	return found, told(err, "a seat cannot be read")
}

// LiveSeats answers the live seats of a session in the order of joining. Their
// leases may have been renewed since; Seat answers the present one.
func (s *Store) LiveSeats(ctx context.Context, sessionID string) ([]*meeting.Seat, error) {
	return s.rosters.get(sessionID, func() ([]*meeting.Seat, error) {
		found, err := list(s.engine.reader(ctx), scanSeat, liveSeats, sessionID)
		return found, told(err, "seats cannot be read")
	})
}

// Presenters returns the live seats of a session's hosts, co-hosts and panelists, in
// the order of joining.
func (s *Store) Presenters(ctx context.Context, sessionID string) ([]*meeting.Seat, error) {
	found, err := list(s.engine.reader(ctx), scanSeat, presenters, sessionID)
	return found, told(err, "seats cannot be read")
}

// LiveSeatByIdentity answers the live seat that keeps a verified identity (of
// Marks.Identity) from joining again; nil without an error if there is none.
// Seats that may be on several devices keep nobody out.
func (s *Store) LiveSeatByIdentity(ctx context.Context, sessionID, identity string) (*meeting.Seat, error) {
	if identity == "" {
		return nil, nil
	}
	found, err := orNil(first(s.engine.reader(ctx), scanSeat, seatOfOne, sessionID, identity))
	return found, told(err, "a seat cannot be read")
}

// LiveSeatsOfUser answers the live seats of a signed-in user in any meeting,
// oldest first; at most 100.
func (s *Store) LiveSeatsOfUser(ctx context.Context, userID string) ([]*meeting.Seat, error) {
	if userID == "" {
		return nil, nil
	}
	found, err := list(s.engine.reader(ctx), scanSeat, seatsOfUser, userID)
	return found, told(err, "a user's seats cannot be read")
}

// ExpiredSeats answers live seats whose lease was over at now, in real time;
// the longest expired first, at most limit.
func (s *Store) ExpiredSeats(ctx context.Context, now time.Time, limit int) ([]*meeting.Seat, error) {
	found, err := list(s.engine.reader(ctx), scanSeat, expiredSeats, stamp(now), int64(limit))
	return found, told(err, "expired seats cannot be read")
}

// PresentSeats answers live seats that nobody has noted as lost, in the order of
// their ids, from the one after the given id on; at most limit.
func (s *Store) PresentSeats(ctx context.Context, after string, limit int) ([]*meeting.Seat, error) {
	found, err := list(s.engine.reader(ctx), scanSeat, presentSeats, after, int64(limit))
	return found, told(err, "present seats cannot be read")
}

// renewBatch is how many leases are renewed in one write, so that joins that
// wait behind it do not wait long.
const renewBatch = 200

// RenewLeases makes the leases of live seats last until the given real time.
// It never shortens one, and passes over seats that are gone or whose connection is lost.
func (s *Store) RenewLeases(ctx context.Context, seatIDs []string, until time.Time) error {
	for len(seatIDs) > 0 {
		n := min(renewBatch, len(seatIDs))
		names, err := json.Marshal(seatIDs[:n])
		if err != nil {
			return err
		}
		seatIDs = seatIDs[n:]
		if err := s.engine.write(ctx, func(r runner) error {
			_, err := r.exec(renewLeases, stamp(until), string(names), stamp(until))
			return err
		}); err != nil {
			return told(err, "leases cannot be renewed")
		}
	}
	return nil
}

// SeatPlaces answers the places of those of the seats that are live, by seat.
func (s *Store) SeatPlaces(ctx context.Context, seatIDs []string) (map[string]meeting.Place, error) {
	names, err := json.Marshal(seatIDs)
	if err != nil {
		return nil, err
	}
	places := make(map[string]meeting.Place, len(seatIDs))
	_, err = list(s.engine.reader(ctx), func(row scanner) (id string, err error) {
		var (
			place      meeting.Place
			generation int64
		)
		err = row.Scan(&id, &generation, &place.State)
		place.Generation = int(generation)
		places[id] = place
		return id, err
	}, placesOf, string(names))
	return places, told(err, "the places of seats cannot be read")
}

// Removal remembers one seat that was removed from a session.
type Removal struct {
	Marks meeting.Marks
	Name  string
	At    time.Time
	// Waiting is set if it was removed from the waiting room.
	Waiting bool
}

func scanRemoval(row scanner) (Removal, error) {
	var (
		r     Removal
		marks []byte
		at    int64
		state meeting.SeatState
	)
	if err := row.Scan(&marks, &r.Name, &at, &state); err != nil {
		return r, err
	}
	r.At, r.Waiting = unstamp(at), state == meeting.SeatNotAdmitted
	var err error
	r.Marks, err = readMarks(marks)
	return r, err
}

// HeldSeats answers the seats that a host has put on hold in a session, be they live or
// not: those that still are, and those whose people may not read what was written until
// they were let in again.
func (s *Store) HeldSeats(ctx context.Context, sessionID string) ([]*meeting.Seat, error) {
	seats, err := list(s.engine.reader(ctx), scanSeat, heldSeats, sessionID)
	return seats, told(err, "seats on hold cannot be read")
}

// Removals answers who was removed from a session, oldest first.
func (s *Store) Removals(ctx context.Context, sessionID string) ([]Removal, error) {
	found, err := list(s.engine.reader(ctx), scanRemoval, removalsOf, sessionID)
	return found, told(err, "removals cannot be read")
}
