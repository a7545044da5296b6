package session

import (
	"context"
	"encoding/base64"
	"maps"
	"sync"
	"time"
)

// answerMemory gives a repeated join its first answer again. Entries are keyed
// by joinId and a digest of the whole request, so that nobody who guesses a
// joinId is told another page's answer.
//
// All answers together take maxAnswerBytes: under a flood the oldest go first. A join
// whose answer is lost then gets the seat that it took, or is decided anew.
type answerMemory struct {
	keep    time.Duration
	mu      sync.Mutex
	entries map[answerKey]*answerEntry
	// queue has the answers that are kept, oldest first, from head on.
	queue []answerExpiry
	head  int
	bytes int
	// waking tells that a timer is set for the oldest answer.
	waking bool
}

const maxAnswerBytes = 16 << 20

type answerKey [32]byte

// text is the key as it is kept with the seat: half of it is enough to be nobody
// else's, and keeps the index small.
func (k answerKey) text() string { return base64.RawURLEncoding.EncodeToString(k[:16]) }

type answerEntry struct {
	done   chan struct{}
	answer *Outcome
}

type answerExpiry struct {
	at    time.Time
	key   answerKey
	bytes int
}

func newAnswerMemory(keep time.Duration) *answerMemory {
	return &answerMemory{keep: keep, entries: map[answerKey]*answerEntry{}}
}

// do runs decide once for the key; others, and later ones within the time, get
// the same answer. A server error is not remembered: a retry may do better. It
// answers nil, and decides nothing, if the context ends while it waits. The answer
// may hold on to the request, whose size is in bytes.
func (m *answerMemory) do(ctx context.Context, key answerKey, size int, decide func() *Outcome) (answer *Outcome) {
	m.mu.Lock()
	if e, ok := m.entries[key]; ok {
		m.mu.Unlock()
		select {
		case <-e.done:
			if e.answer != nil {
				return e.answer
			}
			return decide()
		case <-ctx.Done():
			return nil
		}
	}
	e := &answerEntry{done: make(chan struct{})}
	m.entries[key] = e
	m.mu.Unlock()

	defer close(e.done)
	defer func() { m.settle(key, size, e, answer) }()
	return decide()
}

// settle keeps an answer, or forgets the question.
func (m *answerMemory) settle(key answerKey, size int, e *answerEntry, answer *Outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if answer == nil || !answer.repeatable() {
		delete(m.entries, key)
		return
	}
	now := time.Now()
	e.answer = answer
	kept := answerExpiry{now.Add(m.keep), key, size + answer.bytes()}
	m.queue = append(m.queue, kept)
	m.bytes += kept.bytes
	m.forget(now)
	if !m.waking && m.head < len(m.queue) {
		m.waking = true
		time.AfterFunc(m.keep, m.wake)
	}
}

// wake gives memory back when no more joins come.
func (m *answerMemory) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.forget(now)
	if m.head < len(m.queue) {
		time.AfterFunc(m.queue[m.head].at.Sub(now), m.wake)
		return
	}
	m.waking = false
	m.queue, m.head = nil, 0
	// A map keeps the room that it once needed.
	m.entries = maps.Clone(m.entries)
}

func (m *answerMemory) forget(now time.Time) {
	for m.head < len(m.queue) && (!m.queue[m.head].at.After(now) || m.bytes > maxAnswerBytes) {
		delete(m.entries, m.queue[m.head].key)
		m.bytes -= m.queue[m.head].bytes
		m.head++
	}
	if m.head > len(m.queue)/2 {
		m.queue = append(m.queue[:0], m.queue[m.head:]...)
		m.head = 0
	}
}

// What an answer takes in memory, beside the request and the texts below: about as
// much as was measured.
const (
	outcomeBytes     = 2 << 10
	participantBytes = 512
	messageBytes     = 256
)

// bytes is about what an answer takes in memory.
func (o *Outcome) bytes() int {
	n := outcomeBytes
	if o.Accepted == nil || o.Accepted.Snapshot == nil {
		return n
	}
	for i := range o.Accepted.Snapshot.Participants {
		p := &o.Accepted.Snapshot.Participants[i]
		n += participantBytes + len(p.UserName) + len(p.Email) + len(p.CustomerKey)
	}
	for i := range o.Accepted.Snapshot.Chat {
		n += messageBytes + len(o.Accepted.Snapshot.Chat[i].Text)
	}
	return n
}
