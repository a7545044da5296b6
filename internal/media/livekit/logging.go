package livekit

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/logger/zaputil"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// levelTrace is below debug: LiveKit's everyday chatter.
const levelTrace = slog.LevelDebug - 4

var logOnce sync.Once

// useLog points LiveKit's process-wide logger at ours. It is a global there, read
// without a lock, so only the first engine sets it, before anything runs.
func useLog(log *slog.Logger) {
	logOnce.Do(func() { logger.SetLogger(&filteredLog{to: log}, "livekit") })
}

// What no log keeps: tokens, and the passwords of ICE in descriptions of sessions. What
// is cut off counts.
var (
	jwtPattern = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}`)
	icePattern = regexp.MustCompile(`ice-(pwd|ufrag):[^\s\\"]*`)
)

// redactBytes is how much of a text is read.
const redactBytes = 4 << 10

// redact takes secrets out of the beginning of a text that LiveKit or net/http made.
func redact(s string) string {
	s = s[:min(len(s), redactBytes)]
	if strings.Contains(s, "eyJ") {
		s = jwtPattern.ReplaceAllString(s, "[token]")
	}
	if strings.Contains(s, "ice-") {
		s = icePattern.ReplaceAllString(s, "ice-$1:[redacted]")
	}
	return s
}

// filteredLog is LiveKit's logger on slog. Values are formatted only when a line is
// really written, since LiveKit attaches many and writes few.
type filteredLog struct {
	to *slog.Logger
	kv []any
	// quiet lines come from the WebRTC stack, whose "errors" are everyday network
	// events.
	quiet bool
}

func (l *filteredLog) write(level slog.Level, msg string, err error, kv []any) {
	if l.quiet && level > slog.LevelDebug {
		level = slog.LevelDebug
	}
	ctx := context.Background()
	if !l.to.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, len(kv)/2+len(l.kv)/2+1)
	for _, list := range [][]any{l.kv, kv} {
		for i := 0; i+1 < len(list); i += 2 {
			key, _ := list[i].(string)
			attrs = append(attrs, slog.String(key, logValue(key, list[i+1])))
		}
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", redact(err.Error())))
	}
	// The place is LiveKit's, so that no part of it takes another's share of the lines.
	var caller [1]uintptr
	runtime.Callers(3, caller[:])
	line := slog.NewRecord(time.Now(), level, "livekit: "+redact(msg), caller[0])
	line.AddAttrs(attrs...)
	_ = l.to.Handler().Handle(ctx, line)
}

// logValue writes plain values only: LiveKit also logs whole requests, with grants and
// addresses. Of the description of a session, which is logged for each connection that
// is wrong, only the length is written.
func logValue(key string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if key == "sdp" {
			return fmt.Sprintf("[%d bytes]", len(v))
		}
		return redact(v)
	case error:
		return redact(v.Error())
	case bool, int, int32, int64, uint, uint16, uint32, uint64, float32, float64, time.Duration, time.Time:
		return fmt.Sprint(v)
	}
	if s := fmt.Sprintf("%T", v); strings.HasPrefix(s, "livekit.") {
		return redact(fmt.Sprint(v)) // the typed ids
	}
	return fmt.Sprintf("(%T)", v)
}

func (l *filteredLog) Debugw(string, ...any) {}

func (l *filteredLog) Infow(msg string, kv ...any) { l.write(levelTrace, msg, nil, kv) }

func (l *filteredLog) Warnw(msg string, err error, kv ...any) { l.write(slog.LevelDebug, msg, err, kv) }

func (l *filteredLog) Errorw(msg string, err error, kv ...any) { l.write(slog.LevelWarn, msg, err, kv) }

func (l *filteredLog) WithValues(kv ...any) logger.Logger {
	all := make([]any, 0, len(l.kv)+len(kv))
	all = append(append(all, l.kv...), kv...)
	return &filteredLog{to: l.to, kv: all, quiet: l.quiet}
}

func (l *filteredLog) WithUnlikelyValues(kv ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(l, kv...)
}

func (l *filteredLog) WithName(string) logger.Logger { return l }

func (l *filteredLog) WithComponent(component string) logger.Logger {
	if strings.Contains(component, "pion") || strings.Contains(component, "transport") {
		return &filteredLog{to: l.to, kv: l.kv, quiet: true}
	}
	return l
}

func (l *filteredLog) WithCallDepth(int) logger.Logger { return l }

func (l *filteredLog) WithItemSampler() logger.Logger { return l }

func (l *filteredLog) WithoutSampler() logger.Logger { return l }

func (l *filteredLog) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return l, zaputil.NoOpDeferrer{}
}

// The three that follow make it a logger.ZapLogger. Pion's lines of debugging are then
// asked for before they are formatted, not afterwards: formatting takes time, and reads
// fields of tracks that Pion changes meanwhile.

func (l *filteredLog) ToZap() *zap.SugaredLogger { return zap.NewNop().Sugar() }

func (l *filteredLog) ComponentLeveler() logger.ZapComponentLeveler { return aboveDebug{} }

func (l *filteredLog) WithMinLevel(zapcore.LevelEnabler) logger.Logger { return l }

// aboveDebug is the level of every component.
type aboveDebug struct{}

func (aboveDebug) ComponentLevel(string) zapcore.LevelEnabler { return zapcore.InfoLevel }
