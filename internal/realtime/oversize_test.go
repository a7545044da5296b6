package realtime

import (
	"bytes"
	"compress/flate"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/anteroom/anteroom/internal/rogue"
)

// What is larger than a command can be ends the connection before it takes memory,
// whether its sender has a token or not.
func TestOversizeMessagesEndTheConnection(t *testing.T) {
	const (
		huge         = 16 << 20
		lastText     = 0x81
		firstText    = 0x01
		continuation = 0x00
		compressed   = 0x40
	)
	large := make([]byte, huge)
	zeros := large[:maxMessage+1]
	var bomb bytes.Buffer
	deflate, _ := flate.NewWriter(&bomb, flate.BestCompression)
	_, _ = deflate.Write(large)
	_ = deflate.Flush()
	fragments := []rogue.Frame{{First: firstText, Payload: zeros[:maxMessage/50]}}
	for range 100 {
		fragments = append(fragments, rogue.Frame{First: continuation, Payload: zeros[:maxMessage/50]})
	}
	h, server := startHub(t, newFakeBackend(participantNamed("a")))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, tt := range []struct {
		name   string
		frames []rogue.Frame
		want   int
	}{
		{"compressed", []rogue.Frame{{First: lastText | compressed, Payload: bomb.Bytes()}}, websocket.CloseProtocolError},
		{"announced", []rogue.Frame{{First: lastText, Length: huge, Payload: zeros}}, websocket.CloseMessageTooBig},
		{"longest of all", []rogue.Frame{{First: lastText, Length: 1<<63 - 1}}, websocket.CloseMessageTooBig},
		{"one byte too long", []rogue.Frame{{First: lastText, Payload: zeros}}, websocket.CloseMessageTooBig},
		{"fragmented", fragments, websocket.CloseMessageTooBig},
		{"long ping", []rogue.Frame{{First: 0x89, Length: 126, Payload: zeros[:126]}}, websocket.CloseProtocolError},
	} {
		for _, inside := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, inside %t", tt.name, inside), func(t *testing.T) {
				socket, err := rogue.Open(t.Context(), server.URL+"/realtime")
				if err != nil {
					t.Fatal(err)
				}
				defer socket.Close()
				if socket.Extensions != "" {
					t.Errorf("the server agreed to %q", socket.Extensions)
				}
				if inside {
					hello := `{"id":1,"connect":{"token":"` + token(t, h, "a", 1) + `"}}`
					if err := socket.SendBytes(websocket.TextMessage, []byte(hello)); err != nil {
						t.Fatal(err)
					}
					if _, err := socket.ReceiveBytes(); err != nil {
						t.Fatal(err)
					}
				}
				// The server may have closed the connection before all is written,
				// and its reason may be lost with what it did not read.
				_ = socket.SendFrames(tt.frames...)
				if code, _, err := socket.Ended(); err == nil && code != tt.want {
					t.Errorf("ended with %d, want %d", code, tt.want)
				}
			})
		}
	}
	for _, path := range []string{"/realtime/stream", "/realtime/emulation"} {
		for name, body := range map[string][]byte{"large": large, "compressed": bomb.Bytes()} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if name == "compressed" {
				request.Header.Set("Content-Encoding", "deflate")
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				if !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "broken pipe") {
					t.Error(err)
				}
				continue
			}
			if name == "large" && response.StatusCode < http.StatusBadRequest {
				t.Errorf("%s returns %d to a large body", path, response.StatusCode)
			}
			_ = response.Body.Close()
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > huge/2 {
		t.Errorf("%d MB allocated for messages that were refused", grown>>20)
	}
}
