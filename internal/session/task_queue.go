package session

import "sync"

// maxTasks bounds what is left to do for a session; a task of its own has some 300 bytes.
// Where more is to be done, the media server does not answer, and what is left out is
// made up for when it does.
const maxTasks = 10_000

// taskQueue are what nobody waits for. Those of one session are carried out one after the
// other, in the order in which they were given: what a participant may do in the end is
// what was decided last. One that is given again before its turn has come is carried out
// once, at its first place and as it was given last: whoever causes very many of them
// holds up nobody else's.
type taskQueue struct {
	mu sync.Mutex
	// queues holds what is left to do for each session; a session that has an
	// entry has a goroutine at work.
	queues map[string]*sessionQueue
}

type sessionQueue struct {
	pending []string // subjects, in their order
	tasks   map[string]func()
}

// enqueue notes what is to be done about a subject: what kind of task it is, and for whom.
// It reports whether the oldest task had to make room.
func (tq *taskQueue) enqueue(sessionID, subject string, do func()) (full bool) {
	tq.mu.Lock()
	defer tq.mu.Unlock()
	q, busy := tq.queues[sessionID]
	if !busy {
		if tq.queues == nil {
			tq.queues = map[string]*sessionQueue{}
		}
		q = &sessionQueue{tasks: map[string]func(){}}
		tq.queues[sessionID] = q
		go tq.run(sessionID, q)
	}
	if _, waits := q.tasks[subject]; !waits {
		if full = len(q.pending) >= maxTasks; full {
			q.next()
		}
		q.pending = append(q.pending, subject)
	}
	q.tasks[subject] = do
	return full
}

// next takes the oldest task; nil if there is none.
func (q *sessionQueue) next() func() {
	if len(q.pending) == 0 {
		return nil
	}
	subject := q.pending[0]
	q.pending = q.pending[1:]
	do := q.tasks[subject]
	delete(q.tasks, subject)
	return do
}

func (tq *taskQueue) run(sessionID string, q *sessionQueue) {
	for {
		tq.mu.Lock()
		do := q.next()
		if do == nil {
			delete(tq.queues, sessionID)
			tq.mu.Unlock()
			return
		}
		tq.mu.Unlock()
		do()
	}
}
