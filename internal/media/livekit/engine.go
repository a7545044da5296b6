// Package livekit implements media.Engine on LiveKit: embedded in this process
// without an HTTP port of its own, or an external server or cluster.
package livekit

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"

	"github.com/anteroom/anteroom/internal/media"
)

// errClosed is answered by a closed engine.
var errClosed = fmt.Errorf("%w: closed", media.ErrUnavailable)

// New makes an engine of the configuration; it starts at the first use. The error
// lists every problem of the configuration. log receives LiveKit's errors as
// warnings and its warnings at debug level, without tokens; nil discards them. The
// log of the first embedded engine of a process serves all of them.
func New(cfg media.Config, log *slog.Logger) (media.Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if cfg.Mode == media.ModeExternal {
		return newExternal(cfg, log)
	}
	if cfg.APIKey == "" {
		cfg.APIKey, cfg.APISecret = "anteroom-"+random(6), random(32)
	}
	return newEmbedded(cfg, log), nil
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, it would end the process
	return base64.RawURLEncoding.EncodeToString(b)
}

// unavailable wraps err so that callers find media.ErrUnavailable, once.
func unavailable(what string, err error) error {
	if errors.Is(err, media.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %s: %w", media.ErrUnavailable, what, err)
}
