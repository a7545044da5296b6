package session

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
)

// mayUnmute reports whether a participant may unmute itself.
func mayUnmute(participant *meeting.Participant, policy *meeting.SessionPolicy) bool {
	return !policy.UnmuteDisabled || hasHostRights(participant) || participant.Flags.MayUnmute
}

// isUnmuted reports whether a participant is shown with an open microphone. One that has
// not joined the audio is shown muted, whatever else its page has said: to join it unmuted
// is to unmute.
func isUnmuted(participant *meeting.Participant) bool {
	return participant.AudioOn && !participant.Muted
}

// isAudience reports whether a participant is of a webinar's audience, who send
// neither a picture nor a screen.
func isAudience(participant *meeting.Participant, webinar bool) bool {
	return webinar && participant.Role == meeting.RoleAttendee
}

// setRules changes what the hosts allow; fields that are not there stay.
func setRules(c *action) error {
	var in struct {
		ChatAllowed, ShareAllowed                               *string
		UnmuteAllowed, RenameAllowed, SeveralSharers, FocusMode *bool
	}
	if err := c.read(&in); err != nil {
		return err
	}
	live := c.tx.Session()
	before, now := live.Policy, live.Policy
	if in.ChatAllowed != nil {
		reach, known := chatReaches[*in.ChatAllowed]
		if !known {
			return refuse(RefusedParameters, "chatAllowed: everyone, hosts or off")
		}
		now.Chat = reach
	}
	if in.ShareAllowed != nil {
		if *in.ShareAllowed != "everyone" && *in.ShareAllowed != "hosts" {
			return refuse(RefusedParameters, "shareAllowed: everyone or hosts")
		}
		now.HostsOnlyShare = *in.ShareAllowed == "hosts"
	}
	negated := func(field *bool, to *bool) {
		if to != nil {
			*field = !*to
		}
	}
	negated(&now.UnmuteDisabled, in.UnmuteAllowed)
	negated(&now.RenameDisabled, in.RenameAllowed)
	if in.SeveralSharers != nil {
		now.AllowMultipleSharers = *in.SeveralSharers
	}
	if in.FocusMode != nil {
		now.FocusMode = *in.FocusMode
	}
	changed := rulesChanged(&before, &now)
	if len(changed) == 0 {
		return nil
	}
	live.Policy = now
	if err := c.keepSession(changed); err != nil {
		return err
	}
	if now.HostsOnlyShare && !before.HostsOnlyShare {
		if err := c.stopShares(func(participant *meeting.Participant) bool { return !hasHostRights(participant) }); err != nil {
			return err
		}
	}
	if before.AllowMultipleSharers && !now.AllowMultipleSharers {
		if err := c.stopOtherShares(); err != nil {
			return err
		}
	}
	if now.UnmuteDisabled != before.UnmuteDisabled || now.HostsOnlyShare != before.HostsOnlyShare {
		return c.applyRightsToAll()
	}
	return nil
}

var chatReaches = map[string]meeting.ChatReach{"everyone": meeting.ChatEveryone, "hosts": meeting.ChatHosts, "off": meeting.ChatOff}

// rulesChanged is what an event contains of a change.
func rulesChanged(before, now *meeting.SessionPolicy) map[string]any {
	old, changed := rulesOf(before), map[string]any{}
	for name, value := range rulesOf(now) {
		if old[name] != value {
			changed[name] = value
		}
	}
	return changed
}

func rulesOf(c *meeting.SessionPolicy) map[string]any {
	var info Info
	info.applyPolicy(c)
	return map[string]any{
		"chatAllowed": info.ChatAllowed, "shareAllowed": info.ShareAllowed, "unmuteAllowed": info.UnmuteAllowed,
		"renameAllowed": info.RenameAllowed, "severalSharers": info.SeveralSharers, "focusMode": info.FocusMode,
	}
}

// keepSession stores the changed session and publishes which fields are new.
func (c *action) keepSession(fields map[string]any) error {
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.tx.BumpRevision(false)
	c.publish("session.updated", fields)
	return nil
}

func mute(c *action) error {
	var in struct {
		UserID int64
		Muted  bool
	}
	if err := c.read(&in); err != nil {
		return err
	}
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if participant == c.self {
		return c.muteSelf(in.Muted)
	}
	if !hasHostRights(c.self) {
		return refuse(RefusedPrivileges, "")
	}
	if participant.State == meeting.ParticipantWaiting {
		return refuse(RefusedOperation, "the participant is in the waiting room")
	}
	if !in.Muted {
		return c.askToUnmute(participant)
	}
	return c.muteOther(participant)
}

// mayUnmute reports whether the asking participant may open its microphone.
func (c *action) mayUnmute() error {
	switch {
	case isUnmuted(c.self):
		return nil
	case c.isAudience() && !c.self.Flags.AllowedToTalk:
		return refuse(RefusedPrivileges, "attendees of a webinar may talk only when a host allows them to")
	case !mayUnmute(c.self, &c.tx.Session().Policy):
		return refuse(RefusedPrivileges, "the host does not let participants unmute themselves")
	}
	return nil
}

func (c *action) muteSelf(muted bool) error {
	if !muted {
		if err := c.mayUnmute(); err != nil {
			return err
		}
	}
	c.self.Muted = muted
	if c.clearHostMute() || muted && !mayUnmute(c.self, &c.tx.Session().Policy) {
		c.applyRights(c.self)
	}
	c.muteMedia()
	return c.changed(c.self, map[string]any{"userId": c.self.UserID, "muted": !isUnmuted(c.self)})
}

// clearHostMute ends a host's mute of the asking participant, if it has unmuted
// itself, and reports whether there was one.
func (c *action) clearHostMute() bool {
	was := c.self.Flags.MutedByHost
	c.self.Flags.MutedByHost = was && c.self.Muted
	return was && !c.self.Muted
}

// muteMedia mutes the asking participant in the media server if it is shown as muted:
// its page says so, and need not do so. A page that does has muted itself already.
func (c *action) muteMedia() {
	if isUnmuted(c.self) {
		return
	}
	room, identity, service := c.self.SessionID, c.self.ID, c.service
	c.afterCommit(func() {
		service.background(room, identity, "mute participant if shown muted", func(ctx context.Context) error {
			// It may have been unmuted again.
			place, err := service.MediaGrant(ctx, room, identity)
			if err == nil && place.Muted {
				err = service.Media.Mute(ctx, room, identity, media.SourceMicrophone)
			}
			if errors.Is(err, media.ErrNotAdmitted) || errors.Is(err, media.ErrNotConnected) {
				return nil
			}
			return err
		})
	})
}

// askToUnmute asks for consent; whoever is asked may unmute even where
// participants may not.
func (c *action) askToUnmute(participant *meeting.Participant) error {
	if c.tx.Session().Policy.UnmuteDisabled && !participant.Flags.MayUnmute && !hasHostRights(participant) {
		participant.Flags.MayUnmute = true
		c.applyRights(participant)
		if err := c.changed(participant, map[string]any{"userId": participant.UserID, "mayUnmute": true}); err != nil {
			return err
		}
	}
	c.send(participant.ID, "seat.unmute_requested", map[string]any{"byUserId": c.self.UserID})
	return nil
}

// muteOther silences somebody: in the roster, in the page and at the media
// server, so that a page that does not obey is silent all the same.
func (c *action) muteOther(participant *meeting.Participant) error {
	fields := map[string]any{"userId": participant.UserID, "muted": true}
	participant.Muted, participant.Flags.MutedByHost = true, true
	if participant.Flags.MayUnmute {
		participant.Flags.MayUnmute = false
		fields["mayUnmute"] = false
	}
	if err := c.changed(participant, fields); err != nil {
		return err
	}
	c.send(participant.ID, "seat.muted", map[string]any{"byUserId": c.self.UserID})
	may := mayUnmute(participant, &c.tx.Session().Policy)
	if !may || participant.Flags.HoldsShare {
		// The right to speak goes, and the microphone's track with it; or the right to
		// the sound of a screen.
		c.applyRights(participant)
	}
	if !may {
		return nil
	}
	room, identity, service := participant.SessionID, participant.ID, c.service
	c.afterCommit(func() {
		service.background(room, identity, "mute participant", func(ctx context.Context) error {
			return service.Media.Mute(ctx, room, identity, media.SourceMicrophone)
		})
	})
	return nil
}

// muteAll silences everybody but hosts, or asks them all to unmute. Whether
// participants may unmute themselves can be changed along with it.
func muteAll(c *action) error {
	in := struct{ Muted, UnmuteAllowed *bool }{}
	if err := c.read(&in); err != nil {
		return err
	}
	muted := in.Muted == nil || *in.Muted
	live := c.tx.Session()
	before := live.Policy
	if in.UnmuteAllowed != nil {
		live.Policy.UnmuteDisabled = !*in.UnmuteAllowed
	}
	if changed := rulesChanged(&before, &live.Policy); len(changed) > 0 {
		if err := c.keepSession(changed); err != nil {
			return err
		}
	}
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if participant.ID == c.self.ID || hasHostRights(participant) || participant.State == meeting.ParticipantWaiting {
			continue
		}
		switch {
		case !muted:
			err = c.askToUnmute(participant)
		case participant.Muted && !participant.Flags.MayUnmute && !participant.Flags.HoldsShare:
			// Whether audio is joined is the page's own word; the right to send sound is not.
			// A screen may have sound while its sharer is muted.
			continue
		default:
			err = c.muteOther(participant)
		}
		if err != nil {
			return err
		}
	}
	if before.UnmuteDisabled != live.Policy.UnmuteDisabled {
		return c.applyRightsToAll()
	}
	return nil
}

// share asks for the screen's place, and so for the right to send one. A host who
// shares takes the place of whoever has it, unless several may; among the others the
// last to ask gets it, as long as nobody shares.
func share(c *action) error {
	if err := c.mayShare(); err != nil {
		return err
	}
	if !c.self.Flags.HoldsShare {
		c.self.Flags.HoldsShare = true
		if err := c.tx.SaveParticipant(c.self); err != nil {
			return err
		}
		c.applyRights(c.self)
	}
	if c.tx.Session().Policy.AllowMultipleSharers {
		return nil
	}
	return c.stopShares(func(participant *meeting.Participant) bool { return participant.ID != c.self.ID })
}

func (c *action) mayShare() error {
	policy := &c.tx.Session().Policy
	if hasHostRights(c.self) {
		return nil
	}
	if c.isAudience() {
		return refuse(RefusedPrivileges, "attendees of a webinar may not share")
	}
	if policy.HostsOnlyShare {
		return refuse(RefusedPrivileges, "only hosts may share")
	}
	if policy.AllowMultipleSharers {
		return nil
	}
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if participant.ID != c.self.ID && isVisiblySharing(participant) {
			return refuse(RefusedOperation, "another participant is sharing")
		}
	}
	return nil
}

// stopShares ends the shares of those who are picked, and their right to share.
func (c *action) stopShares(pick func(*meeting.Participant) bool) error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if (!participant.Sharing && !participant.Flags.HoldsShare) || !pick(participant) {
			continue
		}
		shown := participant.Sharing
		participant.Sharing, participant.Flags.HoldsShare = false, false
		c.applyRights(participant)
		if !shown {
			if err := c.tx.SaveParticipant(participant); err != nil {
				return err
			}
			continue
		}
		if err := c.changed(participant, map[string]any{"userId": participant.UserID, "sharing": false}); err != nil {
			return err
		}
		c.send(participant.ID, "seat.share_stopped", map[string]any{"byUserId": c.self.UserID})
	}
	return nil
}

// stopOtherShares ends all shares but one: that of the asking host, of another host, or
// of whoever was there first.
func (c *action) stopOtherShares() error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	rank := func(participant *meeting.Participant) (n int) {
		for i, counts := range []bool{hasHostRights(participant), participant.ID == c.self.ID, isVisiblySharing(participant)} {
			if counts {
				n += 1 << i
			}
		}
		return n
	}
	var stays *meeting.Participant
	for _, participant := range participants {
		if (participant.Flags.HoldsShare || participant.Sharing) && (stays == nil || rank(participant) > rank(stays)) {
			stays = participant
		}
	}
	return c.stopShares(func(participant *meeting.Participant) bool { return participant.ID != stays.ID })
}

// applyRights updates what a participant may do in the media server.
func (c *action) applyRights(participants ...*meeting.Participant) {
	service, room, session := c.service, c.tx.Session().ID, c.tx.Session()
	c.afterCommit(func() {
		// As they are once everything is kept; the row's own objects may change later.
		for _, participant := range participants {
			may := mediaGrant(participant, session)
			service.background(room, participant.ID, "change permissions", func(ctx context.Context) error {
				if err := service.Media.UpdatePermission(ctx, may); !errors.Is(err, media.ErrNotConnected) {
					return err
				}
				return nil
			})
		}
	})
}

func (c *action) applyRightsToAll() error {
	participants, err := c.tx.Participants()
	if err != nil {
		return err
	}
	var inside []*meeting.Participant
	for _, participant := range participants {
		if !hasHostRights(participant) && participant.State != meeting.ParticipantWaiting {
			inside = append(inside, participant)
		}
	}
	c.applyRights(inside...)
	return nil
}
