package session

import (
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
)

// tooFast is the finding of an anonymous join that comes faster than its app's limit;
// nil for one that may go on. Whoever comes back, and whoever proves who they are, is
// not counted.
func (s *Service) tooFast(a *admission.Attempt, v *admission.Verdict, snap *admission.Snapshot) *admission.Finding {
	in := &v.Admission
	if snap.App == nil || in.Resumes != nil || in.GivesUp != nil || in.Marks.UserID != "" || in.Marks.RegistrantID != "" || in.Marks.OBFID != "" {
		return nil
	}
	most := snap.App.JoinsPerMinute
	if most == 0 {
		most = s.JoinsPerMinute
	}
	if most == 0 {
		return nil
	}
	keys := []string{snap.App.ID + " signature " + string(a.Digest[:admission.DigestPart])}
	if a.RemoteIP != "" {
		keys = append(keys, snap.App.ID+" address "+limit.Group(a.RemoteIP))
	}
	wait := s.joins.Take(s.Clock.Now(), most, keys...)
	if wait == 0 {
		return nil
	}
	return admission.TooManyJoins(snap.App.Name, most, wait)
}
