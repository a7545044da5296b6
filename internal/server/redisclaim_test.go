package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/realtime/redistest"
	"github.com/anteroom/anteroom/internal/store"
)

func TestNodesOfOneDatabaseClaimOneRedis(t *testing.T) {
	t.Parallel()
	stored, err := store.Open(t.Context(), store.Config{URL: filepath.Join(t.TempDir(), "anteroom.db"), Key: make([]byte, 32), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stored.Close() })
	node := func(id *atomic.Value) *redisClaim {
		return &redisClaim{
			id: func() (string, error) { return id.Load().(string), nil }, store: stored, log: slog.New(slog.DiscardHandler), beat: 20 * time.Millisecond,
		}
	}
	var one, two atomic.Value
	one.Store("one")
	two.Store("two")
	first := node(&one)
	if err := first.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := node(&one).take(t.Context()); err != nil {
		t.Fatalf("a node with the same Redis: %v", err)
	}
	alive, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		first.renewLoop(alive)
	}()
	if err := node(&two).take(t.Context()); !errors.Is(err, errOtherRedis) {
		t.Fatalf("a node with another Redis: %v", err)
	}
	// The Redis loses its data: the running node claims it anew, and a new node waits
	// for that.
	one.Store("one-emptied")
	if err := node(&one).take(t.Context()); err != nil {
		t.Fatalf("a node whose Redis has lost its data: %v", err)
	}
	stop()
	<-ended
	// All nodes have ended: the next may use another Redis.
	third := node(&two)
	if err := third.take(t.Context()); err != nil {
		t.Fatalf("another Redis after all nodes have ended: %v", err)
	}
	// A node that was cut off meanwhile neither takes the claim back nor serves.
	if err := first.repeat(t.Context()); err != nil || !first.isolated.Load() {
		t.Fatalf("a node that is apart does not know it: %v", err)
	}
	if err := third.repeat(t.Context()); err != nil || third.isolated.Load() {
		t.Fatalf("the claim was taken back: %v", err)
	}
}

func TestNodesWithDifferentRedisOrKeysAreRefused(t *testing.T) {
	t.Parallel()
	data, redis, other := t.TempDir(), redistest.Start(t), redistest.Start(t)
	start := func(redis string, key byte) (*Server, error) {
		return Start(t.Context(), Config{
			Mode: Production, Listen: "127.0.0.1:0", Data: data, PublicURL: "https://meet.example", TrustedProxies: []string{"127.0.0.1"},
			EncryptionKey: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{key}, 32)), Redis: redis,
			Media: Media{External: External{URL: "ws://127.0.0.1:1", Key: "key", Secret: strings.Repeat("s", 32)}},
		}, Parts{})
	}
	first, err := start(redis, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close(context.WithoutCancel(t.Context())) }()
	for says, begin := range map[string]func() (*Server, error){
		"use another Redis": func() (*Server, error) { return start(other, 1) },
		"encryption":        func() (*Server, error) { return start(redis, 2) },
	} {
		s, err := begin()
		if err == nil {
			_ = s.Close(context.WithoutCancel(t.Context()))
			t.Fatalf("it started; want %q", says)
		}
		if !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	second, err := start(redis, 1)
	if err != nil {
		t.Fatalf("a node with the same Redis and key: %v", err)
	}
	_ = second.Close(context.WithoutCancel(t.Context()))
}
