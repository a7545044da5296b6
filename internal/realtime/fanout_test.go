package realtime

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"
)

// BenchmarkPublish sends something to 300 pages of one session; an operation is
// over when all of them have it.
func BenchmarkPublish(b *testing.B) {
	const pages = 300
	backend := newFakeBackend()
	h, server := startHub(b, backend)
	var heard atomic.Int64
	all := make(chan struct{}, 1)
	for i := range pages {
		id := fmt.Sprint("seat", i)
		backend.put(participantNamed(id))
		listen(b, server.URL, token(b, h, id, 1), func() {
			if heard.Add(1)%pages == 0 {
				all <- struct{}{}
			}
		})
	}
	data := map[string]any{"userId": 16778240, "muted": true, "videoOn": false}
	revision := int64(0)
	for b.Loop() {
		revision++
		if err := h.Publish("s1", Event{Revision: revision, Type: "participant.updated", Data: data}); err != nil {
			b.Fatal(err)
		}
		await(b, all, "the last page")
	}
}

// listen is a page that costs next to nothing.
func listen(b *testing.B, address, token string, heard func()) {
	b.Helper()
	conn, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(address, "http"), nil)
	if err != nil {
		b.Fatal(err)
	}
	_ = response.Body.Close()
	b.Cleanup(func() { _ = conn.Close() })
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"id":1,"connect":{"token":"`+token+`"}}`)); err != nil {
		b.Fatal(err)
	}
	if _, reply, err := conn.ReadMessage(); err != nil || !bytes.Contains(reply, []byte(`"client"`)) {
		b.Fatalf("%s %v", reply, err)
	}
	go func() {
		for {
			_, message, err := conn.ReadMessage()
			if err != nil {
				return
			}
			for one := range bytes.SplitSeq(message, []byte("\n")) {
				switch {
				case string(one) == "{}":
					_ = conn.WriteMessage(websocket.TextMessage, []byte("{}"))
				case bytes.Contains(one, []byte(`"pub":`)):
					heard()
				}
			}
		}
	}()
}
