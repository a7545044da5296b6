package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
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
func (s *Server) ready() error {
	if s.stopping.Load() {
		return errStopping
	}
	if s.redis != nil && s.redis.isolated.Load() {
		return errOtherRedis
	}
	if err := s.channel.hub.Check(); err != nil {
		return err
	}
	if err := toleratedSkew(s.Store.Skew()); err != nil {
		return err
	}
	if err := s.mediaProbe.check(); err != nil {
		return err
	}
	return s.storeProbe.check()
}

// Anybody may ask whether the server is ready, as often as they like: what costs
// something is asked once for all, and the result cached for a moment.
const (
	mediaProbeTime    = 2 * time.Second
	mediaProbeTTL     = 2 * time.Second
	storeProbeTimeout = 3 * time.Second
	storeProbeTTL     = time.Second
)

// probe asks a dependency whether it can be used, and caches the result, good or bad.
// It runs on the machine's time: the clock that developers set may stand still.
type probe struct {
	// run is nil for a part that needs no asking.
	run func(context.Context) error
	// timeout is how long a question may take, and kept how long its result holds.
	timeout, ttl time.Duration

	mu        sync.Mutex
	checkedAt time.Time
	result    error
}

// check asks for as long as a question may take, whoever waits for it: one that gives up
// earlier must not leave a wrong answer to the others.
func (p *probe) check() error {
	if p.run == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.checkedAt.IsZero() && time.Since(p.checkedAt) < p.ttl {
		return p.result
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.timeout)
	defer cancel()
	p.result = p.run(ctx)
	p.checkedAt = time.Now()
	return p.result
}

// toleratedSkew judges how far this machine's clock is ahead of the database's.
func toleratedSkew(ahead time.Duration) error {
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
