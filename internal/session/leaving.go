package session

import (
	"context"
	"slices"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// gone frees a seat for the given reason and tells those who saw it.
func (c *action) gone(seat *meeting.Seat, state meeting.SeatState, reason string) error {
	wasWaiting := seat.State == meeting.SeatWaiting
	seat.State, seat.LeftAt = state, c.service.Clock.Now()
	seat.AudioOn, seat.VideoOn, seat.Sharing, seat.HandRaised = false, false, false, false
	seat.Extras.Shares = false
	seat.Extras.Capture = meeting.CaptureOff
	if err := c.tx.SaveSeat(seat); err != nil {
		return err
	}
	c.tx.Touch(false)
	if err := c.dim(seat); err != nil {
		return err
	}
	data := map[string]any{"userId": seat.UserID, "reason": reason}
	if wasWaiting {
		return c.tellHosts("participant.removed", data)
	}
	if seat.Role == meeting.RoleHost {
		// Said along with the departure: nobody sees a meeting without its next host.
		if err := c.succeed(seat, data); err != nil {
			return err
		}
	}
	if err := c.publishOf(seat, c.tx.Session().Revision, "participant.removed", data); err != nil {
		return err
	}
	return c.dismissApps(seat)
}

// dismissApps closes the seats of the apps that take part in somebody's name, where
// that somebody has gone or was put on hold: a user counts as inside while another
// page of theirs is, or while one reconnects.
func (c *action) dismissApps(gone *meeting.Seat) error {
	user := gone.Marks.UserID
	if user == "" {
		return nil
	}
	apps, err := c.tx.SeatsFor(user)
	if err != nil || len(apps) == 0 {
		return err
	}
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.ID != gone.ID && seat.Marks.UserID == user && seat.State.Live() && seat.State != meeting.SeatWaiting {
			return nil
		}
	}
	for _, app := range apps {
		if err := c.leave(app, meeting.SeatDismissed, "authorizer_left", CloseAuthorizerLeft); err != nil {
			return err
		}
	}
	return nil
}

// succeed makes the co-host who is longest inside the host, where a host has
// gone, and adds that to what is said of the departure. Without a co-host the
// meeting goes on without a host until one comes.
func (c *action) succeed(gone *meeting.Seat, data map[string]any) error {
	data["hostUserId"] = nil
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.ID == gone.ID || seat.Role != meeting.RoleCoHost || !seat.State.Live() || seat.State == meeting.SeatWaiting {
			continue
		}
		data["hostUserId"] = seat.UserID
		data["participants"], err = c.makeHost(seat)
		return err
	}
	return nil
}

// crown makes a seat the host, and every other host a co-host. It is said as one
// event, so that nobody sees a meeting between two hosts.
func (c *action) crown(host *meeting.Seat) error {
	wasHidden := hidden(host, c.tx.Session())
	changes, err := c.makeHost(host)
	if err != nil {
		return err
	}
	if wasHidden {
		return c.publishNew(host, arrival{participantOf(host, false), changes[1:], &host.UserID})
	}
	c.publish("participants.updated", map[string]any{"participants": changes, "hostUserId": host.UserID})
	return nil
}

// lead tells the seat's line whether its commands are a host's.
func (c *action) lead(seat *meeting.Seat) {
	id, host := seat.ID, isHost(seat)
	c.then(func() { c.service.Line.Lead(id, host) })
}

// makeHost is crown without a word: it answers what has changed, the new host first.
func (c *action) makeHost(host *meeting.Seat) ([]map[string]any, error) {
	seats, err := c.tx.Seats()
	if err != nil {
		return nil, err
	}
	changes := []map[string]any{{"userId": host.UserID, "role": meeting.RoleHost}}
	for _, seat := range seats {
		if seat.ID == host.ID || seat.Role != meeting.RoleHost || !seat.State.Live() {
			continue
		}
		seat.Role = meeting.RoleCoHost
		if err := c.tx.SaveSeat(seat); err != nil {
			return nil, err
		}
		changes = append(changes, map[string]any{"userId": seat.UserID, "role": seat.Role})
	}
	host.Role = meeting.RoleHost
	c.lead(host)
	c.applyRights(host)
	if err := c.tx.SaveSeat(host); err != nil {
		return nil, err
	}
	c.tx.Touch(false)
	return changes, nil
}

// tellHosts speaks to every host inside, on their own channels, of a change.
func (c *action) tellHosts(event string, data any) error {
	return c.inform("", c.tx.Session().Revision, event, toHosts(data))
}

// dropMedia takes a seat out of the media room.
func (c *action) dropMedia(seat *meeting.Seat) {
	room, identity, service := seat.SessionID, seat.ID, c.service
	c.then(func() {
		service.background(room, identity, "remove participant", func(ctx context.Context) error { return service.Media.Remove(ctx, room, identity) })
	})
}

func leave(c *action) error { return c.leave(c.self, meeting.SeatLeft, "left", CloseGone) }

func (c *action) leave(seat *meeting.Seat, state meeting.SeatState, reason string, code CloseCode) error {
	if err := c.gone(seat, state, reason); err != nil {
		return err
	}
	// The page hears the reason before its sound and pictures end.
	id := seat.ID
	c.then(func() { c.service.Line.Close(id, 0, code) })
	c.dropMedia(seat)
	if live := c.tx.Session(); live.Seats == 0 && live.Live() {
		// The last place was given up: whoever comes next is decided afresh.
		return c.end(meeting.EndedEmpty)
	}
	return nil
}

func remove(c *action) error {
	seat, err := c.readTarget()
	if err != nil {
		return err
	}
	switch {
	case seat.ID == c.self.ID:
		return refuse(RefusedParameters, "userId: you cannot remove yourself; leave instead")
	case seat.Role == meeting.RoleHost, seat.Role == meeting.RoleCoHost && c.self.Role != meeting.RoleHost:
		return refuse(RefusedPrivileges, "")
	}
	if err := c.tx.AddRemoval(seat, c.service.Clock.Now()); err != nil {
		return err
	}
	c.tx.Touch(true)
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	if seat.State == meeting.SeatWaiting {
		return c.leave(seat, meeting.SeatNotAdmitted, "removed", CloseNotAdmitted)
	}
	return c.leave(seat, meeting.SeatRemoved, "removed", CloseRemoved)
}

func (c *action) readTarget() (*meeting.Seat, error) {
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
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if !*in.Hold {
		return c.letIn(seat)
	}
	if isHost(seat) {
		return refuse(RefusedOperation, "a host cannot be put in the waiting room")
	}
	if seat.State == meeting.SeatWaiting {
		return refuse(RefusedOperation, "the participant is already in the waiting room")
	}
	seat.State, seat.OnHold = meeting.SeatWaiting, true
	seat.StopSending()
	seat.Muted, seat.Extras.Capture = true, meeting.CaptureOff
	if err := c.tx.SaveSeat(seat); err != nil {
		return err
	}
	c.tx.Touch(true) // whoever joins again at this moment is decided again
	if err := c.dim(seat); err != nil {
		return err
	}
	if err := c.publishOf(seat, c.tx.Session().Revision, "participant.removed", map[string]any{"userId": seat.UserID, "reason": "held"}); err != nil {
		return err
	}
	if err := c.tellHosts("participant.added", participantOf(seat, true)); err != nil {
		return err
	}
	id, session := seat.ID, seat.SessionID
	c.then(func() { c.service.Line.Hold(id, session) })
	c.tell(seat.ID, "seat.held", map[string]any{})
	c.dropMedia(seat)
	return c.dismissApps(seat)
}

func admit(c *action) error {
	seat, err := c.readTarget()
	if err != nil {
		return err
	}
	return c.letIn(seat)
}

// letIn lets people in who wait. What it asks for is asked once for all of them: the
// database waits meanwhile, and with SQLite every other meeting too.
func (c *action) letIn(seats ...*meeting.Seat) error {
	if slices.ContainsFunc(seats, func(seat *meeting.Seat) bool { return seat.State != meeting.SeatWaiting }) {
		return refuse(RefusedOperation, "the participant is not in the waiting room")
	}
	if err := c.endHold(seats); err != nil {
		return err
	}
	// What was said while people waited was not said to them.
	session := c.tx.Session().ID
	entered := c.service.Line.Entry(session)
	for _, seat := range seats {
		seat.State, seat.Extras.Entered = meeting.SeatJoined, entered
		if !seat.LostAt.IsZero() {
			seat.State = meeting.SeatReconnecting
		}
		if err := c.tx.SaveSeat(seat); err != nil {
			return err
		}
		c.tx.Touch(false)
		if err := c.publishNew(seat, participantOf(seat, false)); err != nil {
			return err
		}
		c.then(func() { c.service.Line.Admit(seat.ID, session) })
		c.tell(seat.ID, "seat.admitted", map[string]any{})
	}
	return nil
}

// endHold ends the holds of the people who are let in, who were put on hold in these seats
// or in seats of theirs that they have left. What was written until now they never read.
func (c *action) endHold(in []*meeting.Seat) error {
	if c.tx.Session().OnHold == 0 {
		return nil
	}
	held, err := c.tx.SeatsOnHold()
	if err != nil {
		return err
	}
	last, err := c.tx.LastChat()
	if err != nil {
		return err
	}
	for _, seat := range held {
		if !slices.ContainsFunc(in, func(one *meeting.Seat) bool { return samePerson(one, seat) }) {
			continue
		}
		seat.OnHold, seat.HeldTo = false, last
		if err := c.tx.SaveSeat(seat); err != nil {
			return err
		}
		c.tx.Touch(true)
	}
	return nil
}

// samePerson tells whether a seat is recognised as one of the person of another seat of
// the session that a host has put on hold.
func samePerson(seat, held *meeting.Seat) bool {
	return seat.Person() == held.Person() || admission.SamePerson(&seat.Marks, &held.Marks)
}

func admitAll(c *action) error {
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	return c.letIn(slices.DeleteFunc(seats, func(seat *meeting.Seat) bool { return seat.State != meeting.SeatWaiting })...)
}

func end(c *action) error { return c.end(meeting.EndedByHost) }

// end closes the session: every seat is freed, every line closed, the room gone.
func (c *action) end(reason meeting.EndReason) error {
	seats, err := c.tx.Seats()
	if err != nil {
		return err
	}
	live := c.tx.Session()
	live.EndedAt, live.EndReason = c.service.Clock.Now(), reason
	c.tx.Touch(true)
	for _, seat := range seats {
		seat.State, seat.LeftAt = meeting.SeatLeft, live.EndedAt
		if err := c.tx.SaveSeat(seat); err != nil {
			return err
		}
	}
	if err := c.tx.SaveSession(); err != nil {
		return err
	}
	c.publish("session.ended", map[string]any{"reason": reason})
	room, service := live.ID, c.service
	c.then(func() {
		service.rosters.forget(room)
		service.held.forget(room)
		service.Logger.Info("session ended", "session", room, "reason", reason, "lasted", live.EndedAt.Sub(live.StartedAt), "participants", len(seats))
		for _, seat := range seats {
			service.Line.Close(seat.ID, 0, closeOf(reason))
		}
		service.background(room, "", "end room", func(ctx context.Context) error { return service.Media.EndRoom(ctx, room) })
	})
	return nil
}
