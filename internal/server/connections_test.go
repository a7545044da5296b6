package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
)

// Others are notified of each who comes and goes: another name lets nobody do so more
// often.
func TestAnotherNameBringsNoMoreConnections(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	join := anteroomtest.Join{Meeting: s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"}).Number}
	begun, connected := time.Now(), 0
	var page *page
	for name := range 5 {
		join.Name = fmt.Sprint("Mallory ", name)
		response := s.Join(join)
		expect(t, response, 0, "")
		join.ResumeToken = response.ResumeToken
		page = lineOf(t, response)
		for range 10 {
			switch code := page.connect(); code {
			case 0:
				connected++
				page.cut()
			case 1006: // broken without a word: the page tries again
			default:
				t.Fatalf("closed with %d", code)
			}
		}
	}
	if most := 31 + int(time.Since(begun).Seconds()); connected < 30 || connected > most {
		t.Errorf("connected %d times, want 30 to %d", connected, most)
	}
	for page.connect() != 0 {
		time.Sleep(100 * time.Millisecond)
		if time.Since(begun) > testTimeout {
			t.Fatal("the last page stays out")
		}
	}
	if n := len(page.snapshot().Participants); n != 1 {
		t.Errorf("%d people are inside, want one", n)
	}
}
