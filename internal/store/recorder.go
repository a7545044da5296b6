package store

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the recorder.
const (
	// attemptQueue and attemptBytes are how many attempts, and how many bytes of them,
	// wait to be written; then the oldest go.
	attemptQueue = 8192
	attemptBytes = 16 << 20
	// noiseQueue is how many attempts wait that are noise; then no more come in.
	noiseQueue   = 256
	attemptBatch = 32
	// maxDetail bounds what is stored of one attempt, in bytes.
	maxDetail = 64 << 10
	// attemptPause lets attempts gather, so that a flood of joins is written in
	// few statements.
	attemptPause = 25 * time.Millisecond
	// attemptTime is how long one write may take before its attempts are given up.
	attemptTime = 30 * time.Second
)

// What stands for a detail that was too large to keep or could not be made.
const (
	oversizeDetail = `{"truncated":true}`
	brokenDetail   = `{"broken":true}`
)

// recorder writes attempts behind the joins' backs.
type recorder struct {
	store       *Store
	maxAttempts atomic.Int64
	mu          sync.Mutex
	waiting     []AttemptRecord
	head        int
	bytes       int
	noise       []AttemptRecord
	// written counts, by whether they are noise, attempts since surplus ones were
	// deleted.
	written map[bool]int
	dropped atomic.Int64
	wake    chan struct{}
	flush   chan chan error
	quit    chan struct{}
	done    chan struct{}
}

func newRecorder(s *Store, keep int) *recorder {
	if keep <= 0 {
		keep = MaxAttempts
	}
	r := &recorder{
		// What was there before may be too much already.
		store: s, written: map[bool]int{false: slack(keep), true: slack(maxAttemptsFor(true, keep))}, wake: make(chan struct{}, 1), flush: make(chan chan error),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	r.maxAttempts.Store(int64(keep))
	go r.run()
	return r
}

// SetMaxAttempts changes Config.KeepAttempts.
func (s *Store) SetMaxAttempts(keep int) {
	s.recorder.maxAttempts.Store(int64(cmp.Or(keep, MaxAttempts)))
}

// slack is how many attempts are written before surplus ones are deleted again.
func slack(keep int) int { return keep / 100 }

func (r *recorder) add(record AttemptRecord) (stored bool) {
	if stored = r.enqueue(record); !stored {
		return false
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return true
}

func (r *recorder) enqueue(record AttemptRecord) (stored bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if record.Noise {
		if len(r.noise) >= noiseQueue {
			return false
		}
		r.noise = append(r.noise, record)
		return true
	}
	r.bytes += record.Size
	for waiting := len(r.waiting) - r.head; waiting > 0 && (waiting >= attemptQueue || r.bytes > attemptBytes); waiting-- {
		r.bytes -= r.waiting[r.head].Size
		r.waiting[r.head] = AttemptRecord{}
		r.head++
		r.dropped.Add(1)
	}
	if r.head > attemptQueue/2 && r.head*2 > len(r.waiting) {
		r.waiting = append(r.waiting[:0], r.waiting[r.head:]...)
		r.head = 0
	}
	r.waiting = append(r.waiting, record)
	return true
}

// take returns the attempts that have waited longest, up to one write's worth:
// little, so that other writes get their turn, but more where many wait. Noise
// comes last. All of one response are of one kind.
func (r *recorder) take() []AttemptRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting := len(r.waiting) - r.head
	if waiting == 0 {
		out := r.noise
		r.noise = nil
		return out
	}
	n := min(max(4, waiting/8/attemptBatch)*attemptBatch, waiting)
	out := make([]AttemptRecord, n)
	copy(out, r.waiting[r.head:])
	for i := range out {
		r.bytes -= out[i].Size
	}
	clear(r.waiting[r.head : r.head+n])
	r.head += n
	if r.head == len(r.waiting) {
		r.waiting, r.head = r.waiting[:0], 0
	}
	return out
}

func (r *recorder) run() {
	defer close(r.done)
	pause := time.NewTimer(attemptPause)
	defer pause.Stop()
	for {
		select {
		case <-r.wake:
			pause.Reset(attemptPause)
			select {
			case <-pause.C:
				_ = r.drain()
			case reply := <-r.flush:
				reply <- r.drain()
			case <-r.quit:
				_ = r.drain()
				return
			}
		case reply := <-r.flush:
			reply <- r.drain()
		case <-r.quit:
			_ = r.drain()
			return
		}
	}
}

// drain writes all that waits. It notes its faults itself; the last one is for
// whoever flushes.
func (r *recorder) drain() error {
	var fault error
	for {
		records := r.take()
		if len(records) == 0 {
			return fault
		}
		records = records[max(0, len(records)-maxAttemptsFor(records[0].Noise, int(r.maxAttempts.Load()))):]
		r.prune(records[0].Noise, len(records))
		if err := r.write(records); err != nil {
			fault = err
			r.dropped.Add(int64(len(records)))
			r.store.logger.Error("could not store join attempts", "count", len(records), "error", err)
		}
	}
}

// prune deletes surplus attempts before so many are written, so that there are never
// more than were asked for.
func (r *recorder) prune(noise bool, coming int) {
	keep := maxAttemptsFor(noise, int(r.maxAttempts.Load()))
	if r.written[noise] += coming; r.written[noise] <= slack(keep) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), attemptTime)
	defer cancel()
	if _, err := r.store.pruneSurplus(ctx, noise, max(0, keep-slack(keep)-coming)); err != nil {
		r.store.logger.Error("could not delete old join attempts", "error", err)
		return
	}
	r.written[noise] = 0
}

var attemptInserts = map[int]*statement{1: insertAttempts(1), attemptBatch: insertAttempts(attemptBatch)}

func insertAttempts(n int) *statement {
	return define(`INSERT INTO attempts (` + attemptColumns + `, detail) VALUES ` +
		strings.TrimSuffix(strings.Repeat(`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?), `, n), ", "))
}

func (r *recorder) write(records []AttemptRecord) error {
	args := make([][]any, len(records))
	for i := range records {
		args[i] = records[i].values()
	}
	ctx, cancel := context.WithTimeout(context.Background(), attemptTime)
	defer cancel()
	return r.store.engine.write(ctx, func(run runner) error {
		for rest := args; len(rest) > 0; {
			n := 1
			if len(rest) >= attemptBatch {
				n = attemptBatch
			}
			row := make([]any, 0, n*len(rest[0]))
			for _, one := range rest[:n] {
				row = append(row, one...)
			}
			if _, err := run.exec(attemptInserts[n], row...); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	})
}

// acknowledge waits until what was recorded before is written.
func (r *recorder) acknowledge(ctx context.Context) error {
	reply := make(chan error, 1)
	select {
	case r.flush <- reply:
		select {
		case err := <-reply:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	case <-r.done:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *recorder) close() {
	close(r.quit)
	<-r.done
}
