package session

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
)

// mayUnmute tells whether a seat may unmute itself.
func mayUnmute(seat *meeting.Seat, conduct *meeting.Conduct) bool {
	return !conduct.UnmuteBarred || isHost(seat) || seat.Extras.MayUnmute
}

// unmuted tells whether a seat is shown with an open microphone. One that has not joined
// the audio is shown muted, whatever else its page has said: to join it unmuted is to
// unmute.
func unmuted(seat *meeting.Seat) bool { return seat.AudioOn && !seat.Muted }

// watches tells whether a seat is of a webinar's audience, who send neither a
// picture nor a screen.
func watches(seat *meeting.Seat, webinar bool) bool {
	return webinar && seat.Role == meeting.RoleAttendee
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
	before, now := live.Conduct, live.Conduct
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
		now.ShareByHosts = *in.ShareAllowed == "hosts"
	}
	negated := func(field *bool, to *bool) {
		if to != nil {
			*field = !*to
		}
	}
	negated(&now.UnmuteBarred, in.UnmuteAllowed)
	negated(&now.RenameBarred, in.RenameAllowed)
	if in.SeveralSharers != nil {
		now.SeveralSharers = *in.SeveralSharers
	}
	if in.FocusMode != nil {
		now.FocusMode = *in.FocusMode
	}
	changed := rulesChanged(&before, &now)
	if len(changed) == 0 {
		return nil
	}
	live.Conduct = now
	if err := c.keepSession(changed); err != nil {
		return err
	}
	if now.ShareByHosts && !before.ShareByHosts {
		if err := c.stopShares(func(seat *meeting.Seat) bool { return !isHost(seat) }); err != nil {
			return err
		}
	}
	if before.SeveralSharers && !now.SeveralSharers {
		if err := c.leaveOneShare(); err != nil {
			return err
		}
	}
	if now.UnmuteBarred != before.UnmuteBarred || now.ShareByHosts != before.ShareByHosts {
		return c.applyRightsToAll()
	}
	return nil
}

var chatReaches = map[string]meeting.ChatReach{"everyone": meeting.ChatEveryone, "hosts": meeting.ChatHosts, "off": meeting.ChatOff}

// rulesChanged is what an event tells of a change.
func rulesChanged(before, now *meeting.Conduct) map[string]any {
	old, changed := rulesOf(before), map[string]any{}
	for name, value := range rulesOf(now) {
		if old[name] != value {
			changed[name] = value
		}
	}
	return changed
}

func rulesOf(c *meeting.Conduct) map[string]any {
	var info Info
	info.follow(c)
	return map[string]any{
		"chatAllowed": info.ChatAllowed, "shareAllowed": info.ShareAllowed, "unmuteAllowed": info.UnmuteAllowed,
		"renameAllowed": info.RenameAllowed, "severalSharers": info.SeveralSharers, "focusMode": info.FocusMode,
	}
}

// keepSession keeps the changed session and tells everybody which fields are new.
func (c *action) keepSession(fields map[string]any) error {
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.tx.Touch(false)
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
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if seat == c.self {
		return c.muteSelf(in.Muted)
	}
	if !isHost(c.self) {
		return refuse(RefusedPrivileges, "")
	}
	if seat.State == meeting.SeatWaiting {
		return refuse(RefusedOperation, "the participant is in the waiting room")
	}
	if !in.Muted {
		return c.askToUnmute(seat)
	}
	return c.muteOther(seat)
}

// mayUnmute tells whether the asking seat may open its microphone.
func (c *action) mayUnmute() error {
	switch {
	case unmuted(c.self):
		return nil
	case c.watches() && !c.self.Extras.Talks:
		return refuse(RefusedPrivileges, "attendees of a webinar may talk only when a host allows them to")
	case !mayUnmute(c.self, &c.tx.Session().Conduct):
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
	if c.unsilenced() || muted && !mayUnmute(c.self, &c.tx.Session().Conduct) {
		c.applyRights(c.self)
	}
	c.silence()
	return c.changed(c.self, map[string]any{"userId": c.self.UserID, "muted": !unmuted(c.self)})
}

// unsilenced ends a host's mute of the asking seat, if it has unmuted itself, and
// reports whether there was one.
func (c *action) unsilenced() bool {
	was := c.self.Extras.Silenced
	c.self.Extras.Silenced = was && c.self.Muted
	return was && !c.self.Muted
}

// silence mutes the asking seat in the media server if it is shown as muted: its page
// says so, and need not do so. A page that does has muted itself already.
func (c *action) silence() {
	if unmuted(c.self) {
		return
	}
	room, identity, service := c.self.SessionID, c.self.ID, c.service
	c.then(func() {
		service.background(room, identity, "mute participant if shown muted", func(ctx context.Context) error {
			// It may have been unmuted again.
			place, err := service.MediaSeat(ctx, room, identity)
			if err == nil && place.Muted {
				err = service.Media.Mute(ctx, room, identity, media.SourceMicrophone)
			}
			if errors.Is(err, media.ErrNoSeat) || errors.Is(err, media.ErrNotConnected) {
				return nil
			}
			return err
		})
	})
}

// askToUnmute asks for consent; whoever is asked may unmute even where
// participants may not.
func (c *action) askToUnmute(seat *meeting.Seat) error {
	if c.tx.Session().Conduct.UnmuteBarred && !seat.Extras.MayUnmute && !isHost(seat) {
		seat.Extras.MayUnmute = true
		c.applyRights(seat)
		if err := c.changed(seat, map[string]any{"userId": seat.UserID, "mayUnmute": true}); err != nil {
			return err
		}
	}
	c.tell(seat.ID, "seat.unmute_requested", map[string]any{"byUserId": c.self.UserID})
	return nil
}

// muteOther silences somebody: in the roster, in the page and at the media
// server, so that a page that does not obey is silent all the same.
func (c *action) muteOther(seat *meeting.Seat) error {
	fields := map[string]any{"userId": seat.UserID, "muted": true}
	seat.Muted, seat.Extras.Silenced = true, true
	if seat.Extras.MayUnmute {
		seat.Extras.MayUnmute = false
		fields["mayUnmute"] = false
	}
	if err := c.changed(seat, fields); err != nil {
		return err
	}
	c.tell(seat.ID, "seat.muted", map[string]any{"byUserId": c.self.UserID})
	may := mayUnmute(seat, &c.tx.Session().Conduct)
	if !may || seat.Extras.Shares {
		// The right to speak goes, and the microphone's track with it; or the right to
		// the sound of a screen.
		c.applyRights(seat)
	}
	if !may {
		return nil
	}
	room, identity, service := seat.SessionID, seat.ID, c.service
	c.then(func() {
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
	before := live.Conduct
	if in.UnmuteAllowed != nil {
		live.Conduct.UnmuteBarred = !*in.UnmuteAllowed
	}
	if changed := rulesChanged(&before, &live.Conduct); len(changed) > 0 {
		if err := c.keepSession(changed); err != nil {
			return err
		}
	}
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.ID == c.self.ID || isHost(seat) || seat.State == meeting.SeatWaiting {
			continue
		}
		switch {
		case !muted:
			err = c.askToUnmute(seat)
		case seat.Muted && !seat.Extras.MayUnmute && !seat.Extras.Shares:
			// Whether audio is joined is the page's own word; the right to send sound is not.
			// A screen may have sound while its sharer is muted.
			continue
		default:
			err = c.muteOther(seat)
		}
		if err != nil {
			return err
		}
	}
	if before.UnmuteBarred != live.Conduct.UnmuteBarred {
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
	if !c.self.Extras.Shares {
		c.self.Extras.Shares = true
		if err := c.tx.SaveSeat(c.self); err != nil {
			return err
		}
		c.applyRights(c.self)
	}
	if c.tx.Session().Conduct.SeveralSharers {
		return nil
	}
	return c.stopShares(func(seat *meeting.Seat) bool { return seat.ID != c.self.ID })
}

func (c *action) mayShare() error {
	conduct := &c.tx.Session().Conduct
	if isHost(c.self) {
		return nil
	}
	if c.watches() {
		return refuse(RefusedPrivileges, "attendees of a webinar may not share")
	}
	if conduct.ShareByHosts {
		return refuse(RefusedPrivileges, "only hosts may share")
	}
	if conduct.SeveralSharers {
		return nil
	}
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.ID != c.self.ID && shares(seat) {
			return refuse(RefusedOperation, "another participant is sharing")
		}
	}
	return nil
}

// stopShares ends the shares of those who are picked, and their right to share.
func (c *action) stopShares(pick func(*meeting.Seat) bool) error {
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if (!seat.Sharing && !seat.Extras.Shares) || !pick(seat) {
			continue
		}
		shown := seat.Sharing
		seat.Sharing, seat.Extras.Shares = false, false
		c.applyRights(seat)
		if !shown {
			if err := c.tx.SaveSeat(seat); err != nil {
				return err
			}
			continue
		}
		if err := c.changed(seat, map[string]any{"userId": seat.UserID, "sharing": false}); err != nil {
			return err
		}
		c.tell(seat.ID, "seat.share_stopped", map[string]any{"byUserId": c.self.UserID})
	}
	return nil
}

// leaveOneShare ends all shares but one: that of the asking host, of another host, or
// of whoever was there first.
func (c *action) leaveOneShare() error {
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	rank := func(seat *meeting.Seat) (n int) {
		for i, counts := range []bool{isHost(seat), seat.ID == c.self.ID, shares(seat)} {
			if counts {
				n += 1 << i
			}
		}
		return n
	}
	var stays *meeting.Seat
	for _, seat := range seats {
		if (seat.Extras.Shares || seat.Sharing) && (stays == nil || rank(seat) > rank(stays)) {
			stays = seat
		}
	}
	return c.stopShares(func(seat *meeting.Seat) bool { return seat.ID != stays.ID })
}

// applyRights tells the media server what a seat may do from now on.
func (c *action) applyRights(seats ...*meeting.Seat) {
	service, room, session := c.service, c.tx.Session().ID, c.tx.Session()
	c.then(func() {
		// As they are once everything is kept; the row's own objects may change later.
		for _, seat := range seats {
			may := mediaSeat(seat, session)
			service.background(room, seat.ID, "change permissions", func(ctx context.Context) error {
				if err := service.Media.UpdatePermission(ctx, may); !errors.Is(err, media.ErrNotConnected) {
					return err
				}
				return nil
			})
		}
	})
}

func (c *action) applyRightsToAll() error {
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	var inside []*meeting.Seat
	for _, seat := range seats {
		if !isHost(seat) && seat.State != meeting.SeatWaiting {
			inside = append(inside, seat)
		}
	}
	c.applyRights(inside...)
	return nil
}
