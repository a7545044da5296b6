package session

import (
	"context"
	"slices"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// detach removes a participant for the given reason and notifies those who saw it.
func (c *action) detach(participant *meeting.Participant, state meeting.ParticipantState, reason string) error {
	wasWaiting := participant.State == meeting.ParticipantWaiting
	participant.State, participant.LeftAt = state, c.service.Clock.Now()
	participant.AudioOn, participant.VideoOn, participant.Sharing, participant.HandRaised = false, false, false, false
	participant.Flags.HoldsShare = false
	participant.Flags.Capture = meeting.CaptureOff
	if err := c.tx.SaveParticipant(participant); err != nil {
		return err
	}
	c.tx.BumpRevision(false)
	if err := c.removeSpotlight(participant); err != nil {
		return err
	}
	data := map[string]any{"userId": participant.UserID, "reason": reason}
	if wasWaiting {
		return c.sendToHosts("participant.removed", data)
	}
	if participant.Role == meeting.RoleHost {
		// Said along with the departure: nobody sees a meeting without its next host.
		if err := c.electSuccessor(participant, data); err != nil {
			return err
		}
	}
	if err := c.publishOf(participant, c.tx.Session().Revision, "participant.removed", data); err != nil {
		return err
	}
	return c.dismissApps(participant)
}

// dismissApps removes the participants of the apps that take part in somebody's
// name, where that somebody has gone or was put on hold: a user counts as inside
// while another page of theirs is, or while one reconnects.
func (c *action) dismissApps(gone *meeting.Participant) error {
	user := gone.Claims.UserID
	if user == "" {
		return nil
	}
	apps, err := c.tx.ParticipantsAuthorizedBy(user)
	if err != nil || len(apps) == 0 {
		return err
	}
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if participant.ID != gone.ID && participant.Claims.UserID == user && participant.State.Live() && participant.State != meeting.ParticipantWaiting {
			return nil
		}
	}
	for _, app := range apps {
		if err := c.leave(app, meeting.ParticipantDismissed, "authorizer_left", CloseAuthorizerLeft); err != nil {
			return err
		}
	}
	return nil
}

// electSuccessor makes the co-host who is longest inside the host, where a host has
// gone, and adds that to what is said of the departure. Without a co-host the
// meeting goes on without a host until one comes.
func (c *action) electSuccessor(gone *meeting.Participant, data map[string]any) error {
	data["hostUserId"] = nil
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if participant.ID == gone.ID || participant.Role != meeting.RoleCoHost || !participant.State.Live() || participant.State == meeting.ParticipantWaiting {
			continue
		}
		data["hostUserId"] = participant.UserID
		data["participants"], err = c.makeHost(participant)
		return err
	}
	return nil
}

// promoteToHost makes a participant the host, and every other host a co-host. It is sent
// as one event, so that nobody sees a meeting between two hosts.
func (c *action) promoteToHost(host *meeting.Participant) error {
	wasHidden := hidden(host, c.tx.Session())
	changes, err := c.makeHost(host)
	if err != nil {
		return err
	}
	if wasHidden {
		return c.publishNew(host, arrival{viewOf(host, false), changes[1:], &host.UserID})
	}
	c.publish("participants.updated", map[string]any{"participants": changes, "hostUserId": host.UserID})
	return nil
}

// setHost tells the participant's connection whether its commands are a host's.
func (c *action) setHost(participant *meeting.Participant) {
	id, host := participant.ID, hasHostRights(participant)
	c.afterCommit(func() { c.service.Channel.SetHost(id, host) })
}

// makeHost is promoteToHost without an event: it returns what has changed, the new host first.
func (c *action) makeHost(host *meeting.Participant) ([]map[string]any, error) {
	participants, err := c.tx.Participants()
	if err != nil {
		return nil, err
	}
	changes := []map[string]any{{"userId": host.UserID, "role": meeting.RoleHost}}
	for _, participant := range participants {
		if participant.ID == host.ID || participant.Role != meeting.RoleHost || !participant.State.Live() {
			continue
		}
		participant.Role = meeting.RoleCoHost
		if err := c.tx.SaveParticipant(participant); err != nil {
			return nil, err
		}
		changes = append(changes, map[string]any{"userId": participant.UserID, "role": participant.Role})
	}
	host.Role = meeting.RoleHost
	c.setHost(host)
	c.applyRights(host)
	if err := c.tx.SaveParticipant(host); err != nil {
		return nil, err
	}
	c.tx.BumpRevision(false)
	return changes, nil
}

// sendToHosts sends to every host inside, on their own channels, of a change.
func (c *action) sendToHosts(event string, data any) error {
	return c.notifyPresenters("", c.tx.Session().Revision, event, toHosts(data))
}

// dropMedia admits a participant out of the media room.
func (c *action) dropMedia(participant *meeting.Participant) {
	room, identity, service := participant.SessionID, participant.ID, c.service
	c.afterCommit(func() {
		service.background(room, identity, "remove participant", func(ctx context.Context) error { return service.Media.Remove(ctx, room, identity) })
	})
}

func leave(c *action) error { return c.leave(c.self, meeting.ParticipantLeft, "left", CloseGone) }

func (c *action) leave(participant *meeting.Participant, state meeting.ParticipantState, reason string, code CloseCode) error {
	if err := c.detach(participant, state, reason); err != nil {
		return err
	}
	// The page hears the reason before its sound and pictures end.
	id := participant.ID
	c.afterCommit(func() { c.service.Channel.Close(id, 0, code) })
	c.dropMedia(participant)
	if live := c.tx.Session(); live.Participants == 0 && live.Live() {
		// The last place was given up: whoever comes next is decided afresh.
		return c.end(meeting.EndedEmpty)
	}
	return nil
}

func remove(c *action) error {
	participant, err := c.readTarget()
	if err != nil {
		return err
	}
	switch {
	case participant.ID == c.self.ID:
		return refuse(RefusedParameters, "userId: you cannot remove yourself; leave instead")
	case participant.Role == meeting.RoleHost, participant.Role == meeting.RoleCoHost && c.self.Role != meeting.RoleHost:
		return refuse(RefusedPrivileges, "")
	}
	if err := c.tx.AddRemoval(participant, c.service.Clock.Now()); err != nil {
		return err
	}
	c.tx.BumpRevision(true)
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	if participant.State == meeting.ParticipantWaiting {
		return c.leave(participant, meeting.ParticipantNotAdmitted, "removed", CloseNotAdmitted)
	}
	return c.leave(participant, meeting.ParticipantRemoved, "removed", CloseRemoved)
}

func (c *action) readTarget() (*meeting.Participant, error) {
	var in struct{ UserID int64 }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.UserID == 0 {
		return nil, refuse(RefusedParameters, "userId is missing")
	}
	return c.target(in.UserID)
}

func hold(c *action) error {
	in := struct {
		UserID int64
		Hold   *bool
	}{}
	if err := c.read(&in); err != nil {
		return err
	}
	if in.Hold == nil {
		return refuse(RefusedParameters, "hold is missing")
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if !*in.Hold {
		return c.admit(participant)
	}
	if hasHostRights(participant) {
		return refuse(RefusedOperation, "a host cannot be put in the waiting room")
	}
	if participant.State == meeting.ParticipantWaiting {
		return refuse(RefusedOperation, "the participant is already in the waiting room")
	}
	participant.State, participant.OnHold = meeting.ParticipantWaiting, true
	participant.StopSending()
	participant.Muted, participant.Flags.Capture = true, meeting.CaptureOff
	if err := c.tx.SaveParticipant(participant); err != nil {
		return err
	}
	c.tx.BumpRevision(true) // whoever joins again at this moment is decided again
	if err := c.removeSpotlight(participant); err != nil {
		return err
	}
	if err := c.publishOf(participant, c.tx.Session().Revision, "participant.removed", map[string]any{"userId": participant.UserID, "reason": "held"}); err != nil {
		return err
	}
	if err := c.sendToHosts("participant.added", viewOf(participant, true)); err != nil {
		return err
	}
	id := participant.ID
	c.afterCommit(func() { c.service.Channel.Hold(id) })
	c.send(participant.ID, "seat.held", map[string]any{})
	c.dropMedia(participant)
	return c.dismissApps(participant)
}

func admit(c *action) error {
	participant, err := c.readTarget()
	if err != nil {
		return err
	}
	return c.admit(participant)
}

// admit admits people who wait. What it asks for is asked once for all of them: the
// database waits meanwhile, and with SQLite every other meeting too.
func (c *action) admit(participants ...*meeting.Participant) error {
	if slices.ContainsFunc(participants, func(participant *meeting.Participant) bool { return participant.State != meeting.ParticipantWaiting }) {
		return refuse(RefusedOperation, "the participant is not in the waiting room")
	}
	if err := c.endHold(participants); err != nil {
		return err
	}
	// What was said while people waited was not said to them.
	entered := c.service.Channel.Position(c.tx.Session().ID)
	ids := make([]string, len(participants))
	for i, participant := range participants {
		ids[i] = participant.ID
		participant.State, participant.Flags.Entered = meeting.ParticipantJoined, entered
		if !participant.LostAt.IsZero() {
			participant.State = meeting.ParticipantReconnecting
		}
		if err := c.tx.SaveParticipant(participant); err != nil {
			return err
		}
		c.tx.BumpRevision(false)
		if err := c.publishNew(participant, viewOf(participant, false)); err != nil {
			return err
		}
	}
	// Each command to the nodes may have to wait for one that has just died.
	if len(ids) > 0 {
		c.afterCommit(func() { c.service.Channel.Admit(ids...) })
	}
	for _, id := range ids {
		c.send(id, "seat.admitted", map[string]any{})
	}
	return nil
}

// endHold ends the holds of the people who are admitted, who were put on hold in these
// participants or in participants of theirs that they have left. What was written until
// now they never read.
func (c *action) endHold(in []*meeting.Participant) error {
	if c.tx.Session().OnHold == 0 {
		return nil
	}
	held, err := c.tx.ParticipantsOnHold()
	if err != nil {
		return err
	}
	last, err := c.tx.LastChat()
	if err != nil {
		return err
	}
	for _, participant := range held {
		if !slices.ContainsFunc(in, func(one *meeting.Participant) bool { return samePerson(one, participant) }) {
			continue
		}
		participant.OnHold, participant.HeldTo = false, last
		if err := c.tx.SaveParticipant(participant); err != nil {
			return err
		}
		c.tx.BumpRevision(true)
	}
	return nil
}

// samePerson reports whether a participant is recognised as one of the person of
// another participant of the session that a host has put on hold.
func samePerson(participant, held *meeting.Participant) bool {
	return participant.OriginalID() == held.OriginalID() || admission.SamePerson(&participant.Claims, &held.Claims)
}

func admitAll(c *action) error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	return c.admit(slices.DeleteFunc(participants, func(participant *meeting.Participant) bool { return participant.State != meeting.ParticipantWaiting })...)
}

func end(c *action) error { return c.end(meeting.EndedByHost) }

// end closes the session: every participant is removed, every connection closed, the
// room gone.
func (c *action) end(reason meeting.EndReason) error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	live := c.tx.Session()
	live.EndedAt, live.EndReason = c.service.Clock.Now(), reason
	c.tx.BumpRevision(true)
	for _, participant := range participants {
		participant.State, participant.LeftAt = meeting.ParticipantLeft, live.EndedAt
		if err := c.tx.SaveParticipant(participant); err != nil {
			return err
		}
	}
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.publish("session.ended", map[string]any{"reason": reason})
	room, service := live.ID, c.service
	c.afterCommit(func() {
		service.rosters.forget(room)
		service.held.forget(room)
		service.Logger.Info("session ended", "session", room, "reason", reason, "lasted", live.EndedAt.Sub(live.StartedAt), "participants", len(participants))
		for _, participant := range participants {
			service.Channel.Close(participant.ID, 0, closeOf(reason))
		}
		service.background(room, "", "end room", func(ctx context.Context) error { return service.Media.EndRoom(ctx, room) })
	})
	return nil
}
