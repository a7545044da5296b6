package livekit

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/anteroom/anteroom/internal/rogue"
)

// joinChecks is what the proxy checks during a media join: its limits, the query, and
// every message of both sides, more and longer ones than in BenchmarkMediaJoin. Questions
// for a participant's rights are not part of it.
func joinChecks(b *testing.B) func() {
	var sent bytes.Buffer
	page := func(request *lk.SignalRequest) {
		message, err := proto.Marshal(request)
		if err != nil {
			b.Fatal(err)
		}
		header := binary.BigEndian.AppendUint16([]byte{lastBinary, 0x80 | 126}, uint16(len(message)))
		sent.Write(append(append(header, 0, 0, 0, 0), message...))
	}
	description := &lk.SessionDescription{Type: "offer", Sdp: strings.Repeat("a=candidate ", 500)}
	page(&lk.SignalRequest{Message: &lk.SignalRequest_AddTrack{AddTrack: &lk.AddTrackRequest{Cid: "c", Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA}}})
	page(&lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: description}})
	page(&lk.SignalRequest{Message: &lk.SignalRequest_Answer{Answer: description}})
	for range 10 {
		page(&lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: strings.Repeat("x", 200)}}})
	}
	for n := range 20 {
		page(subscribe(trackIDs(n, 1)...))
		page(setTracks(trackIDs(n, 1)...))
	}
	c := connIn("room", trackIDs(0, 20)...)
	answer := append([]byte{lastBinary, 126, 0x10, 0x00}, make([]byte, 0x1000)...)
	request := httptest.NewRequest(http.MethodGet, "/rtc?access_token=t&auto_subscribe=1&protocol=16&sdk=js&version=2", nil)
	out, l := make([]byte, 4096), newConnectLimiter(1<<30)
	turn := 0
	return func() {
		turn++
		_, what, err := forLiveKit(request)
		done, refused := l.acquire(strconv.Itoa(turn), "192.0.2.1", what, time.Now())
		if err != nil || refused != nil {
			b.Fatal(err, refused)
		}
		hold, free := l.byteCounter(strconv.Itoa(turn))
		defer free()
		c := &inspectedConn{Conn: bytesConn{}, in: bufio.NewReader(bytes.NewReader(sent.Bytes())), inspection: inspection{hold: hold, check: func(message []byte) ([]byte, error) {
			if _, _, err := c.track.namedTracks("room", "", message); err != nil {
				return nil, err
			}
			return checkSignal(message, func(request *lk.SignalRequest) error {
				track := request.GetAddTrack()
				return fits(track.GetType(), track.GetSource())
			})
		}}}
		c.sent.headEnd = len(blankLine)
		for err == nil {
			_, err = c.Read(out)
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		for range 20 {
			if _, err := c.Write(answer); err != nil {
				b.Fatal(err)
			}
		}
		done()
	}
}

func BenchmarkJoinChecks(b *testing.B) {
	check := joinChecks(b)
	b.ReportAllocs()
	for b.Loop() {
		check()
	}
}

// BenchmarkMediaJoin compares media joins through the proxy with joins past its checks:
// its limits, its look at the query, at every message and every track. What was there
// before them stays: the token, the question for the participant, and the room. A join
// ends when a camera is offered and taken. Both take turns; the ratios are of medians.
// What the checks cost by themselves is given as a share of a join past them, by
// processor time: that hardly depends on what else the machine does.
func BenchmarkMediaJoin(b *testing.B) {
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t, err := sharedEngine.engine.keys.check(r)
		if err != nil {
			b.Error(err)
			return
		}
		grant, err := sharedEngine.guard.Grant(r.Context(), t.room, t.identity)
		if err == nil {
			err = sharedEngine.engine.EnsureRoom(r.Context(), t.room)
		}
		if err != nil {
			b.Error(err)
			return
		}
		query := r.URL.Query()
		query.Del("access_token")
		r.URL.RawQuery = query.Encode()
		r.Header.Del("Sec-WebSocket-Extensions") // compression would cost more than all checks
		sharedEngine.engine.pass(w, r, grant, t.expires)
	}))
	defer bare.Close()
	room, people := fmt.Sprint("bench-", roomCount.Add(1)), 0
	join := func(server *httptest.Server) (wall, cpu float64) {
		people++
		grant := fullGrant(room, fmt.Sprint("p", people))
		sharedEngine.guard.admit(grant)
		token, err := sharedEngine.engine.Token(b.Context(), grant, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		used, began := processorTime(), time.Now()
		m, err := rogue.JoinMedia(b.Context(), server.URL, token)
		if err != nil {
			b.Fatal(err)
		}
		defer m.Close()
		if _, err := m.Publish(b.Context(), lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false); err != nil {
			b.Fatal(err)
		}
		wall, cpu = time.Since(began).Seconds(), (processorTime() - used).Seconds()
		if err := sharedEngine.engine.Remove(b.Context(), grant.Room, grant.Identity); err != nil {
			b.Fatal(err)
		}
		return wall, cpu
	}
	join(bare)
	join(sharedEngine.server)
	var walls, cpus [2][]float64
	turn := 0
	for b.Loop() {
		for i := range 2 {
			which := (turn + i) % 2 // none always goes first
			wall, cpu := join([]*httptest.Server{bare, sharedEngine.server}[which])
			walls[which], cpus[which] = append(walls[which], wall), append(cpus[which], cpu)
		}
		turn++
	}
	const checks = 2000
	check, used := joinChecks(b), processorTime()
	for range checks {
		check()
	}
	b.ReportMetric((processorTime()-used).Seconds()/checks/middle(cpus[0]), "checks-of-cpu")
	b.ReportMetric(middle(walls[1])/middle(walls[0]), "of-time")
	b.ReportMetric(middle(cpus[1])/middle(cpus[0]), "of-cpu")
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
