package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/media"
)

// errStopping is why a server that stops is not ready.
var errStopping = errors.New("the server is stopping")

// What a wrong clock does: signatures are judged by this machine's clock, so one
// that is far off refuses everybody.
const (
	skewEvery = 10 * time.Second
	skewWarns = 5 * time.Second
	// skewFails keeps a node from being ready.
	skewFails = 30 * time.Second
)

// ready returns nil while this node can serve joins and meetings, else the first
// thing that is in the way.
func (s *Server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return errStopping
	}
	if s.redis != nil && s.redis.apart.Load() {
		return errOtherRedis
	}
	if err := s.line.hub.Check(); err != nil {
		return err
	}
	if err := tolerable(s.Store.Skew()); err != nil {
		return err
	}
	if err := s.mediaProbe.check(); err != nil {
		return err
	}
	return s.Store.Probe(ctx)
}

// Whoever asks for readiness may ask often, and many may ask.
const (
	mediaProbeTime = 2 * time.Second
	mediaProbeKept = 2 * time.Second
)

// mediaProbe asks an external media engine whether it can be used, and keeps the
// answer for a moment. The zero value stands for an engine of this process.
type mediaProbe struct {
	engine media.Prober
	mu     sync.Mutex
	asked  time.Time
	answer error
}

// check asks for as long as mediaProbeTime, whoever waits for it: one that gives up
// earlier must not leave a wrong answer to the others.
func (p *mediaProbe) check() error {
	if p.engine == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.asked.IsZero() && time.Since(p.asked) < mediaProbeKept {
		return p.answer
	}
	ctx, cancel := context.WithTimeout(context.Background(), mediaProbeTime)
	defer cancel()
	p.answer = p.engine.Probe(ctx)
	p.asked = time.Now()
	return p.answer
}

// tolerable judges how far this machine's clock is ahead of the database's.
func tolerable(ahead time.Duration) error {
	if ahead.Abs() < skewFails {
		return nil
	}
	return fmt.Errorf("the clock of this machine is %s %s that of the database", ahead.Abs().Round(time.Second), direction(ahead))
}

func direction(ahead time.Duration) string {
	if ahead < 0 {
		return "behind"
	}
	return "ahead of"
}

// watchClock compares this machine's clock with the database's now and then, and
// warns when it begins to be off.
func (s *Server) watchClock(ctx context.Context) {
	tick := time.NewTicker(skewEvery)
	defer tick.Stop()
	warned := false
	for {
		ahead := s.Store.Skew()
		off := ahead.Abs() >= skewWarns
		switch {
		case off && !warned:
			s.log.Warn("clock differs from the database's; check NTP", "ahead", ahead.Round(time.Millisecond))
		case !off && warned:
			s.log.Info("the clock of this machine is right again")
		}
		warned = off
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := s.Store.MeasureSkew(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("could not compare the clocks", "error", err)
		}
	}
}
