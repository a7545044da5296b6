package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is the built server as a process of its own, in development mode.
type program struct {
	cmd    *exec.Cmd
	url    string
	folder string
	// ready is how long it took from the start of the process to healthy.
	ready time.Duration
}

// startTime bounds a start.
const startTime = 30 * time.Second

// startProgram starts the built program on a new data folder and waits until it
// serves joins.
func startProgram(ctx context.Context, path string) (_ *program, err error) {
	folder, err := os.MkdirTemp("", "anteroom-bench-")
	if err != nil {
		return nil, err
	}
	p := &program{folder: folder}
	p.cmd = exec.CommandContext(ctx, path, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(folder, "data"), "--media-port", "0", "--json", "--log", "error")
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopTime
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not say where it listens: %w", filepath.Base(path), err)
	}
	var output struct{ Listening string }
	if err := json.Unmarshal(line, &output); err != nil {
		return nil, fmt.Errorf("%s said %q: %w", filepath.Base(path), line, err)
	}
	p.url = output.Listening
	waiting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		if status, _, err := call(waiting, http.MethodGet, p.url+"/readyz", nil); err == nil && status == http.StatusOK {
			p.ready = time.Since(begin)
			return p, nil
		}
		if err := pause(waiting, time.Millisecond); err != nil {
			return nil, fmt.Errorf("%s did not get healthy: %w", filepath.Base(path), err)
		}
	}
}

// stop ends the process as an operator would, and removes its data.
func (p *program) stop() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait()
	}
	if err := os.RemoveAll(p.folder); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// resident is the process's memory that is in RAM, in MB.
func (p *program) resident() (float64, error) { return p.counted("VmRSS") }

// counted is one of the kernel's counts of the process's memory, in MB.
func (p *program) counted(name string) (float64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	kib, err := strconv.ParseFloat(strings.TrimSuffix(field(text, name, ""), " kB"), 64)
	return kib * 1024 / 1e6, err
}

// visit joins the demo meeting and leaves it, which starts the media engine.
func (p *program) visit(ctx context.Context) error {
	var world struct {
		Defaults struct{ MeetingNumber, Password string }
	}
	var signed struct{ Signature string }
	var participant struct{ ResumeToken string }
	if err := p.ask(ctx, http.MethodGet, "/dev/v1/world", nil, &world); err != nil {
		return err
	}
	number := world.Defaults.MeetingNumber
	if err := p.ask(ctx, http.MethodPost, "/dev/v1/signature", map[string]any{"meetingNumber": number, "role": 0}, &signed); err != nil {
		return err
	}
	err := p.ask(ctx, http.MethodPost, "/sdk/v1/join", map[string]any{
		"joinId": "bench-visit", "view": "component", "sdkVersion": "6.2.0", "meetingNumber": number, "userName": "Kim",
		"signature": signed.Signature, "password": world.Defaults.Password,
	}, &participant)
	if err != nil {
		return err
	}
	return p.ask(ctx, http.MethodPost, "/sdk/v1/leave", map[string]any{"resumeToken": participant.ResumeToken}, nil)
}

func (p *program) ask(ctx context.Context, method, path string, send, into any) error {
	status, body, err := call(ctx, method, p.url+path, send)
	if err != nil {
		return err
	}
	if status != http.StatusOK && status != http.StatusNoContent {
		return fmt.Errorf("%s returned %d: %.300s", path, status, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

// call is one HTTP call with a JSON body or none.
func call(ctx context.Context, method, url string, send any) (status int, body []byte, err error) {
	var from io.Reader
	if send != nil {
		raw, err := json.Marshal(send)
		if err != nil {
			return 0, nil, err
		}
		from = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, from)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxResponse))
	return response.StatusCode, body, err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
