package server

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/session"
)

func TestAFloodOfRefusedJoinsIsCounted(t *testing.T) {
	t.Parallel()
	out := &logText{}
	log := newJoinLog(slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	var over []func()
	after := func(d time.Duration, tell func()) *time.Timer {
		if d != time.Second {
			t.Errorf("told after %s", d)
		}
		over = append(over, tell)
		return nil
	}
	log.signed.after, log.others.after = after, after
	refuse := func(id, meeting string, believed bool) {
		log.write(&session.Attempted{ID: id, Attempt: &admission.Attempt{MeetingNumber: meeting, RemoteIP: "192.0.2.1"}, Verdict: &admission.Verdict{
			Believed: believed, Decision: &admission.Finding{Code: 3712, Name: "SIGNATURE_INVALID", Cause: "secret_unknown"},
		}})
	}
	for range 1000 {
		refuse("noise", "81234567890", false)
	}
	refuse("real", "h.example/j/81234567890?pwd=secret", true)
	for _, tell := range over {
		tell()
	}
	over = nil
	refuse("later", "", false)

	count := map[string]int{}
	for line := range strings.Lines(out.text()) {
		var said struct {
			Msg, Attempt, Meeting, Cause, Address string
			Code                                  int
			LeftOut                               int `json:"left_out"`
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatal(err)
		}
		count[said.Msg+" "+said.Attempt]++
		if said.Msg == "join refused" && (said.Code != 3712 || said.Cause != "secret_unknown" || said.Address != "192.0.2.1") {
			t.Errorf("odd line %s", line)
		}
		if said.Msg == "more joins refused" && said.LeftOut != 1000-refusalsPerSecond {
			t.Errorf("odd count %s", line)
		}
	}
	for line, want := range map[string]int{"join refused noise": refusalsPerSecond, "join refused real": 1, "join refused later": 1, "more joins refused ": 1} {
		if count[line] != want {
			t.Errorf("%q: %d lines, want %d", line, count[line], want)
		}
	}
	if len(over) != 1 {
		t.Error("a new second has not begun")
	}
	if strings.Contains(out.text(), "pwd") {
		t.Error("a link was logged")
	}
}
