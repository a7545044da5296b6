package realtime

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/centrifugal/centrifuge"
)

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func TestTokens(t *testing.T) {
	h := &Hub{keys: newMACs(testKey)}
	for _, ref := range []ParticipantRef{{"a", 1}, {"01J0.with.dots", 0}, {strings.Repeat("x", maxParticipantID), 1 << 30}, {"ü/ ", 7}} {
		if got, ok := h.readToken(token(t, h, ref.ParticipantID, ref.Generation)); !ok || got != ref {
			t.Errorf("%+v comes back as %+v, %v", ref, got, ok)
		}
	}
	for _, ref := range []ParticipantRef{{"", 1}, {strings.Repeat("x", maxParticipantID+1), 1}, {"a", -1}} {
		if text, err := h.Token(ref.ParticipantID, ref.Generation, time.Hour); err == nil {
			t.Errorf("%+v gets %s", ref, text)
		}
	}
	good := token(t, h, "a", 1)
	other := &Hub{keys: newMACs([]byte(strings.Repeat("o", 32)))}
	signed := func(body string) string {
		sum := h.keys.sum(body)
		return body + "." + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	for name, text := range map[string]string{
		"another key":         token(t, other, "a", 1),
		"another participant": "b" + good[1:],
		"cut":                 good[:len(good)-1],
		"longer":              good + "A",
		"no signature":        good[:strings.LastIndexByte(good, '.')],
		"over long":           strings.Repeat("x", 5000) + good,
		"empty":               "",
		"dots":                "...",
		"signed rubbish":      signed("a"),
		"no generation":       signed("a.zzzzzzz"),
		"odd generation":      signed("a.x.zzzzzzz"),
		"odd time":            signed("a.1.!"),
		"signed not admitted": signed(".1.zzzzzzz"),
		"over":                signed("a.1." + "1"),
	} {
		if ref, ok := h.readToken(text); ok {
			t.Errorf("%s: %q is taken for %+v", name, text, ref)
		}
	}
}

func TestCloseReasonsFitACloseFrame(t *testing.T) {
	for code := range closeReasons {
		if reason := disconnect(code).Reason; reason == "" || len(reason) > 123 {
			t.Errorf("%d: %q", code, reason)
		}
	}
}

func TestLogHoldsNoTokens(t *testing.T) {
	var log strings.Builder
	h, _ := startHub(t, newFakeBackend(), func(c *Config) { c.Logger = textLogger(&log) })
	text := token(t, h, "a", 1)
	h.logEntry(centrifuge.LogEntry{
		Level: centrifuge.LogLevelError, Message: "something",
		Fields: map[string]any{"error": "cannot read " + text + " here", "req": text, "data": 7},
	})
	if mac := text[strings.LastIndexByte(text, '.')+1:]; strings.Contains(log.String(), mac) {
		t.Error(log.String())
	}
	if !containsAny(log.String(), "cannot read") {
		t.Errorf("the error is missing: %s", log.String())
	}
}

func FuzzReadToken(f *testing.F) {
	h := &Hub{keys: newMACs(testKey)}
	f.Add(token(f, h, "a", 1))
	f.Add("a.1.zz.")
	f.Fuzz(func(t *testing.T, text string) {
		if ref, ok := h.readToken(text); ok && !strings.HasPrefix(text, ref.ParticipantID+".") {
			t.Errorf("%q is taken for %+v", text, ref)
		}
	})
}

func BenchmarkToken(b *testing.B) {
	h := &Hub{keys: newMACs(testKey)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Token("01J9Z3M0C5XG7A8T2V4W6Y1B3D", 3, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadToken(b *testing.B) {
	h := &Hub{keys: newMACs(testKey)}
	text := token(b, h, "01J9Z3M0C5XG7A8T2V4W6Y1B3D", 3)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := h.readToken(text); !ok {
			b.Fatal("not read")
		}
	}
}
