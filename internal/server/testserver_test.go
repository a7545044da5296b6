package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/internal/account"
	mediapkg "github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/livekit"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

// testServer is a server whose parts a test chooses, with the demo world.
type testServer struct {
	*server.Server
	app  *account.App
	room *meeting.Meeting
}

func startServer(t *testing.T, config server.Config, parts server.Parts) *testServer {
	t.Helper()
	running, err := server.Start(t.Context(), config, parts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close(context.Background()) })
	builder := &scenario.Builder{
		Store: running.Store, Now: time.Now, NewID: store.NewID,
		Link: func(string, string) string { return "" },
	}
	if config.Mode == server.Production {
		if err := builder.Demo(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s := &testServer{Server: running}
	apps, err := running.Store.Apps(t.Context(), store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range apps {
		if app.Name == scenario.DemoApp {
			s.app = app
		}
	}
	rooms, err := running.Store.Meetings(t.Context(), store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		if room.Topic == scenario.DemoTopic {
			s.room = room
		}
	}
	if s.app == nil || s.room == nil {
		t.Fatal("the demo world lacks its app or meeting")
	}
	return s
}

// sign signs for an attendee of the room.
func (s *testServer) sign(t *testing.T) string {
	t.Helper()
	signed, err := signature.Sign(signature.SignOptions{
		Key: s.app.Key, Secret: s.app.Secret, MeetingNumber: s.room.Number, Role: 0,
		IssuedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// join sends a right join with some fields replaced.
func (s *testServer) join(t *testing.T, replaced map[string]any) (status int, joined map[string]any) {
	t.Helper()
	request := map[string]any{
		"joinId": uuid.NewString(), "view": "component", "meetingNumber": s.room.Number, "userName": "Kim",
		"password": s.room.Passcode, "signature": s.sign(t),
	}
	for field, value := range replaced {
		request[field] = value
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(s.URL+"/sdk/v1/join", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &joined); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return response.StatusCode, joined
}

func (s *testServer) participants(t *testing.T) []*meeting.Participant {
	t.Helper()
	live, err := s.Store.LiveSession(t.Context(), s.room.ID)
	if err != nil {
		t.Fatal(err)
	}
	if live == nil {
		return nil // nobody is in it any more
	}
	participants, err := s.Store.LiveParticipants(t.Context(), live.ID)
	if err != nil {
		t.Fatal(err)
	}
	return participants
}

func development(t *testing.T) server.Config {
	t.Helper()
	config := server.DevelopmentDefaults()
	config.Listen, config.Data, config.Media.Port = "127.0.0.1:0", t.TempDir(), 0
	return config
}

func TestAJoinWithoutMediaLeavesNoParticipant(t *testing.T) {
	t.Parallel()
	engine, err := livekit.New(mediapkg.Config{
		APIKey: "test", APISecret: base64.StdEncoding.EncodeToString(make([]byte, 32)),
		Embedded: mediapkg.EmbeddedConfig{LoopbackOnly: true},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	var broken atomic.Bool
	broken.Store(true)
	s := startServer(t, development(t), server.Parts{Media: mediapkg.Interceptor(engine, func(_ context.Context, op mediapkg.Op, _, _ string) error {
		if broken.Load() && op == mediapkg.OpToken {
			return mediapkg.ErrUnavailable
		}
		return nil
	})})
	again := map[string]any{"joinId": uuid.NewString()}
	status, response := s.join(t, again)
	if status != http.StatusServiceUnavailable || response["errorCode"] != 4009.0 || response["cause"] != "media_unavailable" {
		t.Fatalf("want 503 with 4009 media_unavailable, got %d: %v", status, response)
	}
	if participants := s.participants(t); len(participants) != 0 {
		t.Fatalf("a refused page left %d participants", len(participants))
	}
	broken.Store(false)
	if status, response = s.join(t, again); status != http.StatusOK {
		t.Fatalf("the next try: %d %v", status, response)
	}
	if participants := s.participants(t); len(participants) != 1 {
		t.Fatalf("one page has %d participants", len(participants))
	}
}

func TestAnOlderPageSpeaksNoMore(t *testing.T) {
	t.Parallel()
	s := startServer(t, development(t), server.Parts{})
	_, first := s.join(t, nil)
	older := s.participants(t)[0]
	if status, response := s.join(t, map[string]any{"resumeToken": first["resumeToken"]}); status != http.StatusOK {
		t.Fatalf("no take-over: %d %v", status, response)
	}
	newer := s.participants(t)[0]
	if newer.ID != older.ID || newer.Generation != older.Generation+1 {
		t.Fatalf("generation %d follows %d", newer.Generation, older.Generation)
	}
	raised := json.RawMessage(`{"raised":true}`)
	_, _, err := s.Sessions.Command(t.Context(), older, "seat.hand", raised)
	var refused *session.CommandError
	if !errors.As(err, &refused) || refused.Code != session.RefusedState {
		t.Fatalf("the older page's command came to %v", err)
	}
	if _, _, err := s.Sessions.Command(t.Context(), newer, "seat.hand", raised); err != nil {
		t.Fatalf("the newer page's command came to %v", err)
	}
	token, _ := first["resumeToken"].(string)
	if err := s.Sessions.Leave(t.Context(), token); err != nil || len(s.participants(t)) != 1 {
		t.Fatalf("the older page left: %v", err)
	}
}

func TestProductionReturnsNoEvidence(t *testing.T) {
	t.Parallel()
	config := production(t)
	config.PublicURL, config.Media.Port = "HTTPS://meet.example/", 0
	s := startServer(t, config, server.Parts{})
	for name, replaced := range map[string]map[string]any{
		"wrong passcode":  {"password": "wrong"},
		"wrong signature": {"signature": "undefined"},
		"too large":       {"x": strings.Repeat("x", 2<<20)},
	} {
		_, response := s.join(t, replaced)
		if response["errorCode"] == 0.0 || response["evidence"] != nil || response["alsoFailing"] != nil {
			t.Errorf("%s: %v", name, response)
		}
	}
	status, response := s.join(t, nil)
	line, _ := response["realtime"].(map[string]any)
	if status != http.StatusOK || line["url"] != "wss://meet.example/realtime" {
		t.Fatalf("%d: the connection is at %v", status, line["url"])
	}
}
