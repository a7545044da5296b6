package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/media/mediatest"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/internal/store/pgtest"
	"github.com/anteroom/anteroom/signature"
)

// Whoever sends joins or commands and does not wait for the answers makes no fault of the
// server: real attempts stay, and nothing is logged as an error.
func TestWhoDoesNotWaitIsNoFaultOfTheServer(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"SQLite", "PostgreSQL"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			config := production(t)
			config.Attempts.MaxCount = 100
			if database == "PostgreSQL" {
				config.Database = pgtest.URL(t)
			}
			var out lines
			s := startServer(t, config, server.Parts{Media: mediatest.New(), Logger: slog.New(slog.NewJSONHandler(&out, nil))})
			if _, response := s.join(t, map[string]any{"userName": "Real"}); response["errorCode"] != float64(errcode.Success) {
				t.Fatal(response)
			}
			host, err := s.Store.User(t.Context(), s.room.HostID)
			if err != nil {
				t.Fatal(err)
			}
			zak, err := s.Minter.MintZAK(t.Context(), host, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			gone, leave := context.WithCancel(t.Context())
			leave()
			const each = 200
			for i := range each {
				for name, key := range map[string]string{"Stranger": fmt.Sprint("nobody", i), "Member": s.app.Key} {
					secret := s.app.Secret
					if name == "Stranger" {
						secret = "not a secret of any app here, at all"
					}
					signed, err := signature.Sign(signature.SignOptions{
						Key: key, Secret: secret, MeetingNumber: s.room.Number, IssuedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
					})
					if err != nil {
						t.Fatal(err)
					}
					body, err := json.Marshal(map[string]any{
						"joinId": uuid.NewString(), "meetingNumber": s.room.Number, "userName": name, "signature": signed, "zak": zak,
					})
					if err != nil {
						t.Fatal(err)
					}
					s.Sessions.Join(gone, admission.DecodeAttempt(body, admission.Meta{RemoteIP: "203.0.113.9"}), body)
				}
			}
			for _, participant := range s.participants(t) {
				_, _, _ = s.Sessions.Command(gone, participant, "seat.hand", json.RawMessage(`{"raised":true}`))
			}
			if err := s.Store.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			found, _, err := s.Store.Attempts(t.Context(), store.AttemptFilter{Limit: 500})
			if err != nil {
				t.Fatal(err)
			}
			count := map[string]int{}
			for _, a := range found {
				count[fmt.Sprint(a.UserName, " ", a.Noise)]++
				if a.UserName != "Real" && (a.Code == int(errcode.ServerError) || !a.Noise) {
					t.Fatalf("recorded as %d %s, noise %t", a.Code, a.Cause, a.Noise)
				}
			}
			if count["Real false"] != 1 || count["Stranger true"] == 0 || count["Member true"] == 0 {
				t.Errorf("these are recorded: %v", count)
			}
			for line := range bytes.Lines(out.bytes()) {
				if bytes.Contains(line, []byte(`"level":"ERROR"`)) || bytes.Contains(line, []byte(`"level":"WARN"`)) && !bytes.Contains(line, []byte("recorded")) {
					t.Errorf("logged: %s", line)
				}
			}
		})
	}
}
