package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/livekit/livekit-server/test/client"
	"github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/media/mediatest"
	"github.com/anteroom/anteroom/internal/server"
)

// speaker joins, connects its media and speaks.
func speaker(t *testing.T, s *anteroomtest.Server, number string) (*client.RTCClient, anteroomtest.JoinResponse) {
	t.Helper()
	a := s.Join(anteroomtest.Join{Meeting: number, Device: uuid.NewString()})
	expect(t, a, 0, "")
	opts := &client.Options{
		AutoSubscribe: true,
		SignalRequestInterceptor: func(msg *livekit.SignalRequest, next client.SignalRequestHandler) error {
			if add := msg.GetAddTrack(); add != nil {
				add.Source = livekit.TrackSource_MICROPHONE
			}
			return next(msg)
		},
	}
	conn, err := client.NewWebSocketConn(a.Media.URL, a.Media.Token, opts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.NewRTCClient(conn, false, opts)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.Run() }()
	t.Cleanup(c.Stop)
	if err := c.WaitUntilConnected(testTimeout); err != nil {
		t.Fatal(err)
	}
	voice, err := c.AddStaticTrack("audio/opus", "voice", "voice")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(voice.Stop)
	return c, a
}

// hears waits until the client receives media, or receives none any more.
func hears(t *testing.T, c *client.RTCClient, want bool) {
	t.Helper()
	for deadline := time.Now().Add(testTimeout); ; {
		before := c.BytesReceived()
		time.Sleep(300 * time.Millisecond)
		if (c.BytesReceived() > before) == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("receiving media is still %t", !want)
		}
	}
}

func TestAParticipantsPacketsAreLostOverHTTP(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	connect := func(a anteroomtest.JoinResponse) int {
		status, _ := callDev(t, s, "GET", "/rtc/validate?access_token="+a.Media.Token, "", nil)
		return status
	}
	ann, first := speaker(t, s, room.Number)
	bob, second := speaker(t, s, room.Number)
	eve, _ := speaker(t, s, room.Number)
	for _, c := range []*client.RTCClient{ann, bob, eve} {
		hears(t, c, true)
	}
	view := inject(t, s, `{"point":"packets","kind":"drop","meetingNumber":%q,"userId":%d}`, room.Number, second.Participant.UserID)
	if view.Count != nil || view.Remaining != nil {
		t.Fatalf("it lasts until it is removed: %+v", view)
	}
	hears(t, bob, false)
	hears(t, ann, true)
	hears(t, eve, true)
	if got := connect(second); got != http.StatusServiceUnavailable {
		t.Fatalf("a new connection of the one: %d", got)
	}
	if got := connect(first); got != http.StatusOK {
		t.Fatalf("a new connection of the other: %d", got)
	}
	if list := activeFaults(t, s); len(list) != 1 || list[0].ID != view.ID {
		t.Fatalf("odd list %+v", list)
	}
	callDev(t, s, "DELETE", "/dev/v1/faults/"+view.ID, "", nil)
	hears(t, bob, true)
	if got := connect(second); got != http.StatusOK {
		t.Fatalf("the fault is over: %d", got)
	}
	// So many packets, and the fault is over by itself.
	inject(t, s, `{"point":"packets","kind":"drop","meetingNumber":%q,"count":50}`, room.Number)
	for deadline := time.Now().Add(testTimeout); len(activeFaults(t, s)) > 0; {
		if time.Now().After(deadline) {
			t.Fatalf("fifty packets are not lost yet: %+v", *activeFaults(t, s)[0].Remaining)
		}
	}
	hears(t, ann, true)

	status, raw := callDev(t, s, "POST", "/dev/v1/faults",
		`{"point":"packets","kind":"drop","userId":99,"meetingNumber":"`+room.Number+`"}`, nil)
	if status != http.StatusBadRequest || !strings.Contains(raw, `"property":"userId"`) {
		t.Fatalf("nobody's packets: %d %s", status, raw)
	}
	if list := activeFaults(t, s); len(list) != 0 {
		t.Fatalf("a fault that could not begin is active: %+v", list)
	}
}

// A fault can wait for the meeting to begin: then nobody's media comes up.
func TestNoMediaComesUpWhilePacketsAreLost(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	inject(t, s, `{"point":"packets","kind":"drop","meetingNumber":%q}`, room.Number)
	a := s.Join(anteroomtest.Join{Meeting: room.Number})
	expect(t, a, 0, "")
	if status, _ := callDev(t, s, "GET", "/rtc/validate?access_token="+a.Media.Token, "", nil); status != http.StatusServiceUnavailable {
		t.Fatalf("the door returns %d", status)
	}
	callDev(t, s, "DELETE", "/dev/v1/faults", "", nil)
	if status, _ := callDev(t, s, "GET", "/rtc/validate?access_token="+a.Media.Token, "", nil); status != http.StatusOK {
		t.Fatalf("the fault is over, and the door returns %d", status)
	}
}

func TestPacketsOfAnotherEngineCannotBeLost(t *testing.T) {
	t.Parallel()
	config := server.DevelopmentDefaults()
	config.Listen, config.Data = "127.0.0.1:0", t.TempDir()
	running, err := server.Start(t.Context(), config, server.Parts{Media: mediatest.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = running.Close(context.WithoutCancel(t.Context())) }()
	s := &anteroomtest.Server{URL: running.URL}
	var world httpapi.WorldView
	callDev(t, s, "GET", "/dev/v1/world", "", &world)
	status, raw := callDev(t, s, "POST", "/dev/v1/faults",
		`{"point":"packets","kind":"drop","meetingNumber":"`+world.Defaults.MeetingNumber+`"}`, nil)
	if status != http.StatusBadRequest || !strings.Contains(raw, `"property":"point"`) || !strings.Contains(raw, "embedded") {
		t.Fatalf("%d %s", status, raw)
	}
}
