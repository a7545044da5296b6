package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/store"
)

// scale is how much is measured.
type scale struct {
	rounds      int
	connections int
	// Requests of each kind in a round.
	noop, accepted, refused, validate, probed int
	// The constant load.
	perSecond int
	constant  time.Duration
	// profiles is a folder for CPU profiles of the loads; empty writes none.
	profiles string
}

var (
	fullScale  = scale{rounds: 5, connections: 64, noop: 40_000, accepted: 15_000, refused: 30_000, validate: 15_000, probed: 4_000, perSecond: 1000, constant: 15 * time.Second}
	quickScale = scale{rounds: 1, connections: 64, noop: 10_000, accepted: 4_000, refused: 6_000, validate: 4_000, probed: 1_000, perSecond: 1000, constant: 3 * time.Second}
)

// round is one pass over every kind of load, one right after the other so that
// ratios do not depend on what else the machine was doing.
type round struct {
	accepted, acceptedNoop run
	refused, refusedNoop   run
	validate               run
	attempts               int
	dropped                int64
}

// joinFigures is what was measured on one database.
type joinFigures struct {
	rounds   []round
	constant run
	probed   run
	// searched is the share of the wrong signatures whose secret was searched for.
	searched float64
}

// measureJoins measures on fresh databases: fresh gives a database's URL for each.
func measureJoins(ctx context.Context, sc scale, engine media.Engine, fresh func(context.Context) (string, error)) (joinFigures, error) {
	var out joinFigures
	idle, err := startNoop(ctx)
	if err != nil {
		return out, err
	}
	defer idle.close()
	for range sc.rounds {
		err := withServer(ctx, engine, fresh, func(s *testServer) error {
			r, err := s.round(ctx, sc, idle)
			out.rounds = append(out.rounds, r)
			return err
		})
		if err != nil {
			return out, err
		}
	}
	err = withServer(ctx, engine, fresh, func(s *testServer) error {
		if err := s.fill(ctx, sc); err != nil {
			return err
		}
		joins, err := s.joins(passcode)
		if err != nil {
			return err
		}
		constant := load{name: "constant", address: s.address, shoot: joins, want: http.StatusOK, profiles: sc.profiles}
		if out.constant, err = constant.open(ctx, 2*sc.connections, sc.perSecond, sc.constant, liveMeetings); err != nil {
			return err
		}
		out.probed, out.searched, err = s.wrongSignatures(ctx, sc)
		return err
	})
	return out, err
}

func withServer(ctx context.Context, engine media.Engine, fresh func(context.Context) (string, error), work func(*testServer) error) error {
	database, err := fresh(ctx)
	if err != nil {
		return err
	}
	s, err := startServer(ctx, database, engine)
	if err != nil {
		return err
	}
	defer s.close()
	return work(s)
}

// fill lets one person into every meeting, so that all are live.
func (s *testServer) fill(ctx context.Context, sc scale) error {
	joins, err := s.joins(passcode)
	if err != nil {
		return err
	}
	first := load{name: "first joins", address: s.address, shoot: joins, want: http.StatusOK}
	_, err = first.closed(ctx, sc.connections, liveMeetings, 0)
	return err
}

func (s *testServer) round(ctx context.Context, sc scale, idle *noop) (r round, err error) {
	if err := s.fill(ctx, sc); err != nil {
		return r, err
	}
	right, err := s.joins(passcode)
	if err != nil {
		return r, err
	}
	wrong, err := s.joins(wrongPasscode)
	if err != nil {
		return r, err
	}
	against := func(shoot requester, size int) (run, error) {
		idle.size.Store(int64(size))
		l := load{name: "no-op", address: idle.address, shoot: shoot, want: http.StatusOK, profiles: sc.profiles}
		return l.closed(ctx, sc.connections, sc.noop, 0)
	}
	next := liveMeetings
	accepted := load{name: "accepted", address: s.address, shoot: right, want: http.StatusOK, profiles: sc.profiles}
	if r.accepted, err = accepted.closed(ctx, sc.connections, sc.accepted, next); err != nil {
		return r, err
	}
	next += sc.accepted
	if r.acceptedNoop, err = against(right, r.accepted.size); err != nil {
		return r, err
	}
	refused := load{name: "refused", address: s.address, shoot: wrong, want: http.StatusForbidden, profiles: sc.profiles}
	if r.refused, err = refused.closed(ctx, sc.connections, sc.refused, next); err != nil {
		return r, err
	}
	next += sc.refused
	if r.refusedNoop, err = against(wrong, r.refused.size); err != nil {
		return r, err
	}
	if r.attempts, r.dropped, err = s.recorded(ctx); err != nil {
		return r, err
	}
	if r.attempts+int(r.dropped) != next {
		return r, fmt.Errorf("%d attempts are recorded and %d dropped, of %d joins", r.attempts, r.dropped, next)
	}
	r.validate, err = s.validate(ctx, sc, right, next)
	return r, err
}

// recorded counts the attempts in the database.
func (s *testServer) recorded(ctx context.Context) (kept int, dropped int64, err error) {
	db := s.running.Store
	if err := db.Flush(ctx); err != nil {
		return 0, 0, err
	}
	page := store.AttemptFilter{Limit: 500}
	for {
		found, next, err := db.Attempts(ctx, page)
		if err != nil {
			return 0, 0, err
		}
		kept += len(found)
		if next == "" {
			return kept, db.Dropped(), nil
		}
		page.Cursor = next
	}
}

// asksPerParticipant is how often one participant's token is checked in a round: fewer
// than the proxy lets through at once.
const asksPerParticipant = 20

// validate asks LiveKit's own check of media tokens, through our proxy. The tokens
// are of as many participants as the proxy demands, who joined from networks of their
// own.
func (s *testServer) validate(ctx context.Context, sc scale, joins requester, next int) (run, error) {
	c, err := dial(ctx, s.address)
	if err != nil {
		return run{}, err
	}
	defer c.close()
	requests := make([][]byte, (sc.validate+asksPerParticipant-1)/asksPerParticipant)
	for i := range requests {
		got, err := c.exchange(joins(nil, next+i))
		if err != nil {
			return run{}, err
		}
		var joined struct{ Media struct{ Token string } }
		if err := json.Unmarshal(got.body, &joined); err != nil || joined.Media.Token == "" {
			return run{}, errors.Join(fmt.Errorf("a join brought no media token: %.300s", got.body), err)
		}
		requests[i] = fmt.Appendf(nil, "GET /rtc/validate?access_token=%s HTTP/1.1\r\nHost: meet.example.org\r\nX-Forwarded-For: %s%x:%x::1\r\n\r\n",
			url.QueryEscape(joined.Media.Token), addressHead, i>>16, i&0xffff)
	}
	l := load{name: "/rtc/validate", address: s.address, want: http.StatusOK, profiles: sc.profiles, shoot: func(b []byte, number int) []byte {
		return append(b, requests[number%len(requests)]...)
	}}
	return l.closed(ctx, sc.connections, sc.validate, 0)
}

// wrongSignatures joins with signatures that nobody's secret made, for which the
// server searches its secrets as long as its own limit of searches allows.
func (s *testServer) wrongSignatures(ctx context.Context, sc scale) (run, float64, error) {
	forged := &testServer{}
	for _, r := range s.meetings {
		signed, err := sign(s.app.Key, "a secret that no app of this server has", r.number, time.Now())
		if err != nil {
			return run{}, 0, err
		}
		forged.meetings = append(forged.meetings, room{r.number, signed})
	}
	shoot, err := forged.joins(passcode)
	if err != nil {
		return run{}, 0, err
	}
	var searched atomic.Int64
	l := load{name: "wrong-signatures", address: s.address, shoot: shoot, want: http.StatusForbidden, profiles: sc.profiles, look: func(a response) {
		if !strings.Contains(string(a.body), `"cause":"probe_skipped"`) {
			searched.Add(1)
		}
	}}
	got, err := l.closed(ctx, sc.connections, sc.probed, 1<<30)
	return got, float64(searched.Load()) / float64(sc.probed), err
}
