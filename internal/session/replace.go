package session

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// admitNewcomer lets somebody into a running session who changes more there than the
// number of people: all of it is one transaction, and one update for those inside. A
// participant of the same verified identity goes on under its number and in its
// place, for to everybody else it is the same participant: its next generation is
// the newcomer's, with the role and the marks that their own credentials give. The
// page's own participant of before, if it is another one's, leaves. A new host is
// the only one from the beginning.
func (s *Service) admitNewcomer(ctx context.Context, how *admission.Admission, live *meeting.Session, newcomer *meeting.Participant) (meeting.Admitted, error) {
	defer s.lockSession(live.ID)()
	var admitted meeting.Admitted
	err := s.changeLocked(ctx, live.ID, func(c *action) error {
		if c.tx.Session().GateRevision != live.GateRevision {
			return ErrConflict
		}
		participant, err := c.replaceParticipant(how, newcomer)
		if err != nil {
			return err
		}
		if err := c.leavePrevious(how.Leaves); err != nil {
			return err
		}
		admitted = meeting.Admitted{Session: *c.tx.Session(), Participant: *participant}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrConflict // it has ended since the gate looked
	}
	return admitted, err
}

// replaceParticipant makes the newcomer's participant.
func (c *action) replaceParticipant(how *admission.Admission, newcomer *meeting.Participant) (*meeting.Participant, error) {
	if how.Replaces == nil {
		return c.addParticipant(how, newcomer)
	}
	participant, err := c.tx.ParticipantByID(how.Replaces.ID)
	switch known := how.Replaces; {
	case err != nil:
		return nil, err
	case participant == nil, !participant.State.Live(), participant.Generation != known.Generation:
		return nil, ErrConflict
	case !how.Connected && !participant.LostAt.Equal(known.LostAt):
		return nil, ErrConflict // its page came back since the gate looked
	}
	return participant, c.replaceConnection(how, participant, newcomer)
}

// replaceConnection gives a participant to the newcomer's page.
func (c *action) replaceConnection(how *admission.Admission, participant, newcomer *meeting.Participant) error {
	was := *participant
	if how.Connected {
		participant.Flags.RecordTakeOver(c.service.RealTime())
	}
	flags := newcomer.Flags
	flags.Replacements, flags.Entered, flags.MutedByHost = participant.Flags.Replacements, participant.Flags.Entered, participant.Flags.MutedByHost
	flags.FirstParticipantID = participant.Flags.FirstParticipantID
	flags.WasHost = was.Flags.WasHost || hasHostRights(&was)
	if was.State == meeting.ParticipantWaiting && newcomer.State != meeting.ParticipantWaiting {
		flags.Entered = c.service.Channel.Position(c.tx.Session().ID)
	}
	if was.Claims.AppID == newcomer.Claims.AppID && was.Flags.SignedRole == flags.SignedRole {
		// What a host has allowed this person stays allowed.
		flags.MayUnmute, flags.AllowedToTalk, flags.MayCapture = was.Flags.MayUnmute, was.Flags.AllowedToTalk, was.Flags.MayCapture
	}
	participant.NextGeneration()
	participant.Muted, participant.HandRaised = true, false
	participant.Name, participant.Email, participant.Claims, participant.Guest, participant.Flags = newcomer.Name, newcomer.Email, newcomer.Claims, newcomer.Guest, flags
	participant.AllowMultipleDevices, participant.View, participant.SDKVersion = newcomer.AllowMultipleDevices, newcomer.View, newcomer.SDKVersion
	participant.JoinID, participant.RequestKey, participant.SignatureDigest = newcomer.JoinID, newcomer.RequestKey, newcomer.SignatureDigest
	participant.LeaseUntil = newcomer.LeaseUntil
	participant.Role, participant.State = newcomer.Role, newcomer.State
	participant.OnHold = participant.OnHold && participant.State == meeting.ParticipantWaiting
	if err := c.tx.SaveParticipant(participant); err != nil {
		return err
	}
	taken := *participant
	c.afterCommit(func() { c.service.disconnectOlder(&taken) })
	c.tx.BumpRevision(false)
	if participant.State == meeting.ParticipantWaiting {
		if was.State != meeting.ParticipantWaiting {
			if err := c.sentToWait(participant, &was); err != nil {
				return err
			}
		}
		return c.sendToHosts("participant.added", viewOf(participant, true))
	}
	c.applyRights(participant)
	if was.State == meeting.ParticipantWaiting {
		return c.publishArrival(participant)
	}
	changes, data := []map[string]any{c.visibleFields(participant)}, map[string]any{}
	switch {
	case participant.Role == meeting.RoleHost:
		c.tx.Session().HostStarted = true
		more, err := c.makeHost(participant)
		if err != nil {
			return err
		}
		changes, data["hostUserId"] = append(changes, more[1:]...), participant.UserID
	case was.Role == meeting.RoleHost:
		if err := c.electSuccessor(participant, data); err != nil {
			return err
		}
		if more, ok := data["participants"].([]map[string]any); ok {
			changes = append(changes, more...)
		}
	}
	return c.publishTakenOver(participant, &was, changes, data)
}

// sentToWait tells those inside that a participant is no longer there, because the page
// that has taken it over waits.
func (c *action) sentToWait(participant, was *meeting.Participant) error {
	data := map[string]any{"userId": participant.UserID, "reason": "held"}
	if was.Role == meeting.RoleHost {
		if err := c.electSuccessor(participant, data); err != nil {
			return err
		}
	}
	if err := c.removeSpotlight(participant); err != nil {
		return err
	}
	if err := c.publishOf(was, c.tx.Session().Revision, "participant.removed", data); err != nil {
		return err
	}
	return c.dismissApps(participant)
}

// disconnectOlder closes the connections of a participant's older pages, and then ends
// their media.
func (s *Service) disconnectOlder(participant *meeting.Participant) {
	s.Channel.Close(participant.ID, participant.Generation, CloseTakenOver)
	s.removeOlderMedia(participant.SessionID, participant.ID, participant.Generation)
}

// removeOlderMedia takes the media connection of a participant's older pages out of the
// room.
func (s *Service) removeOlderMedia(room, identity string, generation int) {
	s.background(room, identity, "remove older connection", func(ctx context.Context) error {
		return s.Media.RemoveOlder(ctx, room, identity, generation)
	})
}

// publishTakenOver announces a participant that another page has taken over, whose
// own change comes first, and of the others that changed along with it.
func (c *action) publishTakenOver(participant, was *meeting.Participant, changes []map[string]any, data map[string]any) error {
	live := c.tx.Session()
	fields := changes[0]
	// The older page's are not the newer one's.
	private := map[string]any{"userId": participant.UserID, "customerKey": participant.Claims.CustomerKey, "email": participant.Email}
	switch wasHidden := hidden(was, live); {
	case !hidden(participant, live) && !wasHidden:
		data["participants"] = changes
		c.publish("participants.updated", data)
		return c.sendToHostsAndSelf(participant, private)
	case !hidden(participant, live):
		if err := c.publishNew(participant, viewOf(participant, false)); err != nil {
			return err
		}
	case !wasHidden:
		// All that the audience still hears of it.
		c.publish("participant.updated", map[string]any{"userId": participant.UserID, "role": participant.Role, "allowedToTalk": false})
	}
	if err := c.publishOf(participant, live.Revision, "participant.updated", fields); err != nil {
		return err
	}
	if err := c.sendToHostsAndSelf(participant, private); err != nil {
		return err
	}
	if _, changed := data["hostUserId"]; changed || len(changes) > 1 {
		data["participants"] = changes[1:]
		c.publish("participants.updated", data)
	}
	return nil
}

// arrival is a participant who is inside from now on. A host comes with whose role
// ends thereby, so that nobody sees a meeting with two hosts.
type arrival struct {
	ParticipantView
	Participants []map[string]any `json:"participants,omitempty"`
	HostUserID   *int64           `json:"hostUserId,omitempty"`
}

// publishArrival announces a new participant to those inside.
func (c *action) publishArrival(participant *meeting.Participant) error {
	payload := arrival{ParticipantView: viewOf(participant, false)}
	if participant.Role == meeting.RoleHost {
		c.tx.Session().HostStarted = true
		changes, err := c.makeHost(participant)
		if err != nil {
			return err
		}
		payload.Participants, payload.HostUserID = changes[1:], &payload.UserID
	}
	return c.publishNew(participant, payload)
}

// visibleFields is all that others see of a participant, as fields of an update.
func (c *action) visibleFields(participant *meeting.Participant) map[string]any {
	p := viewOf(participant, false)
	fields := map[string]any{
		"userId": p.UserID, "userName": p.UserName, "role": p.Role, "state": p.State, "muted": p.Muted, "audioOn": p.AudioOn,
		"videoOn": p.VideoOn, "sharing": p.Sharing, "handRaised": p.HandRaised, "guest": p.Guest,
		"view": p.View, "originHost": p.OriginHost, "mayUnmute": p.MayUnmute, "allowedToTalk": p.AllowedToTalk,
		"mayCapture": p.MayCapture, "capture": p.Capture,
	}
	return fields
}

// addParticipant lets the newcomer in under a number of their own, where there is one beside
// the page's participant of before, which is about to leave.
func (c *action) addParticipant(how *admission.Admission, newcomer *meeting.Participant) (*meeting.Participant, error) {
	participants, err := c.tx.Participants()
	if err != nil {
		return nil, err
	}
	identity, present := newcomer.Claims.Identity(), newcomer.Claims.AuthorizerID == ""
	for _, participant := range participants {
		if how.Leaves != nil && participant.ID == how.Leaves.ID {
			continue
		}
		if identity != "" && !newcomer.AllowMultipleDevices && !participant.AllowMultipleDevices && participant.Claims.Identity() == identity {
			return nil, ErrConflict
		}
		present = present || participant.Claims.UserID == newcomer.Claims.AuthorizerID && participant.State != meeting.ParticipantWaiting
	}
	others := c.tx.Session().Participants
	if how.Leaves != nil {
		others--
	}
	if !present || !how.Exempt && others >= how.Capacity {
		return nil, ErrConflict
	}
	participant := *newcomer
	participant.Flags.Entered = c.service.Channel.Position(c.tx.Session().ID)
	c.tx.AddParticipant(&participant)
	c.tx.BumpRevision(false)
	if participant.State == meeting.ParticipantWaiting {
		return &participant, c.sendToHosts("participant.added", viewOf(&participant, true))
	}
	return &participant, c.publishArrival(&participant)
}

// leavePrevious lets the page's own participant of before leave, if it is still there.
func (c *action) leavePrevious(own *meeting.Participant) error {
	if own == nil {
		return nil
	}
	participant, err := c.tx.ParticipantByID(own.ID)
	if err != nil || participant == nil || !participant.State.Live() || participant.Generation != own.Generation {
		return err
	}
	return c.leave(participant, meeting.ParticipantLeft, "left", CloseTakenOver)
}

// endAbandoned ends sessions in which nobody is connected, because their host has
// begun another meeting. One to which somebody has come back goes on.
func (s *Service) endAbandoned(ctx context.Context, sessions []string) {
	for _, id := range sessions {
		err := s.system(ctx, id, func(c *action) error {
			participants, err := c.tx.Participants()
			if err != nil {
				return err
			}
			now := s.RealTime()
			for _, participant := range participants {
				if participant.Connected(now) && !participant.Departing {
					return nil
				}
			}
			return c.end(meeting.EndedEmpty)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			s.Logger.Error("could not end deserted session", "session", id, "error", err)
		}
	}
}
