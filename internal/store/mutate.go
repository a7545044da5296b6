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
		revision = ?, gate_revision = ?, seats = ?, lost = ?, next_user_id = ?, removals = ?, on_hold = ?, held_to = ?, conduct = ?,
		empty_since = CASE WHEN ? > 0 THEN 0 WHEN empty_since > 0 THEN empty_since ELSE ? END WHERE id = ?`)
	// A lease is only ever prolonged here: it may have been renewed since the
	// seat was read.
	updateSeat = define(`UPDATE seats SET name = ?, email = ?, role = ?, state = ?, live = ?, marks = ?, identity = ?,
		account_user_id = ?, guest = ?, several_devices = ?, signature_digest = ?, generation = ?, view = ?, sdk_version = ?,
		muted = ?, audio_on = ?, video_on = ?, sharing = ?, hand_raised = ?,
		lease_until = CASE WHEN lease_until < ? OR ? THEN ? ELSE lease_until END, left_at = ?, lost_at = ?, goodbye = ?, join_id = ?,
		request_key = ?, on_hold = ?, held_to = ?, extras = ?
		WHERE id = ?`)
	seatsForUser  = define(`SELECT ` + seatColumns + ` FROM seats WHERE session_id = ? AND authorizer_id = ? AND live AND authorizer_id <> '' ORDER BY user_id`)
	seatsOnHold   = define(`SELECT ` + seatColumns + ` FROM seats WHERE session_id = ? AND on_hold ORDER BY user_id, id`)
	heldSeats     = define(`SELECT ` + seatColumns + ` FROM seats WHERE session_id = ? AND (on_hold OR held_to > 0) ORDER BY user_id, id`)
	freeSeats     = define(`UPDATE seats SET live = FALSE, state = 'left', left_at = ? WHERE session_id = ? AND live`)
	insertRemoval = define(`INSERT INTO removals (id, session_id, seat_id, marks, name, removed_at) VALUES (?, ?, ?, ?, ?, ?)`)
	lastChat      = define(`SELECT COALESCE(MAX(position), 0) FROM chat WHERE session_id = ?`)
	insertChat    = define(`INSERT INTO chat (id, session_id, position, sender_seat_id, sender_user_id, sender_name,
		receiver_seat_id, receiver_user_id, receiver_name, body, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
)

// Mutate runs fn with a live session under its lock and keeps what it changed
// in one transaction. If fn answers an error nothing is kept and the error
// comes back as it is. fn may run again, so it changes nothing but the tx, and
// it must not call the store. ErrNotFound tells that there is no such session
// or that it is over.
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
		tx = &sessionTx{r: r, chatKeep: s.chatKeep, session: session, seats: map[string]*heldSeat{}, realTime: s.RealTime}
		if own = fn(tx); own != nil {
			return own
		}
		if err := tx.keep(); err != nil {
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
		if unique, _ := broken(err); unique {
			return nil, ErrConflict // the same request has taken a seat meanwhile
		}
		return nil, told(err, "a session cannot be changed")
	}
	if tx.session.EndedAt.IsZero() {
		return tx, nil
	}
	s.forgetMeeting(tx.session.MeetingID, tx.session.Number)
	return tx, nil
}

// sessionTx is a session under its lock. Changes are gathered and written only
// once fn is through, so that a refused command has written nothing.
type sessionTx struct {
	r        runner
	chatKeep int64
	session  *meeting.Session
	seats    map[string]*heldSeat
	order    []*heldSeat
	all      bool
	changed  bool
	saved    []*heldSeat
	added    []*meeting.Seat
	removals []keptRemoval
	chat     []meeting.ChatMessage
	deleted  []string
	realTime func() time.Time
}

// heldSeat is a seat in the transaction: one object, however it was found.
type heldSeat struct {
	*meeting.Seat
	// counted tells whether the session's number of seats includes it.
	counted bool
	// lost tells whether the session's number of lost seats includes it.
	lost bool
	// onHold tells whether the session's number of seats on hold includes it.
	onHold bool
	dirty  bool
}

type keptRemoval struct {
	seatID, name, marks string
	at                  time.Time
}

func (t *sessionTx) Session() *meeting.Session { return t.session }

func (t *sessionTx) hold(seat *meeting.Seat) *heldSeat {
	if held, ok := t.seats[seat.ID]; ok {
		return held
	}
	held := &heldSeat{Seat: seat, counted: seat.State.Live(), lost: seat.State.Live() && !seat.LostAt.IsZero(), onHold: seat.OnHold}
	t.seats[seat.ID] = held
	return held
}

func (t *sessionTx) Seats() ([]*meeting.Seat, error) {
	if !t.all {
		seats, err := list(t.r, scanSeat, liveSeats, t.session.ID)
		if err != nil {
			return nil, err
		}
		t.all = true
		for _, seat := range seats {
			t.order = append(t.order, t.hold(seat))
		}
	}
	out := make([]*meeting.Seat, 0, len(t.order))
	for _, held := range t.order {
		if held.State.Live() {
			out = append(out, held.Seat)
		}
	}
	return out, nil
}

func (t *sessionTx) SeatByUserID(userID int64) (*meeting.Seat, error) {
	for _, held := range t.seats {
		if held.UserID == userID {
			if held.State.Live() {
				return held.Seat, nil
			}
			return nil, nil
		}
	}
	return t.find(seatByNumber, t.session.ID, userID)
}

func (t *sessionTx) SeatByID(id string) (*meeting.Seat, error) {
	if held, ok := t.seats[id]; ok {
		return held.Seat, nil
	}
	return t.find(seatByID, id)
}

func (t *sessionTx) Presenters() ([]*meeting.Seat, error) {
	// Roles may have changed in this transaction, and seats have been added: those
	// that it holds are as they are now. Commands for everybody ask for each of them.
	among := t.order
	if !t.all {
		found, err := list(t.r, scanSeat, presenters, t.session.ID)
		if err != nil {
			return nil, err
		}
		for _, seat := range found {
			t.hold(seat)
		}
		among = slices.SortedFunc(maps.Values(t.seats), func(a, b *heldSeat) int { return cmp.Compare(a.UserID, b.UserID) })
	}
	var out []*meeting.Seat
	for _, held := range among {
		if held.State.Live() && held.Role != meeting.RoleAttendee {
			out = append(out, held.Seat)
		}
	}
	return out, nil
}

func (t *sessionTx) SeatsFor(authorizerID string) ([]*meeting.Seat, error) {
	if authorizerID == "" {
		return nil, nil
	}
	found, err := list(t.r, scanSeat, seatsForUser, t.session.ID, authorizerID)
	if err != nil {
		return nil, err
	}
	out := found[:0]
	for _, seat := range found {
		if held := t.hold(seat); held.State.Live() {
			out = append(out, held.Seat)
		}
	}
	return out, nil
}

func (t *sessionTx) SeatsOnHold() ([]*meeting.Seat, error) {
	found, err := list(t.r, scanSeat, seatsOnHold, t.session.ID)
	if err != nil {
		return nil, err
	}
	for _, seat := range found {
		t.hold(seat)
	}
	out := found[:0]
	for _, held := range t.seats {
		if held.OnHold {
			out = append(out, held.Seat)
		}
	}
	return out, nil
}

func (t *sessionTx) find(st *statement, args ...any) (*meeting.Seat, error) {
	seat, err := orNil(first(t.r, scanSeat, st, args...))
	if seat == nil || err != nil || seat.SessionID != t.session.ID {
		return nil, err
	}
	return t.hold(seat).Seat, nil
}

func (t *sessionTx) SaveSeat(seat *meeting.Seat) error {
	held, ok := t.seats[seat.ID]
	if !ok {
		return errors.New("a seat is saved that this transaction did not read")
	}
	if held.Seat != seat {
		*held.Seat = *seat
	}
	if !held.dirty {
		held.dirty = true
		t.saved = append(t.saved, held)
	}
	if live := seat.State.Live(); live != held.counted {
		held.counted = live
		if live {
			t.session.Seats++
		} else {
			t.session.Seats--
		}
		t.changed = true
	}
	if lost := seat.State.Live() && !seat.LostAt.IsZero(); lost != held.lost {
		held.lost = lost
		if lost {
			t.session.Lost++
		} else {
			t.session.Lost--
		}
		t.changed = true
	}
	if seat.HeldTo > t.session.HeldTo {
		t.session.HeldTo, t.changed = seat.HeldTo, true
	}
	if seat.OnHold != held.onHold {
		held.onHold = seat.OnHold
		if seat.OnHold {
			t.session.OnHold++
		} else {
			t.session.OnHold--
		}
		t.changed = true
	}
	return nil
}

func (t *sessionTx) AddSeat(seat *meeting.Seat) {
	seat.SessionID, seat.MeetingID, seat.UserID = t.session.ID, t.session.MeetingID, t.session.NextUserID
	t.session.NextUserID += userIDStep
	t.session.Seats++
	t.changed = true
	held := t.hold(seat)
	t.added = append(t.added, seat)
	if t.all {
		t.order = append(t.order, held)
	}
}

func (t *sessionTx) SaveSession() error {
	t.changed = true
	return nil
}

func (t *sessionTx) AddRemoval(seat *meeting.Seat, at time.Time) error {
	marks, err := writeMarks(&seat.Marks)
	if err != nil {
		return err
	}
	t.removals = append(t.removals, keptRemoval{seat.ID, seat.Name, marks, at})
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
	kept, err := first(t.r, scanNumber, lastChat, t.session.ID)
	// What came last may have been deleted: its position is not given again.
	return max(kept, t.session.HeldTo), err
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

func (t *sessionTx) Touch(gate bool) int64 {
	t.session.Revision++
	if gate {
		t.session.GateRevision++
	}
	t.changed = true
	return t.session.Revision
}

// keep writes what was changed.
func (t *sessionTx) keep() error {
	for _, seat := range t.added {
		if err := insert(t.r, seat); err != nil {
			return err
		}
	}
	for _, held := range t.saved {
		if err := t.keepSeat(held.Seat); err != nil {
			return err
		}
	}
	for _, one := range t.removals {
		if _, err := t.r.exec(insertRemoval, NewID(), t.session.ID, one.seatID, one.marks, one.name, stamp(one.at)); err != nil {
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
		if _, err := t.r.exec(insertChat, c.ID, c.SessionID, position, c.SenderSeatID, c.SenderUserID, c.SenderName,
			c.ReceiverSeatID, c.ReceiverUserID, c.ReceiverName, c.Text, stamp(c.SentAt)); err != nil {
			return err
		}
	}
	if position%chatSlack == 0 && position > t.chatKeep {
		if _, err := t.r.exec(pruneChat, t.session.ID, position-t.chatKeep); err != nil {
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
		if _, err := t.r.exec(freeSeats, stamp(live.EndedAt), live.ID); err != nil {
			return err
		}
		if _, err := t.r.exec(useMeeting, stamp(live.EndedAt), live.MeetingID); err != nil {
			return err
		}
		live.Seats, live.Lost, t.changed = 0, 0, true
	}
	if !t.changed {
		return nil
	}
	conduct, err := writeConduct(&live.Conduct)
	if err != nil {
		return err
	}
	_, err = t.r.exec(updateSession, live.HostStarted, live.Locked, live.Practice, stamp(live.EndedAt), string(live.EndReason),
		live.Revision, live.GateRevision, int64(live.Seats), int64(live.Lost), live.NextUserID, int64(live.Removals), int64(live.OnHold), live.HeldTo, conduct, int64(live.Seats), stamp(t.realTime()), live.ID)
	return err
}

func (t *sessionTx) keepSeat(s *meeting.Seat) error {
	marks, err := writeMarks(&s.Marks)
	if err != nil {
		return err
	}
	extras, err := writeExtras(&s.Extras)
	if err != nil {
		return err
	}
	lease := stamp(s.LeaseUntil)
	_, err = t.r.exec(updateSeat, s.Name, s.Email, string(s.Role), string(s.State), s.State.Live(), marks, s.Marks.Identity(),
		s.Marks.UserID, s.Guest, s.SeveralDevices, s.SignatureDigest, int64(s.Generation), s.View, s.SDKVersion, s.Muted, s.AudioOn,
		s.VideoOn, s.Sharing, s.HandRaised, lease, s.Goodbye, lease, stamp(s.LeftAt), stamp(s.LostAt), s.Goodbye, s.JoinID,
		s.RequestKey, s.OnHold, s.HeldTo, extras, s.ID)
	return err
}

// ResumeSeat hands a live seat to its next page: the generation grows by one,
// nothing of a lost connection is left (a reconnecting seat is joined again, a
// waiting one stays waiting), the lease lasts until the given real time, and the
// digest, if it is not nil, recognises from now on with what the page came. ErrNotFound tells that the seat is
// gone, ErrConflict that another page took it over first.
func (s *Store) ResumeSeat(ctx context.Context, seatID string, generation int, leaseUntil time.Time, digest []byte) (meeting.Taken, error) {
	known, err := s.Seat(ctx, seatID)
	if err != nil {
		return meeting.Taken{}, err
	}
	var resumed *meeting.Seat
	tx, err := s.mutate(ctx, known.SessionID, func(tx *sessionTx) error {
		seat, err := tx.SeatByID(seatID)
		if err != nil {
			return err
		}
		switch {
		case seat == nil || !seat.State.Live():
			return ErrNotFound
		case seat.Generation != generation:
			return ErrConflict
		}
		seat.NextPage()
		if leaseUntil.After(seat.LeaseUntil) {
			seat.LeaseUntil = unstamp(stamp(leaseUntil))
		}
		if seat.State != meeting.SeatWaiting {
			tx.Touch(false)
		}
		if digest != nil {
			seat.SignatureDigest = digest
		}
		resumed = seat
		return tx.SaveSeat(seat)
	})
	if err != nil {
		return meeting.Taken{}, err
	}
	return meeting.Taken{Session: *tx.session, Seat: *resumed}, nil
}
