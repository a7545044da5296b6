package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/server"
)

func inject(t *testing.T, s *anteroomtest.Server, format string, args ...any) (view httpapi.FaultView) {
	t.Helper()
	status, raw := callDev(t, s, "POST", "/dev/v1/faults", fmt.Sprintf(format, args...), &view)
	if status != http.StatusCreated || view.ID == "" {
		t.Fatalf("not injected: %d %s", status, raw)
	}
	return view
}

func activeFaults(t *testing.T, s *anteroomtest.Server) []httpapi.FaultView {
	t.Helper()
	var list struct{ Faults []httpapi.FaultView }
	if status, raw := callDev(t, s, "GET", "/dev/v1/faults", "", &list); status != http.StatusOK || list.Faults == nil {
		t.Fatalf("no list: %d %s", status, raw)
	}
	return list.Faults
}

// tryJoin posts a join that may get no answer; it returns the HTTP client's error,
// or the status.
func tryJoin(ctx context.Context, t *testing.T, s *anteroomtest.Server, body []byte) (int, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/sdk/v1/join", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	// A connection of its own, on which Go repeats nothing.
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	response.Body.Close()
	return response.StatusCode, nil
}

func joinBody(t *testing.T, s *anteroomtest.Server, number string) []byte {
	t.Helper()
	raw, err := json.Marshal(s.Request(anteroomtest.Join{Meeting: number, JoinID: uuid.NewString()}))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAJoinNeverReturns(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Held", Capacity: 1})
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Other"})
	view := inject(t, s, `{"point":"join","kind":"hang","meetingNumber":%q}`, room.Number)
	if *view.Count != 1 || *view.Remaining != 1 {
		t.Fatalf("odd fault %+v", view)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: other.Number}), 0, "")
	body := joinBody(t, s, room.Number)
	// The page gives up and tries again under the same joinId: it is the same join.
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if status, err := tryJoin(ctx, t, s, body); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("it was answered: %d %v", status, err)
		}
		cancel()
	}
	if list := activeFaults(t, s); len(list) != 1 || *list[0].Remaining != 0 {
		t.Fatalf("odd list %+v", list)
	}
	answered := make(chan int)
	go func() {
		status, _ := tryJoin(context.WithoutCancel(t.Context()), t, s, body)
		answered <- status
	}()
	select {
	case status := <-answered:
		t.Fatalf("it was answered with %d", status)
	case <-time.After(100 * time.Millisecond):
	}
	if status, raw := callDev(t, s, "DELETE", "/dev/v1/faults/"+view.ID, "", nil); status != http.StatusNoContent {
		t.Fatalf("not removed: %d %s", status, raw)
	}
	if status := <-answered; status != http.StatusOK {
		t.Fatalf("once let go it was answered with %d", status)
	}
	if status, _ := callDev(t, s, "DELETE", "/dev/v1/faults/"+view.ID, "", nil); status != http.StatusNotFound {
		t.Fatalf("removed twice: %d", status)
	}
}

func TestAJoinIsDroppedRefusedOrLate(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})

	inject(t, s, `{"point":"join","kind":"drop","meetingNumber":%q}`, room.Number)
	if status, err := tryJoin(t.Context(), t, s, joinBody(t, s, room.Number)); !errors.Is(err, io.EOF) {
		t.Fatalf("not dropped: %d %v", status, err)
	}
	inject(t, s, `{"point":"join","kind":"error","count":2}`)
	refused := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, refused, 4009, "internal")
	var attempt struct{ Attempt httpapi.AttemptView }
	deadline := time.Now().Add(testTimeout)
	for {
		status, raw := callDev(t, s, "GET", "/dev/v1/attempts/"+refused.AttemptID, "", &attempt)
		if status == http.StatusOK {
			if !strings.Contains(raw, `"cause":"internal"`) {
				t.Fatalf("odd record %s", raw)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the attempt was not recorded: %d %s", status, raw)
		}
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4009, "internal")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")

	inject(t, s, `{"point":"join","kind":"delay","delay":"300ms"}`)
	begin := time.Now()
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")
	if took := time.Since(begin); took < 300*time.Millisecond {
		t.Fatalf("it took only %s", took)
	}
	callDev(t, s, "DELETE", "/dev/v1/faults", "", nil)
	if list := activeFaults(t, s); len(list) != 0 {
		t.Fatalf("still active: %+v", list)
	}
}

func TestTheStorageFailsForAJoin(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	other := s.AddMeeting(anteroomtest.Meeting{Topic: "Other"})
	inject(t, s, `{"point":"store","kind":"error","meetingNumber":%q}`, room.Number)
	expect(t, s.Join(anteroomtest.Join{Meeting: other.Number}), 0, "")
	// A join that asks the storage nothing is no event.
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"zak": "a", "obfToken": "b", "signature": ""}}), 4003, "")
	a := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, a, 4009, "storage_unavailable")
	if a.HTTPStatus != http.StatusServiceUnavailable || !strings.Contains(a.Evidence, "injected") {
		t.Fatalf("odd answer %s", a.Body)
	}
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 0, "")

	inject(t, s, `{"point":"store","kind":"delay","delay":"300ms"}`)
	begin := time.Now()
	back := s.Join(anteroomtest.Join{Meeting: room.Number, ResumeToken: s.Join(anteroomtest.Join{Meeting: room.Number}).ResumeToken})
	expect(t, back, 0, "")
	if took := time.Since(begin); took < 300*time.Millisecond || took > 900*time.Millisecond {
		t.Fatalf("one join was to be late once, and two took %s", took)
	}
}

func TestTheMediaServerFails(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "For two", Capacity: 2})
	inside := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, inside, 0, "")
	inject(t, s, `{"point":"media","kind":"error","meetingNumber":%q}`, room.Number)
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number}), 4009, "media_unavailable")
	// The participant was released.
	second := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, second, 0, "")

	// By number: the one is refused at the proxy, the other is not.
	connect := func(a anteroomtest.JoinResponse) int {
		status, _ := callDev(t, s, "GET", "/rtc/validate?access_token="+a.Media.Token, "", nil)
		return status
	}
	inject(t, s, `{"point":"media","kind":"error","meetingNumber":%q,"userId":%d,"count":2}`, room.Number, second.Participant.UserID)
	if got := connect(inside); got != http.StatusOK {
		t.Fatalf("somebody else's connection attempt returns %d", got)
	}
	if got := connect(second); got != http.StatusServiceUnavailable {
		t.Fatalf("the connection attempt returns %d", got)
	}
	if a := s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+second.ResumeToken+`"}`)); a.HTTPStatus != http.StatusServiceUnavailable {
		t.Fatalf("a fresh token: %d %s", a.HTTPStatus, a.Body)
	}
	if got := connect(second); got != http.StatusOK {
		t.Fatalf("the fault is over and the connection attempt returns %d", got)
	}
}

// awaitReconnecting waits until the host is shown that somebody's connection is lost.
func awaitReconnecting(host *page) {
	host.t.Helper()
	for !strings.Contains(string(host.await("participant.updated").Data), `"reconnecting"`) {
		continue
	}
}

func TestTheControlChannelFails(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	only := fmt.Sprintf(`"meetingNumber":%q,"userId":%d`, room.Number, response.Participant.UserID)

	inject(t, s, `{"point":"realtime","kind":"error",%s}`, only)
	host.command("seat.hand", map[string]any{"raised": true})
	guest.refused("seat.hand", map[string]any{"raised": true}, 1005)
	guest.command("seat.hand", map[string]any{"raised": true})

	inject(t, s, `{"point":"realtime","kind":"delay","delay":"300ms",%s}`, only)
	begin := time.Now()
	guest.command("seat.hand", map[string]any{"raised": false})
	if took := time.Since(begin); took < 300*time.Millisecond {
		t.Fatalf("it took only %s", took)
	}

	// The line breaks at once, and does not come up again before the fault is over.
	view := inject(t, s, `{"point":"realtime","kind":"drop","count":1000,%s}`, only)
	if code := guest.awaitClose(); code != -1 && code != 1006 {
		t.Fatalf("a cut cable says nothing, and this one said %d", code)
	}
	awaitReconnecting(host)
	if code := guest.connect(); code != -1 && code != 1006 {
		t.Fatalf("the connection came up, or ended with %d", code)
	}
	if list := activeFaults(t, s); *list[0].Remaining != 998 {
		t.Fatalf("odd count %+v", *list[0].Remaining)
	}
	callDev(t, s, "DELETE", "/dev/v1/faults/"+view.ID, "", nil)
	if code := guest.connect(); code != 0 {
		t.Fatalf("the connection stays away with %d", code)
	}
	guest.command("seat.hand", map[string]any{"raised": true})

	// Where no connection is open, the next one that would be is the event.
	guest.cut()
	awaitReconnecting(host)
	inject(t, s, `{"point":"realtime","kind":"drop",%s}`, only)
	if code := guest.connect(); code != -1 && code != 1006 {
		t.Fatalf("not dropped: %d", code)
	}
	if code := guest.connect(); code != 0 {
		t.Fatalf("the fault is over: %d", code)
	}
}

func TestFaultsNameBadInput(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	for body, property := range map[string]string{
		`{}`:                              "point",
		`"join"`:                          "body",
		`{"point":"moon","kind":"error"}`: "point",
		`{"point":1,"kind":"error"}`:      "point",
		`{"point":"join"}`:                "kind",
		`{"point":"store","kind":"drop"}`: "kind",
		`{"point":"join","kind":"error","count":0}`:                                       "count",
		`{"point":"join","kind":"error","count":-1}`:                                      "count",
		`{"point":"join","kind":"error","count":"x"}`:                                     "count",
		`{"point":"join","kind":"error","count":1e9}`:                                     "count",
		`{"point":"join","kind":"delay"}`:                                                 "delay",
		`{"point":"join","kind":"delay","delay":"3"}`:                                     "delay",
		`{"point":"join","kind":"delay","delay":"11m"}`:                                   "delay",
		`{"point":"join","kind":"error","delay":"1s"}`:                                    "delay",
		`{"point":"media","kind":"error","userId":3}`:                                     "userId",
		`{"point":"media","kind":"error","userId":0}`:                                     "userId",
		`{"point":"join","kind":"hang","meetingNumber":"99999999999"}`:                    "meetingNumber",
		`{"point":"join","kind":"hang","meetingNumber":"1"}`:                              "meetingNumber",
		`{"point":"packets","kind":"drop"}`:                                               "meetingNumber",
		`{"point":"packets","kind":"delay","delay":"1s"}`:                                 "kind",
		`{"point":"join","kind":"hang","userId":3,"meetingNumber":"` + room.Number + `"}`: "userId",
	} {
		status, raw := callDev(t, s, "POST", "/dev/v1/faults", body, nil)
		if status != http.StatusBadRequest || !strings.Contains(raw, `"property":"`+property+`"`) {
			t.Errorf("%s: %d %s", body, status, raw)
		}
	}
	if list := activeFaults(t, s); len(list) != 0 {
		t.Fatalf("bad input became a fault: %+v", list)
	}
}

func TestAServerStopsWithSomebodyHeld(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Held"})
	inject(t, s, `{"point":"join","kind":"hang"}`)
	answered := make(chan struct{})
	body := joinBody(t, s, room.Number)
	go func() {
		_, _ = tryJoin(context.WithoutCancel(t.Context()), t, s, body)
		close(answered)
	}()
	for *activeFaults(t, s)[0].Remaining > 0 {
		runtime.Gosched()
	}
	// A browser opens connections in advance; one that was never used holds nothing either.
	idle, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	begin := time.Now()
	s.Close()
	<-answered
	if took := time.Since(begin); took > 3*time.Second {
		t.Fatalf("it took %s", took)
	}
}

// What moves the clock and breaks things on purpose is not there in production,
// and neither are the parts behind it.
func TestProductionHasNoClockAndNoFaults(t *testing.T) {
	t.Parallel()
	s, err := server.Start(t.Context(), production(t), server.Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	for _, c := range []struct{ method, path string }{
		{"GET", "/dev/v1/clock"},
		{"PUT", "/dev/v1/clock"},
		{"DELETE", "/dev/v1/clock"},
		{"GET", "/dev/v1/faults"},
		{"POST", "/dev/v1/faults"},
		{"DELETE", "/dev/v1/faults"},
		{"DELETE", "/dev/v1/faults/1"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path,
			strings.NewReader(`{"advance":"1h","point":"join","kind":"error"}`))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s returns %d", c.method, c.path, response.StatusCode)
		}
	}
	if ahead := time.Until(s.Clock.Now()); ahead > time.Minute {
		t.Fatalf("the clock was moved by %s", ahead)
	}
}
