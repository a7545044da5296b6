package crowd

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// atOnce is how many participants are on their way in at a time.
const atOnce = 8

// Crowd is synthetic participants in one meeting, called by one name and a number.
type Crowd struct {
	meeting Meeting
	name    string
	sends   Options

	people []*Person
	// came counts everybody who ever came.
	came int
}

// Gather brings count participants in. If one is refused, those who are inside
// leave again.
func Gather(ctx context.Context, m Meeting, count int, name string, s Options) (*Crowd, error) {
	c := &Crowd{meeting: m, name: name, sends: s, people: make([]*Person, count), came: count}
	faults := make([]error, count)
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range count {
		slots <- struct{}{}
		wg.Go(func() {
			c.people[i], faults[i] = c.enter(ctx, i)
			<-slots
		})
	}
	wg.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, errors.Join(err, c.Disperse(context.WithoutCancel(ctx)))
	}
	return c, nil
}

func (c *Crowd) enter(ctx context.Context, number int) (*Person, error) {
	sends := c.sends
	// Spread over the film, so that tiles do not move in step.
	sends.Start += 7 * number
	return Enter(ctx, c.meeting, fmt.Sprintf("%s %03d", c.name, number+1), sends)
}

// People are those inside. The slice is the crowd's own.
func (c *Crowd) People() []*Person { return c.people }

// Replace lets the participant at the place leave and another, of a new name, come.
func (c *Crowd) Replace(ctx context.Context, place int) error {
	if err := c.people[place].Leave(ctx); err != nil {
		return err
	}
	c.people[place] = nil
	next, err := c.enter(ctx, c.came)
	if err != nil {
		return err
	}
	c.people[place] = next
	c.came++
	return nil
}

// Inside is nil while the server holds everybody's control channel.
func (c *Crowd) Inside() error {
	var faults []error
	for _, p := range c.people {
		faults = append(faults, p.Inside())
	}
	return errors.Join(faults...)
}

// Disperse lets everybody leave.
func (c *Crowd) Disperse(ctx context.Context) error {
	faults := make([]error, len(c.people))
	var wg sync.WaitGroup
	for i, p := range c.people {
		if p != nil {
			wg.Go(func() { faults[i] = p.Leave(ctx) })
		}
	}
	wg.Wait()
	return errors.Join(faults...)
}
