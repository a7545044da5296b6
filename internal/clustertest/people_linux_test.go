package clustertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/signature"
)

// sendInterval is how often each person writes; the server allows five messages a second.
const sendInterval = 300 * time.Millisecond

// people are participants of one meeting who come back after a break.
type people []*loadgen.Rejoiner

// enter brings people, called by a name and a number, into the meeting until the test ends.
func enter(t *testing.T, m loadgen.Meeting, name string, count int, sends loadgen.Options) people {
	t.Helper()
	all := make(people, count)
	faults := make([]error, count)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			one := sends
			one.Start = 7 * i
			all[i], faults[i] = loadgen.StartRejoiner(within(t), m, fmt.Sprintf("%s %d", name, i+1), one)
		})
	}
	wg.Wait()
	t.Cleanup(func() { all.leave() })
	for _, err := range faults {
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// leave lets everybody go, in vain while the server is away.
func (all people) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	var wg sync.WaitGroup
	for _, p := range all {
		if p != nil {
			wg.Go(func() { _ = p.Leave(ctx) })
		}
	}
	wg.Wait()
}

// conversation is messages that everybody sends, numbered, as fast as allowed.
type conversation struct {
	people people
	stop   context.CancelFunc
	done   sync.WaitGroup
	// mayRepeat allows messages to arrive twice: Redis loses what commands have run, so
	// one that is sent again, since its response was lost with it, runs again.
	mayRepeat bool

	mu     sync.Mutex
	sent   []string
	faults []error
}

// conversations distinguishes conversations, whose messages people keep.
var conversations atomic.Int64

// talk lets everybody write until finish is called.
func (all people) talk(t *testing.T) *conversation { return all.talkEvery(t, sendInterval) }

func (all people) talkEvery(t *testing.T, every time.Duration) *conversation {
	t.Helper()
	stopping, stop := context.WithCancel(t.Context())
	c := &conversation{people: all, stop: stop}
	number := conversations.Add(1)
	t.Cleanup(stop)
	ctx := t.Context()
	for _, p := range all {
		c.done.Go(func() {
			turn := time.NewTicker(every)
			defer turn.Stop()
			for n := 1; stopping.Err() == nil; n++ {
				text := fmt.Sprintf("%s, message %d of conversation %d", p.Name, n, number)
				err := c.send(ctx, p, text)
				c.mu.Lock()
				if err != nil {
					c.faults = append(c.faults, fmt.Errorf("%s: %w", text, err))
				} else {
					c.sent = append(c.sent, text)
				}
				c.mu.Unlock()
				select {
				case <-turn.C:
				case <-stopping.Done():
				}
			}
		})
	}
	return c
}

func (c *conversation) send(ctx context.Context, p *loadgen.Rejoiner, text string) error {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	return p.SendChat(ctx, text)
}

// confirmed is how many messages the server has confirmed so far.
func (c *conversation) confirmed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent)
}

// goesOn waits until every one of the people has written more.
func (c *conversation) goesOn(t *testing.T) {
	t.Helper()
	more := c.confirmed() + 2*len(c.people)
	until(t, "the conversation goes on", func() bool { return c.confirmed() >= more })
}

// finish ends the conversation. Every message must have been confirmed, and received by
// everybody exactly once (or at least once, if mayRepeat is set), and nobody may have
// been thrown out.
func (c *conversation) finish(t *testing.T) {
	t.Helper()
	c.quiet()
	c.check(t, c.sent)
}

// quiet ends the writing and returns what was confirmed.
func (c *conversation) quiet() []string {
	c.stop()
	c.done.Wait()
	return c.sent
}

// check looks whether everybody is there and has the messages once.
func (c *conversation) check(t *testing.T, said []string) {
	t.Helper()
	for _, err := range c.faults {
		t.Error(err)
	}
	for _, p := range c.people {
		if err := p.Has(within(t), said...); err != nil {
			t.Error(err)
		}
		heard := slices.DeleteFunc(p.Chat(), func(text string) bool { return !slices.Contains(said, text) })
		slices.Sort(heard)
		if n := len(slices.Compact(slices.Clone(heard))); n != len(heard) && !c.mayRepeat {
			t.Errorf("%s received %d messages twice", p.Name, len(heard)-n)
		}
		if code := p.Closed(); code != 0 {
			t.Errorf("%s was thrown out with %d", p.Name, code)
		}
	}
	var control, media time.Duration
	var outages int
	for _, p := range c.people {
		control, media = max(control, p.Control().Longest), max(media, p.Media().Longest)
		outages = max(outages, p.Control().Count)
	}
	t.Logf("%d messages to %d people, none lost; at most %d breaks of the control channel, the longest %s; the longest without media %s",
		len(said), len(c.people), outages, control.Round(time.Millisecond), media.Round(time.Millisecond))
}

// joinResult is what a join is answered with.
type joinResult struct {
	ErrorCode   int
	ResumeToken string
}

// join asks a server for a place by plain HTTP; a resume token asks for an old one.
func join(ctx context.Context, server string, m loadgen.Meeting, resume string) (got joinResult, err error) {
	signed, err := signature.Sign(signature.SignOptions{
		Key: m.Key, Secret: m.Secret, MeetingNumber: m.Number,
		IssuedAt: time.Now().Add(-30 * time.Second), ExpiresAt: time.Now().Add(2 * time.Hour),
	})
	if err != nil {
		return got, err
	}
	body, err := json.Marshal(map[string]any{
		"joinId": uuid.NewString(), "view": "component", "sdkVersion": "6.2.0", "meetingNumber": m.Number,
		"userName": "Kim", "signature": signed, "password": m.Passcode, "resumeToken": resume,
	})
	if err != nil {
		return got, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/sdk/v1/join", bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return got, err
	}
	defer response.Body.Close()
	return got, json.NewDecoder(response.Body).Decode(&got)
}

// connected waits until everybody's control channel is there.
func (all people) connected(t *testing.T) {
	t.Helper()
	for _, p := range all {
		if err := p.Connected(within(t)); err != nil {
			t.Errorf("%s does not come back: %v", p.Name, err)
		}
	}
}
