package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
)

const frameRatio = 1.15

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
	var said bytes.Buffer
	script.Stdout, script.Stderr = &said, os.Stderr
	if err := script.Run(); err != nil {
		return fmt.Errorf("bench/frames/measure.mjs: %w", err)
	}
	var took struct{ SDK, Bare []float64 }
	if err := json.Unmarshal(said.Bytes(), &took); err != nil {
		return fmt.Errorf("bench/frames/measure.mjs said %.300q: %w", said.Bytes(), err)
	}
	if len(took.SDK) != runs || len(took.Bare) != runs {
		return fmt.Errorf("bench/frames/measure.mjs timed %d and %d joins, not %d", len(took.SDK), len(took.Bare), runs)
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
			"fresh Chromium pages with all scripts loaded. Both clocks start before the join request is sent and end\n"+
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
	out.parts = append(out.parts, part)
	return nil
}
