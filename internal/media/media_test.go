package media_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/mediatest"
)

func TestInterceptStopsEveryOperation(t *testing.T) {
	fault := errors.New("injected")
	var seen []media.Op
	failing := true
	e := media.Interceptor(mediatest.New(), func(_ context.Context, op media.Op, _, _ string) error {
		seen = append(seen, op)
		if failing {
			return fault
		}
		return nil
	})
	ctx := context.Background()
	grant := media.Grant{Room: "r", Identity: "i"}
	run := func() []error {
		_, tokenErr := e.Token(ctx, grant, time.Minute)
		_, listErr := e.Participants(ctx, "r")
		return []error{
			e.Start(ctx), tokenErr, e.EnsureRoom(ctx, "r"), e.Remove(ctx, "r", "i"),
			e.Mute(ctx, "r", "i", media.SourceCamera), e.UpdatePermission(ctx, grant), e.EndRoom(ctx, "r"), listErr,
		}
	}
	for i, err := range run() {
		if !errors.Is(err, fault) {
			t.Errorf("operation %d: %v", i, err)
		}
	}
	failing = false
	for i, err := range run() {
		if err != nil && !errors.Is(err, media.ErrNotConnected) {
			t.Errorf("operation %d without a fault: %v", i, err)
		}
	}
	slices.Sort(seen)
	if got := len(slices.Compact(seen)); got != 8 {
		t.Errorf("%d operations asked about, want 8", got)
	}
}

func TestInterceptAtTheProxy(t *testing.T) {
	fake := mediatest.New()
	fault := errors.New("injected")
	e := media.Interceptor(fake, func(_ context.Context, op media.Op, room, identity string) error {
		if op == media.OpConnect && room == "r" && identity == "i" {
			return fault
		}
		return nil
	})
	e.Signalling(mediatest.GuardFunc(func(context.Context, string, string) (media.Grant, error) {
		return media.Grant{CanSubscribe: true}, nil
	}))
	ctx := context.Background()
	for identity, want := range map[string]error{"i": fault, "j": nil} {
		token, err := e.Token(ctx, media.Grant{Room: "r", Identity: identity}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := fake.Connect(ctx, token); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", identity, err, want)
		}
	}
}

func TestRedactQuery(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"a=1&b=%20":                     "a=1&b=%20",
		"access_token=abc":              "access_token=redacted",
		"a=1&access_token=abc&b=2":      "a=1&access_token=redacted&b=2",
		"access_token=a&access_token=b": "access_token=redacted&access_token=redacted",
		"access%5Ftoken=abc":            "access%5Ftoken=redacted",
		"x_access_token=keep":           "x_access_token=keep",
	} {
		if got := media.RedactQuery(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzRedactQuery(f *testing.F) {
	f.Add("a=1", "secret-token", "b=2")
	f.Fuzz(func(t *testing.T, before, token, after string) {
		if len(token) < 8 || strings.ContainsAny(token, "&") || strings.Contains("access_token=redacted", token) ||
			strings.Contains(before, token) || strings.Contains(after, token) {
			t.Skip()
		}
		got := media.RedactQuery(before + "&access_token=" + token + "&" + after)
		if strings.Contains(got, token) {
			t.Errorf("token kept in %q", got)
		}
	})
}

func TestFakeEngine(t *testing.T) {
	ctx := context.Background()
	e := mediatest.New()
	var kinds []media.EventKind
	e.OnEvent(func(ev media.Event) { kinds = append(kinds, ev.Kind) })
	held := map[string]media.Grant{"i": {Name: "Ann", CanPublishMicrophone: true}}
	h := e.Signalling(mediatest.GuardFunc(func(_ context.Context, _, identity string) (media.Grant, error) {
		grant, ok := held[identity]
		if !ok {
			return media.Grant{}, media.ErrNotAdmitted
		}
		return grant, nil
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/rtc", nil))
	if w.Code != 501 {
		t.Errorf("signalling = %d", w.Code)
	}
	token, err := e.Token(ctx, media.Grant{Room: "r", Identity: "i", CanPublishCamera: true}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Connect(ctx, token); err != nil {
		t.Fatal(err)
	}
	if err := e.Publish("r", "i", media.SourceCamera); err == nil {
		t.Error("the token restored a right")
	}
	if err := e.Publish("r", "i", media.SourceMicrophone); err != nil {
		t.Fatal(err)
	}
	if err := e.Mute(ctx, "r", "i", media.SourceMicrophone); err != nil {
		t.Fatal(err)
	}
	if err := e.UpdatePermission(ctx, media.Grant{Room: "r", Identity: "i"}); err != nil {
		t.Fatal(err)
	}
	delete(held, "i")
	if err := e.Remove(ctx, "r", "i"); err != nil {
		t.Fatal(err)
	}
	if err := e.Connect(ctx, token); !errors.Is(err, media.ErrNotAdmitted) {
		t.Errorf("back with the old token: %v", err)
	}
	if err := e.EndRoom(ctx, "r"); err != nil {
		t.Fatal(err)
	}
	want := []media.EventKind{
		media.EventJoined, media.EventPublished, media.EventMuted, media.EventUnpublished,
		media.EventLeft, media.EventRoomClosed,
	}
	if !slices.Equal(kinds, want) {
		t.Errorf("events = %v, want %v", kinds, want)
	}
	e.Fail(errors.New("port busy"))
	if err := e.EnsureRoom(ctx, "r"); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("failing engine: %v", err)
	}
}
