package admission

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
)

func TestRefusalOnTheWire(t *testing.T) {
	c := newFixture()
	c.external()
	c.s.Session.Locked = true
	v := c.decide(t)
	raw, err := json.Marshal(v.Refusal(RefusalOptions{AttemptID: "at-1", App: c.s.App, Meeting: c.s.Meeting, Now: c.now}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"meetingStatus":3,"errorCode":4012,"errorMessage":"Anonymous joins are not allowed for this SDK app. Authenticate the Zoom user and provide a ZAK or OBF token.",` +
		`"name":"NOT_ALLOW_ANONYMOUS_JOIN","cause":"no_token","remedy":REMEDY,"retryable":false,"retryAfter":null,"reasonStyle":"name","attemptId":"at-1","docs":"/docs/errors/4012"}`
	cause, _ := errcode.CauseOf(errcode.NotAllowAnonymousJoin, "no_token")
	remedy, _ := json.Marshal(cause.Remedy)
	if want = strings.Replace(want, "REMEDY", string(remedy), 1); string(raw) != want {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
	r := v.Refusal(RefusalOptions{Development: true, App: c.s.App})
	if r.Evidence == "" || len(r.AlsoFailing) != 1 || r.AlsoFailing[0].Code != errcode.MeetingLocked {
		t.Errorf("%+v", r)
	}
	raw, _ = json.Marshal(r.AlsoFailing[0])
	if !regexp.MustCompile(`^\{"step":"locked","code":4006,"name":"MEETING_LOCKED","cause":"locked","evidence":".+","remedy":".+"\}$`).Match(raw) {
		t.Errorf("%s", raw)
	}
}

func TestRefusalOfNotStarted(t *testing.T) {
	c := newFixture()
	c.notRunning()
	c.s.Meeting.StartsAt = c.now.Add(time.Hour)
	c.s.App.ReasonStyle = "sentence"
	v := c.decide(t)
	r := v.Refusal(RefusalOptions{App: c.s.App, Meeting: c.s.Meeting, Now: c.now})
	if r.ErrorCode != errcode.MeetingNotStart || !schedules(r.Result, "Algebra", "2026-05-04T13:00:00Z") || !r.Retryable || r.ReasonStyle != "sentence" {
		t.Errorf("%+v", r)
	}
	c.s.Meeting.Kind = "no_fixed_time"
	raw, _ := json.Marshal(v.Refusal(RefusalOptions{Meeting: c.s.Meeting, Now: c.now}).Result)
	if string(raw) != `{"topic":"Algebra","scheduleTime":null}` {
		t.Errorf("%s", raw)
	}
}

func TestHTTPStatus(t *testing.T) {
	for _, tc := range []struct {
		change func(*fixture)
		want   int
	}{
		{func(*fixture) {}, 200},
		{func(c *fixture) { c.a.MeetingNumber = "" }, 400},
		{func(c *fixture) { c.s.Session.Locked = true }, 403},
		{func(c *fixture) {
			c.passcode()
			c.give("1")
			c.s.PasscodeFailures, c.s.PasscodeRetryAfter = 10, 90*time.Second
		}, 429},
	} {
		c := newFixture()
		tc.change(c)
		v := c.decide(t)
		if v.HTTPStatus() != tc.want {
			t.Errorf("got %d, want %d", v.HTTPStatus(), tc.want)
		}
		if r := v.Refusal(RefusalOptions{}); tc.want == 429 && (r.RetryAfter == nil || *r.RetryAfter != 90 || !r.Retryable) {
			t.Errorf("%+v", r)
		}
	}
	if r := TooLarge(1<<20, "a"); r.ErrorCode != 4003 || r.Cause != "body_too_long" || r.Remedy == "" || r.AttemptID != "a" || !strings.Contains(r.Evidence, "1 MiB") {
		t.Errorf("%+v", r)
	}
	if r := Internal("a"); r.ErrorCode != 4009 || r.Cause != "internal" || !r.Retryable {
		t.Errorf("%+v", r)
	}
}

func TestRedact(t *testing.T) {
	c := newFixture()
	a := c.attempt(t)
	a.Password, a.ZAK, a.OBFToken, a.TK, a.ResumeToken, a.RecordingToken = "hunter2-passcode", "zakhead.zakbody.zaksign", "undefined", "tk-secret-value", "resume-secret-value", "recording-secret-value"
	a.LegacyKey = testSecret
	raw, err := json.Marshal(Redact(a, nil))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(a.Signature, ".")
	for _, secret := range []string{a.Password, a.ZAK, a.OBFToken, a.TK, a.ResumeToken, a.RecordingToken, testSecret, parts[2]} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("%q is kept: %s", secret, raw)
		}
	}
	for _, kept := range []string{parts[0] + "." + parts[1] + ".[43 characters]", "[16 characters]", "[a token, 23 characters]", "[no token, 9 characters]", "Ada"} {
		if !strings.Contains(string(raw), kept) {
			t.Errorf("%q is missing: %s", kept, raw)
		}
	}
	if r := Redact(&Attempt{Signature: testSecret}, nil); r.Signature != "[33 characters]" {
		t.Errorf("a secret passed as the signature is kept: %s", r.Signature)
	}
	v := Verdict{AlsoFailing: []Finding{{Cause: "key_is_secret"}}}
	if r := Redact(a, &v); strings.Contains(r.Signature, parts[1]) {
		t.Errorf("claims that hold a secret are kept: %s", r.Signature)
	}
}

func TestReference(t *testing.T) {
	var b strings.Builder
	if err := WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, r := range Rules {
		i := strings.Index(b.String()[at:], "| "+r.Name+" |")
		if i < 0 {
			t.Fatalf("%s is missing or out of order", r.ID)
		}
		at += i
	}
}

// schedules reports whether a result is that of a meeting to wait for.
func schedules(result any, topic, at string) bool {
	w, ok := result.(*WaitingResult)
	return ok && w.Topic == topic && w.ScheduleTime != nil && *w.ScheduleTime == at
}

func TestABusyHostLearnsWhichMeetingRuns(t *testing.T) {
	c := newFixture()
	c.asHost()
	c.notRunning()
	c.s.HostLive, c.s.HostElsewhere = 1, &Presence{MeetingNumber: "123456789", Topic: "Geometry"}
	v := c.decide(t)
	r := v.Refusal(RefusalOptions{Meeting: c.s.Meeting, Now: c.now})
	raw, _ := json.Marshal(r.Result)
	if r.ErrorCode != errcode.CantHostConcurrent || string(raw) != `{"meetingNumber":"123456789","topic":"Geometry"}` || !r.Retryable || r.RetryAfter != nil {
		t.Fatalf("%+v with %s", r, raw)
	}
}

// TestRemediesFitTheStateTheySpeakOf: nobody is advised to switch on what is on, or
// what would have no effect.
func TestRemediesFitTheStateTheySpeakOf(t *testing.T) {
	for _, tc := range []struct {
		name          string
		change        func(*fixture)
		says, saysNot string
	}{
		{"both off", func(*fixture) {}, "turn on join before host", "waiting room"},
		{"both on", func(c *fixture) { c.s.Meeting.Settings.JoinBeforeHost, c.s.Meeting.Settings.WaitingRoom = true, true }, "turn off the waiting room", "turn on join before host"},
		{"waiting room only", func(c *fixture) { c.s.Meeting.Settings.WaitingRoom = true }, "join before host on and the waiting room off", "turn on join before host"},
		{"webinar", func(c *fixture) { c.webinar() }, "as soon as the host starts the webinar", "join before host"},
		{"just ended", func(c *fixture) {
			c.s.Meeting.Settings.JoinBeforeHost = true
			c.s.Last = &meeting.Session{EndedAt: c.now.Add(-time.Minute), EndReason: meeting.EndedByHost}
		}, "starts the meeting again", "join before host"},
		{"simulive", func(c *fixture) { c.simulive(c.now.Add(time.Hour)) }, "at the scheduled time", "join-before-host"},
	} {
		c := newFixture()
		c.notRunning()
		tc.change(c)
		v := c.decide(t)
		if codeOf(&v) != errcode.MeetingNotStart || !strings.Contains(v.Decision.Remedy, tc.says) || strings.Contains(v.Decision.Remedy, tc.saysNot) {
			t.Errorf("%s: %+v", tc.name, v.Decision)
		}
	}
}

func TestANumericPasscodeIsNamed(t *testing.T) {
	c := newFixture()
	c.passcode()
	c.s.Meeting.Passcode = "012345"
	c.give("12345")
	c.a.NumericPassword = true
	if v := c.decide(t); codeOf(&v) != errcode.WrongMeetingPassword || !strings.Contains(v.Decision.Evidence, "leading zeros") {
		t.Fatalf("%+v", v.Decision)
	}
}
