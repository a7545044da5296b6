package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/rogue"
)

// A few attackers, for some seconds, do everything that 200 do in `make test-memory`.
func TestAttackersTakeLittleMemory(t *testing.T) {
	const (
		attackers = 20
		length    = 5 * time.Second
		// each is what an attacker may take: four control connections with their
		// queues, and media sessions that begin and end.
		each = 3 << 20
	)
	cmd, url := serving(t, filepath.Join(t.TempDir(), "data"))
	defer func() { _, _ = cmd.Process.Signal(syscall.SIGTERM), cmd.Wait() }()
	meeting, err := loadgen.Demo(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	bystander, err := loadgen.StartRejoiner(t.Context(), meeting, "Ann", loadgen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bystander.Leave(context.WithoutCancel(t.Context())) }()
	target := meeting
	target.Passcode = ""
	var world struct {
		Meetings []struct{ Number, Topic string }
	}
	answer(t, url+"/dev/v1/world", &world)
	for _, one := range world.Meetings {
		if one.Topic == "Open door, no passcode" {
			target.Number = one.Number
		}
	}
	held := func() int {
		var memory struct{ HeapBytes int }
		answer(t, url+"/dev/v1/memory", &memory)
		return memory.HeapBytes
	}

	before, most := held(), 0
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	tried := make(chan map[string]int, 1)
	go func() { tried <- rogue.Attack(ctx, target, attackers) }()
	var said []string
	for ctx.Err() == nil {
		most = max(most, held())
		said = append(said, fmt.Sprintf("message %d", len(said)))
		if err := bystander.SendChat(t.Context(), said[len(said)-1]); err != nil {
			t.Error(err)
		}
		time.Sleep(250 * time.Millisecond)
	}
	t.Logf("%d MB before, %d MB at most; tried %v", before/1e6, most/1e6, <-tried)
	if most > before+attackers*each {
		t.Errorf("the heap grew from %d to %d bytes", before, most)
	}
	if err := bystander.Has(t.Context(), said...); err != nil {
		t.Error(err)
	}
}

func answer(t *testing.T, url string, into any) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
