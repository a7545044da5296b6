package session

import (
	"context"

	"github.com/anteroom/anteroom/internal/admission"
)

// DryRun returns what a join would come to, and every fault it has, without
// entering: nobody is admitted, nobody is notified, nothing is recorded, and no
// wrong passcode is counted.
func (s *Service) DryRun(ctx context.Context, a *admission.Attempt) admission.Diagnosis {
	a.Digest = s.digest(a)
	return s.Gate.DryRun(ctx, s.Loader, s.Clock.Now(), a)
}
