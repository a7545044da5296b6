package session

import "sync"

// maxErrands bounds what is left to do for a session; an errand of its own has some 300
// bytes. Where more is to be done, the media server does not answer, and what is left out
// is made up for when it does.
const maxErrands = 10_000

// errands are what nobody waits for. Those of one session are carried out one
// after the other, in the order in which they were given: what a seat may do in
// the end is what was decided last. One that is given again before its turn has come is
// carried out once, at its first place and as it was given last: whoever causes very many
// of them holds up nobody else's.
type errands struct {
	mu sync.Mutex
	// sessions holds what is left to do for each session; a session that has an
	// entry has a goroutine at work.
	sessions map[string]*queue
}

type queue struct {
	left  []string // subjects, in their order
	tasks map[string]func()
}

// give notes what is to be done about a subject: what kind of errand it is, and for whom.
// It tells whether the oldest errand had to make room.
func (e *errands) give(sessionID, subject string, do func()) (full bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	q, busy := e.sessions[sessionID]
	if !busy {
		if e.sessions == nil {
			e.sessions = map[string]*queue{}
		}
		q = &queue{tasks: map[string]func(){}}
		e.sessions[sessionID] = q
		go e.work(sessionID, q)
	}
	if _, waits := q.tasks[subject]; !waits {
		if full = len(q.left) >= maxErrands; full {
			q.next()
		}
		q.left = append(q.left, subject)
	}
	q.tasks[subject] = do
	return full
}

// next takes the oldest errand; nil if there is none.
func (q *queue) next() func() {
	if len(q.left) == 0 {
		return nil
	}
	subject := q.left[0]
	q.left = q.left[1:]
	do := q.tasks[subject]
	delete(q.tasks, subject)
	return do
}

func (e *errands) work(sessionID string, q *queue) {
	for {
		e.mu.Lock()
		do := q.next()
		if do == nil {
			delete(e.sessions, sessionID)
			e.mu.Unlock()
			return
		}
		e.mu.Unlock()
		do()
	}
}
