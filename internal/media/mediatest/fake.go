// Package mediatest has a media.Engine in memory, for tests of packages that use one.
package mediatest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/anteroom/anteroom/internal/media"
)

// Engine is a media.Engine without media. Connect and Leave stand for browsers.
// Events reach the handler synchronously, on the goroutine that causes them.
type Engine struct {
	mu       sync.Mutex
	rooms    map[string]map[string]*connected
	handler  func(media.Event)
	guard    media.Guard
	failure  error
	starts   int
	sequence int
	closed   bool
}

type connected struct {
	info  media.Participant
	grant media.Grant
}

var _ media.Engine = (*Engine)(nil)

// New makes an empty engine.
func New() *Engine { return &Engine{rooms: map[string]map[string]*connected{}} }

// Fail makes Start, EnsureRoom and Connect fail with err, wrapped in
// media.ErrUnavailable, until Fail(nil).
func (e *Engine) Fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failure = err
}

// Starts reports how often Start or EnsureRoom succeeded.
func (e *Engine) Starts() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.starts
}

// Rooms lists the rooms that exist, sorted.
func (e *Engine) Rooms() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []string
	for room := range e.rooms {
		out = append(out, room)
	}
	slices.Sort(out)
	return out
}

// GrantOf returns the rights an identity is connected with.
func (e *Engine) GrantOf(room, identity string) (media.Grant, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, ok := e.rooms[room][identity]
	if !ok {
		return media.Grant{}, false
	}
	return c.grant, true
}

// Start implements media.Engine.
func (e *Engine) Start(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.start()
}

func (e *Engine) start() error {
	if e.closed {
		return fmt.Errorf("%w: closed", media.ErrUnavailable)
	}
	if e.failure != nil {
		return fmt.Errorf("%w: %w", media.ErrUnavailable, e.failure)
	}
	e.starts++
	return nil
}

type token struct {
	Grant   media.Grant
	Expires time.Time
}

// Token implements media.Engine. The token is readable JSON and proves nothing.
func (e *Engine) Token(_ context.Context, grant media.Grant, ttl time.Duration) (string, error) {
	if ttl <= 0 || ttl > media.MaxTokenTTL {
		return "", fmt.Errorf("media token ttl: %s", ttl)
	}
	if err := grant.Validate(); err != nil {
		return "", err
	}
	b, err := json.Marshal(token{Grant: grant, Expires: time.Now().Add(ttl)})
	return string(b), err
}

// EnsureRoom implements media.Engine.
func (e *Engine) EnsureRoom(_ context.Context, room string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ensure(room)
}

func (e *Engine) ensure(room string) error {
	if err := e.start(); err != nil {
		return err
	}
	if e.rooms[room] == nil {
		e.rooms[room] = map[string]*connected{}
	}
	return nil
}

// Connect does what a browser and the proxy do with a token: it returns
// media.ErrNotAdmitted where the guard of Signalling refuses, and reports EventJoined.
func (e *Engine) Connect(ctx context.Context, raw string) error {
	var t token
	if err := json.Unmarshal([]byte(raw), &t); err != nil {
		return fmt.Errorf("media token: %w", err)
	}
	if time.Now().After(t.Expires) {
		return errors.New("media token: expired")
	}
	e.mu.Lock()
	guard := e.guard
	e.mu.Unlock()
	grant := t.Grant
	if guard != nil {
		now, err := guard.Grant(ctx, grant.Room, grant.Identity)
		if err != nil {
			return err
		}
		if now.Generation != grant.Generation {
			return media.ErrNotAdmitted
		}
		now.Room, now.Identity = grant.Room, grant.Identity
		grant = now
	}
	e.mu.Lock()
	if err := e.ensure(grant.Room); err != nil {
		e.mu.Unlock()
		return err
	}
	e.sequence++
	id := fmt.Sprintf("PA_%d", e.sequence)
	var events []media.Event
	if old := e.rooms[grant.Room][grant.Identity]; old != nil {
		left := event(media.EventLeft, grant.Room, grant.Identity, old.info.ConnectionID)
		left.Reason = media.LeftReplaced
		events = append(events, left)
	}
	e.rooms[grant.Room][grant.Identity] = &connected{grant: grant, info: media.Participant{
		Identity: grant.Identity, Name: grant.Name, ConnectionID: id, Active: true, JoinedAt: time.Now(),
	}}
	events = append(events, event(media.EventJoined, grant.Room, grant.Identity, id))
	e.emit(events)
	return nil
}

// Publish stands for a connected browser that begins a track.
func (e *Engine) Publish(room, identity string, source media.Source) error {
	e.mu.Lock()
	c := e.rooms[room][identity]
	if c == nil {
		e.mu.Unlock()
		return media.ErrNotConnected
	}
	if !slices.Contains(c.grant.Sources(), source) {
		e.mu.Unlock()
		return fmt.Errorf("the grant does not permit %s", source)
	}
	e.sequence++
	track := media.Track{ID: fmt.Sprintf("TR_%d", e.sequence), Source: source}
	c.info.Tracks = append(c.info.Tracks, track)
	ev := event(media.EventPublished, room, identity, c.info.ConnectionID)
	ev.Track = track
	e.emit([]media.Event{ev})
	return nil
}

// Leave stands for a connection that ends for the reason.
func (e *Engine) Leave(room, identity string, why media.LeaveReason) {
	e.mu.Lock()
	e.emit(e.leave(room, identity, why))
}

func (e *Engine) leave(room, identity string, why media.LeaveReason) []media.Event {
	c := e.rooms[room][identity]
	if c == nil {
		return nil
	}
	delete(e.rooms[room], identity)
	ev := event(media.EventLeft, room, identity, c.info.ConnectionID)
	ev.Reason = why
	return []media.Event{ev}
}

// Remove implements media.Engine.
func (e *Engine) Remove(_ context.Context, room, identity string) error {
	e.Leave(room, identity, media.LeftRemoved)
	return nil
}

// RemoveOlder implements media.Engine.
func (e *Engine) RemoveOlder(_ context.Context, room, identity string, generation int) error {
	e.mu.Lock()
	var events []media.Event
	if c := e.rooms[room][identity]; c != nil && c.grant.Generation < generation {
		events = e.leave(room, identity, media.LeftRemoved)
	}
	e.emit(events)
	return nil
}

// Mute implements media.Engine.
func (e *Engine) Mute(_ context.Context, room, identity string, source media.Source) error {
	e.mu.Lock()
	c := e.rooms[room][identity]
	if c == nil {
		e.mu.Unlock()
		return media.ErrNotConnected
	}
	var events []media.Event
	for i, t := range c.info.Tracks {
		if t.Source == source && !t.Muted {
			c.info.Tracks[i].Muted = true
			ev := event(media.EventMuted, room, identity, c.info.ConnectionID)
			ev.Track = c.info.Tracks[i]
			events = append(events, ev)
		}
	}
	e.emit(events)
	return nil
}

// UpdatePermission implements media.Engine.
func (e *Engine) UpdatePermission(_ context.Context, grant media.Grant) error {
	if err := grant.Validate(); err != nil {
		return err
	}
	e.mu.Lock()
	c := e.rooms[grant.Room][grant.Identity]
	if c == nil {
		e.mu.Unlock()
		return media.ErrNotConnected
	}
	if grant.Name == "" {
		grant.Name = c.grant.Name
	}
	c.grant, c.info.Name = grant, grant.Name
	var events []media.Event
	allowed := grant.Sources()
	c.info.Tracks = slices.DeleteFunc(c.info.Tracks, func(t media.Track) bool {
		if slices.Contains(allowed, t.Source) {
			return false
		}
		ev := event(media.EventUnpublished, grant.Room, grant.Identity, c.info.ConnectionID)
		ev.Track = t
		events = append(events, ev)
		return true
	})
	e.emit(events)
	return nil
}

// EndRoom implements media.Engine.
func (e *Engine) EndRoom(_ context.Context, room string) error {
	e.mu.Lock()
	e.emit(e.end(room, media.LeftRoomEnded))
	return nil
}

func (e *Engine) end(room string, why media.LeaveReason) []media.Event {
	people, ok := e.rooms[room]
	if !ok {
		return nil
	}
	var events []media.Event
	for identity := range people {
		events = append(events, e.leave(room, identity, why)...)
	}
	delete(e.rooms, room)
	return append(events, event(media.EventRoomClosed, room, "", ""))
}

// Participants implements media.Engine; sorted by identity.
func (e *Engine) Participants(_ context.Context, room string) ([]media.Participant, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []media.Participant
	for _, c := range e.rooms[room] {
		p := c.info
		p.Tracks = slices.Clone(p.Tracks)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b media.Participant) int {
		if a.Identity < b.Identity {
			return -1
		}
		return 1
	})
	return out, nil
}

// OnEvent implements media.Engine.
func (e *Engine) OnEvent(handler func(media.Event)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.handler = handler
}

// Signalling implements media.Engine. The handler returns 501: use Connect.
func (e *Engine) Signalling(guard media.Guard) http.Handler {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.guard = guard
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the test engine has no signalling", http.StatusNotImplemented)
	})
}

// Webhook implements media.Engine.
func (e *Engine) Webhook() http.Handler { return http.NotFoundHandler() }

// Close implements media.Engine.
func (e *Engine) Close(context.Context) error {
	e.mu.Lock()
	e.closed = true
	var events []media.Event
	for room := range e.rooms {
		events = append(events, e.end(room, media.LeftShutdown)...)
	}
	e.emit(events)
	return nil
}

// emit unlocks, so that the handler may call the engine.
func (e *Engine) emit(events []media.Event) {
	h := e.handler
	e.mu.Unlock()
	if h == nil {
		return
	}
	for _, ev := range events {
		h(ev)
	}
}

func event(kind media.EventKind, room, identity, id string) media.Event {
	return media.Event{Kind: kind, Room: room, Identity: identity, ConnectionID: id, At: time.Now()}
}
