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
	store   *store.Store
	tokens  *credential.Minter
	tks     *credential.RegistrantTokens
	limiter *session.AttemptLimiter
	clock   clockwork.Clock
	// resume reads a resume token of ours.
	resume func(token string) (participantID string, generation int, ok bool)
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

// Resume reads the participant that a resume token names. A token that is not ours names
// none. One of an older generation names the participant as one that was left: it tells
// whose page it was, and no longer opens the participant.
func (l *loader) Resume(ctx context.Context, token string) (*meeting.Participant, error) {
	participantID, generation, ok := l.resume(token)
	if !ok {
		return nil, nil
	}
	participant, err := l.store.Participant(ctx, participantID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err == nil && participant.Generation != generation && participant.State.Live() {
		participant.State = meeting.ParticipantLeft
	}
	return participant, err
}

// Load is the second step, asked for only after a right signature or for a
// participant that comes back.
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
	if m.Passcode != "" && l.limiter != nil {
		c := l.limiter.Counts(r.Attempt)
		snap.PasscodeFailures, snap.PasscodeRetryAfter = c.FromAddress, c.AddressRetryAfter
		snap.MeetingPasscodeFailures, snap.MeetingPasscodeRetryAfter = c.ForMeeting, c.MeetingRetryAfter
	}
	if err := l.loadInside(ctx, r.Resume, snap); err != nil {
		return nil, err
	}
	return snap, l.loadElsewhere(ctx, r.Claims, snap)
}

// loadResumedApp reads the app that a returning participant came by.
func (l *loader) loadResumedApp(ctx context.Context, participant *meeting.Participant, snap *admission.Snapshot) error {
	app, err := l.store.App(ctx, participant.Claims.AppID)
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
// participant of before, which may be nil.
func (l *loader) loadInside(ctx context.Context, page *meeting.Participant, snap *admission.Snapshot) error {
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
	if snap.HasParticipants, err = l.hasParticipants(ctx, live, func(participant *meeting.Participant) bool {
		return (own == nil || participant.ID != own.ID) && participant.Connected(now)
	}, own); err != nil {
		return err
	}
	if live.Removals > 0 {
		removals, err := l.store.Removals(ctx, live.ID)
		if err != nil {
			return err
		}
		for _, r := range removals {
			snap.Removed = append(snap.Removed, admission.RemovedIdentity(r))
		}
	}
	if live.OnHold > 0 {
		participants, err := l.store.HeldParticipants(ctx, live.ID)
		if err != nil {
			return err
		}
		for _, participant := range participants {
			if !participant.OnHold {
				continue
			}
			snap.OnHold = append(snap.OnHold, participant.Claims)
			snap.PageOnHold = snap.PageOnHold || page != nil && page.OriginalID() == participant.OriginalID()
		}
	}
	participant, err := l.store.LiveParticipantByIdentity(ctx, live.ID, snap.Identity())
	if err != nil {
		return err
	}
	if participant != nil {
		snap.Inside = presence(participant, now)
		snap.Inside.MeetingNumber, snap.Inside.Topic = snap.Meeting.Number, snap.Meeting.Topic
	}
	if len(snap.Account.Settings.Barriers) == 0 || !snap.ZAK.Valid() {
		return nil
	}
	snap.InsideGroups, err = l.groupsInside(ctx, live.ID, own)
	return err
}

// hasParticipants reports whether there is somebody in a live session for whom the question is
// answered with yes. Where anybody but own has a connection, that is known without reading the
// participants, and the answer is yes.
func (l *loader) hasParticipants(ctx context.Context, live *meeting.Session, counts func(*meeting.Participant) bool, own *meeting.Participant) (bool, error) {
	connected := live.Participants - live.Disconnected
	if own != nil && own.LostAt.IsZero() {
		connected--
	}
	if connected > 0 {
		return true, nil
	}
	if live.Participants == 0 {
		return false, nil
	}
	participants, err := l.store.LiveParticipants(ctx, live.ID)
	return slices.ContainsFunc(participants, counts), err
}

// presence is a participant as the rules see it at now, in real time.
func presence(participant *meeting.Participant, now time.Time) *admission.Presence {
	p := &admission.Presence{
		Participant: participant, Connected: participant.Connected(now) && !participant.Departing, TakeOverDelay: participant.Flags.TakeOverDelay(now),
	}
	if p.Connected && !participant.LostAt.IsZero() {
		p.Grace = meeting.ConnectionGrace - now.Sub(participant.LostAt)
	}
	return p
}

// groupsInside are the barrier groups of everybody who is inside and signed in.
func (l *loader) groupsInside(ctx context.Context, sessionID string, own *meeting.Participant) ([]string, error) {
	participants, err := l.store.LiveParticipants(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	var groups []string
	for _, participant := range participants {
		if participant.Claims.UserID == "" || participant.State == meeting.ParticipantWaiting || own != nil && participant.ID == own.ID {
			continue
		}
		user, err := l.store.User(ctx, participant.Claims.UserID)
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
			busy, err := l.hasParticipants(ctx, other, func(participant *meeting.Participant) bool {
				return participant.Connected(now) && !participant.Departing
			}, nil)
			if err != nil {
				return err
			}
			if !busy {
				snap.Abandoned = append(snap.Abandoned, other.ID)
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
		participants, err := l.store.LiveParticipantsOfUser(ctx, user.ID)
		if err != nil {
			return err
		}
		snap.AuthorizerInside = slices.ContainsFunc(participants, func(s *meeting.Participant) bool {
			return s.SessionID == snap.Session.ID && s.State != meeting.ParticipantWaiting && s.Claims.OBFID == ""
		})
	}
	if !snap.ZAK.Valid() {
		return nil
	}
	participants, err := l.store.LiveParticipantsOfUser(ctx, snap.ZAK.User.ID)
	if err != nil {
		return err
	}
	for _, participant := range participants {
		if participant.MeetingID == snap.Meeting.ID || participant.Claims.OBFID != "" || !presence(participant, now).Connected {
			continue
		}
		other, err := l.store.Meeting(ctx, participant.MeetingID)
		if err != nil {
			return err
		}
		snap.Elsewhere = &admission.Presence{Participant: participant, MeetingNumber: other.Number, Topic: other.Topic}
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
