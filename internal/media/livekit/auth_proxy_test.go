package livekit

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/auth"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/mediatest"
)

func getStatus(t *testing.T, url string) int {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode
}

func TestAuthProxy(t *testing.T) {
	k := newKeys(testKey, testSecret)
	grant := fullGrant("room", "ann")
	good, err := k.Token(context.Background(), grant, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	foreign, _ := newKeys(testKey, strings.Repeat("x", 40)).Token(context.Background(), grant, time.Minute)
	admin, _ := k.admin(&auth.VideoGrant{RoomAdmin: true, Room: "room"})
	expired := expiredToken(t)

	yes := mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) { return grant, nil })
	no := mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) {
		return media.Grant{}, media.ErrNotAdmitted
	})
	down := mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) {
		return media.Grant{}, errors.New("storage is down")
	})

	tests := []struct {
		name   string
		method string
		path   string
		token  string
		bearer string
		guard  media.Guard
		ensure error
		want   int
	}{
		{name: "token in the query", path: "/rtc", token: good, guard: yes, want: 200},
		{name: "token in the header", path: "/rtc/v1", bearer: "Bearer " + good, guard: yes, want: 200},
		{name: "trailing slash", path: "/rtc/", token: good, guard: yes, want: 200},
		{name: "validate", path: "/rtc/validate", token: good, guard: yes, want: 200},
		{name: "no token", path: "/rtc", guard: yes, want: 401},
		{name: "not a token", path: "/rtc", token: "nonsense", guard: yes, want: 401},
		{name: "oversize token", path: "/rtc", bearer: "Bearer " + strings.Repeat("a", maxTokenBytes+1), guard: yes, want: 401},
		{name: "other scheme", path: "/rtc", bearer: "Basic " + good, guard: yes, want: 401},
		{name: "other secret", path: "/rtc", token: foreign, guard: yes, want: 401},
		{name: "expired", path: "/rtc", token: expired, guard: yes, want: 401},
		{name: "LiveKit's own token", path: "/rtc", token: admin, guard: yes, want: 401},
		{name: "not admitted", path: "/rtc", token: good, guard: no, want: 403},
		{name: "guard down", path: "/rtc", token: good, guard: down, want: 503},
		{name: "engine down", path: "/rtc", token: good, guard: yes, ensure: media.ErrUnavailable, want: 503},
		{name: "room service", method: "POST", path: "/twirp/livekit.RoomService/ListRooms", bearer: "Bearer " + admin, guard: yes, want: 404},
		{name: "dot segments", path: "/rtc/../twirp", token: good, guard: yes, want: 404},
		{name: "post", method: "POST", path: "/rtc", token: good, guard: yes, want: 405},
		{name: "preflight", method: "OPTIONS", path: "/rtc/validate", guard: no, want: 204},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got *http.Request
			p := &authProxy{
				limiter: newConnectLimiter(0),
				keys:    k, guard: tt.guard, log: quiet(),
				ensure: func(context.Context, string) error { return tt.ensure },
				pass: func(w http.ResponseWriter, r *http.Request, s media.Grant, expires time.Time) {
					got = r
					if s.Room != "room" || s.Identity != "ann" {
						t.Errorf("participant = %+v", s)
					}
					if left := time.Until(expires); left <= 0 || left > time.Minute {
						t.Errorf("expires in %s", left)
					}
				},
			}
			method := tt.method
			if method == "" {
				method = http.MethodGet
			}
			r := httptest.NewRequest(method, "http://host/rtc", nil)
			r.URL.Path = tt.path
			if tt.token != "" {
				r.URL.RawQuery = "publish=second&protocol=15&access_token=" + tt.token
			}
			if tt.bearer != "" {
				r.Header.Set("Authorization", tt.bearer)
			}
			r.RemoteAddr = "192.0.2.7:5000"
			r.Header.Set("CF-Connecting-IP", "203.0.113.1")
			r.Header.Set("X-Forwarded-For", "203.0.113.2")
			r.Header.Set("Cookie", "session=1")
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Fatalf("status = %d (%s), want %d", w.Code, w.Body, tt.want)
			}
			if (got != nil) != (tt.want == 200) {
				t.Fatalf("LiveKit reached: %t", got != nil)
			}
			if tt.want != 404 && w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Error("not open to other origins")
			}
			if w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials allowed across origins")
			}
			if got != nil {
				checkPassed(t, got)
			}
		})
	}
}

func checkPassed(t *testing.T, r *http.Request) {
	t.Helper()
	if strings.Contains(r.URL.RawQuery, "eyJ") || strings.Contains(r.RequestURI, "eyJ") || r.Header.Get("Authorization") != "" {
		t.Error("the token went on")
	}
	if r.URL.Query().Has("publish") {
		t.Error("a second identity can be opened")
	}
	if r.Header.Get("CF-Connecting-IP") != "192.0.2.7" || r.Header.Get("X-Forwarded-For") != "192.0.2.7" {
		t.Errorf("addresses believed: %v", r.Header)
	}
	if r.Header.Get("Cookie") != "" {
		t.Error("cookies went on")
	}
}

func expiredToken(t *testing.T) string {
	t.Helper()
	token, err := newKeys(testKey, testSecret).sign(proxyClaims{proxyIssuer, "ann", "room", 0, time.Now().Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Browsers do not tell a page why its WebSocket was refused, so it asks.
func TestTheProxyReportsWhenASessionCanBegin(t *testing.T) {
	k := newKeys(testKey, testSecret)
	grant := fullGrant("room", "ann")
	token, err := k.Token(t.Context(), grant, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	p := &authProxy{
		limiter: newConnectLimiter(0), keys: k, log: quiet(),
		guard:  mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) { return grant, nil }),
		ensure: func(context.Context, string) error { return nil },
		pass:   func(http.ResponseWriter, *http.Request, media.Grant, time.Time) {},
	}
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://host"+path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		return w
	}
	if w := get("/rtc/validate"); w.Code != http.StatusOK {
		t.Errorf("before: %d", w.Code)
	}
	for range sessionBurst {
		get("/rtc/v1")
	}
	for _, path := range []string{"/rtc/v1", "/rtc/validate", "/rtc/v1/validate"} {
		w := get(path)
		if after := w.Header().Get("Retry-After"); w.Code != http.StatusTooManyRequests || after != "10" && after != "9" || w.Header().Get("Access-Control-Expose-Headers") != "Retry-After" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

func TestValidateThroughLiveKit(t *testing.T) {
	room := roomOf(t)
	sharedEngine.guard.admit(fullGrant(room, "ann"))
	token := tokenFor(t, sharedEngine.engine, fullGrant(room, "ann"))
	if got := getStatus(t, sharedEngine.server.URL+"/rtc/validate?access_token="+token); got != 200 {
		t.Errorf("admitted: %d, want 200", got)
	}
	sharedEngine.guard.remove(room, "ann")
	if got := getStatus(t, sharedEngine.server.URL+"/rtc/validate?access_token="+token); got != 403 {
		t.Errorf("not admitted: %d, want 403", got)
	}
}

func TestTokenBounds(t *testing.T) {
	k := newKeys(testKey, testSecret)
	ctx := context.Background()
	grant := media.Grant{
		Room: strings.Repeat("r", media.MaxIDBytes), Identity: strings.Repeat("i", media.MaxIDBytes),
		Name: strings.Repeat("😀", media.MaxNameBytes/4), Metadata: strings.Repeat("m", media.MaxMetadataBytes),
		Attributes: map[string]string{"k": strings.Repeat("v", media.MaxMetadataBytes-1)},
	}
	token, err := k.Token(ctx, grant, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if len(token) > maxTokenBytes {
		t.Errorf("a participant at its limits makes a token of %d bytes", len(token))
	}
	for name, bad := range map[string]func(*media.Grant){
		"Room":       func(s *media.Grant) { s.Room = "" },
		"Identity":   func(s *media.Grant) { s.Identity += "i" },
		"Name":       func(s *media.Grant) { s.Name += "x" },
		"Metadata":   func(s *media.Grant) { s.Metadata += "m" },
		"Attributes": func(s *media.Grant) { s.Attributes = map[string]string{"kk": grant.Metadata} },
	} {
		s := grant
		bad(&s)
		if _, err := k.Token(ctx, s, time.Minute); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s out of bounds: %v", name, err)
		}
	}
	for _, ttl := range []time.Duration{0, -1, media.MaxTokenTTL + 1} {
		if _, err := k.Token(ctx, fullGrant("r", "i"), ttl); err == nil {
			t.Errorf("ttl %s accepted", ttl)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	k := newKeys(testKey, testSecret)
	grant := fullGrant("0123456789abcdef", "fedcba9876543210")
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Token(ctx, grant, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}
