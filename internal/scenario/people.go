package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// person is somebody else than the joiner: a page to be opened, or a seat
// without one.
type person struct {
	c  *corner
	as string
	// seat and resume are of people without a page.
	seat   *meeting.Seat
	resume string
}

// hostEnters brings the host in, who starts the given meeting.
func (c *corner) hostEnters(m *meeting.Meeting) *person {
	return c.enters(TheHost, m, 1, Options{"userName": c.host.DisplayName, "zak": c.zak(c.host)})
}

// userEnters brings in a signed-in user who takes part.
func (c *corner) userEnters(as string, u *account.User, m *meeting.Meeting) *person {
	return c.enters(as, m, 0, Options{"userName": u.DisplayName, "zak": c.zak(u)})
}

// enters brings somebody into a meeting, by a page or without one.
func (c *corner) enters(as string, m *meeting.Meeting, role int, more Options) *person {
	join := maps.Clone(more)
	join["meetingNumber"], join["signature"] = m.Number, c.sign(m.Number, role)
	if m.Passcode != "" {
		join[componentPasscode] = m.Passcode
	}
	if c.live == Page {
		c.before = append(c.before, openPage(as, join))
		return &person{c: c, as: as}
	}
	return c.seats(as, join)
}

// seats lets somebody without a page in, through the gate as everybody. Their
// lease is the server's to give: nobody renews it.
func (c *corner) seats(as string, join Options) *person {
	p := &person{c: c, as: as}
	if c.err != nil {
		return p
	}
	text := func(name string) string { s, _ := join[name].(string); return s }
	outcome := c.Sessions.Join(c.ctx, &admission.Attempt{
		View: SyntheticView, MeetingNumber: text("meetingNumber"), UserName: text("userName"), Signature: text("signature"),
		Password: text(componentPasscode), HasPassword: text(componentPasscode) != "", UserEmail: text("userEmail"),
		CustomerKey: text("customerKey"), TK: text("tk"), ZAK: text("zak"), OBFToken: text("obfToken"),
	}, nil)
	if outcome.Accepted == nil {
		d := outcome.Verdict.Decision
		c.keep(fmt.Errorf("%s could not enter: %d %s (%s)", as, d.Code, d.Cause, d.Evidence))
		return p
	}
	p.resume = outcome.Accepted.ResumeToken
	id, _, _ := c.Sessions.ReadResumeToken(p.resume)
	seat, err := c.Store.Seat(c.ctx, id)
	c.keep(err)
	if err == nil {
		p.seat = seat
		c.keep(c.Store.RenewLeases(c.ctx, []string{id}, time.Now().Add(SyntheticLease)))
	}
	return p
}

// does is an action on the meeting or, with on, on somebody inside.
func (p *person) does(action string, on ...*person) {
	c := p.c
	if c.live == Page {
		step := act(p.as, action)
		if len(on) > 0 {
			step.Target = on[0].as
		}
		c.before = append(c.before, step)
		return
	}
	if c.err != nil {
		return
	}
	data := map[string]any{}
	kind := map[string]string{"lock": "session.lock", "end": "session.end", "remove": "seat.remove", "leave": "seat.leave"}[action]
	if action == "lock" {
		data["locked"] = true
	}
	if len(on) > 0 {
		data["userId"] = on[0].seat.UserID
	}
	raw, err := json.Marshal(data)
	c.keep(err)
	_, _, err = c.Sessions.Command(c.ctx, p.seat, kind, raw)
	c.keep(err)
}

// over ends the meeting that somebody without a page is in.
func (p *person) over(reason meeting.EndReason) {
	if p.c.err == nil {
		p.c.keep(p.c.Sessions.EndSession(p.c.ctx, p.seat.SessionID, reason))
	}
}

// crowd joins so many anonymous people, from the address of whoever asked.
func (c *corner) crowd(n int) {
	for range n {
		if c.err != nil {
			return
		}
		c.Sessions.Join(c.ctx, &admission.Attempt{
			View: SyntheticView, MeetingNumber: c.meeting.Number, UserName: "Somebody else", Signature: c.sign(c.meeting.Number, 0), RemoteIP: c.from,
		}, nil)
	}
}

// guesses tries wrong passcodes from the address that will join.
func (c *corner) guesses(n int) {
	for range n {
		if c.err != nil {
			return
		}
		c.Sessions.Join(c.ctx, &admission.Attempt{
			View: SyntheticView, MeetingNumber: c.meeting.Number, UserName: "Somebody guessing", Signature: c.sign(c.meeting.Number, 0),
			Password: "guess", HasPassword: true, RemoteIP: c.from,
		}, nil)
	}
}
