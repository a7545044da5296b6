package loadgen_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/bench/loadgen"
)

// testTimeout is how long a test waits for what must come.
const testTimeout = 3 * time.Minute

// startServer is a server with an open meeting of so many places.
func startServer(t testing.TB, capacity int) (context.Context, loadgen.Meeting) {
	t.Helper()
	s := anteroomtest.Start(t)
	number := s.AddMeeting(anteroomtest.Meeting{Topic: "Lesson", Password: "anteroom", Capacity: capacity})
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	return ctx, loadgen.Meeting{Server: s.URL, Number: number.Number, Passcode: "anteroom", Key: s.SDKKey, Secret: s.SDKSecret}
}

func TestAGroupJoinsChangesAndLeaves(t *testing.T) {
	t.Parallel()
	ctx, m := startServer(t, 4)
	c, err := loadgen.Start(ctx, m, 4, "Guest", loadgen.Options{Video: true, Sound: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Inside(); err != nil {
		t.Error(err)
	}
	people := c.Participants()
	if len(people) != 4 {
		t.Fatalf("%d came", len(people))
	}
	before := people[2].UserID
	// The meeting is full, so that the newcomer gets in only if the other has left.
	if err := c.Replace(ctx, 2); err != nil {
		t.Fatal(err)
	}
	if people[2].UserID == before {
		t.Error("the same one came again")
	}
	if err := people[0].SendChat(ctx, "Good morning"); err != nil {
		t.Error(err)
	}
	if err := people[1].RaiseHand(ctx, true); err != nil {
		t.Error(err)
	}
	if err := c.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if c.Inside() == nil {
		t.Error("nobody is inside, and nobody says so")
	}
}

func TestARefusalIsReturnedAndNobodyStays(t *testing.T) {
	t.Parallel()
	ctx, m := startServer(t, 2)
	if _, err := loadgen.Start(ctx, m, 3, "Guest", loadgen.Options{}); err == nil || !strings.Contains(err.Error(), "4001") && !strings.Contains(err.Error(), "capacity") {
		t.Fatalf("three in a room for two: %v", err)
	}
	c, err := loadgen.Start(ctx, m, 2, "Guest", loadgen.Options{})
	if err != nil {
		t.Fatal("those who were inside are still there:", err)
	}
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
	m.Passcode = "wrong"
	if _, err := loadgen.Join(ctx, m, "Kim", loadgen.Options{}); err == nil || !strings.Contains(err.Error(), "3004") {
		t.Errorf("a wrong passcode: %v", err)
	}
}
