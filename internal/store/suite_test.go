package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		os.Exit(child(job))
	}
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}

// noon is what the injected clock shows.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

var testKey = bytes.Repeat([]byte{7}, 32)

// testDB is one database under test.
type testDB struct {
	*Store
	t   testing.TB
	url string
	// idFile is where the id of the database is kept; "" keeps it nowhere.
	idFile string
}

// both runs a test on SQLite and on PostgreSQL.
func both(t *testing.T, test func(t *testing.T, w *testDB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newTestDB(t, liteFile(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, newTestDB(t, pgtest.URL(t))) })
}

func liteFile(t testing.TB) string { return filepath.Join(t.TempDir(), "anteroom.db") }

func newTestDB(t testing.TB, url string) *testDB {
	t.Helper()
	w := &testDB{t: t, url: url}
	w.Store = w.open(nil)
	return w
}

func (w *testDB) config() Config {
	return Config{
		URL: w.url, IDFile: w.idFile, Key: testKey, Clock: clockwork.NewFakeClockAt(noon),
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// open opens the database once more.
func (w *testDB) open(change func(*Config)) *Store {
	w.t.Helper()
	c := w.config()
	if change != nil {
		change(&c)
	}
	s, err := Open(context.Background(), c)
	if err != nil {
		w.t.Fatalf("Open: %v", err)
	}
	w.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			w.t.Errorf("Close: %v", err)
		}
	})
	return s
}

func (w *testDB) account() *account.Account {
	w.t.Helper()
	a := &account.Account{Name: "Acme"}
	w.must(w.CreateAccount(context.Background(), a))
	return a
}

func (w *testDB) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *testDB) meetingOf(a *account.Account, hostID string) *meeting.Meeting {
	w.t.Helper()
	number, err := w.NewMeetingNumber(context.Background())
	w.must(err)
	m := &meeting.Meeting{
		Number: number, AccountID: a.ID, HostID: hostID, Topic: "Algebra", Kind: meeting.KindNoFixedTime, CreatedAt: noon, LastUsedAt: noon,
	}
	w.must(w.CreateMeeting(context.Background(), m))
	return m
}

func (w *testDB) meeting() *meeting.Meeting { return w.meetingOf(w.account(), "host") }

// admitRequest is a join that the gate would admitted now.
func (w *testDB) admitRequest(m *meeting.Meeting, name string) meeting.AdmitRequest {
	w.t.Helper()
	live, err := w.LiveSession(context.Background(), m.ID)
	w.must(err)
	a := meeting.AdmitRequest{
		Meeting: m, Capacity: 100, Now: noon,
		Participant: meeting.Participant{ID: NewID(), GUID: NewID(), Name: name, Role: meeting.RoleAttendee, LeaseUntil: time.Now().Add(time.Minute)},
	}
	if live == nil {
		a.NewSessionID = NewID()
	} else {
		a.SessionID, a.GateRevision = live.ID, live.GateRevision
	}
	return a
}

func (w *testDB) join(m *meeting.Meeting, name string, change ...func(*meeting.AdmitRequest)) meeting.Admitted {
	w.t.Helper()
	a := w.admitRequest(m, name)
	for _, c := range change {
		c(&a)
	}
	admitted, err := w.Admit(context.Background(), a)
	if err != nil {
		w.t.Fatalf("Admit of %s: %v", name, err)
	}
	return admitted
}

// counted compares the count of a session with the participants it counts.
func (w *testDB) counted(sessionID string, want int) {
	w.t.Helper()
	live, err := w.Session(context.Background(), sessionID)
	w.must(err)
	participants, err := w.LiveParticipants(context.Background(), sessionID)
	w.must(err)
	if live.Participants != want || len(participants) != want {
		w.t.Fatalf("the session counts %d participants and has %d, want %d", live.Participants, len(participants), want)
	}
}

func names(participants []*meeting.Participant) string {
	out := ""
	for _, s := range participants {
		out += fmt.Sprintf("%s:%s ", s.Name, s.State)
	}
	return out
}
