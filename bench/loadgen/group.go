package loadgen

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// atOnce is how many participants are on their way in at a time.
const atOnce = 8

// Group is synthetic participants in one meeting, called by one name and a number.
type Group struct {
	meeting Meeting
	name    string
	sends   Options

	participants []*Participant
	// came counts everybody who ever came.
	came int
}

// Start brings count participants in. If one is refused, those who are inside
// leave again.
func Start(ctx context.Context, m Meeting, count int, name string, s Options) (*Group, error) {
	c := &Group{meeting: m, name: name, sends: s, participants: make([]*Participant, count), came: count}
	faults := make([]error, count)
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range count {
		slots <- struct{}{}
		wg.Go(func() {
			c.participants[i], faults[i] = c.enter(ctx, i)
			<-slots
		})
	}
	wg.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
	}
	return c, nil
}

func (c *Group) enter(ctx context.Context, number int) (*Participant, error) {
	sends := c.sends
	// Spread over the clip, so that tiles do not move in step.
	sends.Start += 7 * number
	return Join(ctx, c.meeting, fmt.Sprintf("%s %03d", c.name, number+1), sends)
}

// Participants are those inside. The slice is the group's own.
func (c *Group) Participants() []*Participant { return c.participants }

// Replace lets the participant at the place leave and another, of a new name, come.
func (c *Group) Replace(ctx context.Context, place int) error {
	if err := c.participants[place].Leave(ctx); err != nil {
		return err
	}
	c.participants[place] = nil
	next, err := c.enter(ctx, c.came)
	if err != nil {
		return err
	}
	c.participants[place] = next
	c.came++
	return nil
}

// Inside is nil while the server holds everybody's control channel.
func (c *Group) Inside() error {
	var faults []error
	for _, p := range c.participants {
		faults = append(faults, p.Inside())
	}
	return errors.Join(faults...)
}

// Stop lets everybody leave.
func (c *Group) Stop(ctx context.Context) error {
	faults := make([]error, len(c.participants))
	var wg sync.WaitGroup
	for i, p := range c.participants {
		if p != nil {
			wg.Go(func() { faults[i] = p.Leave(ctx) })
		}
	}
	wg.Wait()
	return errors.Join(faults...)
}
