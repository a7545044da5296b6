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
	maxAttempts  = 16
	pollInterval = 50 * time.Millisecond
	// retryInterval is how often what Redis did not take is sent again, and maxRetries how
	// much of it may wait.
	retryInterval = time.Second
	maxRetries    = 256
)

// sharedResult is an answer as other nodes read it.
type sharedResult struct {
	// Claimed reports that there is no result yet; By is the claim of a node.
	Claimed bool            `json:"claimed,omitempty"`
	By      string          `json:"by,omitempty"`
	Raw     json.RawMessage `json:"raw,omitempty"`
	Code    uint32          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	// Again reports that the attempt failed and the request may be tried again.
	Again bool `json:"again,omitempty"`
}

// resultHistory keeps a request's claim and its result as the history of a channel that
// nobody hears.
var resultHistory = centrifuge.WithHistory(2, resultRetention, 2*resultRetention)

// onceAcrossNodes runs a request on the node that claims it first.
func (c *idempotencyCache) onceAcrossNodes(ctx context.Context, participant, id string, run func() (json.RawMessage, error)) (json.RawMessage, error) {
	for attempt := range maxAttempts {
		// Ids are a page's choice; a length before them keeps names apart.
		channel := fmt.Sprintf("answer:%s:%d:%s:%s", participant, len(id), id, strconv.Itoa(attempt))
		by := c.begin()
		first, err := c.publishFirst(channel, sharedResult{Claimed: true, By: by})
		if err != nil {
			c.finish(by)
			// Redis may have taken the claim nevertheless, or take it yet.
			c.retryInBackground(by, func() error { return c.release(channel, by) })
			return nil, fmt.Errorf("claim a request: %w", err)
		}
		if first {
			raw, err := run()
			if fault := c.storeResult(channel, raw, err); fault != nil {
				// It ran, and this node remembers; others read the result when Redis is back.
				c.log.Warn("could not store response for other nodes yet", "error", fault)
				c.retryInBackground(by, func() error { return c.storeResult(channel, raw, err) })
			} else {
				c.finish(by)
			}
			return raw, err
		}
		c.finish(by)
		found, err := c.awaitOther(ctx, channel)
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
func (c *idempotencyCache) begin() string {
	by := c.node.ID() + "/" + uuid.NewString()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claims[by] = true
	return by
}

func (c *idempotencyCache) finish(by string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.claims, by)
}

// publishFirst publishes in an empty channel, and reports whether it was empty.
func (c *idempotencyCache) publishFirst(channel string, s sharedResult) (bool, error) {
	data, err := plainjson.Marshal(s)
	if err != nil {
		return false, err
	}
	// Only a publication with history reports that it was not the first.
	result, err := c.node.Publish(channel, data, resultHistory, centrifuge.WithIdempotencyKey("claim"), centrifuge.WithIdempotentResultTTL(resultRetention))
	return err == nil && !result.Suppressed, err
}

// release gives a request up that this node may have claimed and never ran, so that
// another attempt can run it.
func (c *idempotencyCache) release(channel, by string) error {
	// A claim that is still on its way comes too late then.
	first, err := c.publishFirst(channel, sharedResult{Again: true})
	if err != nil || first {
		return err
	}
	found, err := c.read(channel)
	if err != nil || found == nil || !found.Claimed || found.By != by {
		return err
	}
	return c.store(channel, sharedResult{Again: true})
}

// abandoned reports whether the node that has claimed a request will not run it: it has
// ended, or it is this one and has no such claim any more.
func (c *idempotencyCache) abandoned(by string) bool {
	node, _, _ := strings.Cut(by, "/")
	switch {
	case node == c.node.ID():
		c.mu.Lock()
		defer c.mu.Unlock()
		return !c.claims[by]
	case node == "" || c.gone == nil:
		return false
	}
	return c.gone(node)
}

// retryInBackground repeats what failed until it succeeds or is not needed any more, which ends the
// claim.
func (c *idempotencyCache) retryInBackground(by string, do func() error) {
	if c.waiting.Add(1) > maxRetries {
		c.waiting.Add(-1)
		c.finish(by)
		c.log.Error("too many responses wait for Redis; one is not stored for other nodes")
		return
	}
	go func() {
		defer c.waiting.Add(-1)
		defer c.finish(by)
		tick := time.NewTicker(retryInterval)
		defer tick.Stop()
		for range resultRetention / retryInterval {
			select {
			case <-tick.C:
			case <-c.node.NotifyShutdown():
				return
			}
			if do() == nil {
				return
			}
		}
	}()
}

func (c *idempotencyCache) storeResult(channel string, raw json.RawMessage, err error) error {
	found := sharedResult{Raw: raw}
	var refused *CommandError
	switch {
	case !final(err):
		found = sharedResult{Again: true}
	case errors.As(err, &refused):
		found = sharedResult{Code: refused.Code, Message: refused.Message}
	}
	return c.store(channel, found)
}

func (c *idempotencyCache) store(channel string, s sharedResult) error {
	data, err := plainjson.Marshal(s)
	if err == nil {
		_, err = c.node.Publish(channel, data, resultHistory)
	}
	return err
}

// read returns the result in a channel, or the claim if there is no result yet, or nil.
func (c *idempotencyCache) read(channel string) (found *sharedResult, _ error) {
	history, err := c.node.History(channel, centrifuge.WithLimit(2))
	if err != nil {
		return nil, fmt.Errorf("read a stored response: %w", err)
	}
	for _, publication := range history.Publications {
		found = &sharedResult{}
		if err := json.Unmarshal(publication.Data, found); err != nil {
			return nil, err
		}
		if !found.Claimed {
			break
		}
	}
	return found, nil
}

// awaitOther waits for the answer of another node. A request that its node has abandoned may
// be tried again.
func (c *idempotencyCache) awaitOther(ctx context.Context, channel string) (sharedResult, error) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		found, err := c.read(channel)
		switch {
		case err != nil:
			return sharedResult{}, err
		case found == nil:
		case !found.Claimed:
			return *found, nil
		case c.abandoned(found.By):
			return sharedResult{Again: true}, c.release(channel, found.By)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sharedResult{}, ctx.Err()
		}
	}
}
