package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/google/uuid"

	"github.com/anteroom/anteroom/internal/plainjson"
)

// How often a request is tried again after internal errors, and how often a
// node looks for the answer of a request that another node is running.
const (
	maxAttempts = 16
	lookEvery   = 50 * time.Millisecond
	// laterEvery is how often what Redis did not take is sent again, and maxLater how
	// much of it may wait.
	laterEvery = time.Second
	maxLater   = 256
)

// sharedAnswer is an answer as other nodes read it.
type sharedAnswer struct {
	// Claimed says that there is no answer yet; By is the claim of a node.
	Claimed bool            `json:"claimed,omitempty"`
	By      string          `json:"by,omitempty"`
	Raw     json.RawMessage `json:"raw,omitempty"`
	Code    uint32          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	// Again says that the attempt failed and the request may be tried again.
	Again bool `json:"again,omitempty"`
}

// kept keeps a request's claim and its answer as the history of a channel that
// nobody hears.
var kept = centrifuge.WithHistory(2, requestMemory, 2*requestMemory)

// onceAmongNodes runs a request on the node that claims it first.
func (a *answers) onceAmongNodes(ctx context.Context, seat, id string, run func() (json.RawMessage, error)) (json.RawMessage, error) {
	for attempt := range maxAttempts {
		// Ids are a page's choice; a length before them keeps names apart.
		channel := fmt.Sprintf("answer:%s:%d:%s:%s", seat, len(id), id, strconv.Itoa(attempt))
		by := a.begin()
		first, err := a.publishFirst(channel, sharedAnswer{Claimed: true, By: by})
		if err != nil {
			a.finish(by)
			// Redis may have taken the claim nevertheless, or take it yet.
			a.later(by, func() error { return a.release(channel, by) })
			return nil, fmt.Errorf("claim a request: %w", err)
		}
		if first {
			raw, err := run()
			if fault := a.keep(channel, raw, err); fault != nil {
				// It ran, and this node remembers; others read the answer when Redis is back.
				a.log.Warn("could not store response for other nodes yet", "error", fault)
				a.later(by, func() error { return a.keep(channel, raw, err) })
			} else {
				a.finish(by)
			}
			return raw, err
		}
		a.finish(by)
		found, err := a.look(ctx, channel)
		switch {
		case err != nil:
			return nil, err
		case found.Again:
			continue
		case found.Code != 0:
			return nil, &CommandError{Code: found.Code, Message: found.Message}
		default:
			return found.Raw, nil
		}
	}
	return nil, fmt.Errorf("a request failed %d times", maxAttempts)
}

// begin returns the name of a new claim of this node, which it holds until finish.
func (a *answers) begin() string {
	by := a.node.ID() + "/" + uuid.NewString()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.claims[by] = true
	return by
}

func (a *answers) finish(by string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.claims, by)
}

// publishFirst publishes in an empty channel, and reports whether it was empty.
func (a *answers) publishFirst(channel string, s sharedAnswer) (bool, error) {
	data, err := plainjson.Marshal(s)
	if err != nil {
		return false, err
	}
	// Only a publication with history tells that it was not the first.
	result, err := a.node.Publish(channel, data, kept, centrifuge.WithIdempotencyKey("claim"), centrifuge.WithIdempotentResultTTL(requestMemory))
	return err == nil && !result.Suppressed, err
}

// release gives a request up that this node may have claimed and never ran, so that
// another attempt can run it.
func (a *answers) release(channel, by string) error {
	// A claim that is still on its way comes too late then.
	first, err := a.publishFirst(channel, sharedAnswer{Again: true})
	if err != nil || first {
		return err
	}
	found, err := a.read(channel)
	if err != nil || found == nil || !found.Claimed || found.By != by {
		return err
	}
	return a.store(channel, sharedAnswer{Again: true})
}

// abandoned reports whether the node that has claimed a request will not run it: it has
// ended, or it is this one and has no such claim any more.
func (a *answers) abandoned(by string) bool {
	node, _, _ := strings.Cut(by, "/")
	switch {
	case node == a.node.ID():
		a.mu.Lock()
		defer a.mu.Unlock()
		return !a.claims[by]
	case node == "" || a.gone == nil:
		return false
	}
	return a.gone(node)
}

// later repeats what failed until it succeeds or is not needed any more, which ends the
// claim.
func (a *answers) later(by string, do func() error) {
	if a.waiting.Add(1) > maxLater {
		a.waiting.Add(-1)
		a.finish(by)
		a.log.Error("too many responses wait for Redis; one is not stored for other nodes")
		return
	}
	go func() {
		defer a.waiting.Add(-1)
		defer a.finish(by)
		tick := time.NewTicker(laterEvery)
		defer tick.Stop()
		for range requestMemory / laterEvery {
			select {
			case <-tick.C:
			case <-a.node.NotifyShutdown():
				return
			}
			if do() == nil {
				return
			}
		}
	}()
}

func (a *answers) keep(channel string, raw json.RawMessage, err error) error {
	found := sharedAnswer{Raw: raw}
	var refused *CommandError
	switch {
	case !final(err):
		found = sharedAnswer{Again: true}
	case errors.As(err, &refused):
		found = sharedAnswer{Code: refused.Code, Message: refused.Message}
	}
	return a.store(channel, found)
}

func (a *answers) store(channel string, s sharedAnswer) error {
	data, err := plainjson.Marshal(s)
	if err == nil {
		_, err = a.node.Publish(channel, data, kept)
	}
	return err
}

// read returns the answer in a channel, or the claim if there is no answer yet, or nil.
func (a *answers) read(channel string) (found *sharedAnswer, _ error) {
	history, err := a.node.History(channel, centrifuge.WithLimit(2))
	if err != nil {
		return nil, fmt.Errorf("read a stored response: %w", err)
	}
	for _, publication := range history.Publications {
		found = &sharedAnswer{}
		if err := json.Unmarshal(publication.Data, found); err != nil {
			return nil, err
		}
		if !found.Claimed {
			break
		}
	}
	return found, nil
}

// look waits for the answer of another node. A request that its node has abandoned may
// be tried again.
func (a *answers) look(ctx context.Context, channel string) (sharedAnswer, error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		found, err := a.read(channel)
		switch {
		case err != nil:
			return sharedAnswer{}, err
		case found == nil:
		case !found.Claimed:
			return *found, nil
		case a.abandoned(found.By):
			return sharedAnswer{Again: true}, a.release(channel, found.By)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sharedAnswer{}, ctx.Err()
		}
	}
}
