package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/rogue"
)

const (
	// memoryShare is what attackers may take of the memory of honest publishers.
	memoryShare = 1.25
	// returned is how far memory and goroutines may be from those of a server that
	// honest publishers have left.
	returned = 1.10
	// returnTime is how long after its load a server is looked at: LiveKit keeps
	// sessions for a minute, and the meeting keeps places of people who are cut off.
	returnTime = 2 * time.Minute
	// openTopic is the demo meeting without a passcode.
	openTopic = "Open door, no passcode"
)

// holding is what a server holds.
type holding struct {
	resident, heap float64 // MB
	// file is what of the resident memory is the program's own file.
	file       float64
	goroutines float64
}

// held asks the server, which frees what it can before it answers.
func (p *program) held(ctx context.Context) (holding, error) {
	var response struct{ HeapBytes, Goroutines float64 }
	if err := p.ask(ctx, http.MethodGet, "/dev/v1/memory", nil, &response); err != nil {
		return holding{}, err
	}
	resident, err := p.resident()
	if err != nil {
		return holding{}, err
	}
	file, err := p.counted("RssFile")
	return holding{resident: resident, heap: response.HeapBytes / 1e6, file: file, goroutines: response.Goroutines}, err
}

// trial is what became of a server that had a load.
type trial struct {
	most          float64 // resident MB while the load was there
	before, after holding
	others        seen
	lost          error // what the others missed
}

// measureMemory compares the memory of a server under attack with that of another one
// that carries as many honest publishers.
func measureMemory(ctx context.Context, out *report, path string, people int, length time.Duration) error {
	honest, stayed, err := tryServer(ctx, path, guests{People: people, Length: length})
	if err != nil {
		return fmt.Errorf("honest publishers: %w", err)
	}
	hostile, tried, err := tryServer(ctx, path, guests{People: people, Length: length, Hostile: true})
	if err != nil {
		return fmt.Errorf("attackers: %w", err)
	}
	describeMemory(out, people, length, honest, hostile, tried)
	if cut := stayed["cut off"]; cut > 0 {
		out.parts[len(out.parts)-2].text += fmt.Sprintf("\n%d honest publishers lost their control channel because the machine was too busy.", cut)
	}
	return errors.Join(honest.lost, hostile.lost)
}

func describeMemory(out *report, people int, length time.Duration, honest, hostile trial, tried map[string]int) {
	part := part{
		title: "Memory under attack",
		text: fmt.Sprintf("%d participants attack a meeting for %v, each in all the ways that are listed below, in turn; as many honest ones\n"+
			"send pictures (320 by 180, 12 frames a second) and sound in the same meeting of another, fresh server before. Neither receive\n"+
			"what others send. Meanwhile %d others are in a second meeting of the server: one sends sound and writes every %v. The\n"+
			"server runs in development mode, and shares the machine's cores with its guests and attackers. “After” is %v after\n"+
			"they have gone, after two collections of garbage, with free memory given back.", people, length, others, talkEvery, returnTime),
		columns: []string{"What", "honest", "hostile", "ratio"},
	}
	row := func(what, format string, figure func(trial) float64) (ratio float64) {
		ratio = figure(hostile) / figure(honest)
		part.row(what, fmt.Sprintf(format, figure(honest)), fmt.Sprintf(format, figure(hostile)), fmt.Sprintf("%.2f", ratio))
		return ratio
	}
	row("resident before", "%.0f MB", func(t trial) float64 { return t.before.resident })
	most := row("resident, most", "%.0f MB", func(t trial) float64 { return t.most })
	resident := row("resident after", "%.0f MB", func(t trial) float64 { return t.after.resident })
	row("of that the program's file", "%.0f MB", func(t trial) float64 { return t.after.file })
	heap := row("heap after", "%.1f MB", func(t trial) float64 { return t.after.heap })
	goroutines := row("goroutines after", "%.0f", func(t trial) float64 { return t.after.goroutines })
	lost := func(t trial) string { return fmt.Sprintf("%d of %d", t.others.lost, t.others.messages) }
	part.row("others: messages lost", lost(honest), lost(hostile), "")
	part.row("others: slowest message", ms(milliseconds(honest.others.late)), ms(milliseconds(hostile.others.late)), "")
	sound := func(t trial) string {
		return fmt.Sprintf("%d of %d", t.others.sound.Missing, t.others.sound.Missing+t.others.sound.Packets)
	}
	part.row("others: packets of sound lost", sound(honest), sound(hostile), "")
	part.row("others: longest gap in sound", ms(milliseconds(honest.others.sound.Gap)), ms(milliseconds(hostile.others.sound.Gap)), "")
	out.parts = append(out.parts, part)
	out.parts = append(out.parts, describeWays(tried))
	out.atMost(fmt.Sprintf("Memory with %d attackers, of that with as many publishers", people), most, memoryShare, "%.2f")
	out.atMost("Heap after attackers, of that after publishers", heap, returned, "%.2f")
	out.atMost("Resident memory after attackers, of that after publishers", resident, returned, "%.2f")
	out.atMost("Goroutines after attackers, of those after publishers", goroutines, returned, "%.2f")
	out.atMost("Messages and packets of sound lost by others", float64(hostile.others.lost+hostile.others.sound.Missing), 0, "%.0f")
}

// describeWays lists how often each way of attack was tried to its end, and how often
// the server was in the way.
func describeWays(tried map[string]int) part {
	part := part{title: "Ways of attack", columns: []string{"Way", "tried", "cut short"}}
	ways := map[string]bool{}
	for way := range tried {
		ways[strings.TrimSuffix(way, rogue.CutShort)] = true
	}
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		part.row(way, fmt.Sprint(tried[way]), fmt.Sprint(tried[way+rogue.CutShort]))
	}
	return part
}

// tryServer starts a server with a meeting of others, and lets guests into another
// meeting. It also returns what hostile ones tried.
func tryServer(ctx context.Context, path string, g guests) (t trial, tried map[string]int, err error) {
	p, err := startProgram(ctx, path)
	if err != nil {
		return t, nil, err
	}
	defer p.stop()
	meeting, err := loadgen.Demo(ctx, p.url)
	if err != nil {
		return t, nil, err
	}
	g.Meeting = meeting
	g.Meeting.Passcode = ""
	if g.Meeting.Number, err = p.openMeeting(ctx); err != nil {
		return t, nil, err
	}
	rest, err := startOtherMeeting(ctx, meeting)
	if err != nil {
		return t, nil, err
	}
	defer rest.leave(ctx)
	if t.before, err = p.held(ctx); err != nil {
		return t, nil, err
	}
	gone := make(chan error, 1)
	go func() {
		var err error
		tried, err = g.run(ctx)
		gone <- err
	}()
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for here := true; here; {
		now, err := p.resident()
		if err != nil {
			return t, nil, err
		}
		t.most = max(t.most, now)
		select {
		case err := <-gone:
			if err != nil {
				return t, tried, err
			}
			here = false
		case <-beat.C:
		}
	}
	t.others, t.lost = rest.report(ctx)
	if err := pause(ctx, returnTime); err != nil {
		return t, tried, err
	}
	t.after, err = p.held(ctx)
	fmt.Fprintf(os.Stderr, "bench: hostile %t: %+v\n", g.Hostile, t)
	return t, tried, err
}

// openMeeting is the number of the demo meeting that needs no passcode.
func (p *program) openMeeting(ctx context.Context) (string, error) {
	var world struct {
		Meetings []struct{ Number, Topic string }
	}
	if err := p.ask(ctx, http.MethodGet, "/dev/v1/world", nil, &world); err != nil {
		return "", err
	}
	for _, m := range world.Meetings {
		if m.Topic == openTopic {
			return m.Number, nil
		}
	}
	return "", fmt.Errorf("the demo data has no meeting %q", openTopic)
}
