package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestCommandRepliesAndRefusals(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	b.command = func(_ context.Context, participant Participant, c Command) (Result, error) {
		switch c.Type {
		case "session.lock":
			return Result{Revision: 18, Result: c.Data}, nil
		case "seat.remove":
			return Result{}, fmt.Errorf("wrapped: %w", &CommandError{Code: 1001, Message: "INSUFFICIENT_PRIVILEGES"})
		case "fault":
			return Result{}, errors.New("the disk is full at /var/lib/secret")
		case "broken":
			return Result{Result: json.RawMessage("{")}, nil
		}
		panic("unexpected " + participant.ID)
	}
	h, server := startHub(t, b)
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	got := p.call(command("r1", "session.lock", map[string]bool{"locked": true}))
	if got.RPC == nil || string(got.RPC.Data) != `{"revision":18,"result":{"locked":true}}` {
		t.Errorf("%+v", got)
	}
	for name, c := range map[string]struct {
		request map[string]any
		code    uint32
		message string
	}{
		"refused by the backend": {command("r2", "seat.remove", nil), 1001, "INSUFFICIENT_PRIVILEGES"},
		"a fault":                {command("r3", "fault", nil), 1005, "INTERNAL_ERROR"},
		"a panic":                {command("r4", "panic", nil), 1005, "INTERNAL_ERROR"},
		"a broken result":        {command("r5", "broken", nil), 1005, "INTERNAL_ERROR"},
		"no data":                {rpc("command", nil), 1002, "INVALID_PARAMETERS: requestId"},
		"an array":               {rpc("command", []int{1}), 1002, "INVALID_PARAMETERS"},
		"no request id":          {command("", "session.lock", nil), 1002, "INVALID_PARAMETERS: requestId"},
		"a long request id":      {command(strings.Repeat("x", 65), "session.lock", nil), 1002, "INVALID_PARAMETERS: requestId"},
		"no type":                {command("r6", "", nil), 1002, "INVALID_PARAMETERS: type"},
		"a number as type":       {rpc("command", map[string]any{"requestId": "r7", "type": 7}), 1002, "INVALID_PARAMETERS"},
	} {
		t.Run(name, func(t *testing.T) {
			got := p.call(c.request)
			if got.Error == nil || got.Error.Code != c.code || !strings.HasPrefix(got.Error.Message, c.message) {
				t.Errorf("%+v, want %d %s", got.Error, c.code, c.message)
			}
			if got.Error != nil && strings.Contains(got.Error.Message, "secret") {
				t.Errorf("a fault's text went out: %s", got.Error.Message)
			}
		})
	}
}

func TestRepeatedRequestRunsOnce(t *testing.T) {
	b := newFakeBackend(participantNamed("a"), participantNamed("b"))
	var runs atomic.Int64
	started, finish := make(chan struct{}, 8), make(chan struct{})
	b.command = func(_ context.Context, _ Participant, c Command) (Result, error) {
		run := runs.Add(1)
		switch c.Type {
		case "slow":
			started <- struct{}{}
			<-finish
		case "refused":
			return Result{}, &CommandError{Code: 1004, Message: fmt.Sprintf("INVALID_OPERATION: run %d", run)}
		case "fault once":
			if run == 1 {
				return Result{}, errors.New("once")
			}
		}
		return Result{Revision: run}, nil
	}
	h, server := startHub(t, b)
	a := enter(t, server.URL, token(t, h, "a", 1), nil)
	b1 := enter(t, server.URL, token(t, h, "b", 1), nil)
	same := enter(t, server.URL, token(t, h, "a", 1), nil)
	check := func(what string, got frame, revision int64) {
		t.Helper()
		var result Result
		if got.RPC == nil || json.Unmarshal(got.RPC.Data, &result) != nil || result.Revision != revision {
			t.Errorf("%s: %+v %+v, want revision %d", what, got.Error, result, revision)
		}
	}
	check("first", a.call(command("x", "plain", nil)), 1)
	check("repeated", a.call(command("x", "plain", nil)), 1)
	check("repeated over another line", same.call(command("x", "plain", nil)), 1)
	check("another participant's", b1.call(command("x", "plain", nil)), 2)
	check("another request", a.call(command("y", "plain", nil)), 3)

	runs.Store(0)
	first := a.send(command("slow", "slow", nil))
	await(t, started, "the slow command")
	second := same.send(command("slow", "slow", nil))
	check("the other line meanwhile", b1.call(command("quick", "plain", nil)), 2)
	close(finish)
	check("the one that ran", await(t, first, "an answer"), 1)
	check("the one that waited", await(t, second, "an answer"), 1)

	runs.Store(0)
	for range 2 {
		if got := a.call(command("no", "refused", nil)); got.Error == nil || got.Error.Message != "INVALID_OPERATION: run 1" {
			t.Errorf("a refusal repeated: %+v", got.Error)
		}
	}
	runs.Store(0)
	if got := a.call(command("f", "fault once", nil)); got.Error == nil || got.Error.Code != 1005 {
		t.Errorf("%+v", got)
	}
	check("tried again after a fault", a.call(command("f", "fault once", nil)), 2)
	check("and then remembered", a.call(command("f", "fault once", nil)), 2)
}

func TestCommandsOfOneConnectionRunInOrder(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	var order []string // one connection's commands run one at a time
	b.command = func(_ context.Context, _ Participant, c Command) (Result, error) {
		order = append(order, c.RequestID)
		return Result{}, nil
	}
	h, server := startHub(t, b)
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	var replies []chan frame
	for i := range 50 {
		replies = append(replies, p.send(command(fmt.Sprint(i), "seat.hand", nil)))
	}
	for i, reply := range replies {
		if got := await(t, reply, "an answer"); got.Error != nil {
			t.Fatalf("%d: %+v", i, got.Error)
		}
	}
	for i, id := range order {
		if id != fmt.Sprint(i) {
			t.Fatalf("ran in the order %v", order)
		}
	}
}

func TestRateLimit(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a"), participantNamed("b")))
	p, other := enter(t, server.URL, token(t, h, "a", 1), nil), enter(t, server.URL, token(t, h, "b", 1), nil)
	var replies []chan frame
	begun := time.Now()
	for i := range 500 {
		replies = append(replies, p.send(command(fmt.Sprint(i), "seat.hand", nil)))
	}
	passed, limited := 0, 0
	for _, reply := range replies {
		got := await(t, reply, "an answer")
		switch {
		case got.Error == nil:
			passed++
		case got.Error.Code == 1006 && strings.HasPrefix(got.Error.Message, "RATE_LIMITED: retryAfter "):
			limited++
		default:
			t.Errorf("%+v", got.Error)
		}
	}
	most := commandBurst + 1 + int(commandsPerSec*time.Since(begun).Seconds())
	if passed > most || passed < commandBurst/2 || limited == 0 {
		t.Errorf("%d passed, at most %d may, %d limited", passed, most, limited)
	}
	if got := other.call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("somebody else is limited too: %+v", got.Error)
	}
}

// A page that leaves is closed by its own command; it gets the reply first.
func TestReplyPrecedesTheClose(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	var h *Hub
	b.command = func(context.Context, Participant, Command) (Result, error) {
		h.Close("a", 0, CodeGone)
		return Result{Revision: 5}, nil
	}
	h, server := startHub(t, b)
	for range 20 {
		p := enter(t, server.URL, token(t, h, "a", 1), nil)
		reply := p.send(command(fmt.Sprint(p.sub.Client), "seat.leave", nil))
		if got := await(t, reply, "the answer"); got.RPC == nil {
			t.Fatalf("%+v", got)
		}
		p.mustClose(CodeGone)
	}
}

func TestStuckCommandDoesNotKeepAConnectionOpen(t *testing.T) {
	b := newFakeBackend(participantNamed("a"))
	started, finish := make(chan struct{}, 1), make(chan struct{})
	b.command = func(context.Context, Participant, Command) (Result, error) {
		started <- struct{}{}
		<-finish
		return Result{}, nil
	}
	h, server := startHub(t, b)
	defer close(finish)
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	p.send(command("x", "stuck", nil))
	await(t, started, "the command")
	h.Close("a", 0, CodeRemoved)
	p.mustClose(CodeRemoved)
}

func TestRubbishIsSurvived(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	for name, raw := range map[string]string{
		"text":              "hello",
		"empty":             "",
		"nothing":           "null",
		"array":             "[1,2,3]",
		"half":              `{"id":2,"rpc":{"method":"command","data":{"requestId`,
		"deep":              `{"id":2,"rpc":{"method":"command","data":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}}",
		"wrong types":       `{"id":"x","rpc":7}`,
		"second connect":    `{"id":2,"connect":{"token":"x"}}`,
		"too large":         `{"id":2,"rpc":{"method":"command","data":"` + strings.Repeat("x", maxMessage) + `"}}`,
		"invalid utf-8":     "{\"id\":2,\"rpc\":{\"method\":\"\xff\xfe\",\"data\":\"\xff\"}}",
		"many pongs":        strings.Repeat("{}\n", 1000),
		"huge number":       `{"id":99999999999999999999,"rpc":{}}`,
		"nul":               "\x00\x00\x00",
		"rpc without data":  `{"id":2,"rpc":{}}`,
		"negative offset":   `{"id":2,"subscribe":{"channel":"session:s1","offset":-1,"recover":true}}`,
		"refresh of tokens": `{"id":2,"refresh":{"token":"x"}}`,
	} {
		for _, inside := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " inside=", inside), func(t *testing.T) {
				p := dial(t, server.URL)
				if inside {
					if got := p.call(connectRequest(token(t, h, "a", 1), nil)); got.Error != nil {
						t.Fatal(got.Error)
					}
				}
				p.write([]byte(raw))
				p.writing.Lock()
				_ = p.conn.WriteMessage(websocket.BinaryMessage, []byte(raw))
				p.writing.Unlock()
			})
		}
	}
	if got := enter(t, server.URL, token(t, h, "a", 1), nil).call(rpc("snapshot", nil)); got.Error != nil {
		t.Errorf("after the rubbish: %+v", got)
	}
}

func TestTooLargeMessageEndsTheConnection(t *testing.T) {
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	p := enter(t, server.URL, token(t, h, "a", 1), nil)
	p.write([]byte(strings.Repeat(" ", maxMessage+1)))
	p.mustClose(websocket.CloseMessageTooBig)
}

func TestResultsExpire(t *testing.T) {
	c := newIdempotencyCache(nil, false, nil)
	now := time.Now()
	if _, first := c.claim("s", "x", now); !first {
		t.Fatal("a new request was known")
	}
	if _, first := c.claim("s", "x", now.Add(resultRetention)); first {
		t.Error("forgotten before its time")
	}
	if _, first := c.claim("s", "x", now.Add(resultRetention+time.Second)); !first {
		t.Error("remembered for too long")
	}
	c.claim("other", "x", now.Add(3*resultRetention))
	if c.prune(now.Add(3 * resultRetention)); len(c.participants) != 1 {
		t.Errorf("%d participants are remembered, want the one that has asked lately", len(c.participants))
	}
}

func FuzzReadCommand(f *testing.F) {
	f.Add([]byte(`{"requestId":"a","type":"b","data":{}}`))
	f.Add([]byte(`{"requestId":1}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readCommand(data)
		if err == nil && (c.RequestID == "" || len(c.RequestID) > maxRequestID || c.Type == "") {
			t.Errorf("%q gives %+v", data, c)
		}
		var refused *CommandError
		if err != nil && !errors.As(err, &refused) {
			t.Errorf("%q: %v is no refusal", data, err)
		}
	})
}
