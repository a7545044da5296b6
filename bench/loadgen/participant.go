package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Options is what a participant does; the zero value takes part without media.
type Options struct {
	// Video sends the clip, Sound silence.
	Video, Sound bool
	// Media connects to the media server even if nothing is sent.
	Media bool
	// OnFrame is called with each frame of the control channel that brings events. It
	// must be quick, and may be nil.
	OnFrame func(frame []byte)
	// Start is the frame of the clip to begin with, so that not all move alike.
	Start int
}

// Participant is one synthetic participant inside a meeting.
type Participant struct {
	// UserID is the number by which the meeting knows the participant.
	UserID int64

	meeting Meeting
	joined  JoinResponse
	channel *channel
	room    *room
	stop    context.CancelFunc
}

// connects reports whether the participant connects to the media server.
func (s Options) connects() bool { return s.Media || s.Video || s.Sound }

// media is what a participant reports of what it sends.
func (s Options) media() map[string]any {
	return map[string]any{"videoOn": s.Video, "audioOn": s.Sound, "muted": !s.Sound}
}

// Join joins the meeting under the name and sends what is asked. It returns when
// the control channel stands and the media server has taken the tracks.
func Join(ctx context.Context, m Meeting, name string, s Options) (_ *Participant, err error) {
	got, err := m.RequestJoin(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Participant{UserID: got.Participant.UserID, meeting: m, joined: got, stop: stop}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", name, err), p.Leave(context.WithoutCancel(ctx)))
		}
	}()
	if p.channel, err = openChannel(ctx, got.Realtime, s.OnFrame); err != nil {
		return p, err
	}
	if !s.connects() {
		return p, nil
	}
	if p.room, err = enterRoom(got.Media); err != nil {
		return p, err
	}
	if err := p.room.publish(sending, s); err != nil {
		return p, err
	}
	return p, p.channel.command(ctx, "seat.media", s.media())
}

// SendChat sends a chat message to everybody.
func (p *Participant) SendChat(ctx context.Context, text string) error {
	return p.channel.command(ctx, "chat.send", map[string]any{"text": text})
}

// RaiseHand puts the hand up or down.
func (p *Participant) RaiseHand(ctx context.Context, raised bool) error {
	return p.channel.command(ctx, "seat.hand", map[string]any{"raised": raised})
}

// Snapshot asks for the state of the meeting and returns its JSON.
func (p *Participant) Snapshot(ctx context.Context) (json.RawMessage, error) {
	return p.channel.rpc(ctx, "snapshot", map[string]any{})
}

// JoinResponse is what the gate gave this participant.
func (p *Participant) JoinResponse() JoinResponse { return p.joined }

// Inside is nil while the server holds the control channel, else the reason why
// it does not.
func (p *Participant) Inside() error { return p.channel.reason() }

// Leave leaves and ends everything that was sent.
func (p *Participant) Leave(ctx context.Context) error {
	p.stop()
	if p.room != nil {
		p.room.leave()
	}
	if p.channel != nil {
		p.channel.close()
	}
	return p.meeting.post(ctx, "/sdk/v1/leave", map[string]any{"resumeToken": p.joined.ResumeToken}, nil)
}
