package session

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"

	"github.com/anteroom/anteroom/internal/meeting"
)

// maxSpotlights is how many people can be shown large at once.
const maxSpotlights = 9

// reactions that can be sent.
var reactions = []string{"clap", "thumbsup", "heart", "joy", "openmouth", "tada"}

// react shows a reaction to everybody, for a moment; nothing of it is kept.
func react(c *action) error {
	var in struct{ Reaction string }
	if err := c.read(&in); err != nil {
		return err
	}
	if !slices.Contains(reactions, in.Reaction) {
		return refuse(RefusedParameters, "reaction: one of %v", reactions)
	}
	return c.publishOf(c.self, 0, "seat.reacted", map[string]any{"userId": c.self.UserID, "reaction": in.Reaction})
}

func lowerHands(c *action) error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if !participant.HandRaised {
			continue
		}
		participant.HandRaised = false
		if err := c.changed(participant, map[string]any{"userId": participant.UserID, "handRaised": false}); err != nil {
			return err
		}
	}
	return nil
}

// spotlight shows somebody large to everybody, or no longer.
func spotlight(c *action) error {
	var in struct {
		UserID  int64
		Operate string
	}
	if err := c.read(&in); err != nil {
		return err
	}
	present := c.tx.Session().Policy.Spotlights
	others := slices.DeleteFunc(slices.Clone(present), func(id int64) bool { return id == in.UserID })
	if in.Operate == "remove" {
		if len(others) == len(present) {
			return refuse(RefusedOperation, "the participant is not spotlighted")
		}
		return c.setSpotlights(others)
	}
	if in.UserID == 0 {
		return refuse(RefusedParameters, "userId is missing")
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if participant.State == meeting.ParticipantWaiting {
		return refuse(RefusedOperation, "the participant is in the waiting room")
	}
	switch in.Operate {
	case "add":
		if len(others) >= maxSpotlights {
			return refuse(RefusedOperation, "at most %d participants can be spotlighted", maxSpotlights)
		}
		return c.setSpotlights(append(others, participant.UserID))
	case "replace":
		return c.setSpotlights([]int64{participant.UserID})
	}
	return refuse(RefusedParameters, "operate: add, replace or remove")
}

func (c *action) setSpotlights(now []int64) error {
	live := c.tx.Session()
	if slices.Equal(live.Policy.Spotlights, now) {
		return nil
	}
	live.Policy.Spotlights = now
	return c.keepSession(map[string]any{"spotlights": now})
}

// removeSpotlight takes the spotlight off somebody who goes.
func (c *action) removeSpotlight(participant *meeting.Participant) error {
	present := c.tx.Session().Policy.Spotlights
	if !slices.Contains(present, participant.UserID) {
		return nil
	}
	return c.setSpotlights(slices.DeleteFunc(slices.Clone(present), func(id int64) bool { return id == participant.UserID }))
}

// allowToTalk lets a webinar's attendee talk, or not any more.
func allowToTalk(c *action) error {
	var in struct {
		UserID  int64
		Allowed *bool
	}
	if err := c.read(&in); err != nil {
		return err
	}
	if in.Allowed == nil {
		return refuse(RefusedParameters, "allowed is missing")
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if !c.tx.Session().Webinar {
		return refuse(RefusedOperation, "everyone may talk: this is not a webinar")
	}
	if participant.Role != meeting.RoleAttendee {
		return refuse(RefusedOperation, "the participant's role already allows them to talk")
	}
	if participant.Flags.AllowedToTalk == *in.Allowed {
		return nil
	}
	wasHidden := hidden(participant, c.tx.Session())
	participant.Flags.AllowedToTalk = *in.Allowed
	fields := map[string]any{"userId": participant.UserID, "allowedToTalk": *in.Allowed}
	if !*in.Allowed {
		participant.Muted, participant.AudioOn = true, false
		fields["muted"], fields["audioOn"] = true, false
	}
	c.applyRights(participant)
	return c.changedVisibility(participant, wasHidden, fields)
}

// reclaimHost gives the host's role back to whoever came with it.
func reclaimHost(c *action) error {
	switch {
	case !c.self.Flags.OriginHost:
		return refuse(RefusedPrivileges, "only the original host may reclaim the role")
	case c.self.Role == meeting.RoleHost:
		return refuse(RefusedOperation, "already the host")
	}
	return c.promoteToHost(c.self)
}

// MaxHostKey bounds what is compared with a host's key, in characters.
const MaxHostKey = 10

// checkHostKey compares a key with that of the meeting's host, before the
// session is locked. Wrong ones are counted.
func checkHostKey(ctx context.Context, s *Service, self *meeting.Participant, data json.RawMessage) error {
	var in struct{ HostKey string }
	if err := (&action{data: data}).read(&in); err != nil {
		return err
	}
	if in.HostKey == "" || len(in.HostKey) > MaxHostKey {
		return refuse(RefusedParameters, "hostKey: 1 to %d digits", MaxHostKey)
	}
	m, err := s.Repository.Meeting(ctx, self.MeetingID)
	if err != nil {
		return err
	}
	participants, err := s.Repository.LiveParticipants(ctx, self.SessionID)
	if err != nil {
		return err
	}
	if err := hostless(participants); err != nil {
		// Where the key opens nothing, nobody learns whether it is right.
		return err
	}
	host, err := s.Repository.User(ctx, m.HostID)
	if err != nil {
		return err
	}
	// Counted before it is judged, so that guesses sent all at once are not judged
	// all at once.
	refund, ok := s.hostKeyLimiter.reserve(ctx, hostKeyQuotas(self))
	if !ok {
		return refuse(RefusedOperation, "too many wrong host keys; try again later")
	}
	if host.HostKey == "" || subtle.ConstantTimeCompare([]byte(host.HostKey), []byte(in.HostKey)) != 1 {
		return refuse(RefusedParameters, "hostKey: wrong host key")
	}
	refund()
	return nil
}

// How many wrong host keys of one participant, from one address, from one network and from
// everywhere are judged for a meeting, within PasscodeWindow. Several people may be behind
// an address, but not many who guess.
const (
	MaxHostKeyAttempts        = 10
	MaxHostKeyAddressAttempts = 50
	MaxHostKeyNetworkAttempts = 100
	MaxHostKeyMeetingAttempts = 1000
)

// hostKeyQuotas are those for whom a guess of a participant counts.
func hostKeyQuotas(self *meeting.Participant) []quota {
	quotas := []quota{{attemptKey{self.LimiterKey(), self.MeetingID}, MaxHostKeyAttempts}}
	if origin := self.Flags.Origin; origin != "" {
		quotas = append(quotas, quota{attemptKey{origin, self.MeetingID}, MaxHostKeyAddressAttempts})
	}
	if network := self.Flags.Network; network != "" {
		quotas = append(quotas, quota{attemptKey{network, self.MeetingID}, MaxHostKeyNetworkAttempts})
	}
	return append(quotas, quota{attemptKey{"", self.MeetingID}, MaxHostKeyMeetingAttempts})
}

func hostless(participants []*meeting.Participant) error {
	if slices.ContainsFunc(participants, func(participant *meeting.Participant) bool { return participant.Role == meeting.RoleHost }) {
		return refuse(RefusedOperation, "a host is in the meeting")
	}
	return nil
}

// claimHost makes whoever knows the host's key the host, while there is none.
func claimHost(c *action) error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	if err := hostless(participants); err != nil {
		return err
	}
	return c.promoteToHost(c.self)
}

func setRole(c *action) error {
	var in struct {
		UserID int64
		Role   meeting.Role
	}
	if err := c.read(&in); err != nil {
		return err
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	webinar := c.tx.Session().Webinar
	switch {
	case participant == c.self:
		return refuse(RefusedOperation, "to change the host's role, make someone else the host")
	case participant.State == meeting.ParticipantWaiting:
		return refuse(RefusedOperation, "the participant is in the waiting room")
	case in.Role == meeting.RoleHost:
		return c.promoteToHost(participant)
	case in.Role == meeting.RolePanelist && !webinar:
		return refuse(RefusedOperation, "only webinars have panelists")
	case in.Role != meeting.RoleCoHost && in.Role != meeting.RolePanelist && in.Role != meeting.RoleAttendee:
		return refuse(RefusedParameters, "role: host, cohost, panelist or attendee")
	case participant.Role == in.Role:
		return nil
	}
	fields := map[string]any{"userId": participant.UserID, "role": in.Role}
	wasHidden := hidden(participant, c.tx.Session())
	participant.Flags.WasHost = participant.Flags.WasHost || hasHostRights(participant)
	participant.Role = in.Role
	if policy := &c.tx.Session().Policy; participant.Flags.HoldsShare && policy.HostsOnlyShare && !hasHostRights(participant) {
		// The right to share goes, and the share with it.
		if participant.Sharing {
			fields["sharing"] = false
			c.send(participant.ID, "seat.share_stopped", map[string]any{"byUserId": c.self.UserID})
		}
		participant.Sharing, participant.Flags.HoldsShare = false, false
	}
	if isAudience(participant, webinar) {
		// The audience sends nothing and is shown nowhere.
		participant.StopSending()
		participant.Muted = true
		fields["muted"], fields["audioOn"], fields["videoOn"], fields["sharing"] = true, false, false, false
		if err := c.removeSpotlight(participant); err != nil {
			return err
		}
	}
	if participant.Flags.AllowedToTalk {
		participant.Flags.AllowedToTalk = false
		fields["allowedToTalk"] = false
	}
	c.setHost(participant)
	c.applyRights(participant)
	return c.changedVisibility(participant, wasHidden, fields)
}
