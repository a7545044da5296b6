package livekit

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/media"
)

func TestLogHasNoTokens(t *testing.T) {
	token := tokenFor(t, sharedEngine.engine, fullGrant("room", "ann"))
	var out bytes.Buffer
	l := &filteredLog{to: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: levelTrace}))}
	l.WithValues("url", "/rtc?access_token="+token).Warnw("bad "+token, errors.New("invalid token: "+token),
		"claims", claims(media.Grant{Name: token}), "header", token, "took", time.Second)
	if strings.Contains(out.String(), token[:40]) {
		t.Errorf("a token in the log: %s", out.String())
	}
	if !strings.Contains(out.String(), "level=DEBUG") || !strings.Contains(out.String(), "took=1s") {
		t.Errorf("line = %s", out.String())
	}
}

func TestLogLevels(t *testing.T) {
	var out bytes.Buffer
	l := &filteredLog{to: slog.New(slog.NewTextHandler(&out, nil))}
	l.Debugw("a")
	l.Infow("b")
	l.Warnw("c", nil)
	l.WithComponent("transport.pion").Errorw("d", errors.New("network"))
	if out.Len() != 0 {
		t.Errorf("not quiet: %s", out.String())
	}
	l.Errorw("e", errors.New("broken"))
	if got := out.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, "error=broken") {
		t.Errorf("line = %q", got)
	}
}
