package realtime

import (
	"context"
	"log/slog"
	"regexp"

	"github.com/centrifugal/centrifuge"
)

// secret is what a token's signature, or anything as long and as random, looks
// like in an error's text.
var secret = regexp.MustCompile(`[A-Za-z0-9_-]{43,}`)

// causedByAnyone are the messages that anybody can cause, as errors of Centrifuge: with a
// request for a session that there is not, or with one that is malformed.
var causedByAnyone = map[string]bool{
	"error processing emulation request":     true,
	"error unmarshal emulation request":      true,
	"error unmarshal emulation request data": true,
}

// logEntry passes on what Centrifuge has to say. Of its fields only the error
// is taken: others may repeat what a page sent, tokens included.
func (h *Hub) logEntry(e centrifuge.LogEntry) {
	level := slog.LevelWarn
	if e.Level == centrifuge.LogLevelError {
		level = slog.LevelError
	}
	if causedByAnyone[e.Message] {
		level = slog.LevelDebug
	}
	text, _ := e.Fields["error"].(string)
	h.log.Log(context.Background(), level, "control channel: "+e.Message, "error", secret.ReplaceAllString(text, "[redacted]"))
}
