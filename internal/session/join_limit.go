package session

import (
	"slices"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/meeting"
)

// Coming back is for pages that are loaded again or have a bad network: so often at once,
// and so often a second after that. It is ample for a test suite in which one person
// joins one meeting in each test.
const (
	rejoinBurst      = 30
	rejoinsPerSecond = 1
)

// joinRateLimited is the finding of a join that comes too soon after those before; nil for one
// that may go on.
func (s *Service) joinRateLimited(a *admission.Attempt, v *admission.Verdict, snap *admission.Snapshot) *admission.Finding {
	known := rejoinKeys(&v.Admission, snap.Meeting.ID)
	for _, person := range known {
		if wait := s.rejoinRates.Take(person, 1, s.RealTime()); wait > 0 {
			return admission.TooManyRejoins(wait)
		}
	}
	if len(known) > 0 || snap.App == nil {
		return nil
	}
	return s.newcomersRateLimited(a, snap.App)
}

// rejoinKeys names the people as whom a join comes back. Whoever has a verified identity
// counts from the first time on, for nobody knows whether they have been there before.
func rejoinKeys(in *admission.Admission, meetingID string) []string {
	var people []string
	for _, participant := range []*meeting.Participant{in.Resumes, in.Replaces, in.Leaves} {
		if participant != nil {
			people = append(people, participant.LimiterKey())
		}
	}
	if person := in.Claims.LimiterKey(meetingID); person != "" {
		people = append(people, person)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// newcomersRateLimited is the finding of an anonymous newcomer who comes faster than the
// app's limit.
func (s *Service) newcomersRateLimited(a *admission.Attempt, app *account.App) *admission.Finding {
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
	wait := s.joinBuckets.Take(s.Clock.Now(), most, keys...)
	if wait == 0 {
		return nil
	}
	return admission.TooManyJoins(app.Name, most, wait)
}
