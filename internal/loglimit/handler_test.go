package loglimit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

// output is a log's text, and reports when it grows.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) count(text string) int { return strings.Count(o.String(), text) }

func open(level slog.Level) (*slog.Logger, *Handler, *output, *clockwork.FakeClock) {
	out, clock := &output{}, clockwork.NewFakeClock()
	h := New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level}), clock)
	return slog.New(h), h, out, clock
}

func TestAFloodOfOneMessageIsCounted(t *testing.T) {
	t.Parallel()
	log, _, out, clock := open(slog.LevelDebug)
	flood := func() {
		for i := range 10_000 {
			log.With("n", i).Warn("noise", "from", "a stranger")
		}
	}
	flood()
	log.Info("configuration reloaded")
	log.Error("noise") // another place in the code says the same
	if got := out.count(`"msg":"noise"`); got != PerMessage+1 {
		t.Errorf("%d lines of the noise, want %d", got, PerMessage+1)
	}
	if out.count("configuration reloaded") != 1 {
		t.Error("the noise has taken another line away")
	}
	clock.Advance(Interval)
	until(t, func() bool { return out.count(LeftOut) == 1 })
	if want := fmt.Sprintf(`"level":"WARN","msg":%q,"message":"noise","left_out":%d`, LeftOut, 10_000-PerMessage); out.count(want) != 1 {
		t.Errorf("no %s in %s", want, out.String())
	}
	flood()
	if got := out.count(`"msg":"noise"`); got != 2*PerMessage+1 {
		t.Errorf("%d lines after the second flood, want %d", got, 2*PerMessage+1)
	}
}

func TestAFloodOfManyMessagesIsCounted(t *testing.T) {
	t.Parallel()
	log, h, out, _ := open(slog.LevelInfo)
	for i := range 10_000 {
		log.Info(fmt.Sprint("made up ", i))
	}
	if got := out.count("made up"); got != PerPlace {
		t.Errorf("%d lines, want %d", got, PerPlace)
	}
	for _, site := range h.counter.callSites {
		if len(site.messages) > PerPlace {
			t.Errorf("%d messages are kept", len(site.messages))
		}
	}
	h.Close()
	if want := fmt.Sprintf(`"left_out":%d`, 10_000-PerPlace); out.count(want) != 1 {
		t.Errorf("no %s in %s", want, out.String()[len(out.String())-300:])
	}
	if len(h.counter.callSites) != 0 || h.counter.timer != nil {
		t.Error("something is kept after the end")
	}
}

func TestLinesOfDebuggingAreNotCounted(t *testing.T) {
	t.Parallel()
	log, _, out, _ := open(slog.LevelDebug)
	for range 3 * PerPlace {
		log.Debug("request")
	}
	if got := out.count("request"); got != 3*PerPlace {
		t.Errorf("%d lines, want all %d", got, 3*PerPlace)
	}
}

func TestLinesAreShort(t *testing.T) {
	t.Parallel()
	log, _, out, _ := open(slog.LevelDebug)
	long := strings.Repeat("ä", 20_000)
	log.With("first", long).Debug(long, "text", long, "error", errors.New(long), "bytes", []byte(long), "stack", long,
		slog.Group("group", "inside", long, "number", 7), "short", []string{"kept"}, "time", time.Second)
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatal(err)
	}
	for key, most := range map[string]int{"msg": messageBytes, "first": valueBytes, "text": valueBytes, "error": valueBytes, "stack": stackBytes} {
		text, _ := line[key].(string)
		text, said := strings.CutSuffix(text, "… [40000 bytes]")
		if !said || len(text) > most || len(text) < most-1 || strings.Trim(text, "ä") != "" {
			t.Errorf("%s has %d bytes, want %d: %.40s", key, len(text), most, text)
		}
	}
	if fmt.Sprint(line["short"]) != "[kept]" || line["time"] == nil || line["group"].(map[string]any)["number"] != 7.0 {
		t.Errorf("short values differ: %v %v", line["short"], line["time"])
	}
	if n := len(out.String()); n > lineBytes+valueBytes {
		t.Errorf("the line has %d bytes", n)
	}
	many := make([]any, 0, 2000)
	for i := range 1000 {
		many = append(many, fmt.Sprint("key", i), long)
	}
	before := len(out.String())
	log.Debug("many values", many...)
	if n := len(out.String()) - before; n > 2*lineBytes {
		t.Errorf("a connection of many values has %d bytes", n)
	}
}

// until waits for what the clock has set going.
func until(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("nothing happens")
		}
	}
}
