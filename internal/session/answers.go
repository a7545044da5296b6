package session

import (
	"context"
	"encoding/base64"
	"sync"
	"time"
)

// answerMemory gives a repeated join its first answer again. Entries are keyed
// by joinId and a digest of the whole request, so that nobody who guesses a
// joinId is told another page's answer.
//
// At most maxAnswers are kept: under a flood the oldest go first. An admitted
// join whose answer is lost then comes back by its resume token or not at all.
type answerMemory struct {
	keep    time.Duration
	mu      sync.Mutex
	entries map[answerKey]*answerEntry
	queue   []answerExpiry
	head    int
}

const maxAnswers = 20_000

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
	entry *answerEntry
}

func newAnswerMemory(keep time.Duration) *answerMemory {
	return &answerMemory{keep: keep, entries: map[answerKey]*answerEntry{}}
}

// do runs decide once for the key; others, and later ones within the time, get
// the same answer. A server error is not remembered: a retry may do better. It
// answers nil, and decides nothing, if the context ends while it waits.
func (m *answerMemory) do(ctx context.Context, key answerKey, decide func() *Outcome) *Outcome {
	now := time.Now()
	m.mu.Lock()
	m.forget(now)
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
	m.queue = append(m.queue, answerExpiry{now.Add(m.keep), key, e})
	m.mu.Unlock()

	defer close(e.done)
	answer := decide()
	if answer.repeatable() {
		e.answer = answer
	} else {
		m.mu.Lock()
		delete(m.entries, key)
		m.mu.Unlock()
	}
	return answer
}

func (m *answerMemory) forget(now time.Time) {
	for m.head < len(m.queue) && (m.queue[m.head].at.Before(now) || len(m.queue)-m.head > maxAnswers) {
		// A key that was decided anew meanwhile keeps its newer answer.
		if old := m.queue[m.head]; m.entries[old.key] == old.entry {
			delete(m.entries, old.key)
		}
		m.head++
	}
	if m.head > len(m.queue)/2 {
		m.queue = append(m.queue[:0], m.queue[m.head:]...)
		m.head = 0
	}
}
