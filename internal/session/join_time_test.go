package session

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/signature"
)

// hangingLoader is a storage that never answers.
type hangingLoader struct{ admission.Loader }

func (hangingLoader) App(ctx context.Context, _ string) (admission.AppFacts, error) {
	<-ctx.Done()
	return admission.AppFacts{}, ctx.Err()
}

type discardRecorder struct{}

func (discardRecorder) Record(JoinRecord) {}

// testJoinTimeout is how long a page waits for the answer to its join.
const testJoinTimeout = 15 * time.Second

func TestAJoinReturnsWhileTheStorageHangs(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]bool{"a join": false, "a check": true} {
		synctest.Test(t, func(t *testing.T) {
			s := New(Config{
				Gate: admission.NewGate(admission.DefaultPolicy()), Loader: hangingLoader{}, Clock: clockwork.NewRealClock(), Recorder: discardRecorder{},
				NewAttemptID: func() string { return "A" }, Logger: slog.New(slog.DiscardHandler),
			})
			signed, err := signature.Sign(signature.SignOptions{Key: "key", Secret: "a-secret-of-some-length-0123456789", MeetingNumber: "81234567890", IssuedAt: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			out := s.Join(context.Background(), &admission.Attempt{
				MeetingNumber: "81234567890", UserName: "Ann", Signature: signed, JoinID: "j", Check: check, View: "component",
			}, nil)
			took := time.Since(began)
			if d := out.Verdict.Decision; d == nil || d.Code != errcode.ServerError || d.Cause != "storage_unavailable" {
				t.Errorf("%s ends in %+v, want 4009 storage_unavailable", name, d)
			}
			if took == 0 || took >= testJoinTimeout {
				t.Errorf("%s is answered after %s", name, took)
			}
		})
	}
}
