package store

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
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
		webinar, ended_at, end_reason, revision, gate_revision, seats, next_user_id, removals, empty_since, ends_by)
		VALUES (?, ?, ?, ?, ?, ?, FALSE, ?, ?, 0, '', 1, 1, 1, ?, 0, 0, ?)`)
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
		identity, account_user_id, guest, several_devices, signature_digest, generation, view, sdk_version, muted, audio_on, video_on,
		sharing, hand_raised, joined_at, lease_until, left_at, join_id, request_key, authorizer_id, extras)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`)
	useMeeting = define(`UPDATE meetings SET last_used_at = ? WHERE id = ?`)
)

// seating is a seat that is asked for.
type seating struct {
	ask  *meeting.TakeSeat
	seat meeting.Seat
	// marks and extras are those of the seat as they are stored.
	marks, extras string
	// keep is called once the place is taken for good, before anybody is told.
	keep func()

	// session is as the seat left it; nil if it was taken too late.
	session *meeting.Session
	// What follows is the queue's: the outcome, and whether the place is being
	// taken or was given up before.
	err     error
	done    chan struct{}
	claimed atomic.Bool
}

// taken notes the session that counts the seat in, and numbers the seat.
func (p *seating) taken(session *meeting.Session) {
	p.session = session
	p.seat.SessionID, p.seat.UserID = session.ID, session.NextUserID-userIDStep
}

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
	p := &seating{ask: &ask, seat: seatOf(&ask)}
	p.keep = func() { s.keepTaken(p) }
	var err error
	if p.marks, err = writeMarks(&p.seat.Marks); err != nil {
		return meeting.Taken{}, err
	}
	if p.extras, err = writeExtras(&p.seat.Extras); err != nil {
		return meeting.Taken{}, err
	}
	if ask.SessionID != "" {
		defer s.order.lock(ask.SessionID)()
		err = s.engine.takeSeat(ctx, p)
	} else {
		if ask.NewSessionID == "" {
			ask.NewSessionID = NewID()
		}
		defer s.order.lock(ask.NewSessionID)()
		err = s.engine.write(ctx, p.begin)
	}
	if err == nil {
		return meeting.Taken{Session: *p.session, Seat: p.seat}, nil
	}
	// What was decided on, or what the database now holds, is not what is kept.
	s.live.forget(ask.Meeting.ID)
	if unique, _ := broken(err); unique {
		return meeting.Taken{}, ErrConflict
	}
	if !errors.Is(err, ErrConflict) {
		s.rosters.forget(ask.SessionID)
	}
	return meeting.Taken{}, told(err, "a seat cannot be taken")
}

// keepTaken brings the caches to where a commit left a session, in the order of
// the session's commits.
func (s *Store) keepTaken(p *seating) {
	s.live.put(p.session)
	if p.ask.SessionID != "" {
		s.rosters.joined(p.seat)
		return
	}
	s.rosters.begun(p.seat)
	// The meeting is the same but for its use, and is about to be asked for.
	used := func(m *meeting.Meeting) *meeting.Meeting {
		next := *m
		next.LastUsedAt = p.session.StartedAt
		return &next
	}
	s.meetings.revise(p.ask.Meeting.ID, used)
	s.numbers.revise(p.ask.Meeting.Number, used)
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

// capacity is how many seats the session may have before this one is taken.
func (p *seating) capacity() int64 {
	if p.ask.Exempt {
		return math.MaxInt32
	}
	return int64(p.ask.Capacity)
}

// join counts the seat in and writes it, one statement after the other. Every
// check comes before the first change, so that a conflict leaves the shared
// transaction of other writes as it was.
func (p *seating) join(r runner) error {
	if identity := p.seat.Marks.Identity(); identity != "" && !p.seat.SeveralDevices {
		switch _, err := first(r, scanText, identityInside, p.ask.SessionID, identity); {
		case err == nil:
			return ErrConflict
		case !errors.Is(err, ErrNotFound):
			return err
		}
	}
	if authorizer := p.seat.Marks.AuthorizerID; authorizer != "" {
		// Whoever let the app in may have left since the gate looked.
		switch _, err := first(r, scanText, authorizerInside, p.ask.SessionID, authorizer); {
		case errors.Is(err, ErrNotFound):
			return ErrConflict
		case err != nil:
			return err
		}
	}
	session, err := first(r, scanSession, takePlace, p.seat.Role == meeting.RoleHost, p.ask.SessionID, p.ask.Meeting.ID,
		p.ask.GateRevision, p.capacity())
	if errors.Is(err, ErrNotFound) {
		return ErrConflict
	}
	if err != nil {
		return err
	}
	return p.write(r, session)
}

// begin starts a session with its first seat counted in.
func (p *seating) begin(r runner) error {
	ask, isHost := p.ask, p.seat.Role == meeting.RoleHost
	switch _, err := first(r, scanText, liveSessionID, ask.Meeting.ID); {
	case err == nil, p.capacity() < 1:
		return ErrConflict
	case !errors.Is(err, ErrNotFound):
		return err
	}
	session := &meeting.Session{
		ID: ask.NewSessionID, MeetingID: ask.Meeting.ID, Number: ask.Meeting.Number, StartedAt: unstamp(stamp(ask.Now)),
		HostStarted: isHost, Practice: ask.Practice, Webinar: ask.Meeting.IsWebinar(), Revision: 1, GateRevision: 1, Seats: 1, NextUserID: firstUserID + userIDStep,
		EndsBy: unstamp(stamp(ask.EndsBy)),
	}
	if _, err := r.exec(insertSession, session.ID, session.MeetingID, session.Number, ask.Meeting.HostID, stamp(ask.Now),
		isHost, ask.Practice, session.Webinar, session.NextUserID, stamp(ask.EndsBy)); err != nil {
		return err
	}
	if _, err := r.exec(useMeeting, stamp(ask.Now), session.MeetingID); err != nil {
		return err
	}
	return p.write(r, session)
}

// write keeps the seat in the session that counts it in.
func (p *seating) write(r runner, session *meeting.Session) error {
	p.taken(session)
	r.after(p.keep)
	return insertAs(r, &p.seat, p.marks, p.extras)
}

// insert writes a new live seat.
func insert(r runner, s *meeting.Seat) error {
	marks, err := writeMarks(&s.Marks)
	if err != nil {
		return err
	}
	extras, err := writeExtras(&s.Extras)
	if err != nil {
		return err
	}
	return insertAs(r, s, marks, extras)
}

func insertAs(r runner, s *meeting.Seat, marks, extras string) error {
	_, err := r.exec(insertSeat, s.ID, s.SessionID, s.MeetingID, s.UserID, s.GUID, s.Name, s.Email, string(s.Role),
		string(s.State), true, marks, s.Marks.Identity(), s.Marks.UserID, s.Guest, s.SeveralDevices, s.SignatureDigest,
		int64(s.Generation), s.View, s.SDKVersion, s.Muted, s.AudioOn, s.VideoOn, s.Sharing, s.HandRaised, stamp(s.JoinedAt),
		stamp(s.LeaseUntil), s.JoinID, s.RequestKey, s.Marks.AuthorizerID, extras)
	return err
}
