package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// How a resident comes back.
const (
	// quietTime ends a connection: the server pings every three seconds.
	quietTime = 7 * time.Second
	firstWait = 100 * time.Millisecond
	longWait  = time.Second
	// firstFinal is the lowest code that closes a control channel for good.
	firstFinal = 4500
)

// The refusals of a command after which it may be sent again.
const (
	refusedFault = 1005
	refusedRate  = 1006
)

// position is how far a channel has been read.
type position struct {
	Epoch  string
	Offset uint64
}

// subscription is a channel as the answer to connect describes it.
type subscription struct {
	position
	Recovered    bool
	Publications []publication
}

type publication struct {
	Data   json.RawMessage
	Offset uint64
}

// Rejoiner is a participant who comes back as a page does: after each break it opens
// its control channel again, recovers what it missed, and connects media anew.
type Rejoiner struct {
	// UserID is the number by which the meeting knows the participant.
	UserID int64
	// Name is what the participant is called.
	Name string

	meeting Meeting
	joined  JoinResponse
	sends   Options
	// life ends with the participant.
	life context.Context
	stop context.CancelFunc
	done sync.WaitGroup

	mu sync.Mutex
	// changed is closed and replaced at each change of what follows.
	changed        chan struct{}
	channel        *channel
	closed         int
	subs           map[string]position
	known          map[string]bool
	chat           []string
	control, media outages
}

// outages measures how long something was away.
type outages struct {
	up      bool
	since   time.Time
	count   int
	longest time.Duration
}

// set notes that the thing is there, or is not. The first time counts as no outage.
func (o *outages) set(up bool) {
	if up && !o.up && !o.since.IsZero() {
		o.longest = max(o.longest, time.Since(o.since))
	}
	if !up && o.up {
		o.count, o.since = o.count+1, time.Now()
	}
	o.up = up
}

// Outages are the interruptions of a control channel or of media: how many, and the
// longest one. One that has not ended counts as long as it lasts already.
type Outages struct {
	Count   int
	Longest time.Duration
}

func (o *outages) report() Outages {
	longest := o.longest
	if !o.up && !o.since.IsZero() {
		longest = max(longest, time.Since(o.since))
	}
	return Outages{o.count, longest}
}

// StartRejoiner joins the meeting and returns when the participant is inside and sends what is
// asked. Leave must be called in the end.
func StartRejoiner(ctx context.Context, m Meeting, name string, sends Options) (*Rejoiner, error) {
	got, err := m.RequestJoin(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	r := &Rejoiner{
		UserID: got.Participant.UserID, Name: name, meeting: m, joined: got, sends: sends,
		changed: make(chan struct{}), subs: map[string]position{}, known: map[string]bool{},
	}
	r.life, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.done.Go(r.runChannel)
	if sends.connects() {
		r.done.Go(r.runMedia)
	}
	err = r.wait(ctx, func() bool { return r.control.up && (r.media.up || !sends.connects()) })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), r.Leave(context.WithoutCancel(ctx)))
	}
	return r, nil
}

// Leave gives the place up and ends everything that was sent.
func (r *Rejoiner) Leave(ctx context.Context) error {
	r.stop()
	r.done.Wait()
	return r.meeting.post(ctx, "/sdk/v1/leave", map[string]any{"resumeToken": r.joined.ResumeToken}, nil)
}

// Closed is the code with which the server ended the participant's stay; 0 while it goes on.
func (r *Rejoiner) Closed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// Chat is the texts of all messages that were received, each message once.
func (r *Rejoiner) Chat() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.chat)
}

// Control is the interruptions of the control channel so far.
func (r *Rejoiner) Control() Outages {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.control.report()
}

// Media is the interruptions of what the participant sends so far.
func (r *Rejoiner) Media() Outages {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.media.report()
}

// Connected waits until the control channel is there.
func (r *Rejoiner) Connected(ctx context.Context) error {
	return r.wait(ctx, func() bool { return r.control.up })
}

// Back waits until the control channel has been interrupted so often and is there.
func (r *Rejoiner) Back(ctx context.Context, outages int) error {
	return r.wait(ctx, func() bool { return r.control.up && r.control.count >= outages })
}

// Sending waits until the media server takes what the participant sends.
func (r *Rejoiner) Sending(ctx context.Context) error {
	return r.wait(ctx, func() bool { return r.media.up })
}

// wait waits for a condition, which is asked with the lock held. A stay that the server
// has ended ends the wait.
func (r *Rejoiner) wait(ctx context.Context, met func() bool) error {
	for {
		r.mu.Lock()
		ok, closed, changed := met(), r.closed, r.changed
		r.mu.Unlock()
		switch {
		case ok:
			return nil
		case closed != 0:
			return fmt.Errorf("the server ended the stay with %d", closed)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Has waits until the messages have been received.
func (r *Rejoiner) Has(ctx context.Context, texts ...string) error {
	var missing []string
	err := r.wait(ctx, func() bool {
		missing = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return slices.Contains(r.chat, text) })
		return len(missing) == 0
	})
	if err != nil {
		return fmt.Errorf("%s has not received %d of %d messages, first %q: %w", r.Name, len(missing), len(texts), missing[0], err)
	}
	return nil
}

// SendChat sends a chat message to everybody. It waits for breaks to end, and returns when
// the server has confirmed the message, which is sent once however often that takes.
func (r *Rejoiner) SendChat(ctx context.Context, text string) error {
	id := uuid.NewString()
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		var c *channel
		if err := r.wait(ctx, func() bool { c = r.channel; return c != nil }); err != nil {
			return err
		}
		err := c.commandAs(ctx, id, "chat.send", map[string]any{"text": text})
		var refused *refusedError
		if err == nil || errors.As(err, &refused) && refused.code != refusedFault && refused.code != refusedRate {
			return err
		}
		if pause(ctx, wait) != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change makes a change known to those who wait.
func (r *Rejoiner) change(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
	close(r.changed)
	r.changed = make(chan struct{})
}

// runChannel keeps the control channel up until the stay ends.
func (r *Rejoiner) runChannel() {
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		c, err := r.connect()
		if err == nil {
			wait = firstWait
			r.change(func() { r.channel = c; r.control.set(true) })
			select {
			case <-c.closed:
			case <-r.life.Done():
			}
			r.change(func() { r.channel = nil; r.control.set(false) })
			err = c.reason()
			c.close()
		}
		var end *websocket.CloseError
		if errors.As(err, &end) && end.Code >= firstFinal {
			r.change(func() { r.closed = end.Code })
			return
		}
		if pause(r.life, wait) != nil {
			return
		}
	}
}

// connect opens a connection, brings the chat up to date, and reports again what is
// sent.
func (r *Rejoiner) connect() (*channel, error) {
	r.mu.Lock()
	from := map[string]position{}
	for channel, at := range r.subs {
		from[channel] = at
	}
	r.mu.Unlock()
	c := &channel{onFrame: r.onFrame, silence: quietTime}
	subs, err := c.open(r.life, r.joined.Realtime, from)
	if err != nil {
		return nil, err
	}
	recovered := len(from) > 0
	r.change(func() {
		for channel, sub := range subs {
			recovered = recovered && sub.Recovered
			for _, p := range sub.Publications {
				r.take(p.Data)
			}
			r.subs[channel] = sub.position
		}
	})
	if !recovered {
		err = r.catchUp(c)
	}
	if err == nil && (r.sends.Video || r.sends.Sound) {
		err = c.command(r.life, "seat.media", r.sends.media())
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// catchUp reads the chat of before.
func (r *Rejoiner) catchUp(c *channel) error {
	raw, err := c.rpc(r.life, "snapshot", map[string]any{})
	if err != nil {
		return err
	}
	var page struct {
		Chat           []chatMessage
		MoreChat, More bool
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		return err
	}
	for {
		r.change(func() {
			for _, m := range page.Chat {
				r.add(m)
			}
		})
		if !page.MoreChat && !page.More || len(page.Chat) == 0 {
			return nil
		}
		before := page.Chat[0].ID
		if raw, err = c.rpc(r.life, "chat", map[string]any{"before": before}); err != nil {
			return err
		}
		page.MoreChat, page.More, page.Chat = false, false, nil
		if err := json.Unmarshal(raw, &page); err != nil {
			return err
		}
	}
}

type chatMessage struct{ ID, Text string }

func (r *Rejoiner) add(m chatMessage) {
	if !r.known[m.ID] {
		r.known[m.ID] = true
		r.chat = append(r.chat, m.Text)
	}
}

// take notes an event; the lock is held.
func (r *Rejoiner) take(data json.RawMessage) {
	var event struct {
		Type string
		Data chatMessage
	}
	var kind struct{ Type string }
	if json.Unmarshal(data, &kind) != nil || kind.Type != "chat.message" || json.Unmarshal(data, &event) != nil {
		return
	}
	r.add(event.Data)
}

// onFrame reads a frame that the server sent by itself.
func (r *Rejoiner) onFrame(frame []byte) {
	var got struct {
		Push *struct {
			Channel   string
			Pub       *publication
			Subscribe *position
		}
	}
	if json.Unmarshal(frame, &got) != nil || got.Push == nil {
		return
	}
	r.change(func() {
		at := r.subs[got.Push.Channel]
		switch {
		case got.Push.Pub != nil:
			at.Offset = got.Push.Pub.Offset
			r.take(got.Push.Pub.Data)
		case got.Push.Subscribe != nil:
			at = *got.Push.Subscribe
		}
		r.subs[got.Push.Channel] = at
	})
	if r.sends.OnFrame != nil {
		r.sends.OnFrame(frame)
	}
}

// runMedia keeps sending until the stay ends.
func (r *Rejoiner) runMedia() {
	at := r.joined.Media
	for wait := firstWait; r.Closed() == 0; wait = min(2*wait, longWait) {
		if at != nil && r.send(at) {
			wait = firstWait
		}
		if pause(r.life, wait) != nil {
			return
		}
		var next struct{ Media *Endpoint }
		_ = r.meeting.post(r.life, "/sdk/v1/media", map[string]any{"resumeToken": r.joined.ResumeToken}, &next)
		at = next.Media
	}
}

// send connects to the media server and sends until the connection ends. It reports
// whether there was one.
func (r *Rejoiner) send(at *Endpoint) bool {
	room, err := enterRoom(at)
	if err != nil {
		return false
	}
	sending, stop := context.WithCancel(r.life)
	defer func() {
		stop()
		room.leave()
	}()
	if room.publish(sending, r.sends) != nil {
		return false
	}
	r.change(func() { r.media.set(true) })
	select {
	case <-room.ended:
	case <-r.life.Done():
	}
	r.change(func() { r.media.set(false) })
	return true
}
