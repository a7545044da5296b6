package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAClockThatIsFarOffIsNotReady(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		0: "", 29 * time.Second: "", -29 * time.Second: "",
		30 * time.Second: "30s ahead of", -5 * time.Minute: "5m0s behind",
	} {
		err := toleratedSkew(ahead)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", ahead, err, want)
		}
	}
}

// outsideEngine is a media engine of another process: each question takes some time.
type outsideEngine struct {
	asked atomic.Int32
	takes time.Duration
	fails error
}

func (e *outsideEngine) Probe(ctx context.Context) error {
	e.asked.Add(1)
	if e.takes == 0 {
		return e.fails
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(e.takes):
		return e.fails
	}
}

func TestPartsBehindAreProbedWithinBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &outsideEngine{}
		probe := &probe{run: engine.Probe, timeout: mediaProbeTime, ttl: mediaProbeTTL}
		var many sync.WaitGroup
		for range 100 {
			many.Go(func() {
				if err := probe.check(); err != nil {
					t.Error(err)
				}
			})
		}
		many.Wait()
		if n := engine.asked.Load(); n != 1 {
			t.Errorf("100 checks at once ask %d times", n)
		}
		engine.fails = errors.New("wrong secret")
		time.Sleep(mediaProbeTTL)
		if err := probe.check(); !errors.Is(err, engine.fails) {
			t.Errorf("a failure is noticed late: %v", err)
		}
		engine.takes = time.Hour
		time.Sleep(mediaProbeTTL)
		began := time.Now()
		if err := probe.check(); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != mediaProbeTime {
			t.Errorf("an engine that never answers: %v after %v", err, time.Since(began))
		}
		engine.takes = 0
		engine.fails = nil
		time.Sleep(mediaProbeTTL)
		if err := probe.check(); err != nil {
			t.Errorf("an engine that is back: %v", err)
		}
	})
}

// Strangers ask for readiness as often as they like; the database is written to once a
// moment.
func TestReadinessAsksTheDatabaseOnceForAll(t *testing.T) {
	t.Parallel()
	config := DevelopmentDefaults()
	config.Listen, config.Data, config.Media.Port = "127.0.0.1:0", t.TempDir(), 0
	s, err := Start(t.Context(), config, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	var asked atomic.Int32
	ask, began := s.storeProbe.run, time.Now()
	s.storeProbe.run = func(ctx context.Context) error {
		asked.Add(1)
		return ask(ctx)
	}
	var many sync.WaitGroup
	for range 20 {
		many.Go(func() {
			for range 10 {
				response, err := http.Get(s.URL + "/readyz") //nolint:noctx // ends with the server
				if err != nil {
					t.Error(err)
					return
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK {
					t.Errorf("status %d", response.StatusCode)
				}
			}
		})
	}
	many.Wait()
	if most := 1 + int32(time.Since(began)/storeProbeTTL); asked.Load() > most {
		t.Errorf("200 requests ask the database %d times, want at most %d", asked.Load(), most)
	}
}
