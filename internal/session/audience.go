package session

import (
	"context"

	"github.com/anteroom/anteroom/internal/meeting"
)

// hidden reports whether a participant is shown to nobody of a webinar's audience:
// attendees do not see each other, but for those who may talk.
func hidden(participant *meeting.Participant, live *meeting.Session) bool {
	return isAudience(participant, live.Webinar) && !participant.Flags.AllowedToTalk
}

// canSee reports whether one participant is shown another. Who waits is shown to hosts
// alone, and sees nobody.
func canSee(viewer, participant *meeting.Participant, live *meeting.Session) bool {
	switch {
	case viewer.ID == participant.ID:
		return true
	case viewer.State == meeting.ParticipantWaiting:
		return false
	case participant.State == meeting.ParticipantWaiting:
		return hasHostRights(viewer)
	}
	return !hidden(participant, live) || viewer.Role != meeting.RoleAttendee
}

// hostOnlyFields are the fields of a participant that only hosts and their own page are
// told; nil if there are none.
func hostOnlyFields(participant *meeting.Participant) map[string]any {
	fields := map[string]any{"userId": participant.UserID}
	if participant.Claims.CustomerKey != "" {
		fields["customerKey"] = participant.Claims.CustomerKey
	}
	if participant.Email != "" {
		fields["email"] = participant.Email
	}
	if len(fields) == 1 {
		return nil
	}
	return fields
}

// recipient is somebody who is notified of an event on their own channel.
type recipient struct {
	participantID string
	data          any
}

// recipients are those of the presenters for whom there is something to tell.
func recipients(presenters []*meeting.Participant, except string, data func(to *meeting.Participant) any) (recipients []recipient) {
	for _, participant := range presenters {
		if participant.ID == except || !participant.State.Live() || participant.State == meeting.ParticipantWaiting {
			continue
		}
		if payload := data(participant); payload != nil {
			recipients = append(recipients, recipient{participant.ID, payload})
		}
	}
	return recipients
}

// toHosts sends the same to every host.
func toHosts(data any) func(*meeting.Participant) any {
	return func(to *meeting.Participant) any {
		if !hasHostRights(to) {
			return nil
		}
		return data
	}
}

// arrivalOf is what is sent to each of those who see a hidden or waiting participant
// who is new to them.
func arrivalOf(participant *meeting.Participant) func(*meeting.Participant) any {
	return func(to *meeting.Participant) any {
		if participant.State == meeting.ParticipantWaiting && !hasHostRights(to) {
			return nil
		}
		return viewOf(participant, hasHostRights(to))
	}
}

// notifyPresenters sends to hosts, co-hosts and panelists on their own channels.
func (c *action) notifyPresenters(except string, revision int64, event string, data func(to *meeting.Participant) any) error {
	presenters, err := c.tx.Presenters()
	if err != nil {
		return err
	}
	for _, to := range recipients(presenters, except, data) {
		c.afterCommit(func() { c.service.Channel.Send(to.participantID, revision, event, to.data) })
	}
	return nil
}

// publishOf announces a change of a participant to whoever sees it, its own page
// included.
func (c *action) publishOf(participant *meeting.Participant, revision int64, event string, data any) error {
	if !hidden(participant, c.tx.Session()) {
		session := participant.SessionID
		c.afterCommit(func() { c.service.Channel.Publish(session, revision, event, data) })
		return nil
	}
	own := participant.ID
	c.afterCommit(func() { c.service.Channel.Send(own, revision, event, data) })
	return c.notifyPresenters(own, revision, event, func(*meeting.Participant) any { return data })
}

// publishNew announces a participant to those who see it for the first time.
func (c *action) publishNew(participant *meeting.Participant, payload any) error {
	revision := c.tx.Session().Revision
	if hidden(participant, c.tx.Session()) {
		return c.notifyPresenters(participant.ID, revision, "participant.added", arrivalOf(participant))
	}
	c.publish("participant.added", payload)
	return c.sendHostFields(participant)
}

// sendHostFields sends hosts the fields of a visible participant that only they may see.
func (c *action) sendHostFields(participant *meeting.Participant) error {
	if more := hostOnlyFields(participant); more != nil {
		return c.sendToHostsAndSelf(participant, more)
	}
	return nil
}

func (c *action) sendToHostsAndSelf(participant *meeting.Participant, fields map[string]any) error {
	own, revision := participant.ID, c.tx.Session().Revision
	c.afterCommit(func() { c.service.Channel.Send(own, revision, "participant.updated", fields) })
	return c.notifyPresenters(own, revision, "participant.updated", toHosts(fields))
}

// changedVisibility stores a participant of which the audience sees more or less than
// before.
func (c *action) changedVisibility(participant *meeting.Participant, wasHidden bool, fields map[string]any) error {
	isHidden := hidden(participant, c.tx.Session())
	if isHidden == wasHidden {
		return c.changed(participant, fields)
	}
	if err := c.tx.SaveParticipant(participant); err != nil {
		return err
	}
	c.tx.BumpRevision(false)
	if !isHidden {
		if err := c.publishNew(participant, viewOf(participant, false)); err != nil {
			return err
		}
	}
	// It is the last that the audience hears of somebody who is hidden now.
	c.publish("participant.updated", fields)
	return nil
}

// announceArrival announces a participant who was just admitted to those inside.
func (s *Service) announceArrival(ctx context.Context, admitted *meeting.Admitted) {
	participant, live := &admitted.Participant, &admitted.Session
	if participant.State == meeting.ParticipantWaiting || hidden(participant, live) {
		s.notifyPresenters(ctx, live, participant.ID, "participant.added", arrivalOf(participant))
		return
	}
	s.Channel.Publish(live.ID, live.Revision, "participant.added", viewOf(participant, false))
	if more := hostOnlyFields(participant); more != nil {
		s.notifyPresenters(ctx, live, participant.ID, "participant.updated", toHosts(more))
	}
}

// notifyPresenters is action's, for a change that is kept.
func (s *Service) notifyPresenters(ctx context.Context, live *meeting.Session, except, event string, data func(to *meeting.Participant) any) {
	presenters, err := s.Repository.Presenters(ctx, live.ID)
	if err != nil {
		s.Logger.Error("could not notify hosts", "error", err)
		return
	}
	for _, to := range recipients(presenters, except, data) {
		s.Channel.Send(to.participantID, live.Revision, event, to.data)
	}
}
