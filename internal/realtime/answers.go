package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// answers remembers what each seat was answered, so that a repeated request
// runs once. With several nodes it is remembered in Redis as well, because a
// page that repeats a request after a cut may reach another node.
type answers struct {
	node   *centrifuge.Node
	shared bool
	log    *slog.Logger

	mu     sync.Mutex
	seats  map[string]*seatAnswers
	tidied time.Time
}

// seatAnswers are one seat's, oldest first.
type seatAnswers struct {
	known map[string]*answer
	order []*answer
}

// answer is what a request got, once done is closed.
type answer struct {
	id   string
	at   time.Time
	done chan struct{}
	raw  json.RawMessage
	err  error
}

func newAnswers(node *centrifuge.Node, shared bool, log *slog.Logger) *answers {
	return &answers{node: node, shared: shared, log: log, seats: map[string]*seatAnswers{}, tidied: time.Now()}
}

// once runs the request unless it ran before; then the first answer is given
// again. Whoever comes while the first is running waits for it. An internal
// error is forgotten: such a request may be tried again.
func (a *answers) once(ctx context.Context, seat, id string, run func() (json.RawMessage, error)) (json.RawMessage, error) {
	mine, first := a.claim(seat, id, time.Now())
	if !first {
		select {
		case <-mine.done:
			return mine.raw, mine.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer close(mine.done)
	if a.shared {
		mine.raw, mine.err = a.onceAmongNodes(ctx, seat, id, run)
	} else {
		mine.raw, mine.err = run()
	}
	if !final(mine.err) {
		a.forget(seat, mine)
	}
	return mine.raw, mine.err
}

// final says whether a repeated request would fare no better.
func final(err error) bool {
	if err == nil {
		return true
	}
	var refused *CommandError
	return errors.As(err, &refused) && refused.Code != codeInternal && refused.Code != codeRateLimited
}

func (a *answers) claim(seat, id string, now time.Time) (mine *answer, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tidy(now)
	s := a.seats[seat]
	if s == nil {
		s = &seatAnswers{known: map[string]*answer{}}
		a.seats[seat] = s
	}
	s.expire(now, maxRequests-1)
	if known := s.known[id]; known != nil {
		return known, false
	}
	mine = &answer{id: id, at: now, done: make(chan struct{})}
	s.known[id] = mine
	s.order = append(s.order, mine)
	return mine, true
}

// expire forgets what is too old, and the oldest above the number to keep.
func (s *seatAnswers) expire(now time.Time, keep int) {
	for len(s.order) > 0 && (len(s.order) > keep || now.Sub(s.order[0].at) > requestMemory) {
		oldest := s.order[0]
		s.order = s.order[1:]
		if s.known[oldest.id] == oldest {
			delete(s.known, oldest.id)
		}
	}
}

// tidy forgets seats that have asked for nothing for so long, now and then.
func (a *answers) tidy(now time.Time) {
	if now.Sub(a.tidied) < time.Minute {
		return
	}
	a.tidied = now
	for seat, s := range a.seats {
		if s.expire(now, maxRequests); len(s.order) == 0 {
			delete(a.seats, seat)
		}
	}
}

func (a *answers) forget(seat string, gone *answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.seats[seat]; s != nil && s.known[gone.id] == gone {
		delete(s.known, gone.id)
	}
}
