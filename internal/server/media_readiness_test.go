package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/protocol/auth"

	"github.com/anteroom/anteroom/internal/server"
)

// A node whose LiveKit is dead or refuses its secret is not ready, and ready again
// once LiveKit is back.
func TestANodeWithoutItsLiveKitIsNotReady(t *testing.T) {
	t.Parallel()
	const key = "key"
	secret := strings.Repeat("s", 32)
	var dead atomic.Bool
	livekit := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		token, err := auth.ParseAPIToken(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		if err == nil {
			_, _, err = token.Verify(secret)
		}
		switch {
		case dead.Load():
			w.WriteHeader(http.StatusBadGateway)
		case r.URL.Path != "/twirp/livekit.RoomService/ListRooms":
			w.WriteHeader(http.StatusNotFound)
		case err != nil:
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"code":"unauthenticated","msg":"invalid token"}`))
		default:
			w.Header().Set("Content-Type", "application/protobuf") // an empty list
		}
	}))
	defer livekit.Close()
	start := func(secret string) *server.Server {
		config := development(t)
		config.Media.External = server.External{URL: livekit.URL, Key: key, Secret: secret}
		s, err := server.Start(t.Context(), config, server.Parts{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close(t.Context()) })
		return s
	}
	ready := func(s *server.Server) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	become := func(s *server.Server, want int) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); ready(s) != want; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("/readyz does not become %d", want)
			}
		}
	}
	if got := ready(start(strings.Repeat("w", 32))); got != http.StatusServiceUnavailable {
		t.Errorf("with a wrong secret: %d", got)
	}
	right := start(secret)
	become(right, http.StatusOK)
	dead.Store(true)
	become(right, http.StatusServiceUnavailable)
	dead.Store(false)
	become(right, http.StatusOK)
	livekit.Close()
	become(right, http.StatusServiceUnavailable)
}
