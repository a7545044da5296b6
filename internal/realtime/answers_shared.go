package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/anteroom/anteroom/internal/plainjson"
)

// How often a request is tried again after internal errors, and how often a
// node looks for the answer of a request that another node is running.
const (
	maxAttempts = 16
	lookEvery   = 50 * time.Millisecond
)

// sharedAnswer is an answer as other nodes read it.
type sharedAnswer struct {
	// Claimed says that there is no answer yet.
	Claimed bool            `json:"claimed,omitempty"`
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
		// Only a publication with history tells that it was not the first.
		claim, err := a.node.Publish(channel, []byte(`{"claimed":true}`), kept, centrifuge.WithIdempotencyKey("claim"), centrifuge.WithIdempotentResultTTL(requestMemory))
		if err != nil {
			return nil, fmt.Errorf("claim a request: %w", err)
		}
		if !claim.Suppressed {
			raw, err := run()
			if fault := a.keep(channel, raw, err); fault != nil {
				// It ran, and this node remembers; others will not know the answer.
				a.log.Error("could not store response for other nodes", "error", fault)
			}
			return raw, err
		}
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

func (a *answers) keep(channel string, raw json.RawMessage, err error) error {
	found := sharedAnswer{Raw: raw}
	var refused *CommandError
	switch {
	case !final(err):
		found = sharedAnswer{Again: true}
	case errors.As(err, &refused):
		found = sharedAnswer{Code: refused.Code, Message: refused.Message}
	}
	data, fault := plainjson.Marshal(found)
	if fault != nil {
		return fault
	}
	_, fault = a.node.Publish(channel, data, kept)
	return fault
}

// look waits for the answer of another node.
func (a *answers) look(ctx context.Context, channel string) (found sharedAnswer, _ error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		history, err := a.node.History(channel, centrifuge.WithLimit(2))
		if err != nil {
			return found, fmt.Errorf("read a stored response: %w", err)
		}
		for _, publication := range history.Publications {
			found = sharedAnswer{}
			if err := json.Unmarshal(publication.Data, &found); err != nil {
				return found, err
			}
			if !found.Claimed {
				return found, nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return found, ctx.Err()
		}
	}
}
