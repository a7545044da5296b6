package store

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Numbers by which participants know participants: large, as apps expect of them,
// and unique in their session.
const (
	firstUserID = 16778240
	userIDStep  = 1024
)

var (
	liveSessionID = define(`SELECT id FROM sessions WHERE meeting_id = ? AND ended_at = 0`)
	insertSession = define(`INSERT INTO sessions (id, meeting_id, number, host_id, started_at, host_started, locked, practice,
		webinar, ended_at, end_reason, revision, gate_revision, participants, next_user_id, removals, empty_since, ends_by)
		VALUES (?, ?, ?, ?, ?, ?, FALSE, ?, ?, 0, '', 1, 1, 1, ?, 0, 0, ?)`)
	// countParticipantIn counts a participant in if the session is still as the gate saw
	// it and has room. It holds the session's row until the transaction ends.
	countParticipantIn = define(`UPDATE sessions SET participants = participants + 1, next_user_id = next_user_id + 1024, revision = revision + 1,
		host_started = (host_started OR ?), empty_since = 0
		WHERE id = ? AND meeting_id = ? AND ended_at = 0 AND gate_revision = ? AND participants < ? RETURNING ` + sessionColumns)
	identityInside = define(`SELECT id FROM participants
		WHERE session_id = ? AND identity = ? AND live AND identity <> '' AND NOT multiple_devices`)
	authorizerInside = define(`SELECT id FROM participants
		WHERE session_id = ? AND account_user_id = ? AND live AND account_user_id <> '' AND state <> 'waiting' LIMIT 1`)
	insertParticipant = define(`INSERT INTO participants (id, session_id, meeting_id, user_id, guid, name, email, role, state, live, claims,
		identity, account_user_id, guest, multiple_devices, signature_digest, generation, view, sdk_version, muted, audio_on, video_on,
		sharing, hand_raised, joined_at, lease_until, left_at, join_id, request_key, authorizer_id, flags)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`)
	useMeeting = define(`UPDATE meetings SET last_used_at = ? WHERE id = ?`)
)

// participantRequest is a participant that is asked for.
type participantRequest struct {
	req         *meeting.AdmitRequest
	participant meeting.Participant
	// claims and extras are those of the participant as they are stored.
	claims, flags string
	// onCommit is called once the place is taken for good, before anybody is notified.
	onCommit func()

	// session is as the participant left it; nil if it was taken too late.
	session *meeting.Session
	// What follows is the queue's: the outcome, and whether the place is being
	// taken or was given up before.
	err     error
	done    chan struct{}
	claimed atomic.Bool
}

// setSession notes the session that counts the participant, and numbers the participant.
func (p *participantRequest) setSession(session *meeting.Session) {
	p.session = session
	p.participant.SessionID, p.participant.UserID = session.ID, session.NextUserID-userIDStep
}

// Admit takes a place in the session that the gate saw, or begins the session that
// it saw missing. It returns ErrConflict if the session has ended or begun
// meanwhile, its gate revision has grown, it is full, or the participant's
// verified identity already has a live participant there, if the same request has
// taken a live participant, or if whoever authorised it is not inside. All of it
// is one transaction, so that races never admitted too many.
func (s *Store) Admit(ctx context.Context, req meeting.AdmitRequest) (meeting.Admitted, error) {
	if req.Meeting == nil {
		return meeting.Admitted{}, errors.New("a participant needs a meeting")
	}
	p := &participantRequest{req: &req, participant: participantFor(&req)}
	p.onCommit = func() { s.cacheAdmitted(p) }
	var err error
	if p.claims, err = encodeClaims(&p.participant.Claims); err != nil {
		return meeting.Admitted{}, err
	}
	if p.flags, err = encodeFlags(&p.participant.Flags); err != nil {
		return meeting.Admitted{}, err
	}
	if req.SessionID != "" {
		defer s.order.lock(req.SessionID)()
		err = s.engine.admit(ctx, p)
	} else {
		if req.NewSessionID == "" {
			req.NewSessionID = NewID()
		}
		defer s.order.lock(req.NewSessionID)()
		err = s.engine.write(ctx, p.begin)
	}
	if err == nil {
		return meeting.Admitted{Session: *p.session, Participant: p.participant}, nil
	}
	// What was decided on, or what the database now holds, is not what is stored.
	s.live.forget(req.Meeting.ID)
	if unique, _ := constraintViolation(err); unique {
		return meeting.Admitted{}, ErrConflict
	}
	if !errors.Is(err, ErrConflict) {
		s.rosters.forget(req.SessionID)
	}
	return meeting.Admitted{}, wrapErr(err, "a participant cannot be admitted")
}

// cacheAdmitted brings the caches to where a commit left a session, in the order of
// the session's commits.
func (s *Store) cacheAdmitted(p *participantRequest) {
	s.live.put(p.session)
	if p.req.SessionID != "" {
		s.rosters.participantJoined(p.participant)
		return
	}
	s.rosters.sessionStarted(p.participant)
	// The meeting is the same but for its use, and is about to be asked for.
	used := func(m *meeting.Meeting) *meeting.Meeting {
		next := *m
		next.LastUsedAt = p.session.StartedAt
		return &next
	}
	s.meetings.revise(p.req.Meeting.ID, used)
	s.numbers.revise(p.req.Meeting.Number, used)
}

// participantFor is the participant that is asked for, with what callers may leave out.
func participantFor(req *meeting.AdmitRequest) meeting.Participant {
	participant := req.Participant
	participant.MeetingID, participant.LeftAt = req.Meeting.ID, time.Time{}
	if !participant.State.Live() {
		participant.State = meeting.ParticipantJoined
	}
	if participant.JoinedAt.IsZero() {
		participant.JoinedAt = req.Now
	}
	if participant.Generation == 0 {
		participant.Generation = 1
	}
	if participant.ID == "" {
		participant.ID = NewID()
	}
	// Times come back as they would be read.
	participant.JoinedAt, participant.LeaseUntil = fromMicros(toMicros(participant.JoinedAt)), fromMicros(toMicros(participant.LeaseUntil))
	return participant
}

// capacity is how many participants the session may have before this one is taken.
func (p *participantRequest) capacity() int64 {
	if p.req.Exempt {
		return math.MaxInt32
	}
	return int64(p.req.Capacity)
}

// join counts the participant and writes it, one statement after the other. Every
// check comes before the first change, so that a conflict leaves the shared
// transaction of other writes as it was.
func (p *participantRequest) join(r runner) error {
	if identity := p.participant.Claims.Identity(); identity != "" && !p.participant.AllowMultipleDevices {
		switch _, err := first(r, scanText, identityInside, p.req.SessionID, identity); {
		case err == nil:
			return ErrConflict
		case !errors.Is(err, ErrNotFound):
			return err
		}
	}
	if authorizer := p.participant.Claims.AuthorizerID; authorizer != "" {
		// Whoever let the app in may have left since the gate looked.
		switch _, err := first(r, scanText, authorizerInside, p.req.SessionID, authorizer); {
		case errors.Is(err, ErrNotFound):
			return ErrConflict
		case err != nil:
			return err
		}
	}
	session, err := first(r, scanSession, countParticipantIn, p.participant.Role == meeting.RoleHost, p.req.SessionID, p.req.Meeting.ID,
		p.req.GateRevision, p.capacity())
	if errors.Is(err, ErrNotFound) {
		return ErrConflict
	}
	if err != nil {
		return err
	}
	return p.write(r, session)
}

// begin starts a session with its first participant counted in.
func (p *participantRequest) begin(r runner) error {
	req, isHost := p.req, p.participant.Role == meeting.RoleHost
	switch _, err := first(r, scanText, liveSessionID, req.Meeting.ID); {
	case err == nil, p.capacity() < 1:
		return ErrConflict
	case !errors.Is(err, ErrNotFound):
		return err
	}
	session := &meeting.Session{
		ID: req.NewSessionID, MeetingID: req.Meeting.ID, Number: req.Meeting.Number, StartedAt: fromMicros(toMicros(req.Now)),
		HostStarted: isHost, Practice: req.Practice, Webinar: req.Meeting.IsWebinar(), Revision: 1, GateRevision: 1, Participants: 1, NextUserID: firstUserID + userIDStep,
		EndsBy: fromMicros(toMicros(req.EndsBy)),
	}
	if _, err := r.exec(insertSession, session.ID, session.MeetingID, session.Number, req.Meeting.HostID, toMicros(req.Now),
		isHost, req.Practice, session.Webinar, session.NextUserID, toMicros(req.EndsBy)); err != nil {
		return err
	}
	if _, err := r.exec(useMeeting, toMicros(req.Now), session.MeetingID); err != nil {
		return err
	}
	return p.write(r, session)
}

// write stores the participant in the session that counts it in.
func (p *participantRequest) write(r runner, session *meeting.Session) error {
	p.setSession(session)
	r.after(p.onCommit)
	return insertAs(r, &p.participant, p.claims, p.flags)
}

// insert writes a new live participant.
func insert(r runner, s *meeting.Participant) error {
	claims, err := encodeClaims(&s.Claims)
	if err != nil {
		return err
	}
	flags, err := encodeFlags(&s.Flags)
	if err != nil {
		return err
	}
	return insertAs(r, s, claims, flags)
}

func insertAs(r runner, s *meeting.Participant, claims, flags string) error {
	_, err := r.exec(insertParticipant, s.ID, s.SessionID, s.MeetingID, s.UserID, s.GUID, s.Name, s.Email, string(s.Role),
		string(s.State), true, claims, s.Claims.Identity(), s.Claims.UserID, s.Guest, s.AllowMultipleDevices, s.SignatureDigest,
		int64(s.Generation), s.View, s.SDKVersion, s.Muted, s.AudioOn, s.VideoOn, s.Sharing, s.HandRaised, toMicros(s.JoinedAt),
		toMicros(s.LeaseUntil), s.JoinID, s.RequestKey, s.Claims.AuthorizerID, flags)
	return err
}
