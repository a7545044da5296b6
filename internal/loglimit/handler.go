// Package loglimit bounds what a log takes, whoever causes its lines: how many there
// are of each kind, and how long they may be.
package loglimit

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// Limits of the lines from info on. A kind of line is a place in the code together with
// a message, so that no kind takes another's share; what one place says in many
// messages has a limit of its own. Lines of debugging are not counted.
const (
	Interval   = 10 * time.Second
	PerMessage = 50
	PerPlace   = 100
)

// LeftOut is the message of the line that follows when lines were left out: it has
// theirs as "message" and their number as "left_out".
const LeftOut = "more lines like this left out"

// Handler is a slog.Handler in front of another.
type Handler struct {
	next    slog.Handler
	counter *counter
}

// New returns a handler whose intervals follow the clock.
func New(next slog.Handler, clock clockwork.Clock) *Handler {
	return &Handler{next, &counter{next: next, clock: clock, callSites: map[uintptr]*callSite{}}}
}

// Close writes how many lines were left out. Lines that come later are written as well.
func (h *Handler) Close() { h.counter.flush() }

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo && !h.counter.allow(&r) {
		return nil
	}
	return h.next.Handle(ctx, short(&r))
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	left := lineBytes
	return &Handler{h.next.WithAttrs(shortAttrs(attrs, &left)), h.counter}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{h.next.WithGroup(name), h.counter}
}

// counter counts the lines of an interval, which the first of them begins. Nothing is
// kept from one to the next.
type counter struct {
	next  slog.Handler
	clock clockwork.Clock

	mu        sync.Mutex
	timer     clockwork.Timer // nil until there is a line
	callSites map[uintptr]*callSite
}

// callSite is a place in the code.
type callSite struct {
	lines    int
	messages map[string]*kind // at most PerPlace
	others   kind
}

type kind struct {
	lines, leftOut int
	level          slog.Level
}

func (k *kind) leaveOut(level slog.Level) {
	k.leftOut++
	k.level = max(k.level, level)
}

// allow counts a line and reports whether it may be written.
func (c *counter) allow(r *slog.Record) bool {
	message := truncate(r.Message, messageBytes)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer == nil {
		c.timer = c.clock.AfterFunc(Interval, c.flush)
	}
	site := c.callSites[r.PC]
	if site == nil {
		site = &callSite{messages: map[string]*kind{}}
		c.callSites[r.PC] = site
	}
	k := site.messages[message]
	if k == nil {
		if site.lines == PerPlace {
			site.others.leaveOut(r.Level)
			return false
		}
		k = &kind{}
		site.messages[strings.Clone(message)] = k
	}
	if k.lines == PerMessage || site.lines == PerPlace {
		k.leaveOut(r.Level)
		return false
	}
	k.lines++
	site.lines++
	return true
}

// flush ends the interval.
func (c *counter) flush() {
	c.mu.Lock()
	places := c.callSites
	c.callSites = map[uintptr]*callSite{}
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	c.mu.Unlock()
	var lines []slog.Record
	add := func(message string, k *kind) {
		if k.leftOut > 0 {
			line := slog.NewRecord(c.clock.Now(), k.level, LeftOut, 0)
			line.AddAttrs(slog.String("message", message), slog.Int("left_out", k.leftOut))
			lines = append(lines, line)
		}
	}
	for _, site := range places {
		for message, k := range site.messages {
			add(message, k)
		}
		add("others from the same place", &site.others)
	}
	slices.SortFunc(lines, func(a, b slog.Record) int { return cmp.Compare(b.Level, a.Level) })
	for _, line := range lines {
		if ctx := context.Background(); c.next.Enabled(ctx, line.Level) {
			_ = c.next.Handle(ctx, line)
		}
	}
}
