package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/internal/store"
)

// errOtherRedis is a node that would not hear the other nodes of its database.
var errOtherRedis = errors.New("redis: the other nodes of this database use another Redis; set the same one on every node")

// redisBeat is how often a node says in the database which Redis it uses.
const redisBeat = 3 * time.Second

// redisClaim keeps nodes of one database off different Redis servers, where each
// would serve a part of a meeting without the others. The claim in the database is
// the Redis' own id, and a text that changes with each beat of each node: a claim
// that does not change any more is of nodes that have ended.
type redisClaim struct {
	id    func() (string, error)
	store *store.Store
	log   *slog.Logger
	beat  time.Duration
	// held is the id this node claimed last.
	held string
	// isolated is set while other nodes claim another Redis.
	isolated atomic.Bool
}

// take claims the Redis, or returns errOtherRedis. Where the claim is of another
// Redis it waits for a few beats: its nodes may have ended, or this Redis may have
// lost its data and its nodes are about to claim it anew.
func (r *redisClaim) take(ctx context.Context) error {
	var seen string
	for quiet, changes := 0, 0; ; {
		id, err := r.id()
		if err != nil {
			return errors.Join(errors.New("redis: its data cannot be read"), err)
		}
		claim, err := r.store.RedisClaim(ctx)
		if err != nil {
			return err
		}
		switch claimed, _, _ := strings.Cut(claim, " "); {
		case claim == "", claimed == id, quiet > 3:
			if err := r.write(ctx, claim, id); !errors.Is(err, store.ErrConflict) {
				return err
			}
			continue
		case seen == "":
			r.log.Info("the database names another Redis; waiting whether a node still uses it")
		case claim == seen:
			quiet++
		case changes > 0:
			return errOtherRedis
		default:
			// A node whose Redis has just lost its data may have been writing its old claim.
			quiet, changes = 0, 1
		}
		seen = claim
		select {
		case <-time.After(r.beat):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *redisClaim) write(ctx context.Context, was, id string) error {
	err := r.store.ClaimRedis(ctx, was, id+" "+store.NewID())
	if err == nil {
		r.held = id
	}
	return err
}

// renewLoop repeats the claim until ctx ends.
func (r *redisClaim) renewLoop(ctx context.Context) {
	tick := time.NewTicker(r.beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		attempt, cancel := context.WithTimeout(ctx, r.beat)
		if err := r.repeat(attempt); err != nil && ctx.Err() == nil {
			r.log.Debug("could not repeat the claim of Redis", "error", err)
		}
		cancel()
	}
}

// repeat reports that this node is there. A claim of another Redis stands, unless
// this node's own has lost its data and with it its id.
func (r *redisClaim) repeat(ctx context.Context) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	claim, err := r.store.RedisClaim(ctx)
	if err != nil {
		return err
	}
	claimed, _, _ := strings.Cut(claim, " ")
	if apart := claimed != id && claimed != r.held; apart != r.isolated.Swap(apart) && apart {
		r.log.Error(errOtherRedis.Error())
	}
	if r.isolated.Load() {
		return nil
	}
	return r.write(ctx, claim, id)
}
