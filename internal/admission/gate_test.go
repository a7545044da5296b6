package admission

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// fakeLoader answers from a scene and counts what is asked.
type fakeLoader struct {
	c                                *fixture
	participant                      *meeting.Participant
	appErr, loadErr, resumeErr       error
	appAsked, loadAsked, resumeAsked int
	last                             LoadRequest
}

func (l *fakeLoader) App(context.Context, string) (AppFacts, error) {
	l.appAsked++
	return l.c.s.AppFacts, l.appErr
}

func (l *fakeLoader) Resume(context.Context, string) (*meeting.Participant, error) {
	l.resumeAsked++
	return l.participant, l.resumeErr
}

func (l *fakeLoader) Load(_ context.Context, r LoadRequest) (*Snapshot, error) {
	l.loadAsked++
	l.last = r
	if l.loadErr != nil {
		return nil, l.loadErr
	}
	s := *l.c.s
	s.Policy = Policy{}
	if r.Claims != nil {
		s.AppFacts = AppFacts{}
	}
	return &s, nil
}

func run(t *testing.T, g *Gate, l *fakeLoader) (Verdict, *Snapshot) {
	t.Helper()
	v, s := g.Run(t.Context(), l, l.c.now, l.c.attempt(t))
	if s == nil {
		t.Fatal("no snapshot")
	}
	return v, s
}

func TestRunAgreesWithDecide(t *testing.T) {
	for _, tc := range ruleCases {
		c := newFixture()
		tc.change(c)
		policy := c.s.Policy
		l := &fakeLoader{c: c}
		got, _ := run(t, NewGate(policy), l)
		want := c.decide(t)
		if got.Admitted() || got.Decision.Code != want.Decision.Code || got.Decision.Cause != want.Decision.Cause {
			t.Errorf("%s/%s: %+v", tc.rule, tc.cause, got.Decision)
		}
		thorough := &Gate{Policy: func() Policy { return policy }, CollectAll: true}
		got, _ = run(t, thorough, &fakeLoader{c: c})
		if got.Admitted() || got.Decision.Cause != want.Decision.Cause {
			t.Errorf("thorough, %s/%s: %+v", tc.rule, tc.cause, got.Decision)
		}
	}
	c := newFixture()
	v, s := run(t, &Gate{}, &fakeLoader{c: c})
	if !v.Admitted() || s.App != c.s.App || s.Meeting == nil || v.Claims.AppKey != testKey || len(v.Passed) != len(Rules) {
		t.Errorf("%+v", v)
	}
}

func TestNothingIsLoadedForAWrongSignature(t *testing.T) {
	for _, thorough := range []bool{false, true} {
		for name, change := range map[string]func(*fixture){
			"wrong HMAC":    func(c *fixture) { c.sign.Secret = "another-secret-0123456789abcdef00" },
			"no JWT":        func(c *fixture) { c.raw = "rubbish" },
			"other meeting": func(c *fixture) { c.sign.MeetingNumber = "123456789" },
			"unknown key":   func(c *fixture) { c.s.App = nil },
			"too long":      func(c *fixture) { c.sign.ExpiresAt = c.now.Add(3 * time.Hour); forgeLong(c) },
		} {
			c := newFixture()
			change(c)
			l := &fakeLoader{c: c}
			v, s := run(t, &Gate{CollectAll: thorough}, l)
			if v.Admitted() || l.loadAsked != 0 || s.Meeting != nil {
				t.Errorf("%s: loaded %d times, %+v", name, l.loadAsked, v.Decision)
			}
		}
	}
}

func forgeLong(c *fixture) {
	c.raw = rawToken(c, `{"appKey":"`+testKey+`","mn":"`+testNumber+`","role":0,"iat":`+unix(c.now)+`,"exp":`+unix(c.now.Add(90*time.Hour))+`}`)
}

func TestACollectAllGateReportsAllFaultsInOneRound(t *testing.T) {
	c := newFixture()
	c.a.Invalid = []InvalidOption{{Field: "userName", Cause: "userName_missing", Evidence: "userName is absent"}}
	c.sign.IssuedAt, c.sign.ExpiresAt = c.now.Add(-2*time.Hour), c.now.Add(-time.Hour)
	c.s.Session.Locked = true
	v, _ := run(t, &Gate{CollectAll: true}, &fakeLoader{c: c})
	if v.Decision.Cause != "userName_missing" || !v.has("expired") || !v.has("locked") {
		t.Errorf("%+v %+v", v.Decision, v.AlsoFailing)
	}
	l := &fakeLoader{c: c}
	v, _ = run(t, &Gate{}, l)
	if v.Decision.Cause != "userName_missing" || l.appAsked+l.loadAsked != 0 {
		t.Errorf("production loads for refused options: %+v", l)
	}
}

func TestStorageFailures(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, l := range map[string]*fakeLoader{
		"app":    {appErr: broken},
		"load":   {loadErr: broken},
		"resume": {resumeErr: broken},
	} {
		l.c = newFixture()
		if name == "resume" {
			l.c.a.ResumeToken = "token"
		}
		v, _ := run(t, &Gate{}, l)
		if v.Admitted() || v.Decision.Code != errcode.ServerError || v.Decision.Cause != "storage_unavailable" || v.HTTPStatus() != 503 || v.Decision.Remedy == "" {
			t.Errorf("%s: %+v", name, v.Decision)
		}
	}
	for _, name := range []string{"app", "load", "resume", "return"} {
		c := newFixture()
		l := &fakeLoader{c: c}
		if name == "return" {
			c, l = comingBack()
		}
		ctx, leave := context.WithCancel(context.Background())
		leave()
		switch name {
		case "app":
			l.appErr = broken
		case "resume":
			c.a.ResumeToken, l.resumeErr = "token", broken
		default:
			l.loadErr = broken
		}
		for _, tc := range []struct {
			ctx       context.Context
			code      errcode.Code
			cause     string
			cancelled bool
		}{
			{context.Background(), errcode.ServerError, "storage_unavailable", false},
			{ctx, errcode.Fail, "cancelled", true},
		} {
			v, _ := (&Gate{}).Run(tc.ctx, l, c.now, c.attempt(t))
			d := v.Decision
			if d == nil || d.Code != tc.code || d.Cause != tc.cause || d.Remedy == "" || d.Cancelled() != tc.cancelled {
				t.Errorf("%s: %+v, want %d %s", name, d, tc.code, tc.cause)
			}
			if known := name == "load" || name == "return"; v.Believed != known {
				t.Errorf("%s: it is believed: %t", name, v.Believed)
			}
		}
	}
	for cause, want := range map[string]string{"media_unavailable": "media_unavailable", "else": "internal"} {
		if f := ServerFault(nil, cause); f.Cause != want || f.Name != "SERVER_ERROR" {
			t.Errorf("%+v", f)
		}
	}
}

// comingBack is a scene with a live participant and no signature worth anything.
func comingBack() (*fixture, *fakeLoader) {
	c := newFixture()
	c.a.ResumeToken = "token"
	c.raw = "stale"
	c.a.UserName = "Ada"
	participant := &meeting.Participant{
		ID: "seat-1", SessionID: "s-1", MeetingID: "m-1", Name: "Ada", Role: meeting.RoleAttendee,
		State: meeting.ParticipantReconnecting, Claims: meeting.IdentityClaims{AppID: "app-1", DeviceID: "d-1"},
		SignatureDigest: make([]byte, digestParts*DigestPart),
	}
	c.a.Digest = make([]byte, digestParts*DigestPart) // the signature that admitted the participant
	return c, &fakeLoader{c: c, participant: participant}
}

func TestComingBack(t *testing.T) {
	for _, tc := range []struct {
		name   string
		want   errcode.Code
		resume bool
		change func(*fixture, *fakeLoader)
	}{
		{"with a stale signature", 0, true, func(*fixture, *fakeLoader) {}},
		{"with none", 4003, false, func(c *fixture, _ *fakeLoader) {
			c.a.Digest[0] = 1
			c.raw = " "
			c.a.Invalid = []InvalidOption{{Field: "signature", Cause: "signature_missing"}}
		}},
		{"locked, full, inside already, passcode, blocked", 0, true, func(c *fixture, _ *fakeLoader) {
			c.s.Session.Locked, c.s.Session.Participants = true, 100
			c.s.Inside = &Presence{Connected: true}
			c.passcode()
			c.s.Account.Settings.BlockedSDKKeys = []string{testKey}
		}},
		{"options still count", 4003, false, func(c *fixture, _ *fakeLoader) {
			c.a.Invalid = []InvalidOption{{Field: "userName", Cause: "userName_missing"}}
		}},
		{"removed while away", 3009, false, func(_ *fixture, l *fakeLoader) { l.participant.State = meeting.ParticipantRemoved }},
		{"removed by another mark", 3009, false, func(c *fixture, _ *fakeLoader) {
			c.s.Removed = []RemovedIdentity{{Claims: meeting.IdentityClaims{DeviceID: "d-1"}}}
		}},
		{"removed, and rejoining allowed", 3712, false, func(c *fixture, l *fakeLoader) {
			l.participant.State = meeting.ParticipantRemoved
			c.s.Account.Settings.AllowRejoin = true
		}},
		{"ended meanwhile", 4004, false, func(c *fixture, l *fakeLoader) {
			l.participant.State = meeting.ParticipantLeft
			c.s.Meeting.Kind = meeting.KindInstant
			c.ended(time.Minute, meeting.EndedByHost)
		}},
		{"given up meanwhile", 3712, false, func(_ *fixture, l *fakeLoader) { l.participant.State = meeting.ParticipantLost }},
		{"a participant of another meeting", 3712, false, func(_ *fixture, l *fakeLoader) { l.participant.MeetingID = "m-2" }},
		{"a participant of an earlier instance", 3712, false, func(_ *fixture, l *fakeLoader) { l.participant.SessionID = "s-0" }},
		{"no token of ours", 3712, false, func(_ *fixture, l *fakeLoader) { l.participant = nil }},
		{"no token of ours, but a good signature", 0, false, func(c *fixture, l *fakeLoader) { l.participant, c.raw = nil, "" }},
		{"another stale signature", 3712, false, func(c *fixture, _ *fakeLoader) { c.a.Digest[0] = 1 }},
		{"a participant from before there were digests", 3712, false, func(_ *fixture, l *fakeLoader) { l.participant.SignatureDigest = nil }},
		{"a dead participant and a good signature", 0, false, func(c *fixture, l *fakeLoader) { l.participant.State, c.raw = meeting.ParticipantLeft, "" }},
		{"a dead participant, a good signature, and over", 4004, false, func(c *fixture, l *fakeLoader) {
			l.participant.State, c.raw = meeting.ParticipantLeft, ""
			c.s.Meeting.Kind = meeting.KindInstant
			c.ended(time.Minute, meeting.EndedByHost)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, l := comingBack()
			tc.change(c, l)
			v, _ := run(t, &Gate{}, l)
			if codeOf(&v) != tc.want {
				t.Fatalf("got %d, want %d: %+v", codeOf(&v), tc.want, v.Decision)
			}
			if (v.Admission.Resumes != nil) != tc.resume {
				t.Errorf("resumes: %+v", v.Admission)
			}
		})
	}
}

type allowance bool

func (a allowance) Allow(string) bool { return bool(a) }

func TestAWrongSignatureIsExplained(t *testing.T) {
	other := signature.Credential{App: signature.App{ID: "app-2", Name: "Billing portal"}, Key: "BILLINGKEY", Secret: []byte("billing-secret-0123456789abcdef00")}
	own := signature.Credential{App: signature.App{ID: "app-1", Name: "Classroom"}, Key: testKey, Secret: []byte(testSecret)}
	for _, tc := range []struct {
		name   string
		cause  string
		allow  bool
		change func(*fixture)
	}{
		{"another app's secret", "other_apps_secret", true, func(c *fixture) { c.sign.Secret = "billing-secret-0123456789abcdef00" }},
		{"secret with a line break", "secret_whitespace", true, func(c *fixture) { c.sign.Secret = testSecret + "\n" }},
		{"no search allowed", "probe_skipped", false, func(c *fixture) { c.sign.Secret = testSecret + "\n" }},
		{"the app's fault stays first", "app_disabled", true, func(c *fixture) {
			c.s.App.Enabled = false
			c.sign.Secret = testSecret + "\n"
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newFixture()
			tc.change(c)
			g := &Gate{Keyring: signature.NewKeyring(own, other), SecretSearchLimit: allowance(tc.allow)}
			v, _ := run(t, g, &fakeLoader{c: c})
			if v.Admitted() || v.Decision.Cause != tc.cause || v.Decision.Remedy == "" {
				t.Errorf("%+v", v.Decision)
			}
		})
	}
}

func TestDecideApp(t *testing.T) {
	c := newFixture()
	v, token, believed := DecideApp(c.now, c.attempt(t), c.s.AppFacts, c.s.Policy)
	if !v.Admitted() || token == nil || !believed {
		t.Errorf("%+v", v)
	}
	c.sign.Secret = "another-secret-0123456789abcdef00"
	if v, _, believed = DecideApp(c.now, c.attempt(t), c.s.AppFacts, c.s.Policy); v.Admitted() || believed {
		t.Errorf("%+v", v)
	}
	if v, token, believed = DecideApp(c.now, &Attempt{}, AppFacts{}, Policy{}); v.Admitted() || believed || token != nil {
		t.Errorf("%+v", v)
	}
}

func TestTheLoaderGetsWhatItNeeds(t *testing.T) {
	c := newFixture()
	l := &fakeLoader{c: c}
	run(t, &Gate{}, l)
	if l.last.Claims == nil || l.last.Claims.MeetingNumber != testNumber || l.last.App.App != c.s.App || !l.last.Now.Equal(c.now) || l.resumeAsked != 0 {
		t.Errorf("%+v", l.last)
	}
	c, l = comingBack()
	run(t, &Gate{}, l)
	if l.last.Claims != nil || l.last.Resume != l.participant || l.appAsked != 0 {
		t.Errorf("%+v", l.last)
	}
	_ = c
}

func TestDecideChangesNothing(t *testing.T) {
	c := newFixture()
	c.passcode()
	c.a.Warnings = append(make([]string, 0, 8), "one")
	a := c.attempt(t)
	before, snap := *a, *c.s
	first := Decide(c.now, a, c.s)
	second := Decide(c.now, a, c.s)
	if !reflect.DeepEqual(first, second) || !reflect.DeepEqual(before, *a) || !reflect.DeepEqual(snap, *c.s) {
		t.Error("Decide is not pure")
	}
}

func TestALoaderMayMoveTheDatesOfOneApp(t *testing.T) {
	s := &Snapshot{Policy: Policy{RequireFrom: noon.Add(time.Hour)}}
	s.complete(DefaultPolicy(), AppFacts{})
	if !s.Policy.validates(noon) || s.Policy.requires(noon) {
		t.Errorf("%+v", s.Policy)
	}
}
