package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// authProxyShare is what the checks of media joins may cost, of a join.
const authProxyShare = 0.02

// measureAuthProxy compares media joins with and without the checks that stand before LiveKit.
func measureAuthProxy(ctx context.Context, out *report, pairs int) error {
	const pkg, name = "./internal/media/livekit", "BenchmarkMediaJoin"
	run := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^"+name+"$", "-benchtime", fmt.Sprintf("%dx", pairs), pkg)
	run.Stderr = os.Stderr
	output, err := run.Output()
	if err != nil {
		return fmt.Errorf("go test -bench: %w\n%s", err, output)
	}
	figures := map[string]float64{}
	for line := range strings.Lines(string(output)) {
		words := strings.Fields(line)
		if len(words) == 0 || !strings.HasPrefix(words[0], name) {
			continue
		}
		for i := 3; i < len(words); i += 2 {
			if figures[words[i]], err = strconv.ParseFloat(words[i-1], 64); err != nil {
				return err
			}
		}
	}
	checks, ok := figures["checks-of-cpu"]
	if !ok {
		return fmt.Errorf("%s said %q", name, output)
	}
	part := part{
		title: "Checks of a media join",
		text: fmt.Sprintf("A media join connects to /rtc, publishes a camera and ends when that is answered. %d pairs of joins, one through the\n"+
			"checks that stand before LiveKit and one past them, take turns in one process, which is client and server; ratios of\n"+
			"medians. The checks by themselves (limits, query, every message of both sides) are measured in the same run.", pairs),
		columns: []string{"What", "of a join past the checks"},
	}
	part.row("processor time of the checks by themselves", fmt.Sprintf("%.4f", checks))
	part.row("processor time of a join through the checks", fmt.Sprintf("%.3f", figures["of-cpu"]))
	part.row("duration of a join through the checks", fmt.Sprintf("%.3f", figures["of-time"]))
	out.parts = append(out.parts, part)
	out.atMost("Checks of a media join, of its processor time", checks, authProxyShare, "%.4f")
	return nil
}
