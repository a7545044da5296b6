package main

import (
	"context"

	"github.com/anteroom/anteroom/bench/loadgen"
)

// startDemo runs the program, and a browser for pages of its demo meeting. stop
// ends both.
func startDemo(ctx context.Context, path string) (p *program, browser *pages, meeting loadgen.Meeting, stop func(), err error) {
	if p, err = startProgram(ctx, path); err != nil {
		return nil, nil, meeting, nil, err
	}
	if browser, err = startPages(ctx, p.url); err != nil {
		p.stop()
		return nil, nil, meeting, nil, err
	}
	stop = func() {
		browser.close()
		p.stop()
	}
	if meeting, err = loadgen.Demo(ctx, p.url); err != nil {
		stop()
		return nil, nil, meeting, nil, err
	}
	return p, browser, meeting, stop, nil
}
