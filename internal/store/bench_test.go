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

// BenchmarkTakeSeat is many joins at once into a thousand running sessions,
// each with its attempt recorded. The second one shows what it would save not to
// wait for the disk at each commit.
func BenchmarkTakeSeat(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkTakeSeat(b, newWorld(b, liteFile(b))) })
	b.Run("sqlite, not durable", func(b *testing.B) {
		w := newWorld(b, liteFile(b))
		w.engine.(*sqliteEngine).writer.rest(func(conn *sql.Conn) {
			if _, err := conn.ExecContext(context.Background(), "PRAGMA synchronous = NORMAL"); err != nil {
				b.Error(err)
			}
		})
		benchmarkTakeSeat(b, w)
	})
	b.Run("postgres", func(b *testing.B) { benchmarkTakeSeat(b, newWorld(b, pgtest.URL(b))) })
}

const benchSessions = 1000

func (w *world) sessions(b *testing.B, n int) []meeting.Taken {
	b.Helper()
	owner := w.account()
	taken := make([]meeting.Taken, n)
	for i := range taken {
		m := w.meetingOf(owner, "host")
		taken[i] = w.join(m, "first")
		taken[i].Seat.MeetingID = m.ID
	}
	return taken
}

func benchmarkTakeSeat(b *testing.B, w *world) {
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
			ask := meeting.TakeSeat{
				Meeting:   &meeting.Meeting{ID: session.MeetingID, Number: session.Number},
				SessionID: session.ID, GateRevision: 1, Capacity: 1 << 30, Now: noon,
				Seat: meeting.Seat{
					ID: NewID(), GUID: NewID(), Name: "Somebody", Email: "somebody@example.org", Role: meeting.RoleAttendee,
					JoinID: NewID(), RequestKey: rand.Text()[:22], LeaseUntil: time.Now().Add(time.Minute), View: "component", SDKVersion: "4.0.0",
					Marks: meeting.Marks{AppID: "app", DeviceID: "device"},
				},
			}
			taken, err := w.TakeSeat(ctx, ask)
			if err != nil {
				b.Error(err)
				return
			}
			w.RecordAttempt(AttemptRecord{
				At: noon, MeetingNumber: session.Number, Name: "SUCCESS", View: "component", AppID: "app", AppName: "Classroom",
				UserName: "Somebody", RemoteIP: "192.0.2.1", JoinID: ask.Seat.JoinID, SessionID: session.ID, SeatID: taken.Seat.ID,
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
	w := newWorld(b, liteFile(b))
	ctx := context.Background()
	running := w.sessions(b, 100)
	for name, read := range map[string]func(i int) error{
		"LiveSession": func(i int) error { _, err := w.LiveSession(ctx, running[i%100].Session.MeetingID); return err },
		"LastSession": func(i int) error { _, err := w.LastSession(ctx, running[i%100].Session.MeetingID); return err },
		"Seat":        func(i int) error { _, err := w.Seat(ctx, running[i%100].Seat.ID); return err },
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
