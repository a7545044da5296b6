package crowd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/livekit-server/test/client"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// mediaTime bounds the way into the media room.
const mediaTime = 30 * time.Second

// Options is what a participant does; the zero value takes part without media.
type Options struct {
	// Video sends the film, Sound silence.
	Video, Sound bool
	// Told is called with each frame of the control channel that brings events. It
	// must be quick, and may be nil.
	Told func(frame []byte)
	// Start is the frame of the film to begin with, so that not all move alike.
	Start int
}

// Person is one synthetic participant inside a meeting.
type Person struct {
	// UserID is the number by which the meeting knows the participant.
	UserID int64

	meeting Meeting
	seat    seat
	line    *line
	room    *client.RTCClient
	sending sync.WaitGroup
	stop    context.CancelFunc
}

// quieten readies what the media server's client needs of this process.
var quieten = sync.OnceValue(func() error {
	logger.SetLogger(logger.GetDiscardLogger(), "crowd")
	// Without it the client's statistics end the process.
	return prometheus.Init("crowd", livekit.NodeType_SERVER)
})

// Enter joins the meeting under the name and sends what is asked. It answers
// when the control channel stands and the media server has taken the tracks.
func Enter(ctx context.Context, m Meeting, name string, s Options) (_ *Person, err error) {
	got, err := m.join(ctx, name)
	if err != nil {
		return nil, err
	}
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Person{UserID: got.Participant.UserID, meeting: m, seat: got, stop: stop}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", name, err), p.Leave(context.WithoutCancel(ctx)))
		}
	}()
	if p.line, err = openLine(ctx, got.Realtime.URL, got.Realtime.Token, s.Told); err != nil {
		return p, err
	}
	if !s.Video && !s.Sound {
		return p, nil
	}
	if err := p.enterRoom(); err != nil {
		return p, err
	}
	if err := p.publish(sending, s); err != nil {
		return p, err
	}
	return p, p.line.command(ctx, "seat.media", map[string]any{"videoOn": s.Video, "audioOn": s.Sound, "muted": !s.Sound})
}

// Say sends a chat message to everybody.
func (p *Person) Say(ctx context.Context, text string) error {
	return p.line.command(ctx, "chat.send", map[string]any{"text": text})
}

// RaiseHand puts the hand up or down.
func (p *Person) RaiseHand(ctx context.Context, raised bool) error {
	return p.line.command(ctx, "seat.hand", map[string]any{"raised": raised})
}

// Snapshot asks for the state of the meeting and answers its JSON.
func (p *Person) Snapshot(ctx context.Context) (json.RawMessage, error) {
	return p.line.rpc(ctx, "snapshot", map[string]any{})
}

// Inside is nil while the server holds the control channel, else the reason why
// it does not.
func (p *Person) Inside() error { return p.line.reason() }

// Leave gives the seat up and ends everything that was sent.
func (p *Person) Leave(ctx context.Context) error {
	p.stop()
	p.sending.Wait()
	if p.room != nil {
		p.room.Stop()
	}
	if p.line != nil {
		p.line.close()
	}
	return p.meeting.post(ctx, "/sdk/v1/leave", map[string]any{"resumeToken": p.seat.ResumeToken}, nil)
}

// enterRoom connects to the media server; it receives nothing from there.
func (p *Person) enterRoom() error {
	if err := quieten(); err != nil {
		return err
	}
	options := &client.Options{SignalRequestInterceptor: asCamera}
	socket, err := client.NewWebSocketConn(p.seat.Media.URL, p.seat.Media.Token, options)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	if p.room, err = client.NewRTCClient(socket, false, options); err != nil {
		_ = socket.Close()
		return fmt.Errorf("media: %w", err)
	}
	go func(room *client.RTCClient) { _ = room.Run() }(p.room)
	if err := p.room.WaitUntilConnected(mediaTime); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return nil
}

// asCamera says of what is published that it comes from a camera or microphone:
// a seat's token lets nothing else in.
func asCamera(request *livekit.SignalRequest, next client.SignalRequestHandler) error {
	if add := request.GetAddTrack(); add != nil {
		if add.Type == livekit.TrackType_VIDEO {
			add.Source, add.Width, add.Height = livekit.TrackSource_CAMERA, filmWidth, filmHeight
		} else {
			add.Source = livekit.TrackSource_MICROPHONE
		}
	}
	return next(request)
}

func (p *Person) publish(ctx context.Context, s Options) error {
	if s.Video {
		f, err := film()
		if err != nil {
			return err
		}
		next := s.Start
		err = p.send(ctx, webrtc.MimeTypeVP8, "camera", f.each, func() media.Sample {
			frame := f.frames[next%len(f.frames)]
			next++
			return media.Sample{Data: frame, Duration: f.each}
		})
		if err != nil {
			return err
		}
	}
	if s.Sound {
		return p.send(ctx, webrtc.MimeTypeOpus, "microphone", silence.Duration, func() media.Sample { return silence })
	}
	return nil
}

// send publishes a track and writes a sample to it at each beat until ctx ends.
func (p *Person) send(ctx context.Context, mime, id string, each time.Duration, sample func() media.Sample) error {
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, id, id)
	if err != nil {
		return err
	}
	if _, err := p.room.AddTrack(track, "", client.AddTrackNoWriter()); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	p.sending.Go(func() {
		beat := time.NewTicker(each)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				// Fails only while nothing is connected, which the next one may be.
				_ = track.WriteSample(sample())
			}
		}
	})
	return nil
}
