package session

import (
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/meeting"
)

// Coming back is for pages that are loaded again or have a bad network: so often at once,
// and so often a second after that. A page that nobody reloads asks at most every seven
// seconds.
const (
	returnBurst     = 10
	returnPerSecond = 1.0 / 3
)

// tooFast is the finding of a join that comes too soon after those before; nil for one
// that may go on.
func (s *Service) tooFast(a *admission.Attempt, v *admission.Verdict, snap *admission.Snapshot) *admission.Finding {
	in := &v.Admission
	known := false
	for _, seat := range []*meeting.Seat{in.Resumes, in.Replaces, in.GivesUp} {
		if seat == nil {
			continue
		}
		known = true
		if wait := s.returns.Take(seat.Person(), 1, s.RealTime()); wait > 0 {
			return admission.TooManyReturns(wait)
		}
	}
	if known || snap.App == nil || in.Marks.Identity() != "" {
		return nil
	}
	return s.tooManyNewcomers(a, snap.App)
}

// tooManyNewcomers is the finding of an anonymous newcomer who comes faster than the
// app's limit.
func (s *Service) tooManyNewcomers(a *admission.Attempt, app *account.App) *admission.Finding {
	most := app.JoinsPerMinute
	if most == 0 {
		most = s.JoinsPerMinute
	}
	if most == 0 {
		return nil
	}
	keys := []string{app.ID + " signature " + string(a.Digest[:admission.DigestPart])}
	if a.RemoteIP != "" {
		keys = append(keys, app.ID+" address "+limit.Group(a.RemoteIP))
	}
	wait := s.joins.Take(s.Clock.Now(), most, keys...)
	if wait == 0 {
		return nil
	}
	return admission.TooManyJoins(app.Name, most, wait)
}
