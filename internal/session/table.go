package session

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
)

// Bounds of what a command may carry.
const (
	MaxNameLength = 128
	MaxChatLength = 4096
)

// commands is every command there is.
var commands = map[string]command{
	"seat.media":        {allowed: anyone, run: reportMedia},
	"seat.leave":        {allowed: anyone, whileWaiting: true, run: leave},
	"seat.rename":       {allowed: anyone, run: rename},
	"seat.hand":         {allowed: anyone, run: hand},
	"seat.mute":         {allowed: anyone, run: mute},
	"session.mute_all":  {allowed: hosts, run: muteAll},
	"session.lock":      {allowed: hosts, run: lock},
	"session.end":       {allowed: hostAlone, run: end},
	"session.broadcast": {allowed: hosts, run: broadcast},
	"seat.remove":       {allowed: hosts, run: remove},
	"seat.hold":         {allowed: hosts, run: hold},
	"seat.admit":        {allowed: hosts, run: admit},
	"session.admit_all": {allowed: hosts, run: admitAll},
	"seat.role":         {allowed: hostAlone, run: setRole},
	"chat.send":         {allowed: anyone, run: sendChat},
}

func reportMedia(c *action) error {
	var in struct{ AudioOn, Muted, VideoOn, Sharing *bool }
	if err := c.read(&in); err != nil {
		return err
	}
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
	changed["muted"] = c.self.Muted || !c.self.AudioOn
	return c.changed(c.self, changed)
}

// changed keeps a changed seat and tells those who see it which fields are new.
func (c *action) changed(seat *meeting.Seat, fields map[string]any) error {
	if err := c.tx.SaveSeat(seat); err != nil {
		return err
	}
	c.tx.Touch(false)
	if seat.State == meeting.SeatWaiting {
		// Only hosts know of who waits.
		c.tell(seat.ID, "participant.updated", fields)
		return c.tellHosts("participant.updated", fields)
	}
	c.publish("participant.updated", fields)
	return nil
}

func rename(c *action) error {
	var in struct {
		UserID   int64
		UserName string
	}
	if err := c.read(&in); err != nil {
		return err
	}
	name := strings.TrimSpace(in.UserName)
	if name == "" || utf8.RuneCountInString(name) > MaxNameLength {
		return refuse(RefusedParameters, "userName: 1 to %d characters", MaxNameLength)
	}
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if seat != c.self && !isHost(c.self) {
		return refuse(RefusedPrivileges, "")
	}
	seat.Name = name
	return c.changed(seat, map[string]any{"userId": seat.UserID, "userName": name})
}

func hand(c *action) error {
	var in struct {
		Raised bool
		UserID int64
	}
	if err := c.read(&in); err != nil {
		return err
	}
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if seat != c.self && (!isHost(c.self) || in.Raised) {
		return refuse(RefusedPrivileges, "")
	}
	seat.HandRaised = in.Raised
	return c.changed(seat, map[string]any{"userId": seat.UserID, "handRaised": in.Raised})
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
		seat.Muted = in.Muted
		return c.changed(seat, map[string]any{"userId": seat.UserID, "muted": in.Muted || !seat.AudioOn})
	}
	if !isHost(c.self) {
		return refuse(RefusedPrivileges, "")
	}
	if !in.Muted {
		c.tell(seat.ID, "seat.unmute_requested", map[string]any{"byUserId": c.self.UserID})
		return nil
	}
	return c.muteOther(seat)
}

// muteOther silences somebody: in the roster, in the page and at the media
// server, so that a page that does not obey is silent all the same.
func (c *action) muteOther(seat *meeting.Seat) error {
	seat.Muted = true
	if err := c.changed(seat, map[string]any{"userId": seat.UserID, "muted": true}); err != nil {
		return err
	}
	c.tell(seat.ID, "seat.muted", map[string]any{"byUserId": c.self.UserID})
	room, identity, service := seat.SessionID, seat.ID, c.service
	c.then(func() {
		service.background(func(ctx context.Context) error {
			return service.Media.Mute(ctx, room, identity, media.SourceMicrophone)
		}, "mute a participant")
	})
	return nil
}

func muteAll(c *action) error {
	in := struct{ Muted *bool }{}
	if err := c.read(&in); err != nil {
		return err
	}
	muted := in.Muted == nil || *in.Muted
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.ID == c.self.ID || isHost(seat) || seat.State == meeting.SeatWaiting {
			continue
		}
		if !muted {
			c.tell(seat.ID, "seat.unmute_requested", map[string]any{"byUserId": c.self.UserID})
			continue
		}
		if seat.Muted || !seat.AudioOn {
			continue
		}
		if err := c.muteOther(seat); err != nil {
			return err
		}
	}
	return nil
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
	c.tx.Touch(true)
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
	c.tx.Touch(true)
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.publish("session.updated", map[string]any{"practice": false})
	return nil
}

func sendChat(c *action) error {
	var in struct {
		Text   string
		UserID int64
	}
	if err := c.read(&in); err != nil {
		return err
	}
	text := strings.TrimRight(in.Text, " \t\r\n")
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > MaxChatLength || !utf8.ValidString(text) {
		return refuse(RefusedParameters, "text: 1 to %d characters", MaxChatLength)
	}
	message := meeting.ChatMessage{
		ID: c.service.NewID(), SessionID: c.self.SessionID, SenderSeatID: c.self.ID, SenderUserID: c.self.UserID,
		SenderName: c.self.Name, Text: text, SentAt: c.service.Clock.Now(),
	}
	if in.UserID != 0 {
		to, err := c.target(in.UserID)
		if err != nil {
			return err
		}
		if to == c.self {
			return refuse(RefusedParameters, "userId: a message to oneself")
		}
		message.ReceiverSeatID, message.ReceiverUserID, message.ReceiverName = to.ID, to.UserID, to.Name
	}
	if err := c.tx.AddChat(message); err != nil {
		return err
	}
	view := chatView(message)
	c.result = view
	if message.ReceiverSeatID == "" {
		c.tx.Touch(false)
		c.publish("chat.message", view)
		return nil
	}
	c.tell(message.ReceiverSeatID, "chat.message", view)
	c.tell(c.self.ID, "chat.message", view)
	return nil
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
	switch {
	case seat == c.self:
		return refuse(RefusedOperation, "the host's own role changes by making another host")
	case seat.State == meeting.SeatWaiting:
		return refuse(RefusedOperation, "the person is in the waiting room")
	case in.Role == meeting.RoleHost:
		return c.crown(seat)
	case in.Role != meeting.RoleCoHost && in.Role != meeting.RoleAttendee:
		return refuse(RefusedParameters, "role: host, cohost or attendee")
	}
	seat.Role = in.Role
	c.applyRights(seat)
	return c.changed(seat, map[string]any{"userId": seat.UserID, "role": in.Role})
}

// applyRights tells the media server what a seat may do from now on.
func (c *action) applyRights(seat *meeting.Seat) {
	service, now := c.service, *seat
	c.then(func() {
		service.background(func(ctx context.Context) error {
			place, err := service.mediaSeat(ctx, &now)
			if err != nil {
				return err
			}
			if err = service.Media.UpdatePermission(ctx, place); errors.Is(err, media.ErrNotConnected) {
				return nil
			}
			return err
		}, "change what a participant may do")
	})
}
