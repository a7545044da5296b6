package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
)

const (
	frameRatio = 1.15
	// backSeconds is how much longer a join may take whose place another tab had.
	backSeconds = 1
)

// measureFrames times joins until the first remote frame in real browsers.
func measureFrames(ctx context.Context, out *report, path string, runs int) error {
	p, err := startProgram(ctx, path)
	if err != nil {
		return err
	}
	defer p.stop()
	script := exec.CommandContext(ctx, "node", "bench/frames/measure.mjs", p.url, strconv.Itoa(runs))
	// Asked politely, it closes its browser; killed, it would leave it behind.
	script.Cancel = func() error { return script.Process.Signal(syscall.SIGTERM) }
	script.WaitDelay = stopTime
	var output bytes.Buffer
	script.Stdout, script.Stderr = &output, os.Stderr
	if err := script.Run(); err != nil {
		return fmt.Errorf("bench/frames/measure.mjs: %w", err)
	}
	var took struct {
		SDK, Bare   []float64
		First, Back []float64
		Marks       struct{ SDK, Bare []map[string]float64 }
	}
	if err := json.Unmarshal(output.Bytes(), &took); err != nil {
		return fmt.Errorf("bench/frames/measure.mjs said %.300q: %w", output.Bytes(), err)
	}
	if len(took.SDK) != runs || len(took.Bare) != runs {
		return fmt.Errorf("bench/frames/measure.mjs timed %d and %d joins, not %d", len(took.SDK), len(took.Bare), runs)
	}
	returns := len(took.First)
	if returns == 0 || len(took.Back) != returns {
		return fmt.Errorf("bench/frames/measure.mjs timed %d first joins and %d from another tab", returns, len(took.Back))
	}
	pairs := make([]float64, runs)
	for i := range pairs {
		pairs[i] = took.SDK[i] / took.Bare[i]
	}
	ratio := median(took.SDK) / median(took.Bare)
	out.atMost("First remote frame, of bare livekit-client", ratio, frameRatio, "%.2f")
	part := part{
		title: "First remote frame",
		text: fmt.Sprintf("Component View's `join()` against bare livekit-client on the same server and meeting, %d pairs in turn, in\n"+
			"fresh Chromium pages with all scripts loaded that then rested for half a second. Both clocks start before the join request is sent and end\n"+
			"when the first frame of the remote camera is presented.", runs),
		columns: []string{"Page", "median", "fastest", "slowest"},
	}
	for _, kind := range []struct {
		name string
		took []float64
	}{{"Component View", took.SDK}, {"bare livekit-client", took.Bare}} {
		part.row(kind.name, ms(median(kind.took)), ms(slices.Min(kind.took)), ms(slices.Max(kind.took)))
	}
	part.row("ratio of the medians", fmt.Sprintf("%.2f", ratio), "", "")
	part.row("median of the pairs' ratios", fmt.Sprintf("%.2f", median(pairs)), "", "")
	longer := make([]float64, returns)
	for i := range longer {
		longer[i] = took.Back[i] - took.First[i]
	}
	out.atMost("Back from another tab, longer than a first join, s", slices.Max(longer)/1000, backSeconds, "%.2f")
	out.parts = append(out.parts, part, stepsPart(took.Marks.SDK, took.Marks.Bare), backPart(took.First, took.Back, longer))
	return nil
}

// backPart compares a host's first join with the next one, from another tab.
func backPart(first, back, longer []float64) part {
	p := part{
		title: "Back after closing the tab",
		text: fmt.Sprintf("A host with a ZAK joins, the tab is closed, and the host joins from another one that is loaded, %d times;\n"+
			"from the call of `join()` to the first frame of the remote camera.", len(first)),
		columns: []string{"Join", "median", "fastest", "slowest"},
	}
	for _, kind := range []struct {
		name string
		took []float64
	}{{"first", first}, {"from another tab", back}, {"the second, longer than the first", longer}} {
		p.row(kind.name, ms(median(kind.took)), ms(slices.Min(kind.took)), ms(slices.Max(kind.took)))
	}
	return p
}

// stepsPart reports when each step on the way to the first frame was reached.
func stepsPart(sdk, bare []map[string]float64) part {
	reached := func(runs []map[string]float64) map[string]float64 {
		each := map[string][]float64{}
		for _, run := range runs {
			for step, at := range run {
				each[step] = append(each[step], at)
			}
		}
		medians := map[string]float64{}
		for step, times := range each {
			medians[step] = median(times)
		}
		return medians
	}
	ours, theirs := reached(sdk), reached(bare)
	steps := slices.SortedFunc(maps.Keys(ours), func(a, b string) int { return cmp.Compare(ours[a], ours[b]) })
	p := part{
		title:   "The way to the first frame",
		text:    "When each step of the joins above was reached first, from the call on; medians.",
		columns: []string{"Step", "Component View", "bare livekit-client"},
	}
	for _, step := range steps {
		other := ""
		if at, found := theirs[step]; found {
			other = ms(at)
		}
		p.row(step, ms(ours[step]), other)
	}
	return p
}
