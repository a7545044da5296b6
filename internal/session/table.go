package session

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// MaxChatLength bounds a chat message, in characters.
const MaxChatLength = 4096

// commands is every command there is.
var commands = map[string]command{
	"seat.media":        {allowed: anyone, run: reportMedia},
	"seat.leave":        {allowed: anyone, whileWaiting: true, run: leave},
	"seat.rename":       {allowed: anyone, run: rename},
	"seat.hand":         {allowed: anyone, run: hand},
	"seat.mute":         {allowed: anyone, run: mute},
	"seat.share":        {allowed: anyone, run: share},
	"seat.react":        {allowed: anyone, run: react},
	"seat.talk":         {allowed: hosts, run: allowToTalk},
	"session.mute_all":  {allowed: hosts, run: muteAll},
	"session.rules":     {allowed: hosts, run: setRules},
	"session.spotlight": {allowed: hosts, run: spotlight},

	"session.lower_hands":  {allowed: hosts, run: lowerHands},
	"session.reclaim_host": {allowed: anyone, run: reclaimHost},
	"session.claim_host":   {allowed: anyone, run: claimHost, prepare: checkHostKey},
	"session.lock":         {allowed: hosts, run: lock},
	"session.end":          {allowed: hostOnly, run: end},
	"session.broadcast":    {allowed: hosts, run: broadcast},
	"seat.remove":          {allowed: hosts, run: remove},
	"seat.hold":            {allowed: hosts, run: hold},
	"seat.admit":           {allowed: hosts, run: admit},
	"session.admit_all":    {allowed: hosts, run: admitAll},
	"seat.role":            {allowed: hostOnly, run: setRole},
	"chat.send":            {allowed: anyone, run: sendChat, written: true},
	"chat.delete":          {allowed: anyone, run: deleteChat},
	"capture.request":      {allowed: anyone, run: requestCapture},
	"capture.permit":       {allowed: hosts, run: permitCapture},
	"capture.set":          {allowed: anyone, run: setCapture},
}

// Commands are the names of all commands, in alphabetical order.
func Commands() []string { return slices.Sorted(maps.Keys(commands)) }

func reportMedia(c *action) error {
	var in struct{ AudioOn, Muted, VideoOn, Sharing *bool }
	if err := c.read(&in); err != nil {
		return err
	}
	if in.VideoOn != nil && *in.VideoOn && c.isAudience() {
		return refuse(RefusedPrivileges, "attendees of a webinar may not send video")
	}
	joins := in.AudioOn != nil && *in.AudioOn && !c.self.AudioOn
	if in.Muted != nil && !*in.Muted || joins && in.Muted == nil && !c.self.Muted {
		if err := c.mayUnmute(); err != nil {
			return err
		}
	}
	if in.Sharing != nil && *in.Sharing && !c.self.Sharing {
		if err := c.mayShare(); err != nil {
			return err
		}
		if !c.self.Flags.HoldsShare {
			// Only asking gives the screen's place, and takes it from others.
			return refuse(RefusedOperation, "ask with seat.share before sharing")
		}
	}
	wasUnmuted, wasSharing, hadPlace := isUnmuted(c.self), c.self.Sharing, c.self.Flags.HoldsShare
	changed := map[string]any{"userId": c.self.UserID}
	set := func(field *bool, to *bool, name string) {
		if to != nil && *field != *to {
			*field = *to
			changed[name] = *to
		}
	}
	set(&c.self.AudioOn, in.AudioOn, "audioOn")
	set(&c.self.Muted, in.Muted, "muted")
	set(&c.self.VideoOn, in.VideoOn, "videoOn")
	set(&c.self.Sharing, in.Sharing, "sharing")
	if len(changed) == 1 {
		return nil
	}
	changed["muted"] = !isUnmuted(c.self)
	if c.self.Sharing != wasSharing {
		c.self.Flags.HoldsShare = c.self.Sharing
	}
	// The right to speak goes with being silent, where it does not come back by itself.
	silenced := wasUnmuted && !isUnmuted(c.self) && !mayUnmute(c.self, &c.tx.Session().Policy)
	if c.clearHostMute() || silenced || c.self.Flags.HoldsShare != hadPlace {
		c.applyRights(c.self)
	}
	if isUnmuted(c.self) != wasUnmuted {
		c.muteMedia()
	}
	return c.changed(c.self, changed)
}

// isAudience reports whether the asking participant is of a webinar's audience.
func (c *action) isAudience() bool { return isAudience(c.self, c.tx.Session().Webinar) }

// changed stores a changed participant and publishes which fields are new.
func (c *action) changed(participant *meeting.Participant, fields map[string]any) error {
	if err := c.tx.SaveParticipant(participant); err != nil {
		return err
	}
	c.tx.BumpRevision(false)
	if participant.State == meeting.ParticipantWaiting {
		// Only hosts know of who waits.
		c.send(participant.ID, "participant.updated", fields)
		return c.sendToHosts("participant.updated", fields)
	}
	return c.publishOf(participant, c.tx.Session().Revision, "participant.updated", fields)
}

func rename(c *action) error {
	var in struct {
		UserID   int64
		UserName string
	}
	if err := c.read(&in); err != nil {
		return err
	}
	name := admission.CleanName(in.UserName)
	if name == "" || utf8.RuneCountInString(name) > admission.MaxUserName {
		return refuse(RefusedParameters, "userName: 1 to %d characters", admission.MaxUserName)
	}
	if admission.HasScript(name) {
		return refuse(RefusedParameters, "userName: contains a script tag")
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if !hasHostRights(c.self) && (participant != c.self || c.tx.Session().Policy.RenameDisabled) {
		return refuse(RefusedPrivileges, "")
	}
	participant.Name = name
	return c.changed(participant, map[string]any{"userId": participant.UserID, "userName": name})
}

func hand(c *action) error {
	var in struct {
		Raised bool
		UserID int64
	}
	if err := c.read(&in); err != nil {
		return err
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if participant != c.self && (!hasHostRights(c.self) || in.Raised) {
		return refuse(RefusedPrivileges, "")
	}
	fields := map[string]any{"userId": participant.UserID, "handRaised": in.Raised}
	if in.Raised && !participant.HandRaised {
		participant.Flags.HandRaisedAt = c.service.Clock.Now().UTC()
	}
	if in.Raised {
		// Raised once more it keeps its place in the order.
		fields["handRaisedAt"] = participant.Flags.HandRaisedAt
	}
	participant.HandRaised = in.Raised
	return c.changed(participant, fields)
}

func lock(c *action) error {
	var in struct{ Locked *bool }
	if err := c.read(&in); err != nil {
		return err
	}
	if in.Locked == nil {
		return refuse(RefusedParameters, "locked is missing")
	}
	c.tx.Session().Locked = *in.Locked
	c.tx.BumpRevision(true)
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.publish("session.updated", map[string]any{"locked": *in.Locked})
	return nil
}

// broadcast opens a webinar: its practice session is over, attendees may come.
func broadcast(c *action) error {
	if !c.tx.Session().Practice {
		return refuse(RefusedOperation, "there is no practice session")
	}
	c.tx.Session().Practice = false
	c.tx.BumpRevision(true)
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.publish("session.updated", map[string]any{"practice": false})
	return nil
}
