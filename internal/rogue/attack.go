package rogue

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"

	"github.com/anteroom/anteroom/bench/loadgen"
)

const (
	// wayTime bounds one way of attack.
	wayTime = 5 * time.Second
	// maxOpenConns are the connections that one participant opens at a time.
	maxOpenConns = 8
	// deadBodies are the requests of one participant whose bodies never come.
	deadBodies = 4
)

// attackers are participants of one meeting.
type attackers struct {
	meeting loadgen.Meeting

	mu   sync.Mutex
	done map[string]int
}

// CutShort ends the name of a way of attack that the server put an end to.
const CutShort = ", cut short"

// Attack lets people attack a meeting until ctx ends, in every way that this package
// knows: in turn in those that have an end, all the time in those that only wait. It
// returns how often each way was tried.
func Attack(ctx context.Context, meeting loadgen.Meeting, people int) map[string]int {
	a := &attackers{meeting: meeting, done: map[string]int{}}
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() { a.attacker(i).attack(ctx) })
	}
	all.Wait()
	return a.done
}

func (a *attackers) count(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done[what]++
}

// attacker is one of them. Its participant changes when it joins anew.
type attacker struct {
	all    *attackers
	number int
	device string
	joined loadgen.JoinResponse
}

func (a *attackers) attacker(number int) *attacker {
	return &attacker{all: a, number: number, device: uuid.NewString()}
}

// alone receives nothing of what others send.
var alone = url.Values{"auto_subscribe": {"0"}}

// way is one way of attack. An error reports that the server was in the way.
type way struct {
	name    string
	attempt func(*attacker, context.Context) error
}

// ways are tried in turn, by each attacker from another one on.
var ways = []way{
	{"compressed and oversize signals", (*attacker).bombMedia},
	{"compressed and oversize control frames", (*attacker).bombControl},
	{"bombs without a token", (*attacker).bombStrangers},
	{"tracks in disguise", (*attacker).publishForbidden},
	{"chat floods", (*attacker).flood},
	{"commands over many connections", (*attacker).command},
	{"recovery from the beginning", (*attacker).recover},
	{"simulated scenarios", (*attacker).simulate},
	{"old tokens", (*attacker).comeBack},
	{"media reconnects", (*attacker).reconnect},
	{"joins that are refused", (*attacker).joinWrongly},
	{"snapshots and malformed frames", (*attacker).ask},
}

func (a *attacker) attack(ctx context.Context) {
	var waiting sync.WaitGroup
	defer waiting.Wait()
	for ctx.Err() == nil && a.join(ctx, nil) != nil {
		pause(ctx, time.Second)
	}
	joined := a.joined
	waiting.Go(func() { a.sendNoBodies(ctx) })
	waiting.Go(func() { a.readNothing(ctx, joined) })
	for turn := a.number; ctx.Err() == nil; turn++ {
		way := ways[turn%len(ways)]
		limited, cancel := context.WithTimeout(ctx, wayTime)
		err := way.attempt(a, limited)
		cancel()
		if err == nil || limited.Err() != nil {
			a.all.count(way.name)
			continue
		}
		a.all.count(way.name + CutShort)
		// The participant may be gone; whoever comes back has an old name and a new
		// page.
		_ = a.join(ctx, nil)
		pause(ctx, 100*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// join enters with a name that disturbs, the key of somebody else, and a
// participant's own resume token once there is one.
func (a *attacker) join(ctx context.Context, more map[string]any) error {
	request := map[string]any{"deviceId": a.device, "customerKey": "shared-by-all"}
	if a.joined.ResumeToken != "" {
		request["resumeToken"] = a.joined.ResumeToken
	}
	for name, value := range more {
		request[name] = value
	}
	joined, err := a.all.meeting.RequestJoin(ctx, fmt.Sprintf("\u202eMallory\u2066 %d", a.number), request)
	if err == nil {
		a.joined = joined
	}
	return err
}

// bombSize is what bombs inflate to, or say they are.
const bombSize = 100 << 20

var bomb = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	deflate, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	part := make([]byte, 1<<20)
	for range bombSize / len(part) {
		_, _ = deflate.Write(part)
	}
	_ = deflate.Flush()
	return out.Bytes()
})

// compressionBombs are attempts at a server's memory; opcode is that of its messages.
func compressionBombs(opcode byte) [][]Frame {
	part := make([]byte, 32<<10)
	parts := []Frame{{First: opcode, Payload: part}}
	for range 100 {
		parts = append(parts, Frame{Payload: part})
	}
	return [][]Frame{
		{{First: 0x80 | 0x40 | opcode, Payload: bomb()}},
		{{First: 0x80 | opcode, Length: bombSize, Payload: part}},
		// As much as the media proxy believes, which then never comes.
		{{First: opcode, Length: 1 << 20, Payload: part}},
		parts,
	}
}

// sendBombs sends bombs, each over a connection of its own, and waits for their ends.
func sendBombs(ctx context.Context, opcode byte, open func() (*Socket, error)) error {
	for _, frames := range compressionBombs(opcode) {
		socket, err := open()
		if err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, time.Second)
		context.AfterFunc(limited, socket.Close)
		_ = socket.SendFrames(frames...)
		_, _, _ = socket.Ended()
		cancel()
	}
	return nil
}

func (a *attacker) bombMedia(ctx context.Context) error {
	return sendBombs(ctx, websocket.BinaryMessage, func() (*Socket, error) {
		line, err := OpenSignalling(ctx, a.joined.Media.URL, a.joined.Media.Token, alone)
		if err != nil {
			return nil, err
		}
		return line.Socket, nil
	})
}

func (a *attacker) bombControl(ctx context.Context) error {
	return sendBombs(ctx, websocket.TextMessage, func() (*Socket, error) {
		conn, err := OpenConn(ctx, a.joined.Realtime.URL, a.joined.Realtime.Token)
		if err != nil {
			return nil, err
		}
		return conn.Socket, nil
	})
}

func (a *attacker) bombStrangers(ctx context.Context) error {
	return sendBombs(ctx, websocket.TextMessage, func() (*Socket, error) { return Open(ctx, a.joined.Realtime.URL) })
}

// publishForbidden publishes what a participant may not send, and what it may several times.
func (a *attacker) publishForbidden(ctx context.Context) error {
	type track struct {
		kind   lk.TrackType
		source lk.TrackSource
	}
	audio, video := lk.TrackType_AUDIO, lk.TrackType_VIDEO
	camera, screen := lk.TrackSource_CAMERA, lk.TrackSource_SCREEN_SHARE
	for _, tracks := range [][]track{
		{{audio, camera}},
		{{video, lk.TrackSource_MICROPHONE}},
		{{audio, screen}},
		{{video, screen}},
		{{video, camera}, {video, camera}, {video, camera}},
	} {
		m, err := joinMedia(ctx, a.joined.Media.URL, a.joined.Media.Token, alone, webrtc.NetworkTypeUDP4)
		if err != nil {
			return err
		}
		for _, t := range tracks {
			_, _ = m.Publish(ctx, t.kind, t.source, false)
		}
		m.Close()
	}
	return nil
}

// openConns opens as many control connections as there may be, and reads them.
func (a *attacker) openConns(ctx context.Context, count int) (conns []*Conn, done func(), err error) {
	var reading sync.WaitGroup
	limited, cancel := context.WithCancel(ctx)
	done = func() { cancel(); reading.Wait() }
	for range count {
		conn, err := OpenConn(limited, a.joined.Realtime.URL, a.joined.Realtime.Token)
		if err != nil {
			done()
			return nil, nil, err
		}
		reading.Go(func() { conn.Drain() })
		conns = append(conns, conn)
	}
	return conns, done, nil
}

// flood writes the longest messages of what takes most room.
func (a *attacker) flood(ctx context.Context) error {
	return a.repeat(ctx, 200, func(i int) (kind string, data any) {
		return "chat.send", map[string]any{"text": strings.Repeat("<", 4096)}
	})
}

// command asks for what everybody is notified of, over many connections, with all
// that a frame may hold beside it.
func (a *attacker) command(ctx context.Context) error {
	rest := strings.Repeat("x", 32<<10)
	for range 3 {
		err := a.repeat(ctx, 600, func(i int) (kind string, data any) {
			return "seat.hand", map[string]any{"raised": i%2 == 0, "rest": rest}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *attacker) repeat(ctx context.Context, times int, request func(i int) (kind string, data any)) error {
	conns, done, err := a.openConns(ctx, maxOpenConns)
	if err != nil {
		return err
	}
	defer done()
	for i := range times {
		kind, data := request(i)
		if err := conns[i%len(conns)].Command(i+2, uuid.NewString(), kind, data); err != nil {
			return err
		}
	}
	return nil
}

// recover asks for everything that was ever said, again and again.
func (a *attacker) recover(ctx context.Context) error {
	for range 10 {
		limited, cancel := context.WithTimeout(ctx, wayTime/10)
		conn, err := OpenConn(limited, a.joined.Realtime.URL, a.joined.Realtime.Token, a.joined.Meeting.SessionID)
		if err != nil {
			cancel()
			return err
		}
		conn.Drain()
		cancel()
	}
	return nil
}

// simulate asks the media server for what only tests of it may ask for.
func (a *attacker) simulate(ctx context.Context) error {
	for range 4 {
		line, err := OpenSignalling(ctx, a.joined.Media.URL, a.joined.Media.Token, alone)
		if err != nil {
			return err
		}
		err = line.Send(&lk.SignalRequest{Message: &lk.SignalRequest_Simulate{
			Simulate: &lk.SimulateScenario{Scenario: &lk.SimulateScenario_SpeakerUpdate{SpeakerUpdate: 60}},
		}})
		if err == nil {
			limited, cancel := context.WithTimeout(ctx, time.Second)
			context.AfterFunc(limited, line.Close)
			_, _, _ = line.Ended()
			cancel()
		}
		line.Close()
	}
	return nil
}

// comeBack joins again and again, and tries the tokens of the pages before.
func (a *attacker) comeBack(ctx context.Context) error {
	for range 10 {
		old := a.joined
		if err := a.join(ctx, nil); err != nil {
			return err
		}
		if status, err := Validate(ctx, a.all.meeting.Server, old.Media.Token); err == nil && status == http.StatusOK {
			return errors.New("an old token is accepted")
		}
		limited, cancel := context.WithTimeout(ctx, time.Second)
		if conn, err := OpenConn(limited, old.Realtime.URL, old.Realtime.Token); err == nil {
			conn.Drain()
		}
		cancel()
	}
	return nil
}

// reconnect opens media connections and drops them, as fast as it can.
func (a *attacker) reconnect(ctx context.Context) error {
	for range 200 {
		line, err := OpenSignalling(ctx, a.joined.Media.URL, a.joined.Media.Token, url.Values{"auto_subscribe": {"0"}, "reconnect": {"1"}})
		var refused *RefusedError
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return err
		}
		line.Close()
	}
	return nil
}

// joinWrongly is refused by the gate, each time for another reason.
func (a *attacker) joinWrongly(ctx context.Context) error {
	wrong := []map[string]any{
		{"password": "wrong"},
		{"signature": "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYjY0Il19.e30.AAAA"},
		{"signature": strings.Repeat("x", 512<<10)},
		{"userName": strings.Repeat("\u202e\n", 100_000)},
		{"meetingNumber": "99999999999"},
	}
	for i := range 20 {
		// Nobody's page: the participant stays as it is.
		_, _ = a.all.meeting.RequestJoin(ctx, "Eve", wrong[i%len(wrong)])
	}
	return ctx.Err()
}

// ask wants the largest answers, and answers to what is no question.
func (a *attacker) ask(ctx context.Context) error {
	conns, done, err := a.openConns(ctx, maxOpenConns)
	if err != nil {
		return err
	}
	defer done()
	many := []byte(strings.Repeat(`{"id":9,"history":{"channel":"session:x","limit":1000000}}`+"\n", 1000))
	for i := range 100 {
		conn := conns[i%len(conns)]
		if i%10 == 9 {
			_ = conn.SendBytes(websocket.TextMessage, many)
			continue
		}
		_ = conn.Write(map[string]any{"id": i + 2, "rpc": map[string]any{"method": "snapshot", "data": map[string]any{}}})
	}
	pause(ctx, time.Second)
	return nil
}

// readNothing holds connections, answers pings by the clock, asks for what is
// large, and reads nothing of it.
func (a *attacker) readNothing(ctx context.Context, joined loadgen.JoinResponse) {
	for ctx.Err() == nil {
		limited, cancel := context.WithTimeout(ctx, 30*time.Second)
		conn, err := OpenConn(limited, joined.Realtime.URL, joined.Realtime.Token, joined.Meeting.SessionID)
		if err != nil {
			cancel()
			pause(ctx, time.Second)
			continue
		}
		media, err := OpenSignalling(limited, joined.Media.URL, joined.Media.Token, alone)
		if err == nil {
			context.AfterFunc(limited, media.Close)
		}
		for id := 2; limited.Err() == nil; id++ {
			if conn.Pong() != nil {
				break
			}
			_ = conn.Write(map[string]any{"id": id, "rpc": map[string]any{"method": "snapshot", "data": map[string]any{}}})
			pause(limited, time.Second)
		}
		a.all.count("reading nothing")
		cancel()
	}
}

// sendNoBodies keeps requests open whose bodies never come.
func (a *attacker) sendNoBodies(ctx context.Context) {
	at, err := url.Parse(a.all.meeting.Server)
	if err != nil {
		return
	}
	paths := []string{"/healthz", "/sdk/v1/join", "/realtime/stream", "/realtime/emulation", "/rtc", "/no/such/path", "/"}
	var all sync.WaitGroup
	for n := range deadBodies {
		all.Go(func() {
			for turn := a.number + n; ctx.Err() == nil; turn++ {
				conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", at.Host)
				if err != nil {
					pause(ctx, time.Second)
					continue
				}
				stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
				_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 65000\r\n\r\n{", paths[turn%len(paths)], at.Host)
				_, _ = io.Copy(io.Discard, conn)
				stop()
				_ = conn.Close()
				a.all.count("bodies that never come")
				pause(ctx, 100*time.Millisecond)
			}
		})
	}
	all.Wait()
}
