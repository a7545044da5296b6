package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// BenchmarkAdmit is many joins at once into a thousand running sessions,
// each with its attempt recorded. The second one shows what it would save not to
// wait for the disk at each commit.
func BenchmarkAdmit(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkAdmit(b, newTestDB(b, liteFile(b))) })
	b.Run("sqlite, not durable", func(b *testing.B) {
		w := newTestDB(b, liteFile(b))
		w.engine.(*sqliteEngine).writer.betweenTransactions(func(conn *sql.Conn) {
			if _, err := conn.ExecContext(context.Background(), "PRAGMA synchronous = NORMAL"); err != nil {
				b.Error(err)
			}
		})
		benchmarkAdmit(b, w)
	})
	b.Run("postgres", func(b *testing.B) { benchmarkAdmit(b, newTestDB(b, pgtest.URL(b))) })
}

const benchSessions = 1000

func (w *testDB) sessions(b *testing.B, n int) []meeting.Admitted {
	b.Helper()
	owner := w.account()
	admitted := make([]meeting.Admitted, n)
	for i := range admitted {
		m := w.meetingOf(owner, "host")
		admitted[i] = w.join(m, "first")
		admitted[i].Participant.MeetingID = m.ID
	}
	return admitted
}

func benchmarkAdmit(b *testing.B, w *testDB) {
	ctx := context.Background()
	running := w.sessions(b, benchSessions)
	detail := []byte(fmt.Sprintf("%01000d", 1))
	var n atomic.Int64
	b.SetParallelism(64)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			session := &running[i%benchSessions].Session
			req := meeting.AdmitRequest{
				Meeting:   &meeting.Meeting{ID: session.MeetingID, Number: session.Number},
				SessionID: session.ID, GateRevision: 1, Capacity: 1 << 30, Now: noon,
				Participant: meeting.Participant{
					ID: NewID(), GUID: NewID(), Name: "Somebody", Email: "somebody@example.org", Role: meeting.RoleAttendee,
					JoinID: NewID(), RequestKey: rand.Text()[:22], LeaseUntil: time.Now().Add(time.Minute), View: "component", SDKVersion: "4.0.0",
					Claims: meeting.IdentityClaims{AppID: "app", DeviceID: "device"},
				},
			}
			admitted, err := w.Admit(ctx, req)
			if err != nil {
				b.Error(err)
				return
			}
			w.RecordAttempt(AttemptRecord{
				At: noon, MeetingNumber: session.Number, Name: "SUCCESS", View: "component", AppID: "app", AppName: "Classroom",
				UserName: "Somebody", RemoteIP: "192.0.2.1", JoinID: req.Participant.JoinID, SessionID: session.ID, ParticipantID: admitted.Participant.ID,
				MakeDetail: func() []byte { return detail },
			})
		}
	})
	w.must(w.Flush(ctx))
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "joins/s")
	b.ReportMetric(float64(w.Dropped()), "dropped")
}

// BenchmarkReads is what one join reads.
func BenchmarkReads(b *testing.B) {
	w := newTestDB(b, liteFile(b))
	ctx := context.Background()
	running := w.sessions(b, 100)
	for name, read := range map[string]func(i int) error{
		"LiveSession": func(i int) error { _, err := w.LiveSession(ctx, running[i%100].Session.MeetingID); return err },
		"LastSession": func(i int) error { _, err := w.LastSession(ctx, running[i%100].Session.MeetingID); return err },
		"Participant": func(i int) error { _, err := w.Participant(ctx, running[i%100].Participant.ID); return err },
		"MeetingByNumber": func(i int) error {
			_, err := w.MeetingByNumber(ctx, running[i%100].Session.Number)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				if err := read(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
