package clustertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/signature"
)

// Of the 30 people in a meeting whose servers are restarted, four have a browser with a
// camera, four send sound, and the others are connected to the media server as well. All
// write.
const (
	withSound           = 4
	withoutPage         = 26
	restartSendInterval = 2 * time.Second
)

// Two nodes behind a load balancer are restarted one after the other.
func TestRollingRestart(t *testing.T) {
	long(t)
	var room anteroomtest.Meeting
	c := newCluster(t, func(s *anteroomtest.Server) {
		room = s.AddMeeting(anteroomtest.Meeting{Topic: "Rolling", Password: "anteroom", Capacity: 100})
	})
	restartUnderPeople(t, c.meeting(room), func() {
		for i := range c.nodes {
			c.nodes[i].end(syscall.SIGTERM)
			c.startNode(i)
			c.ready(2)
		}
	})
}

// A single node with SQLite and its own media server is restarted.
func TestRestartOfASingleNode(t *testing.T) {
	long(t)
	s := newSingle(t, t.TempDir(), 100)
	restartUnderPeople(t, s.m, func() {
		begin := time.Now()
		s.end(syscall.SIGTERM)
		stopped := time.Since(begin)
		t.Logf("the server stopped in %s and started in %s", stopped.Round(time.Millisecond), s.again().Round(time.Millisecond))
	})
}

// restartUnderPeople lets the browser test restart.spec.ts run in a meeting of 30 people.
func restartUnderPeople(t *testing.T, m loadgen.Meeting, restart func()) {
	t.Helper()
	var all people
	var talk *conversation
	var report struct {
		Sent  []string
		Pages []struct {
			Name                      string
			Received, Breaks, Control int
			Pictures                  map[string]int
			States                    []any
		}
	}
	control := http.NewServeMux()
	reply := func(path string, what func(r *http.Request) any) {
		control.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(what(r)) })
	}
	reply("/enter", func(*http.Request) any {
		all = append(enter(t, m, "Speaker", withSound, loadgen.Options{Sound: true}), enter(t, m, "Guest", withoutPage-withSound, loadgen.Options{Media: true})...)
		talk = all.talkEvery(t, restartSendInterval)
		talk.goesOn(t)
		return true
	})
	reply("/restart", func(*http.Request) any {
		restart()
		all.connected(t)
		for _, p := range all {
			if err := p.Sending(within(t)); err != nil {
				t.Errorf("%s has no media: %v", p.Name, err)
			}
		}
		return true
	})
	reply("/quiet", func(*http.Request) any { return talk.quiet() })
	reply("/report", func(r *http.Request) any { return json.NewDecoder(r.Body).Decode(&report) == nil })
	server := httptest.NewServer(control)
	defer server.Close()
	signed, err := signature.Sign(signature.SignOptions{
		Key: m.Key, Secret: m.Secret, MeetingNumber: m.Number,
		IssuedAt: time.Now().Add(-30 * time.Second), ExpiresAt: time.Now().Add(2 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	given, err := json.Marshal(map[string]any{
		"server": m.Server, "control": server.URL, "others": withoutPage,
		"join": map[string]string{"meetingNumber": m.Number, "password": m.Passcode, "signature": signed},
	})
	if err != nil {
		t.Fatal(err)
	}
	browser := exec.CommandContext(t.Context(), "npx", "playwright", "test", "tests/restart.spec.ts", "--workers=1", "--reporter=line")
	browser.Dir = filepath.Join("..", "..", "web", "e2e")
	browser.Env = append(os.Environ(), "ANTEROOM_RESTART="+string(given))
	if out, err := browser.CombinedOutput(); err != nil {
		t.Errorf("the browser test: %v\n%s", err, out)
	}
	if talk == nil {
		return
	}
	said := append(talk.quiet(), report.Sent...)
	talk.check(t, said)
	for _, page := range report.Pages {
		pauses := []int{}
		for _, pause := range page.Pictures {
			pauses = append(pauses, pause)
		}
		slices.Sort(pauses)
		t.Logf("%s: %d of %d messages received, %d breaks of the control channel, the longest %d ms; longest pauses of %d pictures in ms: %v; states %v",
			page.Name, page.Received, len(said), page.Breaks, page.Control, len(pauses), pauses, page.States)
	}
	for _, p := range all {
		t.Logf("%s: %d messages received, longest break of the control channel %d ms, of media %d ms",
			p.Name, len(p.Chat()), p.Control().Longest.Milliseconds(), p.Media().Longest.Milliseconds())
	}
}
