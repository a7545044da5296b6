package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// loader reads from the store what the gate asks about, in its two steps.
type loader struct {
	store    *store.Store
	tokens   *credential.Minter
	tks      *credential.RegistrantTokens
	throttle *session.PasscodeThrottle
	clock    clockwork.Clock
	// resume reads a resume token of ours.
	resume func(token string) (seatID string, generation int, ok bool)
}

// App is the first step: what is known of the app behind a key claim.
func (l *loader) App(ctx context.Context, key string) (admission.AppFacts, error) {
	var facts admission.AppFacts
	app, development, err := l.store.AppByKey(ctx, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return l.unknownKey(ctx, key)
	case err != nil:
		return facts, err
	}
	facts.App, facts.Development = app, development
	facts.Owner, err = l.store.Account(ctx, app.AccountID)
	return facts, err
}

// unknownKey looks for the commonest slips behind a key that nobody has.
func (l *loader) unknownKey(ctx context.Context, key string) (facts admission.AppFacts, err error) {
	if trimmed := trimSpace(key); trimmed != key {
		if _, _, err := l.store.AppByKey(ctx, trimmed); err == nil {
			facts.KeyWhitespace = true
			return facts, nil
		} else if !errors.Is(err, store.ErrNotFound) {
			return facts, err
		}
	}
	facts.KeyIsSecret, err = l.store.AppBySecret(ctx, key)
	return facts, err
}

// Resume reads the seat that a resume token names. A token that is not ours names none.
// One of an older generation names the seat as one that was left: it tells whose page it
// was, and no longer opens the seat.
func (l *loader) Resume(ctx context.Context, token string) (*meeting.Seat, error) {
	seatID, generation, ok := l.resume(token)
	if !ok {
		return nil, nil
	}
	seat, err := l.store.Seat(ctx, seatID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err == nil && seat.Generation != generation && seat.State.Live() {
		seat.State = meeting.SeatLeft
	}
	return seat, err
}

// Load is the second step, asked for only after a right signature or for a
// seat that comes back.
func (l *loader) Load(ctx context.Context, r admission.LoadRequest) (*admission.Snapshot, error) {
	snap := &admission.Snapshot{AppFacts: r.App}
	if r.Claims == nil && r.Resume != nil {
		if err := l.loadResumedApp(ctx, r.Resume, snap); err != nil {
			return nil, err
		}
	}
	if snap.App != nil {
		// The app's own dates; what it leaves open is the platform's to say.
		own := &snap.App.TokenPolicy
		snap.Policy.ValidateFrom, snap.Policy.RequireFrom, snap.AppExempt = own.ValidateFrom, own.RequireFrom, own.Exempt
	}
	m, err := l.store.MeetingByNumber(ctx, r.Attempt.MeetingNumber)
	if errors.Is(err, store.ErrNotFound) {
		return snap, l.loadTokens(ctx, r.Attempt, snap)
	}
	if err != nil {
		return nil, err
	}
	snap.Meeting = m
	if snap.Account, err = l.store.Account(ctx, m.AccountID); err != nil {
		return nil, err
	}
	if snap.Host, err = l.store.User(ctx, m.HostID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if snap.Session, err = l.store.LiveSession(ctx, m.ID); err != nil {
		return nil, err
	}
	if snap.Session == nil {
		if snap.Last, err = l.store.LastSession(ctx, m.ID); err != nil {
			return nil, err
		}
	}
	if err := l.loadTokens(ctx, r.Attempt, snap); err != nil {
		return nil, err
	}
	if r.Attempt.TK != "" {
		if snap.TK, err = l.tks.Read(ctx, r.Attempt.TK, m, snap.Session, r.Now); err != nil {
			return nil, err
		}
	}
	if m.Passcode != "" && l.throttle != nil {
		c := l.throttle.Counts(r.Attempt)
		snap.PasscodeFailures, snap.PasscodeRetryAfter = c.FromAddress, c.AddressRetryAfter
		snap.MeetingPasscodeFailures, snap.MeetingPasscodeRetryAfter = c.ForMeeting, c.MeetingRetryAfter
	}
	if err := l.loadInside(ctx, r.Resume, snap); err != nil {
		return nil, err
	}
	return snap, l.loadElsewhere(ctx, r.Claims, snap)
}

// loadResumedApp reads the app that a returning seat came by.
func (l *loader) loadResumedApp(ctx context.Context, seat *meeting.Seat, snap *admission.Snapshot) error {
	app, err := l.store.App(ctx, seat.Marks.AppID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	snap.App = app
	snap.Owner, err = l.store.Account(ctx, app.AccountID)
	return err
}

func (l *loader) loadTokens(ctx context.Context, a *admission.Attempt, snap *admission.Snapshot) (err error) {
	if a.ZAK != "" {
		if snap.ZAK, err = l.tokens.ReadZAK(ctx, a.ZAK); err != nil {
			return err
		}
	}
	if a.OBFToken != "" {
		snap.OBF, err = l.tokens.ReadOBF(ctx, a.OBFToken)
	}
	return err
}

// loadInside reads who is in the running session already, but for the page's own
// seat of before, which may be nil.
func (l *loader) loadInside(ctx context.Context, page *meeting.Seat, snap *admission.Snapshot) error {
	live := snap.Session
	if live == nil {
		return nil
	}
	now := l.store.RealTime()
	own := page
	if own != nil && (own.SessionID != live.ID || !own.State.Live()) {
		own = nil
	}
	var err error
	if snap.Peopled, err = l.peopled(ctx, live, func(seat *meeting.Seat) bool {
		return (own == nil || seat.ID != own.ID) && seat.Connected(now)
	}, own); err != nil {
		return err
	}
	if live.Removals > 0 {
		removals, err := l.store.Removals(ctx, live.ID)
		if err != nil {
			return err
		}
		for _, r := range removals {
			snap.Removed = append(snap.Removed, admission.RemovedMark(r))
		}
	}
	if live.OnHold > 0 {
		seats, err := l.store.HeldSeats(ctx, live.ID)
		if err != nil {
			return err
		}
		for _, seat := range seats {
			if !seat.OnHold {
				continue
			}
			snap.OnHold = append(snap.OnHold, seat.Marks)
			snap.PageOnHold = snap.PageOnHold || page != nil && page.Person() == seat.Person()
		}
	}
	seat, err := l.store.LiveSeatByIdentity(ctx, live.ID, snap.Identity())
	if err != nil {
		return err
	}
	if seat != nil {
		snap.Inside = presence(seat, now)
		snap.Inside.MeetingNumber, snap.Inside.Topic = snap.Meeting.Number, snap.Meeting.Topic
	}
	if len(snap.Account.Settings.Barriers) == 0 || !snap.ZAK.Valid() {
		return nil
	}
	snap.InsideGroups, err = l.groupsInside(ctx, live.ID, own)
	return err
}

// peopled reports whether there is somebody in a live session for whom the question is
// answered with yes. Where anybody but own has a connection, that is known without
// reading the seats, and the answer is yes.
func (l *loader) peopled(ctx context.Context, live *meeting.Session, counts func(*meeting.Seat) bool, own *meeting.Seat) (bool, error) {
	connected := live.Seats - live.Lost
	if own != nil && own.LostAt.IsZero() {
		connected--
	}
	if connected > 0 {
		return true, nil
	}
	if live.Seats == 0 {
		return false, nil
	}
	seats, err := l.store.LiveSeats(ctx, live.ID)
	return slices.ContainsFunc(seats, counts), err
}

// presence is a seat as the rules see it at now, in real time.
func presence(seat *meeting.Seat, now time.Time) *admission.Presence {
	p := &admission.Presence{
		Seat: seat, Connected: seat.Connected(now) && !seat.Goodbye, NextTakeOver: seat.Extras.NextTakeOver(now),
	}
	if p.Connected && !seat.LostAt.IsZero() {
		p.Grace = meeting.ConnectionGrace - now.Sub(seat.LostAt)
	}
	return p
}

// groupsInside are the barrier groups of everybody who is inside and signed in.
func (l *loader) groupsInside(ctx context.Context, sessionID string, own *meeting.Seat) ([]string, error) {
	seats, err := l.store.LiveSeats(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	var groups []string
	for _, seat := range seats {
		if seat.Marks.UserID == "" || seat.State == meeting.SeatWaiting || own != nil && seat.ID == own.ID {
			continue
		}
		user, err := l.store.User(ctx, seat.Marks.UserID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		groups = append(groups, user.Groups...)
	}
	slices.Sort(groups)
	return slices.Compact(groups), nil
}

// loadElsewhere reads where else the host is hosting and the joiner is.
func (l *loader) loadElsewhere(ctx context.Context, claims *signature.Claims, snap *admission.Snapshot) error {
	now := l.store.RealTime()
	if claims != nil && claims.Role == 1 && snap.Host != nil {
		live, err := l.store.LiveSessionsOfHost(ctx, snap.Host.ID)
		if err != nil {
			return err
		}
		for _, other := range live {
			if other.MeetingID == snap.Meeting.ID || !other.HostStarted {
				continue
			}
			busy, err := l.peopled(ctx, other, func(seat *meeting.Seat) bool { return seat.Connected(now) && !seat.Goodbye }, nil)
			if err != nil {
				return err
			}
			if !busy {
				snap.Deserted = append(snap.Deserted, other.ID)
				continue
			}
			snap.HostLive++
			if snap.HostElsewhere != nil {
				continue
			}
			m, err := l.store.Meeting(ctx, other.MeetingID)
			if err != nil {
				return err
			}
			snap.HostElsewhere = &admission.Presence{MeetingNumber: other.Number, Topic: m.Topic}
		}
	}
	if user := snap.OBF.User; snap.OBF.Valid() && snap.Session != nil {
		seats, err := l.store.LiveSeatsOfUser(ctx, user.ID)
		if err != nil {
			return err
		}
		snap.AuthorizerInside = slices.ContainsFunc(seats, func(s *meeting.Seat) bool {
			return s.SessionID == snap.Session.ID && s.State != meeting.SeatWaiting && s.Marks.OBFID == ""
		})
	}
	if !snap.ZAK.Valid() {
		return nil
	}
	seats, err := l.store.LiveSeatsOfUser(ctx, snap.ZAK.User.ID)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.MeetingID == snap.Meeting.ID || seat.Marks.OBFID != "" || !presence(seat, now).Connected {
			continue
		}
		other, err := l.store.Meeting(ctx, seat.MeetingID)
		if err != nil {
			return err
		}
		snap.Elsewhere = &admission.Presence{Seat: seat, MeetingNumber: other.Number, Topic: other.Topic}
		break
	}
	return nil
}

// trimSpace takes every kind of blank off both ends.
func trimSpace(s string) string {
	out := []rune(s)
	blank := func(r rune) bool { return r <= ' ' || r == 0xA0 || r == 0x200B || r == 0xFEFF }
	for len(out) > 0 && blank(out[0]) {
		out = out[1:]
	}
	for len(out) > 0 && blank(out[len(out)-1]) {
		out = out[:len(out)-1]
	}
	return string(out)
}
