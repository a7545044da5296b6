package session

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"

	"github.com/anteroom/anteroom/internal/meeting"
)

// mostSpotlights is how many people can be shown large at once.
const mostSpotlights = 9

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
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if !seat.HandRaised {
			continue
		}
		seat.HandRaised = false
		if err := c.changed(seat, map[string]any{"userId": seat.UserID, "handRaised": false}); err != nil {
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
	present := c.tx.Session().Conduct.Spotlights
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
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if seat.State == meeting.SeatWaiting {
		return refuse(RefusedOperation, "the participant is in the waiting room")
	}
	switch in.Operate {
	case "add":
		if len(others) >= mostSpotlights {
			return refuse(RefusedOperation, "at most %d participants can be spotlighted", mostSpotlights)
		}
		return c.setSpotlights(append(others, seat.UserID))
	case "replace":
		return c.setSpotlights([]int64{seat.UserID})
	}
	return refuse(RefusedParameters, "operate: add, replace or remove")
}

func (c *action) setSpotlights(now []int64) error {
	live := c.tx.Session()
	if slices.Equal(live.Conduct.Spotlights, now) {
		return nil
	}
	live.Conduct.Spotlights = now
	return c.keepSession(map[string]any{"spotlights": now})
}

// dim takes the spotlight off somebody who goes.
func (c *action) dim(seat *meeting.Seat) error {
	present := c.tx.Session().Conduct.Spotlights
	if !slices.Contains(present, seat.UserID) {
		return nil
	}
	return c.setSpotlights(slices.DeleteFunc(slices.Clone(present), func(id int64) bool { return id == seat.UserID }))
}

// talk gives a webinar's attendee the word, or takes it.
func talk(c *action) error {
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
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if !c.tx.Session().Webinar {
		return refuse(RefusedOperation, "everyone may talk: this is not a webinar")
	}
	if seat.Role != meeting.RoleAttendee {
		return refuse(RefusedOperation, "the participant's role already allows them to talk")
	}
	if seat.Extras.Talks == *in.Allowed {
		return nil
	}
	wasHidden := hidden(seat, c.tx.Session())
	seat.Extras.Talks = *in.Allowed
	fields := map[string]any{"userId": seat.UserID, "allowedToTalk": *in.Allowed}
	if !*in.Allowed {
		seat.Muted, seat.AudioOn = true, false
		fields["muted"], fields["audioOn"] = true, false
	}
	c.applyRights(seat)
	return c.changedInView(seat, wasHidden, fields)
}

// reclaimHost gives the host's role back to whoever came with it.
func reclaimHost(c *action) error {
	switch {
	case !c.self.Extras.OriginHost:
		return refuse(RefusedPrivileges, "only the original host may reclaim the role")
	case c.self.Role == meeting.RoleHost:
		return refuse(RefusedOperation, "already the host")
	}
	return c.crown(c.self)
}

// MaxHostKey bounds what is compared with a host's key, in characters.
const MaxHostKey = 10

// checkHostKey compares a key with that of the meeting's host, before the
// session is locked. Wrong ones are counted.
func checkHostKey(ctx context.Context, s *Service, self *meeting.Seat, data json.RawMessage) error {
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
	seats, err := s.Repository.LiveSeats(ctx, self.SessionID)
	if err != nil {
		return err
	}
	if err := hostless(seats); err != nil {
		// Where the key opens nothing, nobody learns whether it is right.
		return err
	}
	host, err := s.Repository.User(ctx, m.HostID)
	if err != nil {
		return err
	}
	// Counted before it is judged, so that guesses sent all at once are not judged
	// all at once.
	takeBack, ok := s.hostKeys.take(ctx, hostKeyQuotas(self))
	if !ok {
		return refuse(RefusedOperation, "too many wrong host keys; try again later")
	}
	if host.HostKey == "" || subtle.ConstantTimeCompare([]byte(host.HostKey), []byte(in.HostKey)) != 1 {
		return refuse(RefusedParameters, "hostKey: wrong host key")
	}
	takeBack()
	return nil
}

// How many wrong host keys of one participant, from one address, from one network and from
// everywhere are judged for a meeting, within PasscodeWindow. Several people may be behind
// an address, but not many who guess.
const (
	HostKeyTries        = 10
	HostKeyAddressTries = 50
	HostKeyNetworkTries = 100
	HostKeyMeetingTries = 1000
)

// hostKeyQuotas are those for whom a guess of a participant counts.
func hostKeyQuotas(self *meeting.Seat) []quota {
	quotas := []quota{{passcodeKey{self.Counted(), self.MeetingID}, HostKeyTries}}
	if origin := self.Extras.Origin; origin != "" {
		quotas = append(quotas, quota{passcodeKey{origin, self.MeetingID}, HostKeyAddressTries})
	}
	if network := self.Extras.Network; network != "" {
		quotas = append(quotas, quota{passcodeKey{network, self.MeetingID}, HostKeyNetworkTries})
	}
	return append(quotas, quota{passcodeKey{"", self.MeetingID}, HostKeyMeetingTries})
}

func hostless(seats []*meeting.Seat) error {
	if slices.ContainsFunc(seats, func(seat *meeting.Seat) bool { return seat.Role == meeting.RoleHost }) {
		return refuse(RefusedOperation, "a host is in the meeting")
	}
	return nil
}

// claimHost makes whoever knows the host's key the host, while there is none.
func claimHost(c *action) error {
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	if err := hostless(seats); err != nil {
		return err
	}
	return c.crown(c.self)
}

func setRole(c *action) error {
	var in struct {
		UserID int64
		Role   meeting.Role
	}
	if err := c.read(&in); err != nil {
		return err
	}
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	webinar := c.tx.Session().Webinar
	switch {
	case seat == c.self:
		return refuse(RefusedOperation, "to change the host's role, make someone else the host")
	case seat.State == meeting.SeatWaiting:
		return refuse(RefusedOperation, "the participant is in the waiting room")
	case in.Role == meeting.RoleHost:
		return c.crown(seat)
	case in.Role == meeting.RolePanelist && !webinar:
		return refuse(RefusedOperation, "only webinars have panelists")
	case in.Role != meeting.RoleCoHost && in.Role != meeting.RolePanelist && in.Role != meeting.RoleAttendee:
		return refuse(RefusedParameters, "role: host, cohost, panelist or attendee")
	case seat.Role == in.Role:
		return nil
	}
	fields := map[string]any{"userId": seat.UserID, "role": in.Role}
	wasHidden := hidden(seat, c.tx.Session())
	seat.Extras.Led = seat.Extras.Led || isHost(seat)
	seat.Role = in.Role
	if conduct := &c.tx.Session().Conduct; seat.Extras.Shares && conduct.ShareByHosts && !isHost(seat) {
		// The right to share goes, and the share with it.
		if seat.Sharing {
			fields["sharing"] = false
			c.tell(seat.ID, "seat.share_stopped", map[string]any{"byUserId": c.self.UserID})
		}
		seat.Sharing, seat.Extras.Shares = false, false
	}
	if watches(seat, webinar) {
		// The audience sends nothing and is shown nowhere.
		seat.StopSending()
		seat.Muted = true
		fields["muted"], fields["audioOn"], fields["videoOn"], fields["sharing"] = true, false, false, false
		if err := c.dim(seat); err != nil {
			return err
		}
	}
	if seat.Extras.Talks {
		seat.Extras.Talks = false
		fields["allowedToTalk"] = false
	}
	c.lead(seat)
	c.applyRights(seat)
	return c.changedInView(seat, wasHidden, fields)
}
