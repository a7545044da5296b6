package session

import (
	"context"

	"github.com/anteroom/anteroom/internal/meeting"
)

// hidden reports whether a seat is shown to nobody of a webinar's audience: attendees do
// not see each other, but for those who may talk.
func hidden(seat *meeting.Seat, live *meeting.Session) bool {
	return watches(seat, live.Webinar) && !seat.Extras.Talks
}

// sees reports whether one seat is shown another. Who waits is shown to hosts alone,
// and sees nobody.
func sees(viewer, seat *meeting.Seat, live *meeting.Session) bool {
	switch {
	case viewer.ID == seat.ID:
		return true
	case viewer.State == meeting.SeatWaiting:
		return false
	case seat.State == meeting.SeatWaiting:
		return isHost(viewer)
	}
	return !hidden(seat, live) || viewer.Role != meeting.RoleAttendee
}

// hostsOnly are the fields of a participant that only hosts and their own page are
// told; nil if there are none.
func hostsOnly(seat *meeting.Seat) map[string]any {
	fields := map[string]any{"userId": seat.UserID}
	if seat.Marks.CustomerKey != "" {
		fields["customerKey"] = seat.Marks.CustomerKey
	}
	if seat.Email != "" {
		fields["email"] = seat.Email
	}
	if len(fields) == 1 {
		return nil
	}
	return fields
}

// listener is somebody who is told of an event on their own channel.
type listener struct {
	seatID string
	data   any
}

// listeners are those of the presenters for whom there is something to tell.
func listeners(presenters []*meeting.Seat, except string, data func(to *meeting.Seat) any) (told []listener) {
	for _, seat := range presenters {
		if seat.ID == except || !seat.State.Live() || seat.State == meeting.SeatWaiting {
			continue
		}
		if said := data(seat); said != nil {
			told = append(told, listener{seat.ID, said})
		}
	}
	return told
}

// toHosts says the same to every host.
func toHosts(data any) func(*meeting.Seat) any {
	return func(to *meeting.Seat) any {
		if !isHost(to) {
			return nil
		}
		return data
	}
}

// arrivalOf is what is told to each of those who see a hidden or waiting participant
// who is new to them.
func arrivalOf(seat *meeting.Seat) func(*meeting.Seat) any {
	return func(to *meeting.Seat) any {
		if seat.State == meeting.SeatWaiting && !isHost(to) {
			return nil
		}
		return participantOf(seat, isHost(to))
	}
}

// inform speaks to hosts, co-hosts and panelists on their own channels.
func (c *action) inform(except string, revision int64, event string, data func(to *meeting.Seat) any) error {
	presenters, err := c.tx.Presenters()
	if err != nil {
		return err
	}
	for _, to := range listeners(presenters, except, data) {
		c.then(func() { c.service.Line.Tell(to.seatID, revision, event, to.data) })
	}
	return nil
}

// publishOf tells of a seat whoever sees it, its own page included.
func (c *action) publishOf(seat *meeting.Seat, revision int64, event string, data any) error {
	if !hidden(seat, c.tx.Session()) {
		session := seat.SessionID
		c.then(func() { c.service.Line.Publish(session, revision, event, data) })
		return nil
	}
	own := seat.ID
	c.then(func() { c.service.Line.Tell(own, revision, event, data) })
	return c.inform(own, revision, event, func(*meeting.Seat) any { return data })
}

// publishNew tells those who see it of a seat that is new to them.
func (c *action) publishNew(seat *meeting.Seat, said any) error {
	revision := c.tx.Session().Revision
	if hidden(seat, c.tx.Session()) {
		return c.inform(seat.ID, revision, "participant.added", arrivalOf(seat))
	}
	c.publish("participant.added", said)
	return c.tellHostsMore(seat)
}

// tellHostsMore tells hosts what they alone are told of a seat that all see.
func (c *action) tellHostsMore(seat *meeting.Seat) error {
	if more := hostsOnly(seat); more != nil {
		return c.tellHostsAndSelf(seat, more)
	}
	return nil
}

func (c *action) tellHostsAndSelf(seat *meeting.Seat, fields map[string]any) error {
	own, revision := seat.ID, c.tx.Session().Revision
	c.then(func() { c.service.Line.Tell(own, revision, "participant.updated", fields) })
	return c.inform(own, revision, "participant.updated", toHosts(fields))
}

// changedInView keeps a seat of which the audience sees more or less than before.
func (c *action) changedInView(seat *meeting.Seat, wasHidden bool, fields map[string]any) error {
	isHidden := hidden(seat, c.tx.Session())
	if isHidden == wasHidden {
		return c.changed(seat, fields)
	}
	if err := c.tx.SaveSeat(seat); err != nil {
		return err
	}
	c.tx.Touch(false)
	if !isHidden {
		if err := c.publishNew(seat, participantOf(seat, false)); err != nil {
			return err
		}
	}
	// It is the last that the audience hears of somebody who is hidden now.
	c.publish("participant.updated", fields)
	return nil
}

// arrived announces a seat that was just taken to those inside.
func (s *Service) arrived(ctx context.Context, taken *meeting.Taken) {
	seat, live := &taken.Seat, &taken.Session
	if seat.State == meeting.SeatWaiting || hidden(seat, live) {
		s.inform(ctx, live, seat.ID, "participant.added", arrivalOf(seat))
		return
	}
	s.Line.Publish(live.ID, live.Revision, "participant.added", participantOf(seat, false))
	if more := hostsOnly(seat); more != nil {
		s.inform(ctx, live, seat.ID, "participant.updated", toHosts(more))
	}
}

// inform is action's, for a change that is kept.
func (s *Service) inform(ctx context.Context, live *meeting.Session, except, event string, data func(to *meeting.Seat) any) {
	presenters, err := s.Repository.Presenters(ctx, live.ID)
	if err != nil {
		s.Logger.Error("could not notify hosts", "error", err)
		return
	}
	for _, to := range listeners(presenters, except, data) {
		s.Line.Tell(to.seatID, live.Revision, event, to.data)
	}
}
