package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
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
	// gone reports whether another node has ended; nil never does.
	gone func(node string) bool
	// waiting counts what is to be sent to Redis again.
	waiting atomic.Int64

	mu    sync.Mutex
	seats map[string]*seatAnswers
	bytes int
	// claims are the requests that this node runs for all nodes.
	claims map[string]bool
}

// seatAnswers are one seat's, oldest first.
type seatAnswers struct {
	known map[string]*answer
	order []*answer
	bytes int
}

// answer is what a request got, once done is closed.
type answer struct {
	id   string
	at   time.Time
	done chan struct{}
	raw  json.RawMessage
	err  error
	// size is what it counts for.
	size int
}

func newAnswers(node *centrifuge.Node, shared bool, log *slog.Logger) *answers {
	return &answers{node: node, shared: shared, log: log, seats: map[string]*seatAnswers{}, claims: map[string]bool{}}
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
	defer func() { a.settle(seat, mine) }()
	if a.shared {
		mine.raw, mine.err = a.onceAmongNodes(ctx, seat, id, run)
	} else {
		mine.raw, mine.err = run()
	}
	return mine.raw, mine.err
}

// settle counts what an answer takes, or forgets one that is not final.
func (a *answers) settle(seat string, mine *answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.seats[seat]
	if s == nil || s.known[mine.id] != mine {
		return // its participant has gone
	}
	if !final(mine.err) {
		delete(s.known, mine.id)
		return
	}
	a.count(s, mine, len(mine.raw))
	a.expire(s, mine.at)
}

func (a *answers) count(s *seatAnswers, one *answer, bytes int) {
	one.size += bytes
	s.bytes += bytes
	a.bytes += bytes
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
	s := a.seats[seat]
	if s == nil {
		s = &seatAnswers{known: map[string]*answer{}}
		a.seats[seat] = s
	}
	a.expire(s, now)
	if known := s.known[id]; known != nil {
		return known, false
	}
	mine = &answer{id: id, at: now, done: make(chan struct{})}
	s.known[id] = mine
	s.order = append(s.order, mine)
	a.count(s, mine, len(id)+answerCost)
	return mine, true
}

// expire forgets a seat's answers that are too old, and its oldest above what it may
// keep. Where the node keeps too much, whoever asks for more pays for it.
func (a *answers) expire(s *seatAnswers, now time.Time) {
	keep := maxAnswers
	if a.bytes > maxAnswersOfNode {
		keep = scarceAnswers
	}
	for len(s.order) > 0 && (s.bytes > keep || now.Sub(s.order[0].at) > requestMemory) {
		oldest := s.order[0]
		s.order = s.order[1:]
		a.count(s, oldest, -oldest.size)
		if s.known[oldest.id] == oldest {
			delete(s.known, oldest.id)
		}
	}
}

// tidy forgets what is too old of seats that ask for nothing.
func (a *answers) tidy(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for seat, s := range a.seats {
		if a.expire(s, now); len(s.order) == 0 {
			delete(a.seats, seat)
		}
	}
}

// leave forgets all of a seat that is gone.
func (a *answers) leave(seat string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.seats[seat]; s != nil {
		a.bytes -= s.bytes
		delete(a.seats, seat)
	}
}
