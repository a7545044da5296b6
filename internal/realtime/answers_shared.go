package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/centrifugal/centrifuge"
)

// How often a request is tried again after internal errors, and how often a
// node looks for the answer of a request that another node is running.
const (
	maxAttempts = 16
	lookEvery   = 50 * time.Millisecond
)

// sharedAnswer is an answer as other nodes read it.
type sharedAnswer struct {
	Raw     json.RawMessage `json:"raw,omitempty"`
	Code    uint32          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	// Again says that the attempt failed and the request may be tried again.
	Again bool `json:"again,omitempty"`
}

// onceAmongNodes runs a request on the first node that claims it. The claim is
// a publication nobody hears, with the request as its idempotency key; the
// answer is kept as the one event of a channel's history.
func (a *answers) onceAmongNodes(ctx context.Context, seat, id string, run func() (json.RawMessage, error)) (json.RawMessage, error) {
	for attempt := range maxAttempts {
		// Ids are a page's choice; a length before them keeps names apart.
		channel := fmt.Sprintf("answer:%s:%d:%s:%s", seat, len(id), id, strconv.Itoa(attempt))
		claim, err := a.node.Publish(channel+":claim", []byte("{}"), centrifuge.WithIdempotencyKey("claim"), centrifuge.WithIdempotentResultTTL(requestMemory))
		if err != nil {
			return nil, fmt.Errorf("a request could not be claimed: %w", err)
		}
		if !claim.Suppressed {
			raw, err := run()
			return raw, errors.Join(err, a.keep(channel, raw, err))
		}
		found, err := a.look(ctx, channel)
		switch {
		case err != nil:
			return nil, err
		case found.Again:
			continue
		case found.Code != 0:
			return nil, &CommandError{found.Code, found.Message}
		default:
			return found.Raw, nil
		}
	}
	return nil, fmt.Errorf("a request failed %d times", maxAttempts)
}

func (a *answers) keep(channel string, raw json.RawMessage, err error) error {
	kept := sharedAnswer{Raw: raw}
	var refused *CommandError
	switch {
	case !final(err):
		kept = sharedAnswer{Again: true}
	case errors.As(err, &refused):
		kept = sharedAnswer{Code: refused.Code, Message: refused.Message}
	}
	data, fault := json.Marshal(kept)
	if fault != nil {
		return fault
	}
	_, fault = a.node.Publish(channel, data, centrifuge.WithHistory(1, requestMemory, 2*requestMemory))
	return fault
}

// look waits for the answer of another node.
func (a *answers) look(ctx context.Context, channel string) (found sharedAnswer, err error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		history, err := a.node.History(channel, centrifuge.WithLimit(1))
		if err != nil {
			return found, fmt.Errorf("an answer could not be read: %w", err)
		}
		if len(history.Publications) > 0 {
			return found, json.Unmarshal(history.Publications[0].Data, &found)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return found, ctx.Err()
		}
	}
}
