package session

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// admitNewcomer lets somebody into a running session who changes more there than the
// number of people: all of it is one transaction, and one update for those inside. A
// seat of the same verified identity goes on under its number and in its place, for
// to everybody else it is the same participant: its next generation is the
// newcomer's, with the role and the marks that their own credentials give. The
// page's own seat of before, if it is another one's, leaves. A new host is the only
// one from the beginning.
func (s *Service) admitNewcomer(ctx context.Context, how *admission.Admission, live *meeting.Session, newcomer *meeting.Seat) (meeting.Taken, error) {
	defer s.ordered(live.ID)()
	var taken meeting.Taken
	err := s.changeLocked(ctx, live.ID, func(c *action) error {
		if c.tx.Session().GateRevision != live.GateRevision {
			return ErrConflict
		}
		seat, err := c.inPlaceOf(how, newcomer)
		if err != nil {
			return err
		}
		if err := c.giveUp(how.GivesUp); err != nil {
			return err
		}
		taken = meeting.Taken{Session: *c.tx.Session(), Seat: *seat}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		err = ErrConflict // it has ended since the gate looked
	}
	return taken, err
}

// inPlaceOf makes the newcomer's seat.
func (c *action) inPlaceOf(how *admission.Admission, newcomer *meeting.Seat) (*meeting.Seat, error) {
	if how.Replaces == nil {
		return c.addSeat(how, newcomer)
	}
	seat, err := c.tx.SeatByID(how.Replaces.ID)
	switch known := how.Replaces; {
	case err != nil:
		return nil, err
	case seat == nil, !seat.State.Live(), seat.Generation != known.Generation:
		return nil, ErrConflict
	case !how.Live && !seat.LostAt.Equal(known.LostAt):
		return nil, ErrConflict // its page came back since the gate looked
	}
	return seat, c.takeSeatOver(how, seat, newcomer)
}

// takeSeatOver gives a seat to the newcomer's page.
func (c *action) takeSeatOver(how *admission.Admission, seat, newcomer *meeting.Seat) error {
	was := *seat
	if how.Live {
		seat.Extras.NoteTakeOver(c.service.RealTime())
	}
	extras := newcomer.Extras
	extras.TakenOver, extras.Entered, extras.Silenced = seat.Extras.TakenOver, seat.Extras.Entered, seat.Extras.Silenced
	extras.FirstSeat = seat.Extras.FirstSeat
	extras.Led = was.Extras.Led || isHost(&was)
	if was.State == meeting.SeatWaiting && newcomer.State != meeting.SeatWaiting {
		extras.Entered = c.service.Line.Entry(c.tx.Session().ID)
	}
	if was.Marks.AppID == newcomer.Marks.AppID && was.Extras.SignedRole == extras.SignedRole {
		// What a host has allowed this person stays allowed.
		extras.MayUnmute, extras.Talks, extras.MayCapture = was.Extras.MayUnmute, was.Extras.Talks, was.Extras.MayCapture
	}
	seat.NextPage()
	seat.Muted, seat.HandRaised = true, false
	seat.Name, seat.Email, seat.Marks, seat.Guest, seat.Extras = newcomer.Name, newcomer.Email, newcomer.Marks, newcomer.Guest, extras
	seat.SeveralDevices, seat.View, seat.SDKVersion = newcomer.SeveralDevices, newcomer.View, newcomer.SDKVersion
	seat.JoinID, seat.RequestKey, seat.SignatureDigest = newcomer.JoinID, newcomer.RequestKey, newcomer.SignatureDigest
	seat.LeaseUntil = newcomer.LeaseUntil
	seat.Role, seat.State = newcomer.Role, newcomer.State
	seat.OnHold = seat.OnHold && seat.State == meeting.SeatWaiting
	if err := c.tx.SaveSeat(seat); err != nil {
		return err
	}
	taken := *seat
	c.then(func() { c.service.endOlder(&taken) })
	c.tx.Touch(false)
	if seat.State == meeting.SeatWaiting {
		if was.State != meeting.SeatWaiting {
			if err := c.sentToWait(seat, &was); err != nil {
				return err
			}
		}
		return c.tellHosts("participant.added", participantOf(seat, true))
	}
	c.applyRights(seat)
	if was.State == meeting.SeatWaiting {
		return c.publishArrival(seat)
	}
	changes, data := []map[string]any{c.shown(seat)}, map[string]any{}
	switch {
	case seat.Role == meeting.RoleHost:
		c.tx.Session().HostStarted = true
		more, err := c.makeHost(seat)
		if err != nil {
			return err
		}
		changes, data["hostUserId"] = append(changes, more[1:]...), seat.UserID
	case was.Role == meeting.RoleHost:
		if err := c.succeed(seat, data); err != nil {
			return err
		}
		if more, ok := data["participants"].([]map[string]any); ok {
			changes = append(changes, more...)
		}
	}
	return c.publishTakenOver(seat, &was, changes, data)
}

// sentToWait tells those inside that a seat is no longer there, because the page that has
// taken it over waits.
func (c *action) sentToWait(seat, was *meeting.Seat) error {
	data := map[string]any{"userId": seat.UserID, "reason": "held"}
	if was.Role == meeting.RoleHost {
		if err := c.succeed(seat, data); err != nil {
			return err
		}
	}
	if err := c.dim(seat); err != nil {
		return err
	}
	if err := c.publishOf(was, c.tx.Session().Revision, "participant.removed", data); err != nil {
		return err
	}
	return c.dismissApps(seat)
}

// endOlder closes the lines of a seat's older pages, and then ends their media.
func (s *Service) endOlder(seat *meeting.Seat) {
	s.Line.Close(seat.ID, seat.Generation, CloseTakenOver)
	s.dropOlderMedia(seat.SessionID, seat.ID, seat.Generation)
}

// dropOlderMedia takes the media connection of a seat's older pages out of the room.
func (s *Service) dropOlderMedia(room, identity string, generation int) {
	s.background(room, identity, "remove older connection", func(ctx context.Context) error {
		return s.Media.RemoveOlder(ctx, room, identity, generation)
	})
}

// publishTakenOver tells of a seat that another page has taken over, whose own change
// comes first, and of the others that changed along with it.
func (c *action) publishTakenOver(seat, was *meeting.Seat, changes []map[string]any, data map[string]any) error {
	live := c.tx.Session()
	fields := changes[0]
	// The older page's are not the newer one's.
	private := map[string]any{"userId": seat.UserID, "customerKey": seat.Marks.CustomerKey, "email": seat.Email}
	switch wasHidden := hidden(was, live); {
	case !hidden(seat, live) && !wasHidden:
		data["participants"] = changes
		c.publish("participants.updated", data)
		return c.tellHostsAndSelf(seat, private)
	case !hidden(seat, live):
		if err := c.publishNew(seat, participantOf(seat, false)); err != nil {
			return err
		}
	case !wasHidden:
		// All that the audience still hears of it.
		c.publish("participant.updated", map[string]any{"userId": seat.UserID, "role": seat.Role, "allowedToTalk": false})
	}
	if err := c.publishOf(seat, live.Revision, "participant.updated", fields); err != nil {
		return err
	}
	if err := c.tellHostsAndSelf(seat, private); err != nil {
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
	Participant
	Participants []map[string]any `json:"participants,omitempty"`
	HostUserID   *int64           `json:"hostUserId,omitempty"`
}

// publishArrival tells those inside of a seat that is new to them.
func (c *action) publishArrival(seat *meeting.Seat) error {
	said := arrival{Participant: participantOf(seat, false)}
	if seat.Role == meeting.RoleHost {
		c.tx.Session().HostStarted = true
		changes, err := c.makeHost(seat)
		if err != nil {
			return err
		}
		said.Participants, said.HostUserID = changes[1:], &said.UserID
	}
	return c.publishNew(seat, said)
}

// shown is all that others see of a seat, as fields of an update.
func (c *action) shown(seat *meeting.Seat) map[string]any {
	p := participantOf(seat, false)
	fields := map[string]any{
		"userId": p.UserID, "userName": p.UserName, "role": p.Role, "state": p.State, "muted": p.Muted, "audioOn": p.AudioOn,
		"videoOn": p.VideoOn, "sharing": p.Sharing, "handRaised": p.HandRaised, "guest": p.Guest,
		"view": p.View, "originHost": p.OriginHost, "mayUnmute": p.MayUnmute, "allowedToTalk": p.AllowedToTalk,
		"mayCapture": p.MayCapture, "capture": p.Capture,
	}
	return fields
}

// addSeat lets the newcomer in under a number of their own, where there is one beside
// the page's seat of before, which is about to leave.
func (c *action) addSeat(how *admission.Admission, newcomer *meeting.Seat) (*meeting.Seat, error) {
	seats, err := c.tx.Seats()
	if err != nil {
		return nil, err
	}
	identity, present := newcomer.Marks.Identity(), newcomer.Marks.AuthorizerID == ""
	for _, seat := range seats {
		if how.GivesUp != nil && seat.ID == how.GivesUp.ID {
			continue
		}
		if identity != "" && !newcomer.SeveralDevices && !seat.SeveralDevices && seat.Marks.Identity() == identity {
			return nil, ErrConflict
		}
		present = present || seat.Marks.UserID == newcomer.Marks.AuthorizerID && seat.State != meeting.SeatWaiting
	}
	others := c.tx.Session().Seats
	if how.GivesUp != nil {
		others--
	}
	if !present || !how.Exempt && others >= how.Capacity {
		return nil, ErrConflict
	}
	seat := *newcomer
	seat.Extras.Entered = c.service.Line.Entry(c.tx.Session().ID)
	c.tx.AddSeat(&seat)
	c.tx.Touch(false)
	if seat.State == meeting.SeatWaiting {
		return &seat, c.tellHosts("participant.added", participantOf(&seat, true))
	}
	return &seat, c.publishArrival(&seat)
}

// giveUp lets the page's own seat of before leave, if it is still there.
func (c *action) giveUp(own *meeting.Seat) error {
	if own == nil {
		return nil
	}
	seat, err := c.tx.SeatByID(own.ID)
	if err != nil || seat == nil || !seat.State.Live() || seat.Generation != own.Generation {
		return err
	}
	return c.leave(seat, meeting.SeatLeft, "left", CloseTakenOver)
}

// endDeserted ends sessions in which nobody is connected, because their host has
// begun another meeting. One to which somebody has come back goes on.
func (s *Service) endDeserted(ctx context.Context, sessions []string) {
	for _, id := range sessions {
		err := s.system(ctx, id, func(c *action) error {
			seats, err := c.tx.Seats()
			if err != nil {
				return err
			}
			now := s.RealTime()
			for _, seat := range seats {
				if seat.Connected(now) && !seat.Goodbye {
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
