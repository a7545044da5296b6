package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/bench/loadgen"
)

// Targets of a page with many people.
const (
	idleTaskMillis = 200.0
	openMillis     = 100.0
	keyMillis      = 50.0
)

const (
	publishers = 25
	roster     = 300
	searched   = "guest 27"
)

// manyScale is how long pages with many people are watched.
type manyScale struct {
	// frames is for how many frames of its first picture a page is left alone.
	frames int
	// openings is how often the participants panel is opened.
	openings int
}

// measureMany watches pages of a meeting with 25 moving pictures, and with 300
// people in the list.
func measureMany(ctx context.Context, out *report, path string, sc manyScale) error {
	_, browser, meeting, stop, err := startDemo(ctx, path)
	if err != nil {
		return err
	}
	defer stop()
	if err := measureTiles(ctx, out, meeting, browser, sc); err != nil {
		return err
	}
	return measureRoster(ctx, out, meeting, browser, sc)
}

// measureTiles leaves a page with a gallery full of moving pictures alone, one
// view after the other.
func measureTiles(ctx context.Context, out *report, meeting loadgen.Meeting, browser *pages, sc manyScale) error {
	senders, err := loadgen.Start(ctx, meeting, publishers, "Guest", loadgen.Options{Video: true, Sound: true})
	if err != nil {
		return err
	}
	defer func() { _ = senders.Stop(context.WithoutCancel(ctx)) }()
	part := part{
		title: "Twenty-five moving pictures",
		text: fmt.Sprintf("%d synthetic participants send VP8 of 320 by 180 pixels, 12 frames a second, and sound. A Chromium page of\n"+
			"1280 by 800 pixels shows the gallery (24 of them and itself; Component View's fits fewer where its stage is smaller)\n"+
			"and is left alone until its first picture has drawn %d frames. Tasks are those that the Long Tasks API\n"+
			"reports: 50 ms and more on the page's main thread, by the clock.", publishers, sc.frames),
		columns: []string{"View", "pictures", "frames a second and tile", "screens a second", "long tasks", "longest"},
	}
	worst := 0.0
	for _, view := range []string{"client", "component"} {
		var idle struct {
			Tasks                     []float64
			Pictures, Screens, Frames int
			Seconds                   float64
		}
		if err := browser.ask("open", view, nil, nil); err != nil {
			return err
		}
		if err := browser.ask("moving", view, nil, nil); err != nil {
			return err
		}
		if err := browser.ask("idle", view, map[string]any{"frames": sc.frames}, &idle); err != nil {
			return err
		}
		if err := browser.ask("close", view, nil, nil); err != nil {
			return err
		}
		longest := "none of 50 ms"
		if len(idle.Tasks) > 0 {
			worst = max(worst, slices.Max(idle.Tasks))
			longest = ms(slices.Max(idle.Tasks))
		}
		part.row(strings.ToUpper(view[:1])+view[1:]+" View", fmt.Sprint(idle.Pictures), fmt.Sprintf("%.1f", float64(idle.Frames)/idle.Seconds),
			fmt.Sprintf("%.0f", float64(idle.Screens)/idle.Seconds), fmt.Sprint(len(idle.Tasks)), longest)
	}
	out.atMost("Longest task of an idle page with 25 moving pictures, ms", worst, idleTaskMillis, "%.0f")
	out.parts = append(out.parts, part)
	return nil
}

// measureRoster opens and searches the list of 300 people.
func measureRoster(ctx context.Context, out *report, meeting loadgen.Meeting, browser *pages, sc manyScale) error {
	people, err := loadgen.Start(ctx, meeting, roster-1, "Guest", loadgen.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = people.Stop(context.WithoutCancel(ctx)) }()
	part := part{
		title: "Three hundred people",
		text: fmt.Sprintf("A Chromium page of 1280 by 800 pixels in a meeting with %d others without media. The panel of the participants is\n"+
			"opened %d times by a click; “%s” is typed into its search and deleted again. Times run from the browser's\n"+
			"event until the change has been painted, so a frame of 16.7 ms is part of each.", roster-1, sc.openings, searched),
		columns: []string{"What", "median", "slowest"},
	}
	const view = "client"
	if err := browser.ask("open", view, nil, nil); err != nil {
		return err
	}
	if err := browser.ask("roster", view, map[string]any{"count": roster}, nil); err != nil {
		return err
	}
	var opened struct {
		Took []float64
		Rows int
	}
	if err := browser.ask("panel", view, map[string]any{"times": sc.openings}, &opened); err != nil {
		return err
	}
	var typed struct{ Letters, Lists []float64 }
	if err := browser.ask("typing", view, map[string]any{"text": searched}, &typed); err != nil {
		return err
	}
	if err := browser.ask("close", view, nil, nil); err != nil {
		return err
	}
	out.atMost("Opening the panel of 300 participants, slowest, ms", slices.Max(opened.Took), openMillis, "%.0f")
	out.atMost("A key in its search until the letter is seen, slowest, ms", slices.Max(typed.Letters), keyMillis, "%.0f")
	part.row(fmt.Sprintf("opening the panel (%d rows are drawn)", opened.Rows), ms(median(opened.Took)), ms(slices.Max(opened.Took)))
	part.row("a key in the search, until the letter is seen", ms(median(typed.Letters)), ms(slices.Max(typed.Letters)))
	part.row("a key in the search, until the list is what it finds", ms(median(typed.Lists)), ms(slices.Max(typed.Lists)))
	out.parts = append(out.parts, part)
	return nil
}
