package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/rogue"
)

// guests are people who are in a meeting for a time, to publish or to attack.
type guests struct {
	Meeting loadgen.Meeting
	People  int
	Length  time.Duration
	Hostile bool
}

// run runs them in a process of their own, and of less priority: on machines of their
// own, they would not take the server's time and that of other people's machines. It
// returns what hostile ones tried.
func (g guests) run(ctx context.Context) (tried map[string]int, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "nice", "-n", "5", self, "-guests")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(raw), os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("guests: %w", err)
	}
	return tried, json.Unmarshal(output, &tried)
}

// runGuests is the process of guests.
func runGuests(ctx context.Context, in io.Reader, out io.Writer) error {
	var g guests
	if err := json.NewDecoder(in).Decode(&g); err != nil {
		return err
	}
	tried := map[string]int{}
	if g.Hostile {
		ctx, cancel := context.WithTimeout(ctx, g.Length)
		defer cancel()
		tried = rogue.Attack(ctx, g.Meeting, g.People)
		return json.NewEncoder(out).Encode(tried)
	}
	people, err := loadgen.Start(ctx, g.Meeting, g.People, "Guest", loadgen.Options{Video: true, Sound: true})
	if err != nil {
		return err
	}
	if err := pause(ctx, g.Length); err != nil {
		return err
	}
	for _, p := range people.Participants() {
		if p.Inside() != nil {
			tried["cut off"]++ // on a machine too busy for its pongs
		}
	}
	return errors.Join(people.Stop(context.WithoutCancel(ctx)), json.NewEncoder(out).Encode(tried))
}
