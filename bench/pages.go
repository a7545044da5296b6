package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// pages is real browser pages of a server's demo meeting, one a view, held by
// pages/pages.mjs. Commands are answered one after the other.
type pages struct {
	script *exec.Cmd
	to     io.WriteCloser
	from   *bufio.Reader
}

func startPages(ctx context.Context, server string) (*pages, error) {
	p := &pages{script: exec.CommandContext(ctx, "node", "bench/pages/pages.mjs", server)}
	// Asked politely, it closes its browser; killed, it would leave it behind.
	p.script.Cancel = func() error { return p.script.Process.Signal(syscall.SIGTERM) }
	p.script.WaitDelay = stopTime
	p.script.Stderr = os.Stderr
	out, err := p.script.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.to, err = p.script.StdinPipe(); err != nil {
		return nil, err
	}
	p.from = bufio.NewReader(out)
	return p, p.script.Start()
}

// ask carries out a command of the script on a view's page and reads the response
// into a value that may be nil.
func (p *pages) ask(command, view string, with map[string]any, into any) error {
	line := map[string]any{"do": command, "view": view}
	for name, value := range with {
		line[name] = value
	}
	if err := json.NewEncoder(p.to).Encode(line); err != nil {
		return fmt.Errorf("pages.mjs: %w", err)
	}
	raw, err := p.from.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("pages.mjs ended at %s: %w", command, err)
	}
	var response struct {
		OK    json.RawMessage
		Error string
	}
	if err := json.Unmarshal(raw, &response); err != nil {
		return fmt.Errorf("pages.mjs said %.300q: %w", raw, err)
	}
	if response.Error != "" {
		return errors.New(response.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(response.OK, into)
}

// close ends the browser.
func (p *pages) close() {
	_ = p.to.Close()
	if err := p.script.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: pages.mjs:", err)
	}
}
