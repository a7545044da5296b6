package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anteroom/anteroom/bench/loadgen"
)

const (
	// steady is how far a memory may be from where it began.
	steady = 0.10
	// samples is how often everything is weighed, where the machine is quick enough.
	samples = 40
	// every is how often one leaves and another comes.
	every = 3 * time.Second
	// warmUp, window: the share of the time that does not count, and of that in
	// which the beginning and the end are weighed.
	warmUp, window = 0.20, 0.25
	leastSoak      = 40 * time.Second
)

var errNotSteady = errors.New("not steady")

// weight is one sample of the memory.
type weight struct {
	at     time.Duration
	server float64            // resident MB
	heaps  map[string]float64 // MB by view
	nodes  map[string]float64
}

// soak keeps a meeting of 25 publishers going, with a page in each view, while
// people come and go, write and raise hands, and pages open this and that. It
// weighs the server and the pages all the while and returns errNotSteady if one
// ends more than a tenth away from where it began.
func soak(ctx context.Context, out *report, path string, length time.Duration) error {
	if length < leastSoak {
		return fmt.Errorf("-soak: %v is too short to say anything; it takes %v at least", length, leastSoak)
	}
	p, browser, meeting, stop, err := startDemo(ctx, path)
	if err != nil {
		return err
	}
	defer stop()
	people, err := loadgen.Start(ctx, meeting, publishers, "Guest", loadgen.Options{Video: true, Sound: true})
	if err != nil {
		return err
	}
	defer func() { _ = people.Stop(context.WithoutCancel(ctx)) }()
	views := []string{"client", "component"}
	for _, view := range views {
		if err := browser.ask("open", view, nil, nil); err != nil {
			return err
		}
		if err := browser.ask("moving", view, nil, nil); err != nil {
			return err
		}
	}
	moving, stay := context.WithCancel(ctx)
	defer stay()
	type end struct {
		replaced int
		err      error
	}
	ended := make(chan end, 1)
	go func() {
		replaced, err := joinAndLeave(moving, people)
		ended <- end{replaced, err}
	}()
	weights, err := weighWhile(ctx, p, browser, views, length)
	stay()
	crowded := <-ended
	if err := errors.Join(err, crowded.err); err != nil {
		return err
	}
	// However many have come and gone, everybody who is there is seen in the end.
	for _, view := range views {
		if err := browser.ask("moving", view, nil, nil); err != nil {
			return err
		}
	}
	return describeSoak(out, weights, views, crowded.replaced, length)
}

// weighWhile opens and closes what pages have, and weighs, until the time is over.
func weighWhile(ctx context.Context, p *program, browser *pages, views []string, length time.Duration) ([]weight, error) {
	var weights []weight
	begin := time.Now()
	for {
		for _, view := range views {
			if err := browser.ask("stir", view, nil, nil); err != nil {
				return nil, err
			}
		}
		at := time.Since(begin)
		if at < length*time.Duration(len(weights))/samples {
			if err := pause(ctx, time.Second); err != nil {
				return nil, err
			}
			continue
		}
		w := weight{at: at, heaps: map[string]float64{}, nodes: map[string]float64{}}
		for _, view := range views {
			// Who has just come may be without a picture yet.
			if err := browser.ask("moving", view, map[string]any{"least": publishers / 2}, nil); err != nil {
				return nil, err
			}
			var heap struct{ Bytes, Nodes float64 }
			if err := browser.ask("heap", view, nil, &heap); err != nil {
				return nil, err
			}
			w.heaps[view], w.nodes[view] = heap.Bytes/1e6, heap.Nodes
		}
		var err error
		if w.server, err = p.resident(); err != nil {
			return nil, err
		}
		weights = append(weights, w)
		fmt.Fprintf(os.Stderr, "bench: %v: server %.1f MB, pages %.2f and %.2f MB, %.0f and %.0f nodes\n",
			w.at.Round(time.Second), w.server, w.heaps["client"], w.heaps["component"], w.nodes["client"], w.nodes["component"])
		if at >= length {
			return weights, nil
		}
	}
}

// joinAndLeave lets one after the other leave and another come, raise a hand and now
// and then write, until ctx ends; it returns how many.
func joinAndLeave(ctx context.Context, people *loadgen.Group) (replaced int, err error) {
	for ; pause(ctx, every) == nil; replaced++ {
		place := replaced % publishers
		// Who has begun to leave or come may finish.
		ctx := context.WithoutCancel(ctx)
		if err := people.Replace(ctx, place); err != nil {
			return replaced, err
		}
		newcomer := people.Participants()[place]
		if err := newcomer.RaiseHand(ctx, true); err != nil {
			return replaced, err
		}
		if replaced%5 == 0 {
			if err := newcomer.SendChat(ctx, fmt.Sprintf("I am number %d", replaced)); err != nil {
				return replaced, err
			}
		}
		if err := people.Inside(); err != nil {
			return replaced, err
		}
	}
	return replaced, nil
}

func describeSoak(out *report, weights []weight, views []string, replaced int, length time.Duration) error {
	begin := between(weights, length, warmUp, warmUp+window)
	// The last sample may be a little late.
	end := between(weights, length, 1-window, math.Inf(1))
	if len(begin) == 0 || len(end) == 0 {
		return fmt.Errorf("the machine was too busy: %d samples in all", len(weights))
	}
	part := part{
		title: "Soak",
		text: fmt.Sprintf("%v with %d publishers of moving pictures and sound, and a page in each view. %d people left and as many came,\n"+
			"raised hands and wrote; the pages opened and searched panels and changed layouts and gallery pages. The server's\n"+
			"memory is what is resident, a page's is its JavaScript heap after a forced collection. After a warm-up of %.0f %%,\n"+
			"the median of the next %.0f %% of the time (%d samples) is the beginning, that of the last %.0f %% (%d samples) the end.",
			length, publishers, replaced, 100*warmUp, 100*window, len(begin), 100*window, len(end)),
		columns: []string{"What", "beginning", "end", "change", "least", "most"},
	}
	met := true
	row := func(what, format string, figure func(weight) float64, held bool) {
		from, to := medianOf(begin, figure), medianOf(end, figure)
		change := to/from - 1
		least, most := math.Inf(1), math.Inf(-1)
		for _, w := range weights {
			least, most = min(least, figure(w)), max(most, figure(w))
		}
		part.row(what, fmt.Sprintf(format, from), fmt.Sprintf(format, to), fmt.Sprintf("%+.1f %%", 100*change), fmt.Sprintf(format, least), fmt.Sprintf(format, most))
		if held {
			out.atMost(what+", change in %, up or down", 100*math.Abs(change), 100*steady, "%.1f")
			met = met && math.Abs(change) <= steady
		}
	}
	row("Server, resident", "%.1f MB", func(w weight) float64 { return w.server }, true)
	for _, view := range views {
		row("Page in "+view+" view, heap", "%.2f MB", func(w weight) float64 { return w.heaps[view] }, true)
		row("Page in "+view+" view, DOM nodes", "%.0f", func(w weight) float64 { return w.nodes[view] }, false)
	}
	out.parts = append(out.parts, part)
	if !met {
		return errNotSteady
	}
	return nil
}

// between are the samples of a part of the time.
func between(weights []weight, length time.Duration, from, to float64) []weight {
	var found []weight
	for _, w := range weights {
		if share := w.at.Seconds() / length.Seconds(); share >= from && share < to {
			found = append(found, w)
		}
	}
	return found
}
