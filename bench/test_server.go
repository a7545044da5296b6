package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/server"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/signature"
)

const (
	// liveMeetings is how many meetings are joined in turn.
	liveMeetings = 1000
	passcode     = "anteroom"
	// wrongPasscode has the right one's length, so that requests are alike.
	wrongPasscode = "sesame-1"
	publicURL     = "https://meet.example.org"
	stopTime      = 15 * time.Second
)

// testServer is a server in production mode inside this process, with meetings
// that are not yet running.
type testServer struct {
	running  *server.Server
	address  string
	folder   string
	app      *account.App
	meetings []room
}

// room is a meeting of the test server with a signature to join it by.
type room struct{ number, signature string }

// startServer starts a server on a fresh database: SQLite in a folder of its own,
// or the given PostgreSQL database.
func startServer(ctx context.Context, database string, engine media.Engine) (_ *testServer, err error) {
	folder, err := os.MkdirTemp("", "anteroom-bench-")
	if err != nil {
		return nil, err
	}
	s := &testServer{folder: folder}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	s.running, err = server.Start(ctx, server.Config{
		Mode: server.Production, Listen: "127.0.0.1:0", PublicURL: publicURL, Data: folder, Database: database,
		EncryptionKey: base64.StdEncoding.EncodeToString(key),
		// The load comes as if from a proxy, which speaks for many addresses.
		TrustedProxies: []string{"127.0.0.1"}, JoinsPerMinute: 1_000_000,
	}, server.Parts{Media: engine})
	if err != nil {
		return nil, err
	}
	s.address = strings.TrimPrefix(s.running.URL, "http://")
	return s, s.seed(ctx)
}

func (s *testServer) close() {
	if s.running != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		if err := s.running.Close(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench: the server did not stop cleanly:", err)
		}
	}
	if err := os.RemoveAll(s.folder); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// seed creates an account with a host, an app with a few neighbours, and the
// meetings, each with a passcode and open before its host.
func (s *testServer) seed(ctx context.Context) error {
	db, now := s.running.Store, time.Now()
	acme := &account.Account{ID: store.NewID(), Name: "Acme School", CreatedAt: now}
	host := &account.User{
		ID: store.NewID(), AccountID: acme.ID, Email: "ada@acme.example", DisplayName: "Ada Park", Role: "owner", Status: account.UserActive,
		Licence: account.Licence{Capacity: 100_000, ConcurrentMeetings: 2 * liveMeetings}, CreatedAt: now,
	}
	err := errors.Join(db.CreateAccount(ctx, acme), db.CreateUser(ctx, host))
	for _, name := range []string{"Classroom", "Billing portal", "Staff room", "Library"} {
		app := scenario.NewApp(acme, name, now)
		app.ID, app.Published = store.NewID(), true
		err = errors.Join(err, db.CreateApp(ctx, app))
		if s.app == nil {
			s.app = app
		}
	}
	if err != nil {
		return fmt.Errorf("could not seed the database: %w", err)
	}
	for i := range liveMeetings {
		number, err := db.NewMeetingNumber(ctx)
		if err != nil {
			return err
		}
		err = db.CreateMeeting(ctx, &meeting.Meeting{
			ID: store.NewID(), Number: number, AccountID: acme.ID, HostID: host.ID, Topic: fmt.Sprintf("Lesson %d", i+1),
			Kind: meeting.KindNoFixedTime, Passcode: passcode, Settings: meeting.Settings{JoinBeforeHost: true}, CreatedAt: now, LastUsedAt: now,
		})
		if err != nil {
			return fmt.Errorf("a meeting could not be made: %w", err)
		}
		signed, err := sign(s.app.Key, s.app.Secret, number, now)
		if err != nil {
			return err
		}
		s.meetings = append(s.meetings, room{number, signed})
	}
	return nil
}

func sign(key, secret, number string, now time.Time) (string, error) {
	return signature.Sign(signature.SignOptions{
		Key: key, Secret: secret, MeetingNumber: number, IssuedAt: now.Add(-30 * time.Second), ExpiresAt: now.Add(2 * time.Hour),
	})
}
