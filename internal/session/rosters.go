package session

import (
	"slices"
	"sync"

	"github.com/anteroom/anteroom/internal/meeting"
)

// maxRosters is how many meetings' participants are kept: with participants of about 1
// KB, those of meetings of 1,000 people take 16 MB. Of more participants than
// rosterLargest none are kept.
const (
	maxRosters    = 16
	rosterLargest = 10_000
)

// rosters keeps the participants of large meetings as they were at a revision, for the
// snapshots that many pages ask for at once. Whatever a snapshot shows changes the
// revision, and so does whatever ends or begins a hold, or changes by what somebody on
// hold is recognised.
type rosters struct {
	mu   sync.Mutex
	kept []roster // the newest last
}

type roster struct {
	session      string
	revision     int64
	participants []*meeting.Participant
}

// of returns the participants of a session, read unless they are stored. They are
// read-only.
func (r *rosters) of(live *meeting.Session, read func() ([]*meeting.Participant, error)) ([]*meeting.Participant, error) {
	if participants := r.at(live); participants != nil {
		return participants, nil
	}
	participants, err := read()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(live.ID)
	if len(participants) > smallMeeting && len(participants) <= rosterLargest {
		r.kept = append(r.kept, roster{live.ID, live.Revision, participants})
		if len(r.kept) > maxRosters {
			r.drop(r.kept[0].session)
		}
	}
	return participants, nil
}

func (r *rosters) at(live *meeting.Session) []*meeting.Participant {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.kept {
		if one.session == live.ID && one.revision == live.Revision {
			return one.participants
		}
	}
	return nil
}

// forget drops what is stored of a session that is over.
func (r *rosters) forget(session string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(session)
}

func (r *rosters) drop(session string) {
	r.kept = slices.DeleteFunc(r.kept, func(one roster) bool { return one.session == session })
}
