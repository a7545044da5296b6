package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/scenario"
)

// ask calls the developer's API and reads its answer.
func ask(t *testing.T, server *anteroomtest.Server, method, path string, body, into any) int {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Error(err)
		return 0
	}
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewReader(raw))
	if err != nil {
		t.Error(err)
		return 0
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	if into != nil && json.Unmarshal(content, into) != nil {
		t.Errorf("%s %s returns %s", method, path, content)
	}
	return response.StatusCode
}

func listed(t *testing.T, server *anteroomtest.Server) []scenario.Entry {
	t.Helper()
	var list struct{ Scenarios []scenario.Entry }
	if status := ask(t, server, http.MethodGet, "/dev/v1/scenarios", nil, &list); status != http.StatusOK {
		t.Fatalf("the list returns %d", status)
	}
	return list.Scenarios
}

// play sets a scenario up.
func play(t *testing.T, server *anteroomtest.Server, code errcode.Code, cause string, live scenario.PeopleMode, variant ...string) *scenario.Scenario {
	t.Helper()
	var made scenario.Scenario
	path := fmt.Sprintf("/dev/v1/scenarios/%d?cause=%s&live=%s&variant=%s", code, url.QueryEscape(cause), live, strings.Join(variant, ""))
	if status := ask(t, server, http.MethodPost, path, nil, &made); status != http.StatusOK {
		t.Fatalf("%s returns %d", path, status)
	}
	return &made
}

// joinOf performs the steps before a scenario's join that need no page, and the
// join as a page of the view would send it. ok is false where it takes a page.
func joinOf(t *testing.T, server *anteroomtest.Server, s *scenario.Scenario, view string) (response anteroomtest.JoinResponse, ok bool) {
	t.Helper()
	for _, step := range s.Before {
		if step.Do != "http" {
			return response, false
		}
		status := ask(t, server, step.Method, step.Path, step.Body, nil)
		if status >= 300 {
			t.Errorf("%s %s returns %d", step.Method, step.Path, status)
		}
	}
	options := s.Join
	if view == scenario.ClientView {
		options = s.ClientViewJoin
	}
	body := scenario.Wire(view, options)
	body["joinId"], body["sdkVersion"], body["deviceId"] = uuid.NewString(), "6.2.0", uuid.NewString()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return server.PostFrom(server.URL, "/sdk/v1/join", raw), true
}

// meets checks that the join of a scenario ends as it says.
func meets(t *testing.T, server *anteroomtest.Server, code errcode.Code, cause, view string, variant ...string) {
	t.Helper()
	s := play(t, server, code, cause, scenario.Headless, variant...)
	row, _ := errcode.Lookup(code)
	if s.Code != code || s.Cause != cause || s.Name != row.Name || s.Explanation == "" || s.Before == nil || s.After == nil {
		t.Fatalf("odd scenario %+v", s)
	}
	if s.Where != errcode.GateWhere && s.Where != errcode.RoomWhere {
		return
	}
	response, ok := joinOf(t, server, s, view)
	if !ok {
		t.Fatalf("it takes a page to meet it: %+v", s.Before)
	}
	if response.ErrorCode != int(code) || response.Name != row.Name || (code != errcode.Success && response.Cause != cause) {
		t.Fatalf("the join ends in %d %s %s: %s", response.ErrorCode, response.Name, response.Cause, response.Evidence)
	}
	if response.AttemptID == "" || (code != errcode.Success && (response.Evidence == "" || response.Remedy == "")) {
		t.Fatalf("incomplete answer: %s", response.Body)
	}
}

// Every code and cause that can be met by a join alone is met: the proof that
// none of the gate's and the room's codes is only on paper.
func TestEveryScenarioIsMet(t *testing.T) {
	t.Parallel()
	server := anteroomtest.Start(t)
	for _, entry := range listed(t, server) {
		for _, cause := range entry.Causes {
			t.Run(fmt.Sprintf("%d %s", entry.Code, cause), func(t *testing.T) {
				for _, view := range []string{scenario.ComponentView, scenario.ClientView} {
					meets(t, server, entry.Code, cause, view)
					for _, variant := range entry.Variants[cause] {
						meets(t, server, entry.Code, cause, view, variant)
					}
				}
			})
		}
	}
}

// The list is complete: each code of the reference, and each cause of the
// catalogue is staged or excused.
func TestTheListOfScenariosIsComplete(t *testing.T) {
	t.Parallel()
	list := scenario.List()
	for _, row := range errcode.All() {
		i := slices.IndexFunc(list, func(e scenario.Entry) bool { return e.Code == row.Code })
		if i < 0 {
			if row.Raised() {
				t.Errorf("%d cannot be met", row.Code)
			}
			continue
		}
		entry := list[i]
		if entry.Name != row.Name || entry.Title == "" || entry.Category != row.Category {
			t.Errorf("odd entry %+v", entry)
		}
		for _, cause := range row.Causes {
			staged := slices.Contains(entry.Causes, cause.ID)
			excused := slices.ContainsFunc(entry.Unsupported, func(u scenario.Unsupported) bool { return u.Cause == cause.ID && u.Reason != "" })
			if staged == excused {
				t.Errorf("%d %s: staged %v, excused %v", row.Code, cause.ID, staged, excused)
			}
		}
		for _, cause := range entry.Causes {
			if _, known := errcode.CauseOf(row.Code, cause); !known && row.Code != errcode.Success {
				t.Errorf("the catalogue knows no cause %s of %d", cause, row.Code)
			}
		}
	}
}

// Scenarios that are set up and met at once do not meet each other.
func TestScenariosAreIndependent(t *testing.T) {
	t.Parallel()
	server := anteroomtest.Start(t)
	together := []errcode.Code{
		errcode.MeetingLocked, errcode.MeetingCapacityReached, errcode.ParticipantExist, errcode.BeRemoved, errcode.MeetingEnded,
		errcode.CantHostConcurrent, errcode.WrongMeetingPassword, errcode.SignatureInvalid,
	}
	var wg sync.WaitGroup
	for range 3 {
		for _, code := range together {
			wg.Go(func() {
				var made scenario.Scenario
				if status := ask(t, server, http.MethodPost, fmt.Sprintf("/dev/v1/scenarios/%d?live=headless", code), nil, &made); status != http.StatusOK {
					t.Errorf("%d returns %d", code, status)
					return
				}
				if response, _ := joinOf(t, server, &made, scenario.ComponentView); response.ErrorCode != int(code) {
					t.Errorf("%d ends in %d %s", code, response.ErrorCode, response.Cause)
				}
			})
		}
	}
	wg.Wait()
}

// With pages, other people are steps to be taken and nobody is inside yet.
func TestPeopleWithPagesAreSteps(t *testing.T) {
	t.Parallel()
	server := anteroomtest.Start(t)
	s := play(t, server, errcode.MeetingLocked, "", scenario.Page)
	if len(s.Before) != 2 || s.Before[0].Do != "open-page" || s.Before[0].As != "host" || s.Before[0].Join["zak"] == nil ||
		s.Before[1].Do != "act" || s.Before[1].As != "host" || s.Before[1].Action != "lock" {
		t.Fatalf("odd steps %+v", s.Before)
	}
	s.Before = nil
	if response, _ := joinOf(t, server, s, scenario.ComponentView); response.ErrorCode != 0 {
		t.Fatalf("without the host's page the join ends in %d", response.ErrorCode)
	}
	for code, action := range map[errcode.Code]string{errcode.BeRemoved: "remove", errcode.MeetingEnded: "end", errcode.AuthorizedUserLeft: "leave"} {
		cause := map[errcode.Code]string{errcode.MeetingEnded: "ended_by_host"}[code]
		s := play(t, server, code, cause, scenario.Page)
		if s.Where != errcode.InsideWhere || len(s.After) != 1 || s.After[0].Action != action {
			t.Errorf("%d: %s %+v", code, s.Where, s.After)
		}
	}
}

func TestBadRequestsForScenariosAreNamed(t *testing.T) {
	t.Parallel()
	server := anteroomtest.Start(t)
	for path, want := range map[string]int{
		"/9999": 404, "/4002": 404, "/abc": 404, "/4014": 404, "/3712?cause=nonsense": 400, "/3621?cause=offline": 400, "/4006?live=pages": 400,
		"/4008?variant=nonsense": 400, "/4006?variant=tk": 400,
	} {
		var said struct {
			Message string
			Errors  []struct{ Property, Reason string }
		}
		if status := ask(t, server, http.MethodPost, "/dev/v1/scenarios"+path, nil, &said); status != want {
			t.Errorf("%s returns %d", path, status)
		}
		text := said.Message
		for _, e := range said.Errors {
			text += e.Property + " " + e.Reason
		}
		if hint := map[string]string{"/3712?cause=nonsense": "unknown_secret", "/3621?cause=offline": "timeout", "/4006?live=pages": "headless", "/4008?variant=nonsense": "take_over_off"}[path]; !strings.Contains(text, hint) || text == "" {
			t.Errorf("%s says %q", path, text)
		}
	}
}

// Scenarios leave the demo world as it is shown.
func TestScenariosStayOutOfTheDemoWorld(t *testing.T) {
	t.Parallel()
	server := anteroomtest.Start(t, anteroomtest.WithDemoWorld())
	var before, after json.RawMessage
	ask(t, server, http.MethodGet, "/dev/v1/world", nil, &before)
	play(t, server, errcode.NotAllowAnonymousJoin, "", scenario.Headless)
	ask(t, server, http.MethodGet, "/dev/v1/world", nil, &after)
	if string(before) != string(after) || len(before) == 0 {
		t.Fatal("the world has changed")
	}
}

// The evidence of 4012 names the reference's date, wherever the clock is past it.
func TestTheDateOf4012IsTheReferences(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC), time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)} {
		server := anteroomtest.Start(t, anteroomtest.WithClock(clockwork.NewFakeClockAt(now)))
		made := play(t, server, errcode.NotAllowAnonymousJoin, "", scenario.Headless)
		response, _ := joinOf(t, server, made, scenario.ComponentView)
		expect(t, response, 4012, "no_token")
		reference := strings.Contains(response.Evidence, "since 2 March 2026")
		if past := now.Month() > time.March; reference != past {
			t.Errorf("at %s: %s", now, response.Evidence)
		}
	}
}
