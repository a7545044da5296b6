package anteroomtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/errcode"
)

// What a test of an app looks like: a world, a join that is wrong, and the
// reason it is told.
func TestAnAppsOwnTest(t *testing.T) {
	t.Parallel()
	server := anteroomtest.Start(t)
	room := server.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "secret"})

	joined := server.Join(anteroomtest.Join{Meeting: room.Number, Password: "wrong"})
	if joined.ErrorCode != int(errcode.WrongMeetingPassword) || joined.Cause != "passcode_wrong" {
		t.Fatalf("got %d %s", joined.ErrorCode, joined.Cause)
	}
	if joined = server.Join(anteroomtest.Join{Meeting: room.Number, Password: "secret"}); joined.ErrorCode != 0 {
		t.Fatalf("got %d %s", joined.ErrorCode, joined.Cause)
	}
}

func TestServersOfOneProcessKnowNothingOfEachOther(t *testing.T) {
	t.Parallel()
	one, two := anteroomtest.Start(t), anteroomtest.Start(t)
	room := one.AddMeeting(anteroomtest.Meeting{Topic: "Only here"})
	if a := two.Join(anteroomtest.Join{Meeting: room.Number}); a.ErrorCode != 3001 {
		t.Fatalf("got %d %s", a.ErrorCode, a.Cause)
	}
}

func TestAServerStartsAgainFromItsFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := anteroomtest.Start(t, anteroomtest.WithFolder(folder))
	room := first.AddMeeting(anteroomtest.Meeting{Topic: "Lasting"})
	signed := first.Sign(room.Number, 0)
	first.Close()
	second := anteroomtest.Start(t, anteroomtest.WithFolder(folder))
	if a := second.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed}); a.ErrorCode != 0 {
		t.Fatalf("got %d %s", a.ErrorCode, a.Cause)
	}
}

func ExampleStart() {
	test := func(t *testing.T) {
		clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		server := anteroomtest.Start(t, anteroomtest.WithClock(clock))
		room := server.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
		signed := server.Sign(room.Number, 0)
		clock.Advance(3 * time.Hour)
		fmt.Println(server.Join(anteroomtest.Join{Meeting: room.Number, Signature: signed}).Name) // SIGNATURE_EXPIRED
	}
	_ = test
}
