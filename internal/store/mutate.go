package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

var (
	lockSession = defineEach(
		`SELECT `+sessionColumns+` FROM sessions WHERE id = ? AND ended_at = 0`,
		`SELECT `+sessionColumns+` FROM sessions WHERE id = ? AND ended_at = 0 FOR UPDATE`)
	updateSession = define(`UPDATE sessions SET host_started = ?, locked = ?, practice = ?, ended_at = ?, end_reason = ?,
		revision = ?, gate_revision = ?, participants = ?, disconnected = ?, next_user_id = ?, removals = ?, on_hold = ?, held_to = ?, policy = ?,
		empty_since = CASE WHEN ? > 0 THEN 0 WHEN empty_since > 0 THEN empty_since ELSE ? END WHERE id = ?`)
	// A lease is only ever prolonged here: it may have been renewed since the
	// participant was read.
	updateParticipant = define(`UPDATE participants SET name = ?, email = ?, role = ?, state = ?, live = ?, claims = ?, identity = ?,
		account_user_id = ?, guest = ?, multiple_devices = ?, signature_digest = ?, generation = ?, view = ?, sdk_version = ?,
		muted = ?, audio_on = ?, video_on = ?, sharing = ?, hand_raised = ?,
		lease_until = CASE WHEN lease_until < ? OR ? THEN ? ELSE lease_until END, left_at = ?, lost_at = ?, departing = ?, join_id = ?,
		request_key = ?, on_hold = ?, held_to = ?, flags = ?
		WHERE id = ?`)
	participantsAuthorizedBy = define(`SELECT ` + participantColumns + ` FROM participants WHERE session_id = ? AND authorizer_id = ? AND live AND authorizer_id <> '' ORDER BY user_id`)
	participantsOnHold       = define(`SELECT ` + participantColumns + ` FROM participants WHERE session_id = ? AND on_hold ORDER BY user_id, id`)
	heldParticipants         = define(`SELECT ` + participantColumns + ` FROM participants WHERE session_id = ? AND (on_hold OR held_to > 0) ORDER BY user_id, id`)
	countParticipantOut      = define(`UPDATE participants SET live = FALSE, state = 'left', left_at = ? WHERE session_id = ? AND live`)
	insertRemoval            = define(`INSERT INTO removals (id, session_id, participant_id, claims, name, removed_at) VALUES (?, ?, ?, ?, ?, ?)`)
	lastChat                 = define(`SELECT COALESCE(MAX(position), 0) FROM chat WHERE session_id = ?`)
	insertChat               = define(`INSERT INTO chat (id, session_id, position, sender_participant_id, sender_user_id, sender_name,
		receiver_participant_id, receiver_user_id, receiver_name, body, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
)

// Mutate runs fn with a live session under its lock and stores what it changed in
// one transaction. If fn returns an error nothing is stored and the error comes
// back as it is. fn may run again, so it changes nothing but the tx, and it must
// not call the store. ErrNotFound reports that there is no such session or that it
// is over.
func (s *Store) Mutate(ctx context.Context, sessionID string, fn func(meeting.Tx) error) error {
	_, err := s.mutate(ctx, sessionID, func(tx *sessionTx) error { return fn(tx) })
	return err
}

func (s *Store) mutate(ctx context.Context, sessionID string, fn func(*sessionTx) error) (*sessionTx, error) {
	defer s.order.lock(sessionID)()
	var tx *sessionTx
	var own error
	err := s.engine.write(ctx, func(r runner) error {
		own = nil
		session, err := first(r, scanSession, lockSession, sessionID)
		if err != nil {
			return err
		}
		tx = &sessionTx{r: r, maxChatMessages: s.maxChatMessages, session: session, participants: map[string]*trackedParticipant{}, realTime: s.RealTime}
		if own = fn(tx); own != nil {
			return own
		}
		if err := tx.flush(); err != nil {
			return err
		}
		r.after(func() {
			over := !session.EndedAt.IsZero()
			s.live.put(session)
			s.rosters.changed(session.ID, len(tx.saved)+len(tx.added) > 0, len(tx.chat) > 0, over)
		})
		return nil
	})
	switch {
	case own != nil:
		return nil, own
	case err != nil:
		if tx != nil {
			// Nobody knows whether it was kept.
			s.live.forget(tx.session.MeetingID)
			s.rosters.forget(sessionID)
		}
		if unique, _ := constraintViolation(err); unique {
			return nil, ErrConflict // the same request has taken a participant meanwhile
		}
		return nil, wrapErr(err, "a session cannot be changed")
	}
	if tx.session.EndedAt.IsZero() {
		return tx, nil
	}
	s.invalidateMeeting(tx.session.MeetingID, tx.session.Number)
	return tx, nil
}

// sessionTx is a session under its lock. Changes are gathered and written only
// once fn is through, so that a refused command has written nothing.
type sessionTx struct {
	r               runner
	maxChatMessages int64
	session         *meeting.Session
	participants    map[string]*trackedParticipant
	order           []*trackedParticipant
	all             bool
	changed         bool
	saved           []*trackedParticipant
	added           []*meeting.Participant
	removals        []pendingRemoval
	chat            []meeting.ChatMessage
	deleted         []string
	realTime        func() time.Time
}

// trackedParticipant is a participant in the transaction: one object, however it was
// found.
type trackedParticipant struct {
	*meeting.Participant
	// counted reports whether the session's number of participants includes it.
	counted bool
	// lost reports whether the session's number of lost participants includes it.
	lost bool
	// onHold reports whether the session's number of participants on hold includes it.
	onHold bool
	dirty  bool
}

type pendingRemoval struct {
	participantID, name, claims string
	at                          time.Time
}

func (t *sessionTx) Session() *meeting.Session { return t.session }

func (t *sessionTx) track(participant *meeting.Participant) *trackedParticipant {
	if held, ok := t.participants[participant.ID]; ok {
		return held
	}
	held := &trackedParticipant{Participant: participant, counted: participant.State.Live(), lost: participant.State.Live() && !participant.LostAt.IsZero(), onHold: participant.OnHold}
	t.participants[participant.ID] = held
	return held
}

func (t *sessionTx) Participants() ([]*meeting.Participant, error) {
	if !t.all {
		participants, err := list(t.r, scanParticipant, liveParticipants, t.session.ID)
		if err != nil {
			return nil, err
		}
		t.all = true
		for _, participant := range participants {
			t.order = append(t.order, t.track(participant))
		}
	}
	out := make([]*meeting.Participant, 0, len(t.order))
	for _, held := range t.order {
		if held.State.Live() {
			out = append(out, held.Participant)
		}
	}
	return out, nil
}

func (t *sessionTx) ParticipantByUserID(userID int64) (*meeting.Participant, error) {
	for _, held := range t.participants {
		if held.UserID == userID {
			if held.State.Live() {
				return held.Participant, nil
			}
			return nil, nil
		}
	}
	return t.find(participantByUserID, t.session.ID, userID)
}

func (t *sessionTx) ParticipantByID(id string) (*meeting.Participant, error) {
	if held, ok := t.participants[id]; ok {
		return held.Participant, nil
	}
	return t.find(participantByID, id)
}

func (t *sessionTx) Presenters() ([]*meeting.Participant, error) {
	// Roles may have changed in this transaction, and participants have been added:
	// those that it holds are as they are now. Commands for everybody ask for each of
	// them.
	among := t.order
	if !t.all {
		found, err := list(t.r, scanParticipant, presenters, t.session.ID)
		if err != nil {
			return nil, err
		}
		for _, participant := range found {
			t.track(participant)
		}
		among = slices.SortedFunc(maps.Values(t.participants), func(a, b *trackedParticipant) int { return cmp.Compare(a.UserID, b.UserID) })
	}
	var out []*meeting.Participant
	for _, held := range among {
		if held.State.Live() && held.Role != meeting.RoleAttendee {
			out = append(out, held.Participant)
		}
	}
	return out, nil
}

func (t *sessionTx) ParticipantsAuthorizedBy(authorizerID string) ([]*meeting.Participant, error) {
	if authorizerID == "" {
		return nil, nil
	}
	found, err := list(t.r, scanParticipant, participantsAuthorizedBy, t.session.ID, authorizerID)
	if err != nil {
		return nil, err
	}
	out := found[:0]
	for _, participant := range found {
		if held := t.track(participant); held.State.Live() {
			out = append(out, held.Participant)
		}
	}
	return out, nil
}

func (t *sessionTx) ParticipantsOnHold() ([]*meeting.Participant, error) {
	found, err := list(t.r, scanParticipant, participantsOnHold, t.session.ID)
	if err != nil {
		return nil, err
	}
	for _, participant := range found {
		t.track(participant)
	}
	out := found[:0]
	for _, held := range t.participants {
		if held.OnHold {
			out = append(out, held.Participant)
		}
	}
	return out, nil
}

func (t *sessionTx) find(st *statement, args ...any) (*meeting.Participant, error) {
	participant, err := orNil(first(t.r, scanParticipant, st, args...))
	if participant == nil || err != nil || participant.SessionID != t.session.ID {
		return nil, err
	}
	return t.track(participant).Participant, nil
}

func (t *sessionTx) SaveParticipant(participant *meeting.Participant) error {
	held, ok := t.participants[participant.ID]
	if !ok {
		return errors.New("a participant is saved that this transaction did not read")
	}
	if held.Participant != participant {
		*held.Participant = *participant
	}
	if !held.dirty {
		held.dirty = true
		t.saved = append(t.saved, held)
	}
	if live := participant.State.Live(); live != held.counted {
		held.counted = live
		if live {
			t.session.Participants++
		} else {
			t.session.Participants--
		}
		t.changed = true
	}
	if lost := participant.State.Live() && !participant.LostAt.IsZero(); lost != held.lost {
		held.lost = lost
		if lost {
			t.session.Disconnected++
		} else {
			t.session.Disconnected--
		}
		t.changed = true
	}
	if participant.HeldTo > t.session.HeldTo {
		t.session.HeldTo, t.changed = participant.HeldTo, true
	}
	if participant.OnHold != held.onHold {
		held.onHold = participant.OnHold
		if participant.OnHold {
			t.session.OnHold++
		} else {
			t.session.OnHold--
		}
		t.changed = true
	}
	return nil
}

func (t *sessionTx) AddParticipant(participant *meeting.Participant) {
	participant.SessionID, participant.MeetingID, participant.UserID = t.session.ID, t.session.MeetingID, t.session.NextUserID
	t.session.NextUserID += userIDStep
	t.session.Participants++
	t.changed = true
	held := t.track(participant)
	t.added = append(t.added, participant)
	if t.all {
		t.order = append(t.order, held)
	}
}

func (t *sessionTx) SaveSession() error {
	t.changed = true
	return nil
}

func (t *sessionTx) AddRemoval(participant *meeting.Participant, at time.Time) error {
	claims, err := encodeClaims(&participant.Claims)
	if err != nil {
		return err
	}
	t.removals = append(t.removals, pendingRemoval{participant.ID, participant.Name, claims, at})
	t.session.Removals++
	t.changed = true
	return nil
}

func (t *sessionTx) AddChat(message meeting.ChatMessage) error {
	message.SessionID = t.session.ID
	t.chat = append(t.chat, message)
	return nil
}

func (t *sessionTx) LastChat() (int64, error) {
	stored, err := first(t.r, scanNumber, lastChat, t.session.ID)
	// What came last may have been deleted: its position is not given again.
	return max(stored, t.session.HeldTo), err
}

func (t *sessionTx) Chat(id string) (*meeting.ChatMessage, error) {
	found, err := first(t.r, scanChat, chatByID, t.session.ID, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &found, err
}

func (t *sessionTx) DeleteChat(id string) error {
	t.deleted = append(t.deleted, id)
	return nil
}

func (t *sessionTx) BumpRevision(gate bool) int64 {
	t.session.Revision++
	if gate {
		t.session.GateRevision++
	}
	t.changed = true
	return t.session.Revision
}

// flush writes what was changed.
func (t *sessionTx) flush() error {
	for _, participant := range t.added {
		if err := insert(t.r, participant); err != nil {
			return err
		}
	}
	for _, held := range t.saved {
		if err := t.flushParticipant(held.Participant); err != nil {
			return err
		}
	}
	for _, one := range t.removals {
		if _, err := t.r.exec(insertRemoval, NewID(), t.session.ID, one.participantID, one.claims, one.name, toMicros(one.at)); err != nil {
			return err
		}
	}
	var position int64
	if len(t.chat) > 0 {
		var err error
		if position, err = t.LastChat(); err != nil {
			return err
		}
	}
	for _, c := range t.chat {
		position++
		if _, err := t.r.exec(insertChat, c.ID, c.SessionID, position, c.SenderParticipantID, c.SenderUserID, c.SenderName,
			c.ReceiverParticipantID, c.ReceiverUserID, c.ReceiverName, c.Text, toMicros(c.SentAt)); err != nil {
			return err
		}
	}
	if position%chatSlack == 0 && position > t.maxChatMessages {
		if _, err := t.r.exec(pruneChat, t.session.ID, position-t.maxChatMessages); err != nil {
			return err
		}
	}
	for _, id := range t.deleted {
		if _, err := t.r.exec(deleteChat, t.session.ID, id); err != nil {
			return err
		}
	}
	live := t.session
	if !live.EndedAt.IsZero() {
		// Nobody stays behind in a session that is over.
		if _, err := t.r.exec(countParticipantOut, toMicros(live.EndedAt), live.ID); err != nil {
			return err
		}
		if _, err := t.r.exec(useMeeting, toMicros(live.EndedAt), live.MeetingID); err != nil {
			return err
		}
		live.Participants, live.Disconnected, t.changed = 0, 0, true
	}
	if !t.changed {
		return nil
	}
	policy, err := encodePolicy(&live.Policy)
	if err != nil {
		return err
	}
	_, err = t.r.exec(updateSession, live.HostStarted, live.Locked, live.Practice, toMicros(live.EndedAt), string(live.EndReason),
		live.Revision, live.GateRevision, int64(live.Participants), int64(live.Disconnected), live.NextUserID, int64(live.Removals), int64(live.OnHold), live.HeldTo, policy, int64(live.Participants), toMicros(t.realTime()), live.ID)
	return err
}

func (t *sessionTx) flushParticipant(s *meeting.Participant) error {
	claims, err := encodeClaims(&s.Claims)
	if err != nil {
		return err
	}
	flags, err := encodeFlags(&s.Flags)
	if err != nil {
		return err
	}
	lease := toMicros(s.LeaseUntil)
	_, err = t.r.exec(updateParticipant, s.Name, s.Email, string(s.Role), string(s.State), s.State.Live(), claims, s.Claims.Identity(),
		s.Claims.UserID, s.Guest, s.AllowMultipleDevices, s.SignatureDigest, int64(s.Generation), s.View, s.SDKVersion, s.Muted, s.AudioOn,
		s.VideoOn, s.Sharing, s.HandRaised, lease, s.Departing, lease, toMicros(s.LeftAt), toMicros(s.LostAt), s.Departing, s.JoinID,
		s.RequestKey, s.OnHold, s.HeldTo, flags, s.ID)
	return err
}

// ResumeParticipant hands a live participant to its next page: the generation grows by one, nothing of a lost
// connection is left (a reconnecting participant is joined again, a waiting one stays waiting), the lease
// lasts until the given real time, and the digest, if it is not nil, recognises from now on with what the page
// came. ErrNotFound reports that the participant is gone, ErrConflict that another page took it over first.
func (s *Store) ResumeParticipant(ctx context.Context, participantID string, generation int, leaseUntil time.Time, digest []byte) (meeting.Admitted, error) {
	known, err := s.Participant(ctx, participantID)
	if err != nil {
		return meeting.Admitted{}, err
	}
	var resumed *meeting.Participant
	tx, err := s.mutate(ctx, known.SessionID, func(tx *sessionTx) error {
		participant, err := tx.ParticipantByID(participantID)
		if err != nil {
			return err
		}
		switch {
		case participant == nil || !participant.State.Live():
			return ErrNotFound
		case participant.Generation != generation:
			return ErrConflict
		}
		participant.NextGeneration()
		if leaseUntil.After(participant.LeaseUntil) {
			participant.LeaseUntil = fromMicros(toMicros(leaseUntil))
		}
		if participant.State != meeting.ParticipantWaiting {
			tx.BumpRevision(false)
		}
		if digest != nil {
			participant.SignatureDigest = digest
		}
		resumed = participant
		return tx.SaveParticipant(participant)
	})
	if err != nil {
		return meeting.Admitted{}, err
	}
	return meeting.Admitted{Session: *tx.session, Participant: *resumed}, nil
}
