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

// person is somebody else than the joiner: a page to be opened, or a participant
// without one.
type person struct {
	c  *Fixture
	as string
	// participant and resume are of people without a page.
	participant *meeting.Participant
	resume      string
}

// joinHost brings the host in, who starts the given meeting.
func (f *Fixture) joinHost(m *meeting.Meeting) *person {
	return f.joinAs(TheHost, m, 1, Options{"userName": f.host.DisplayName, "zak": f.zak(f.host)})
}

// joinUser brings in a signed-in user who takes part.
func (f *Fixture) joinUser(as string, u *account.User, m *meeting.Meeting) *person {
	return f.joinAs(as, m, 0, Options{"userName": u.DisplayName, "zak": f.zak(u)})
}

// joinAs brings somebody into a meeting, by a page or without one.
func (f *Fixture) joinAs(as string, m *meeting.Meeting, role int, more Options) *person {
	join := maps.Clone(more)
	join["meetingNumber"], join["signature"] = m.Number, f.sign(m.Number, role)
	if m.Passcode != "" {
		join[componentPasscode] = m.Passcode
	}
	if f.live == Page {
		f.before = append(f.before, openPage(as, join))
		return &person{c: f, as: as}
	}
	return f.joinHeadless(as, join)
}

// joinHeadless lets somebody without a page in, through the gate as everybody. Their
// lease is the server's to give: nobody renews it.
func (f *Fixture) joinHeadless(as string, join Options) *person {
	p := &person{c: f, as: as}
	if f.err != nil {
		return p
	}
	text := func(name string) string { s, _ := join[name].(string); return s }
	outcome := f.Sessions.Join(f.ctx, &admission.Attempt{
		View: SyntheticView, MeetingNumber: text("meetingNumber"), UserName: text("userName"), Signature: text("signature"),
		Password: text(componentPasscode), HasPassword: text(componentPasscode) != "", UserEmail: text("userEmail"),
		CustomerKey: text("customerKey"), TK: text("tk"), ZAK: text("zak"), OBFToken: text("obfToken"),
	}, nil)
	if outcome.Accepted == nil {
		d := outcome.Verdict.Decision
		f.recordErr(fmt.Errorf("%s could not enter: %d %s (%s)", as, d.Code, d.Cause, d.Evidence))
		return p
	}
	p.resume = outcome.Accepted.ResumeToken
	id, _, _ := f.Sessions.ReadResumeToken(p.resume)
	participant, err := f.Store.Participant(f.ctx, id)
	f.recordErr(err)
	if err == nil {
		p.participant = participant
		f.recordErr(f.Store.RenewLeases(f.ctx, []string{id}, time.Now().Add(SyntheticLease)))
	}
	return p
}

// act is an action on the meeting or, with on, on somebody inside.
func (p *person) act(action string, on ...*person) {
	f := p.c
	if f.live == Page {
		step := act(p.as, action)
		if len(on) > 0 {
			step.Target = on[0].as
		}
		f.before = append(f.before, step)
		return
	}
	if f.err != nil {
		return
	}
	data := map[string]any{}
	kind := map[string]string{"lock": "session.lock", "end": "session.end", "remove": "seat.remove", "leave": "seat.leave"}[action]
	if action == "lock" {
		data["locked"] = true
	}
	if len(on) > 0 {
		data["userId"] = on[0].participant.UserID
	}
	raw, err := json.Marshal(data)
	f.recordErr(err)
	_, _, err = f.Sessions.Command(f.ctx, p.participant, kind, raw)
	f.recordErr(err)
}

// over ends the meeting that somebody without a page is in.
func (p *person) over(reason meeting.EndReason) {
	if p.c.err == nil {
		p.c.recordErr(p.c.Sessions.EndSession(p.c.ctx, p.participant.SessionID, reason))
	}
}

// fillMeeting joins so many anonymous people, from the address of whoever asked.
func (f *Fixture) fillMeeting(n int) {
	for range n {
		if f.err != nil {
			return
		}
		f.Sessions.Join(f.ctx, &admission.Attempt{
			View: SyntheticView, MeetingNumber: f.meeting.Number, UserName: "Somebody else", Signature: f.sign(f.meeting.Number, 0), RemoteIP: f.from,
		}, nil)
	}
}

// guessPasscodes tries wrong passcodes from the address that will join.
func (f *Fixture) guessPasscodes(n int) {
	for range n {
		if f.err != nil {
			return
		}
		f.Sessions.Join(f.ctx, &admission.Attempt{
			View: SyntheticView, MeetingNumber: f.meeting.Number, UserName: "Somebody guessing", Signature: f.sign(f.meeting.Number, 0),
			Password: "guess", HasPassword: true, RemoteIP: f.from,
		}, nil)
	}
}
