package loadgen

import (
	"context"
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

// LiveKit reads its logger, a global, without a lock: it is set before anything runs.
func init() { logger.SetLogger(logger.GetDiscardLogger(), "loadgen") }

// prepare readies what the media server's client needs of this process: without it the
// client's statistics end the process.
var prepare = sync.OnceValue(func() error { return prometheus.Init("loadgen", livekit.NodeType_SERVER) })

// room is a connection to the media server.
type room struct {
	*client.RTCClient
	sending sync.WaitGroup
	// ended is closed with the connection of its signalling.
	ended chan struct{}
}

// enterRoom connects to the media server; it receives nothing from there.
func enterRoom(at *Endpoint) (*room, error) {
	if err := prepare(); err != nil {
		return nil, err
	}
	options := &client.Options{SignalRequestInterceptor: asCamera}
	socket, err := client.NewWebSocketConn(at.URL, at.Token, options)
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	r := &room{ended: make(chan struct{})}
	if r.RTCClient, err = client.NewRTCClient(socket, false, options); err != nil {
		_ = socket.Close()
		return nil, fmt.Errorf("media: %w", err)
	}
	go func() {
		defer close(r.ended)
		_ = r.Run()
	}()
	if err := r.WaitUntilConnected(mediaTime); err != nil {
		r.Stop()
		return nil, fmt.Errorf("media: %w", err)
	}
	return r, nil
}

// leave ends the connection; the context that publish was given must be over.
func (r *room) leave() {
	r.sending.Wait()
	r.Stop()
}

// asCamera says of what is published that it comes from a camera or microphone: a
// participant's token lets nothing else in.
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

func (r *room) publish(ctx context.Context, s Options) error {
	if s.Video {
		f, err := clip()
		if err != nil {
			return err
		}
		next := s.Start
		err = r.send(ctx, webrtc.MimeTypeVP8, "camera", f.each, func() media.Sample {
			frame := f.frames[next%len(f.frames)]
			next++
			return media.Sample{Data: frame, Duration: f.each}
		})
		if err != nil {
			return err
		}
	}
	if s.Sound {
		return r.send(ctx, webrtc.MimeTypeOpus, "microphone", silence.Duration, func() media.Sample { return silence })
	}
	return nil
}

// send publishes a track and writes a sample to it at each beat until ctx ends.
func (r *room) send(ctx context.Context, mime, id string, each time.Duration, sample func() media.Sample) error {
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, id, id)
	if err != nil {
		return err
	}
	if _, err := r.AddTrack(track, "", client.AddTrackNoWriter()); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	r.sending.Go(func() {
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
