package main

import (
	"context"
	"fmt"
	"time"
)

// Targets of the program.
const (
	readySeconds = 1.0
	idleMegabyte = 130.0
)

// measureProgram starts the built program several times, and weighs it.
func measureProgram(ctx context.Context, out *report, path string, starts int, settle time.Duration) error {
	var ready []float64
	var fresh, settled, after float64
	for i := range starts {
		p, err := startProgram(ctx, path)
		if err != nil {
			return err
		}
		ready = append(ready, p.ready.Seconds())
		if i == starts-1 {
			fresh, settled, after, err = p.weigh(ctx, settle)
		}
		p.stop()
		if err != nil {
			return err
		}
	}
	out.atMost("Start to ready with the demo data, s", median(ready), readySeconds, "%.2f")
	out.atMost("Idle, resident MB", max(settled, after), idleMegabyte, "%.0f")
	p := part{
		title:   "The program",
		text:    fmt.Sprintf("Development mode with an empty data directory: each of %d starts creates the schema and the demo data.", starts),
		columns: []string{"What", "Figure"},
	}
	p.row("start to `GET /readyz` 200, median", fmt.Sprintf("%.2f s", median(ready)))
	p.row("resident when ready", fmt.Sprintf("%.0f MB", fresh))
	p.row(fmt.Sprintf("resident %v later", settle), fmt.Sprintf("%.0f MB", settled))
	p.row(fmt.Sprintf("resident %v after somebody joined and left, media engine up", settle), fmt.Sprintf("%.0f MB", after))
	out.parts = append(out.parts, p)
	return nil
}

// weigh is the resident memory when ready, when nothing happened for a while,
// and a while after a visit that started the media engine.
func (p *program) weigh(ctx context.Context, settle time.Duration) (fresh, settled, after float64, err error) {
	if fresh, err = p.resident(); err != nil {
		return fresh, settled, after, err
	}
	if err = pause(ctx, settle); err != nil {
		return fresh, settled, after, err
	}
	if settled, err = p.resident(); err != nil {
		return fresh, settled, after, err
	}
	if err = p.visit(ctx); err != nil {
		return fresh, settled, after, err
	}
	if err = pause(ctx, settle); err != nil {
		return fresh, settled, after, err
	}
	after, err = p.resident()
	return fresh, settled, after, err
}
