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

// ClosedError is returned to a page whose participant is no longer there, with the
// reason.
type ClosedError struct{ Code CloseCode }

func (e *ClosedError) Error() string { return "the participant is no longer in the meeting" }

// Connect accepts a page's connection for a participant of the given generation.
// The participant is shown as joined again if it was reconnecting. A page whose
// participant is gone gets a ClosedError, and one whose participant connects too
// often ErrTooOften.
func (s *Service) Connect(ctx context.Context, participantID string, generation int) (*meeting.Participant, error) {
	participant, err := s.connectable(ctx, participantID, generation)
	if err != nil {
		return nil, err
	}
	if !s.connections.take(participant, s.RealTime()) {
		return nil, ErrTooOften
	}
	return participant, s.connected(ctx, participant)
}

// Confirm is Connect for a connection that has been accepted and was taken for lost
// since. It counts as none.
func (s *Service) Confirm(ctx context.Context, participantID string, generation int) error {
	participant, err := s.connectable(ctx, participantID, generation)
	if err != nil {
		return err
	}
	return s.connected(ctx, participant)
}

// connectable returns a participant to whom a page of the generation may connect.
func (s *Service) connectable(ctx context.Context, participantID string, generation int) (*meeting.Participant, error) {
	participant, err := s.Repository.Participant(ctx, participantID)
	if errors.Is(err, ErrNotFound) {
		return nil, &ClosedError{CloseGone}
	}
	if err != nil {
		return nil, err
	}
	switch {
	case participant.State == meeting.ParticipantRemoved:
		return nil, &ClosedError{CloseRemoved}
	case participant.State == meeting.ParticipantNotAdmitted:
		return nil, &ClosedError{CloseNotAdmitted}
	case participant.State == meeting.ParticipantDismissed:
		return nil, &ClosedError{CloseAuthorizerLeft}
	case !participant.State.Live():
		live, err := s.Repository.Session(ctx, participant.SessionID)
		if err == nil && !live.Live() {
			return nil, &ClosedError{closeOf(live.EndReason)}
		}
		return nil, &ClosedError{CloseGone}
	case generation != participant.Generation:
		return nil, &ClosedError{CloseTakenOver}
	}
	return participant, nil
}

// connected keeps a participant whose page is connected from being taken for lost.
func (s *Service) connected(ctx context.Context, participant *meeting.Participant) error {
	if participant.LostAt.IsZero() {
		if time.Until(participant.LeaseUntil) > 2*s.renewEvery() {
			return nil
		}
		// The sweeper may look before the lease is next renewed.
		return s.Repository.RenewLeases(ctx, []string{participant.ID}, s.RealTime().Add(s.Times.Lost))
	}
	return s.reconnected(ctx, participant)
}

// closeOf is the closing code for pages of a session that ended so.
func closeOf(reason meeting.EndReason) CloseCode {
	if reason == meeting.EndedDuration {
		return CloseTimeUp
	}
	return CloseEnded
}

// MediaGrant is asked at the media proxy: what may the identity do in the room
// right now? Waiting participants have no place there, nor does one whose page has
// announced its departure and is not back.
func (s *Service) MediaGrant(ctx context.Context, room, identity string) (media.Grant, error) {
	participant, err := s.Repository.Participant(ctx, identity)
	if errors.Is(err, ErrNotFound) {
		return media.Grant{}, media.ErrNotAdmitted
	}
	if err != nil {
		return media.Grant{}, err
	}
	if participant.SessionID != room || !participant.State.Live() || participant.State == meeting.ParticipantWaiting || participant.Departing {
		return media.Grant{}, media.ErrNotAdmitted
	}
	live, err := s.Repository.Session(ctx, room)
	if err != nil {
		return media.Grant{}, err
	}
	return mediaGrant(participant, live), nil
}

// MediaUnmuted notes that the page of a participant is about to unmute its microphone
// in the media server: whoever is heard is shown so.
func (s *Service) MediaUnmuted(ctx context.Context, room, identity string) error {
	participant := &meeting.Participant{ID: identity, SessionID: room}
	_, _, err := s.Command(ctx, participant, "seat.media", json.RawMessage(`{"audioOn":true,"muted":false}`))
	var refused *CommandError
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Code {
	case RefusedState:
		return media.ErrNotAdmitted
	case RefusedPrivileges:
		return media.ErrMuted
	}
	return err
}

// Snapshot is the meeting as the participant sees it. After a participant's number it
// is the page of the roster that follows, alone.
func (s *Service) Snapshot(ctx context.Context, participantID string, after int64) (*Snapshot, error) {
	participant, err := s.Repository.Participant(ctx, participantID)
	if err != nil {
		return nil, err
	}
	if !participant.State.Live() {
		return nil, refuse(RefusedState, "closed")
	}
	m, err := s.Repository.Meeting(ctx, participant.MeetingID)
	if err != nil {
		return nil, err
	}
	// Under the session's lock the revision, the participants and the chat belong
	// together.
	unlock := sync.OnceFunc(s.lockSession(participant.SessionID))
	defer unlock()
	live, err := s.Repository.Session(ctx, participant.SessionID)
	if err != nil {
		return nil, err
	}
	participants, err := s.rosters.of(live, func() ([]*meeting.Participant, error) { return s.Repository.LiveParticipants(ctx, live.ID) })
	if err != nil {
		return nil, err
	}
	// The participant may have been moved or given up while the lock was waited for.
	self := slices.IndexFunc(participants, func(one *meeting.Participant) bool { return one.ID == participantID })
	if self < 0 {
		return nil, refuse(RefusedState, "closed")
	}
	chat := &ChatPage{Chat: []ChatView{}}
	if after == 0 {
		if chat, err = s.newestChat(ctx, live, participants[self]); err != nil {
			return nil, err
		}
	}
	unlock() // so that commands do not wait for what remains
	return snapshotOf(m, live, participants[self], participants, after, chat), nil
}

// Pages of what a snapshot lists.
const (
	rosterPage = 500
	chatPage   = 200
	chatBytes  = 128 << 10
)

// list puts a page of the participants into the snapshot.
func (s *Snapshot) list(all []ParticipantView, after int64) {
	s.Participants = all[sort.Search(len(all), func(i int) bool { return all[i].UserID > after }):]
	if len(s.Participants) > rosterPage {
		s.Participants = slices.Clone(s.Participants[:rosterPage]) // the others are not kept with it
		s.MoreAfter = s.Participants[rosterPage-1].UserID
	}
}

// Chat returns the messages that a participant may read before the one of an id, oldest
// first.
func (s *Service) Chat(ctx context.Context, participantID, before string) (*ChatPage, error) {
	participant, err := s.Repository.Participant(ctx, participantID)
	if err != nil {
		return nil, err
	}
	switch {
	case !participant.State.Live():
		return nil, refuse(RefusedState, "closed")
	case before == "" || len(before) > maxChatID:
		return nil, refuse(RefusedParameters, "before: 1 to %d characters", maxChatID)
	}
	page := &ChatPage{}
	live, err := s.Repository.Session(ctx, participant.SessionID)
	if err != nil {
		return nil, err
	}
	page.Chat, page.More, err = s.chatBefore(ctx, live, participant, before)
	return page, err
}

// chatBefore returns what a participant may read of the chat. Whose person was on hold
// reads what was said since they were admitted again: hosts may have spoken about them
// meanwhile.
func (s *Service) chatBefore(ctx context.Context, live *meeting.Session, participant *meeting.Participant, before string) ([]ChatView, bool, error) {
	after, err := s.heldTo(ctx, live, participant)
	if err != nil {
		return nil, false, err
	}
	found, more, err := s.Repository.ChatHistory(ctx, participant.SessionID, participant.ID, readerFor(participant),
		meeting.ChatPage{Before: before, After: after, Messages: chatPage, Bytes: chatBytes})
	views := make([]ChatView, 0, len(found))
	for _, message := range found {
		views = append(views, chatView(message))
	}
	return views, more, err
}

// heldTo is the position in the chat after which the person of a participant reads,
// whichever of their participants a host had put on hold.
func (s *Service) heldTo(ctx context.Context, live *meeting.Session, participant *meeting.Participant) (int64, error) {
	if live.HeldTo == 0 {
		return 0, nil
	}
	participants, err := s.held.of(live, func() ([]*meeting.Participant, error) { return s.Repository.HeldParticipants(ctx, live.ID) })
	var after int64
	for _, held := range participants {
		if samePerson(participant, held) {
			after = max(after, held.HeldTo)
		}
	}
	return after, err
}

// newestChat is the chat of a first page.
func (s *Service) newestChat(ctx context.Context, live *meeting.Session, self *meeting.Participant) (*ChatPage, error) {
	page := &ChatPage{Chat: []ChatView{}}
	if live.Revision <= 1 {
		return page, nil
	}
	var err error
	page.Chat, page.More, err = s.chatBefore(ctx, live, self, "")
	return page, err
}

func snapshotOf(m *meeting.Meeting, live *meeting.Session, self *meeting.Participant, participants []*meeting.Participant, after int64, chat *ChatPage) *Snapshot {
	snap := &Snapshot{
		Revision: live.Revision, Self: viewOf(self, true), Session: infoOf(m, live, self, participants),
		Chat: chat.Chat, MoreChat: chat.More,
	}
	snap.list(visible(participants, self, live), after)
	return snap
}

// Leave removes the participant of a resume token at once. An unknown token or a
// participant that is gone is no error.
func (s *Service) Leave(ctx context.Context, resumeToken string) error {
	participant, err := s.liveParticipant(ctx, resumeToken)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, _, err = s.Command(ctx, participant, "seat.leave", nil)
	if refused := (*CommandError)(nil); errors.As(err, &refused) && refused.Code == RefusedState {
		return nil // gone or taken over meanwhile
	}
	return err
}

// MediaFor returns a media token for the participant of a resume token, if it is
// inside; ErrNotFound otherwise.
func (s *Service) MediaFor(ctx context.Context, resumeToken string) (string, error) {
	participant, err := s.liveParticipant(ctx, resumeToken)
	if err != nil {
		return "", err
	}
	if participant.State == meeting.ParticipantWaiting {
		return "", ErrNotFound
	}
	live, err := s.Repository.Session(ctx, participant.SessionID)
	if err != nil {
		return "", err
	}
	return s.mediaToken(ctx, participant, live)
}
