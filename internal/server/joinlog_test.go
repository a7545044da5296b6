package server

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/loglimit"
	"github.com/anteroom/anteroom/internal/session"
)

func TestAFloodOfRefusedJoinsIsCounted(t *testing.T) {
	t.Parallel()
	out := &logText{}
	lines := loglimit.New(slog.NewJSONHandler(out, nil), clockwork.NewFakeClock())
	log := &joinLog{slog.New(lines)}
	refuse := func(id, meeting string, believed bool) {
		log.write(&session.JoinRecord{ID: id, Attempt: &admission.Attempt{MeetingNumber: meeting, RemoteIP: "192.0.2.1"}, Verdict: &admission.Verdict{
			Believed: believed, Decision: &admission.Finding{Code: 3712, Name: "SIGNATURE_INVALID", Cause: "secret_unknown"},
		}})
	}
	for range 1000 {
		refuse("noise", "81234567890", false)
	}
	cancel := func(id string, believed bool) {
		log.write(&session.JoinRecord{ID: id, Attempt: &admission.Attempt{}, Verdict: &admission.Verdict{Believed: believed, Decision: admission.Cancellation()}})
	}
	for range loglimit.PerMessage {
		cancel("gone", true)
	}
	refuse("real", "h.example/j/81234567890?pwd=secret", true)
	lines.Close()
	refuse("later", "", false)

	count := map[string]int{}
	for line := range strings.Lines(out.text()) {
		var said struct {
			Msg, Message, Attempt, Meeting, Cause, Address string
			Code                                           int
			LeftOut                                        int `json:"left_out"`
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatal(err)
		}
		count[said.Msg+" "+said.Attempt]++
		if strings.HasSuffix(said.Msg, "join refused") && (said.Code != 3712 || said.Cause != "secret_unknown" || said.Address != "192.0.2.1") {
			t.Errorf("odd line %s", line)
		}
		if said.Msg == loglimit.LeftOut && (said.Message != "unsigned join refused" || said.LeftOut != 1000-loglimit.PerMessage) {
			t.Errorf("odd count %s", line)
		}
	}
	for line, want := range map[string]int{"unsigned join refused noise": loglimit.PerMessage, "join refused real": 1, "join cancelled gone": loglimit.PerMessage, "unsigned join refused later": 1, loglimit.LeftOut + " ": 1} {
		if count[line] != want {
			t.Errorf("%q: %d lines, want %d", line, count[line], want)
		}
	}
	if strings.Contains(out.text(), "pwd") {
		t.Error("a link was logged")
	}
}
