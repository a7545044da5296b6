package session

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
)

// ClosedError tells a page that its seat is no longer there, and why.
type ClosedError struct{ Code CloseCode }

func (e *ClosedError) Error() string { return "the participant is no longer in the meeting" }

// Connect lets a page's line up for a seat of the given generation. The seat
// is shown as joined again if it was reconnecting. A page whose seat is gone
// gets a ClosedError, and one whose participant connects too often ErrTooOften.
func (s *Service) Connect(ctx context.Context, seatID string, generation int) (*meeting.Seat, error) {
	seat, err := s.Repository.Seat(ctx, seatID)
	if errors.Is(err, ErrNotFound) {
		return nil, &ClosedError{CloseGone}
	}
	if err != nil {
		return nil, err
	}
	switch {
	case seat.State == meeting.SeatRemoved:
		return nil, &ClosedError{CloseRemoved}
	case seat.State == meeting.SeatNotAdmitted:
		return nil, &ClosedError{CloseNotAdmitted}
	case seat.State == meeting.SeatDismissed:
		return nil, &ClosedError{CloseAuthorizerLeft}
	case !seat.State.Live():
		live, err := s.Repository.Session(ctx, seat.SessionID)
		if err == nil && !live.Live() {
			return nil, &ClosedError{closeOf(live.EndReason)}
		}
		return nil, &ClosedError{CloseGone}
	case generation != seat.Generation:
		return nil, &ClosedError{CloseTakenOver}
	}
	if !s.connections.take(seat, s.RealTime()) {
		return nil, ErrTooOften
	}
	if seat.LostAt.IsZero() {
		if time.Until(seat.LeaseUntil) > 2*s.renewEvery() {
			return seat, nil
		}
		// The sweeper may look before the lease is next renewed.
		return seat, s.Repository.RenewLeases(ctx, []string{seatID}, s.RealTime().Add(s.Times.Lost))
	}
	return seat, s.found(ctx, seat)
}

// closeOf is the closing code for pages of a session that ended so.
func closeOf(reason meeting.EndReason) CloseCode {
	if reason == meeting.EndedDuration {
		return CloseTimeUp
	}
	return CloseEnded
}

// MediaSeat is asked at the media door: what may the identity do in the room
// right now? Waiting seats hold no place there, nor does one whose page has said
// goodbye and is not back.
func (s *Service) MediaSeat(ctx context.Context, room, identity string) (media.Seat, error) {
	seat, err := s.Repository.Seat(ctx, identity)
	if errors.Is(err, ErrNotFound) {
		return media.Seat{}, media.ErrNoSeat
	}
	if err != nil {
		return media.Seat{}, err
	}
	if seat.SessionID != room || !seat.State.Live() || seat.State == meeting.SeatWaiting || seat.Goodbye {
		return media.Seat{}, media.ErrNoSeat
	}
	live, err := s.Repository.Session(ctx, room)
	if err != nil {
		return media.Seat{}, err
	}
	return mediaSeat(seat, live), nil
}

// MediaUnmuted notes that the page of a seat is about to unmute its microphone in the
// media server: whoever is heard is shown so.
func (s *Service) MediaUnmuted(ctx context.Context, room, identity string) error {
	seat := &meeting.Seat{ID: identity, SessionID: room}
	_, _, err := s.Command(ctx, seat, "seat.media", json.RawMessage(`{"audioOn":true,"muted":false}`))
	var refused *CommandError
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Code {
	case RefusedState:
		return media.ErrNoSeat
	case RefusedPrivileges:
		return media.ErrMuted
	}
	return err
}

// Snapshot is the meeting as the seat sees it. After a participant's number it is the
// page of the roster that follows, alone.
func (s *Service) Snapshot(ctx context.Context, seatID string, after int64) (*Snapshot, error) {
	seat, err := s.Repository.Seat(ctx, seatID)
	if err != nil {
		return nil, err
	}
	if !seat.State.Live() {
		return nil, refuse(RefusedState, "closed")
	}
	m, err := s.Repository.Meeting(ctx, seat.MeetingID)
	if err != nil {
		return nil, err
	}
	// Under the session's lock the revision, the seats and the chat belong together.
	unlock := sync.OnceFunc(s.ordered(seat.SessionID))
	defer unlock()
	live, err := s.Repository.Session(ctx, seat.SessionID)
	if err != nil {
		return nil, err
	}
	seats, err := s.rosters.of(live, func() ([]*meeting.Seat, error) { return s.Repository.LiveSeats(ctx, live.ID) })
	if err != nil {
		return nil, err
	}
	// The seat may have been moved or given up while the lock was waited for.
	self := slices.IndexFunc(seats, func(one *meeting.Seat) bool { return one.ID == seatID })
	if self < 0 {
		return nil, refuse(RefusedState, "closed")
	}
	chat := &ChatPage{Chat: []ChatView{}}
	if after == 0 {
		if chat, err = s.newestChat(ctx, live, seats[self]); err != nil {
			return nil, err
		}
	}
	unlock() // so that commands do not wait for what remains
	return snapshotOf(m, live, seats[self], seats, after, chat), nil
}

// Pages of what a snapshot lists.
const (
	rosterPage = 500
	chatPage   = 200
	chatBytes  = 128 << 10
)

// list puts a page of the participants into the snapshot.
func (s *Snapshot) list(all []Participant, after int64) {
	s.Participants = all[sort.Search(len(all), func(i int) bool { return all[i].UserID > after }):]
	if len(s.Participants) > rosterPage {
		s.Participants = slices.Clone(s.Participants[:rosterPage]) // the others are not kept with it
		s.MoreAfter = s.Participants[rosterPage-1].UserID
	}
}

// Chat answers the messages that a seat may read before the one of an id, oldest first.
func (s *Service) Chat(ctx context.Context, seatID, before string) (*ChatPage, error) {
	seat, err := s.Repository.Seat(ctx, seatID)
	if err != nil {
		return nil, err
	}
	switch {
	case !seat.State.Live():
		return nil, refuse(RefusedState, "closed")
	case before == "" || len(before) > maxChatID:
		return nil, refuse(RefusedParameters, "before: 1 to %d characters", maxChatID)
	}
	page := &ChatPage{}
	live, err := s.Repository.Session(ctx, seat.SessionID)
	if err != nil {
		return nil, err
	}
	page.Chat, page.More, err = s.chatBefore(ctx, live, seat, before)
	return page, err
}

// chatBefore answers what a seat may read of the chat. Whose person was on hold reads
// what was said since they were let in again: hosts may have spoken about them meanwhile.
func (s *Service) chatBefore(ctx context.Context, live *meeting.Session, seat *meeting.Seat, before string) ([]ChatView, bool, error) {
	after, err := s.heldTo(ctx, live, seat)
	if err != nil {
		return nil, false, err
	}
	found, more, err := s.Repository.ChatHistory(ctx, seat.SessionID, seat.ID, readerOf(seat),
		meeting.ChatPage{Before: before, After: after, Messages: chatPage, Bytes: chatBytes})
	views := make([]ChatView, 0, len(found))
	for _, message := range found {
		views = append(views, chatView(message))
	}
	return views, more, err
}

// heldTo is the position in the chat after which the person of a seat reads, whichever of
// their seats a host had put on hold.
func (s *Service) heldTo(ctx context.Context, live *meeting.Session, seat *meeting.Seat) (int64, error) {
	if live.HeldTo == 0 {
		return 0, nil
	}
	seats, err := s.held.of(live, func() ([]*meeting.Seat, error) { return s.Repository.HeldSeats(ctx, live.ID) })
	var after int64
	for _, held := range seats {
		if samePerson(seat, held) {
			after = max(after, held.HeldTo)
		}
	}
	return after, err
}

// newestChat is the chat of a first page.
func (s *Service) newestChat(ctx context.Context, live *meeting.Session, self *meeting.Seat) (*ChatPage, error) {
	page := &ChatPage{Chat: []ChatView{}}
	if live.Revision <= 1 {
		return page, nil
	}
	var err error
	page.Chat, page.More, err = s.chatBefore(ctx, live, self, "")
	return page, err
}

func snapshotOf(m *meeting.Meeting, live *meeting.Session, self *meeting.Seat, seats []*meeting.Seat, after int64, chat *ChatPage) *Snapshot {
	snap := &Snapshot{
		Revision: live.Revision, Self: participantOf(self, true), Session: infoOf(m, live, self, seats),
		Chat: chat.Chat, MoreChat: chat.More,
	}
	snap.list(visible(seats, self, live), after)
	return snap
}

// Leave gives up the seat of a resume token at once. An unknown token or a
// seat that is gone is no error.
func (s *Service) Leave(ctx context.Context, resumeToken string) error {
	seat, err := s.liveSeat(ctx, resumeToken)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, _, err = s.Command(ctx, seat, "seat.leave", nil)
	if refused := (*CommandError)(nil); errors.As(err, &refused) && refused.Code == RefusedState {
		return nil // gone or taken over meanwhile
	}
	return err
}

// MediaFor answers a media token for the seat of a resume token, if it is
// inside; ErrNotFound otherwise.
func (s *Service) MediaFor(ctx context.Context, resumeToken string) (string, error) {
	seat, err := s.liveSeat(ctx, resumeToken)
	if err != nil {
		return "", err
	}
	if seat.State == meeting.SeatWaiting {
		return "", ErrNotFound
	}
	live, err := s.Repository.Session(ctx, seat.SessionID)
	if err != nil {
		return "", err
	}
	return s.mediaToken(ctx, seat, live)
}
