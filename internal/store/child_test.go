package store

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// childVariable makes this test's own program a server that is killed: its value
// is the database, and the meeting to take participants in.
const childVariable = "ANTEROOM_STORE_TEST_CHILD"

// child claims the database and admits participants until it is killed. It prints
// the id of each participant once it is acknowledged.
func child(job string) int {
	url, meetingID, _ := strings.Cut(job, "\n")
	ctx := context.Background()
	s, err := Open(ctx, Config{URL: url, Key: testKey})
	if err == nil {
		err = s.AcquireNode(ctx, NodeAlone)
	}
	var m *meeting.Meeting
	var live *meeting.Session
	if err == nil {
		m, err = s.Meeting(ctx, meetingID)
	}
	if err == nil {
		live, err = s.LiveSession(ctx, meetingID)
	}
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	const joiners = 16
	faults := make(chan error, joiners)
	for range joiners {
		go func() {
			for {
				admitted, err := s.Admit(ctx, meeting.AdmitRequest{
					Meeting: m, SessionID: live.ID, GateRevision: live.GateRevision, Exempt: true, Now: noon,
					Participant: meeting.Participant{ID: NewID(), Name: "child"},
				})
				if err != nil {
					faults <- err
					return
				}
				// One write is one line, however many goroutines print.
				_, _ = os.Stdout.WriteString(admitted.Participant.ID + "\n")
			}
		}()
	}
	fmt.Println("error", <-faults)
	return 1
}

// TestKill kills a process with -9 while it admits participants. What it
// acknowledged is there, the count is right, and the database is free at once.
func TestKill(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testKill(t, liteFile(t)) })
	t.Run("postgres", func(t *testing.T) { testKill(t, pgtest.URL(t)) })
}

const acknowledged = 400

func testKill(t *testing.T, url string) {
	w := newTestDB(t, url)
	m := w.meeting()
	first := w.join(m, "Ada")
	w.must(w.Close())

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+url+"\n"+m.ID)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	w.must(err)
	w.must(cmd.Start())
	var participants []string
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		w.must(err)
		if strings.HasPrefix(line, "error") {
			t.Fatalf("the child failed: %s", line)
		}
		participants = append(participants, strings.TrimSpace(line))
		if len(participants) == acknowledged {
			w.must(cmd.Process.Kill())
		}
	}
	_ = cmd.Wait()
	if len(participants) < acknowledged {
		t.Fatalf("the child ended after %d participants: %s", len(participants), complaints.String())
	}

	w.Store = w.open(nil)
	ctx := context.Background()
	w.must(acquireSoon(ctx, w.Store))
	live, err := w.LiveParticipants(ctx, first.Session.ID)
	w.must(err)
	there := map[string]bool{}
	for _, participant := range live {
		there[participant.ID] = true
	}
	for _, id := range participants {
		if !there[id] {
			t.Fatalf("the participant %s was acknowledged and is lost", id)
		}
	}
	w.counted(first.Session.ID, len(live))
	session, err := w.Session(ctx, first.Session.ID)
	w.must(err)
	if session.Revision != int64(len(live)) {
		t.Fatalf("the revision is %d after %d joins", session.Revision, len(live))
	}
	w.join(m, "Ben", func(a *meeting.AdmitRequest) { a.Exempt = true })
}

// acquireSoon gives the kernel and PostgreSQL a moment to notice the death.
func acquireSoon(ctx context.Context, s *Store) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := s.AcquireNode(ctx, NodeAlone)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-ticker.C:
		}
	}
}
