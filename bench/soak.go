package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anteroom/anteroom/internal/crowd"
)

const (
	// steady is how far a memory may be from where it began.
	steady = 0.10
	// samples is how often everything is weighed.
	samples = 40
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
// weighs the server and the pages all the while and answers errNotSteady if one
// ends more than a tenth away from where it began.
func soak(ctx context.Context, out *report, path string, length time.Duration) error {
	if length < leastSoak {
		return fmt.Errorf("-soak: %v is too short to say anything; it takes %v at least", length, leastSoak)
	}
	p, err := startProgram(ctx, path)
	if err != nil {
		return err
	}
	defer p.stop()
	browser, err := startPages(ctx, p.url)
	if err != nil {
		return err
	}
	defer browser.close()
	meeting, err := crowd.Demo(ctx, p.url)
	if err != nil {
		return err
	}
	people, err := crowd.Gather(ctx, meeting, publishers, "Guest", crowd.Sends{Video: true, Sound: true})
	if err != nil {
		return err
	}
	defer func() { _ = people.Disperse(context.WithoutCancel(ctx)) }()
	views := []string{"client", "component"}
	for _, view := range views {
		if err := browser.ask("open", view, nil, nil); err != nil {
			return err
		}
		if err := browser.ask("moving", view, nil, nil); err != nil {
			return err
		}
	}
	weights, replaced, err := weighWhile(ctx, p, browser, people, views, length)
	if err != nil {
		return err
	}
	return describeSoak(out, weights, views, replaced, length)
}

// weighWhile keeps everybody moving until the time is over.
func weighWhile(ctx context.Context, p *program, browser *pages, people *crowd.Crowd, views []string, length time.Duration) (weights []weight, replaced int, err error) {
	begin := time.Now()
	for turn := 0; ; turn++ {
		due := length * time.Duration(turn) / samples
		// In the time until the next sample one after the other leaves, and another comes.
		for at := 0; at == 0 || time.Since(begin) < due; at++ {
			place := replaced % publishers
			if err := people.Replace(ctx, place); err != nil {
				return nil, replaced, err
			}
			replaced++
			if err := people.People()[place].RaiseHand(ctx, replaced%2 == 0); err != nil {
				return nil, replaced, err
			}
			if replaced%5 == 0 {
				if err := people.People()[place].Say(ctx, fmt.Sprintf("I am number %d", replaced)); err != nil {
					return nil, replaced, err
				}
			}
			for _, view := range views {
				if err := browser.ask("stir", view, nil, nil); err != nil {
					return nil, replaced, err
				}
			}
			if err := pause(ctx, time.Second); err != nil {
				return nil, replaced, err
			}
		}
		if err := people.Inside(); err != nil {
			return nil, replaced, err
		}
		w := weight{at: time.Since(begin), heaps: map[string]float64{}, nodes: map[string]float64{}}
		for _, view := range views {
			if err := browser.ask("moving", view, nil, nil); err != nil {
				return nil, replaced, err
			}
			var heap struct{ Bytes, Nodes, Listeners float64 }
			if err := browser.ask("heap", view, nil, &heap); err != nil {
				return nil, replaced, err
			}
			w.heaps[view], w.nodes[view] = heap.Bytes/1e6, heap.Nodes
		}
		if w.server, err = p.resident(); err != nil {
			return nil, replaced, err
		}
		weights = append(weights, w)
		fmt.Fprintf(os.Stderr, "bench: %v: server %.1f MB, pages %.2f and %.2f MB, %v nodes, %d have come and gone\n",
			w.at.Round(time.Second), w.server, w.heaps["client"], w.heaps["component"], w.nodes, replaced)
		if w.at >= length {
			return weights, replaced, nil
		}
	}
}

func describeSoak(out *report, weights []weight, views []string, replaced int, length time.Duration) error {
	begin := between(weights, length, warmUp, warmUp+window)
	end := between(weights, length, 1-window, 2)
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
