package store

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Numbers by which participants know seats: large, as apps expect of them,
// and unique in their session.
const (
	firstUserID = 16778240
	userIDStep  = 1024
)

var (
	liveSessionID = define(`SELECT id FROM sessions WHERE meeting_id = ? AND ended_at = 0`)
	insertSession = define(`INSERT INTO sessions (id, meeting_id, number, host_id, started_at, host_started, locked, practice,
		ended_at, end_reason, revision, gate_revision, seats, next_user_id, removals, empty_since, ends_by)
		VALUES (?, ?, ?, ?, ?, ?, FALSE, ?, 0, '', 1, 1, 1, ?, 0, 0, ?)`)
	// takePlace counts a seat in if the session is still as the gate saw it and
	// has room. It holds the session's row until the transaction ends.
	takePlace = define(`UPDATE sessions SET seats = seats + 1, next_user_id = next_user_id + 1024, revision = revision + 1,
		host_started = (host_started OR ?), empty_since = 0
		WHERE id = ? AND meeting_id = ? AND ended_at = 0 AND gate_revision = ? AND seats < ? RETURNING ` + sessionColumns)
	identityInside = define(`SELECT id FROM seats
		WHERE session_id = ? AND identity = ? AND live AND identity <> '' AND NOT several_devices`)
	authorizerInside = define(`SELECT id FROM seats
		WHERE session_id = ? AND account_user_id = ? AND live AND account_user_id <> '' AND state <> 'waiting' LIMIT 1`)
	insertSeat = define(`INSERT INTO seats (id, session_id, meeting_id, user_id, guid, name, email, role, state, live, marks,
		identity, account_user_id, guest, several_devices, resume_hash, generation, view, sdk_version, muted, audio_on, video_on,
		sharing, hand_raised, joined_at, lease_until, left_at, join_id, request_key, authorizer_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`)
	useMeeting = define(`UPDATE meetings SET last_used_at = ? WHERE id = ?`)
)

// TakeSeat takes a place in the session that the gate saw, or begins the
// session that it saw missing. It answers ErrConflict if the session has ended
// or begun meanwhile, its gate revision has grown, it is full, or the seat's
// verified identity already has a live seat there, if the same request has
// taken a live seat, or if whoever authorised it is not inside. All of it is one
// transaction, so that races never let in too many.
func (s *Store) TakeSeat(ctx context.Context, ask meeting.TakeSeat) (meeting.Taken, error) {
	if ask.Meeting == nil {
		return meeting.Taken{}, errors.New("a seat is taken in a meeting")
	}
	seat := seatOf(&ask)
	marks, err := writeMarks(&seat.Marks)
	if err != nil {
		return meeting.Taken{}, err
	}
	var taken meeting.Taken
	err = s.engine.write(ctx, func(r runner) error {
		taken = meeting.Taken{Seat: seat}
		session, err := placeFor(r, &ask, &seat)
		if err != nil {
			return err
		}
		taken.Session = *session
		r.after(func() { s.keepTaken(&ask, session, &taken.Seat) })
		taken.Seat.SessionID, taken.Seat.UserID = session.ID, session.NextUserID-userIDStep
		return writeSeat(r, &taken.Seat, marks)
	})
	if unique, _ := broken(err); unique {
		return meeting.Taken{}, ErrConflict
	}
	if err != nil {
		return meeting.Taken{}, told(err, "a seat cannot be taken")
	}
	return taken, nil
}

// keepTaken brings the caches to where a commit left a session, in the order of
// the commits if there is one writer.
func (s *Store) keepTaken(ask *meeting.TakeSeat, session *meeting.Session, seat *meeting.Seat) {
	s.live.put(session)
	if ask.SessionID != "" {
		s.rosters.joined(*seat)
		return
	}
	s.rosters.begun(*seat)
	// The meeting is the same but for its use, and is about to be asked for.
	used := func(m *meeting.Meeting) *meeting.Meeting {
		next := *m
		next.LastUsedAt = session.StartedAt
		return &next
	}
	s.meetings.revise(ask.Meeting.ID, used)
	s.numbers.revise(ask.Meeting.Number, used)
}

// seatOf is the seat that is asked for, with what callers may leave out.
func seatOf(ask *meeting.TakeSeat) meeting.Seat {
	seat := ask.Seat
	seat.MeetingID, seat.LeftAt = ask.Meeting.ID, time.Time{}
	if !seat.State.Live() {
		seat.State = meeting.SeatJoined
	}
	if seat.JoinedAt.IsZero() {
		seat.JoinedAt = ask.Now
	}
	if seat.Generation == 0 {
		seat.Generation = 1
	}
	if seat.ID == "" {
		seat.ID = NewID()
	}
	// Times come back as they would be read.
	seat.JoinedAt, seat.LeaseUntil = unstamp(stamp(seat.JoinedAt)), unstamp(stamp(seat.LeaseUntil))
	return seat
}

// placeFor counts the seat in. Every check comes before the first change, so
// that a conflict leaves the shared transaction of other writes as it was.
func placeFor(r runner, ask *meeting.TakeSeat, seat *meeting.Seat) (*meeting.Session, error) {
	capacity := int64(ask.Capacity)
	if ask.Exempt {
		capacity = math.MaxInt32
	}
	isHost := seat.Role == meeting.RoleHost
	if ask.SessionID == "" {
		return begin(r, ask, capacity, isHost)
	}
	if identity := seat.Marks.Identity(); identity != "" && !seat.SeveralDevices {
		switch _, err := first(r, scanText, identityInside, ask.SessionID, identity); {
		case err == nil:
			return nil, ErrConflict
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	if authorizer := seat.Marks.AuthorizerID; authorizer != "" {
		// Whoever let the app in may have left since the gate looked.
		switch _, err := first(r, scanText, authorizerInside, ask.SessionID, authorizer); {
		case errors.Is(err, ErrNotFound):
			return nil, ErrConflict
		case err != nil:
			return nil, err
		}
	}
	session, err := first(r, scanSession, takePlace, isHost, ask.SessionID, ask.Meeting.ID, ask.GateRevision, capacity)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrConflict
	}
	return session, err
}

// begin starts a session with its first seat counted in.
func begin(r runner, ask *meeting.TakeSeat, capacity int64, isHost bool) (*meeting.Session, error) {
	switch _, err := first(r, scanText, liveSessionID, ask.Meeting.ID); {
	case err == nil, capacity < 1:
		return nil, ErrConflict
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	session := &meeting.Session{
		ID: ask.NewSessionID, MeetingID: ask.Meeting.ID, Number: ask.Meeting.Number, StartedAt: unstamp(stamp(ask.Now)),
		HostStarted: isHost, Practice: ask.Practice, Revision: 1, GateRevision: 1, Seats: 1, NextUserID: firstUserID + userIDStep,
		EndsBy: unstamp(stamp(ask.EndsBy)),
	}
	if session.ID == "" {
		session.ID = NewID()
	}
	if _, err := r.exec(insertSession, session.ID, session.MeetingID, session.Number, ask.Meeting.HostID, stamp(ask.Now),
		isHost, ask.Practice, session.NextUserID, stamp(ask.EndsBy)); err != nil {
		return nil, err
	}
	_, err := r.exec(useMeeting, stamp(ask.Now), session.MeetingID)
	return session, err
}

func writeSeat(r runner, s *meeting.Seat, marks string) error {
	_, err := r.exec(insertSeat, s.ID, s.SessionID, s.MeetingID, s.UserID, s.GUID, s.Name, s.Email, string(s.Role),
		string(s.State), true, marks, s.Marks.Identity(), s.Marks.UserID, s.Guest, s.SeveralDevices, s.ResumeHash,
		int64(s.Generation), s.View, s.SDKVersion, s.Muted, s.AudioOn, s.VideoOn, s.Sharing, s.HandRaised, stamp(s.JoinedAt),
		stamp(s.LeaseUntil), s.JoinID, s.RequestKey, s.Marks.AuthorizerID)
	return err
}
