package livekit

import (
	"context"
	"strings"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/rogue"
)

// sound is a participant who is heard, and a listener.
type sound struct {
	t               *testing.T
	ctx             context.Context
	grant           media.Grant
	speaker, hearer *rogue.Media
	clock           *rogue.Track // a camera whose packets tell the time
	microphone      *rogue.Track
}

func newSound(t *testing.T) *sound {
	t.Helper()
	room := roomOf(t)
	s := &sound{t: t, ctx: longTimeout(t), grant: fullGrant(room, "ann")}
	s.hearer = joinMedia(t, fullGrant(room, "listener"))
	s.speaker = joinMedia(t, s.grant)
	s.clock = s.publish(lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	return s
}

func (s *sound) publish(kind lk.TrackType, source lk.TrackSource, muted bool) *rogue.Track {
	s.t.Helper()
	track, err := s.speaker.Publish(s.ctx, kind, source, muted)
	if err != nil {
		s.t.Fatal(err)
	}
	return track
}

// must fails the test at the caller's line.
func (s *sound) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// shown is what the meeting shows of the microphone.
func (s *sound) shown(muted bool) {
	s.grant.Muted = muted
	sharedEngine.guard.admit(s.grant)
}

func (s *sound) heard() {
	s.t.Helper()
	_, err := s.hearer.Hears(s.ctx, s.microphone.ID, s.hearer.Heard(s.microphone.ID)+5)
	s.must(err)
}

// silent looks at half a second, once what was under way has arrived.
func (s *sound) silent(when string) {
	s.t.Helper()
	seen, err := s.hearer.Hears(s.ctx, s.clock.ID, s.hearer.Heard(s.clock.ID)+10)
	s.must(err)
	before := s.hearer.Heard(s.microphone.ID)
	_, err = s.hearer.Hears(s.ctx, s.clock.ID, seen+25)
	s.must(err)
	if n := s.hearer.Heard(s.microphone.ID) - before; n > 0 {
		s.t.Errorf("%s: %d packets of sound", when, n)
	}
}

func TestTheMeetingHearsFirstOfAnUnmute(t *testing.T) {
	s := newSound(t)
	unmutes := func() int { return sharedEngine.guard.unmuteCount(s.grant) }

	// Published without notifying the meeting: it is notified, and then others hear.
	s.shown(true)
	s.microphone = s.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	s.heard()
	if n := unmutes(); n != 1 {
		t.Fatalf("the meeting was notified %d times", n)
	}

	// Muted by the host, who lets people unmute themselves; the page goes on sending.
	s.shown(true)
	s.must(sharedEngine.engine.Mute(s.ctx, s.grant.Room, "ann", media.SourceMicrophone))
	s.silent("after the mute")
	s.must(s.clock.Mute(false))
	s.silent("after another track was unmuted")
	if n := unmutes(); n != 1 {
		t.Errorf("notified %d times; the camera is no microphone", n)
	}
	s.must(s.microphone.Mute(false))
	s.heard()
	if n := unmutes(); n != 2 {
		t.Errorf("notified %d times", n)
	}

	// Where the meeting says no, nobody is heard.
	s.shown(true)
	s.must(sharedEngine.engine.Mute(s.ctx, s.grant.Room, "ann", media.SourceMicrophone))
	sharedEngine.guard.forbidUnmute(s.grant)
	s.must(s.microphone.Mute(false))
	s.silent("without the meeting's consent")
}

func TestAMuteUnderWayIsKept(t *testing.T) {
	s := newSound(t)
	// Muted between the proxy's question and LiveKit's act: what is heard all the
	// same is muted as soon as LiveKit reports it.
	s.shown(false)
	s.microphone = s.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	s.heard()
	s.must(s.microphone.Mute(true))
	sharedEngine.events.wait(t, media.EventMuted, s.grant.Room, "ann")
	s.grant.Muted = true
	sharedEngine.guard.admitLater(s.grant)
	s.must(s.microphone.Mute(false))
	s.silent("muted in between")
}

func TestAFloodOfTracksEnds(t *testing.T) {
	line := signallingOf(t, fullGrant(roomOf(t), "ann"))
	add := &lk.SignalRequest{Message: &lk.SignalRequest_AddTrack{AddTrack: &lk.AddTrackRequest{
		Cid: "camera", Type: lk.TrackType_VIDEO, Source: lk.TrackSource_CAMERA,
	}}}
	for range 2 * requestBurst {
		// The proxy may have ended the connection before all is written.
		_ = line.Send(add)
	}
	mustEnd(t, line, errTooFast.code, errTooFast.reason)
}

func TestAFloodOfSignalsEnds(t *testing.T) {
	offer := &lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: &lk.SessionDescription{Type: "offer", Sdp: "v=0"}}}
	longOffer := &lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: &lk.SessionDescription{
		Type: "offer", Sdp: "v=0\r\n" + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 3000),
	}}}
	answer := &lk.SignalRequest{Message: &lk.SignalRequest_Answer{Answer: &lk.SessionDescription{Type: "answer", Sdp: "v=0"}}}
	candidate := &lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: "{}"}}}
	longCandidate := &lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: strings.Repeat("x", 1000)}}}
	sound := &lk.SignalRequest{Message: &lk.SignalRequest_UpdateAudioTrack{UpdateAudioTrack: &lk.UpdateLocalAudioTrack{TrackSid: "TR_AM"}}}
	picture := &lk.SignalRequest{Message: &lk.SignalRequest_UpdateVideoTrack{UpdateVideoTrack: &lk.UpdateLocalVideoTrack{TrackSid: "TR_VC", Width: 16}}}
	audience := &lk.SignalRequest{Message: &lk.SignalRequest_SubscriptionPermission{SubscriptionPermission: &lk.SubscriptionPermission{AllParticipants: true}}}
	large := &lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: &lk.UpdateSubscription{TrackSids: []string{strings.Repeat("T", 60<<10)}}}}
	for _, tt := range []struct {
		name    string
		request *lk.SignalRequest
		times   int
	}{
		{"offers", offer, 2 * descriptionBurst},
		{"long offers", longOffer, 4},
		{"answers", answer, 2 * descriptionBurst},
		{"candidates", candidate, 2 * candidateBurst},
		{"long candidates", longCandidate, 310},
		{"changes of a sound", sound, changeBurst + 1},
		{"changes of a picture", picture, changeBurst + 1},
		{"audiences", audience, permissionUpdateBurst + 1},
		{"large messages", large, signalBurst / 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, now, before := newConnectLimiter(0), time.Now(), connHistory{}
			message, err := proto.Marshal(tt.request)
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for range tt.times {
				if l.allowMessage("ann", message, &before, now) == nil {
					passed++
				}
			}
			if passed == 0 || passed == tt.times || l.allowMessage("ann", message, &before, now) == nil {
				t.Errorf("%d of %d pass", passed, tt.times)
			}
			if l.allowMessage("bob", message, &before, now) != nil || l.allowMessage("ann", message, &before, now.Add(time.Minute)) != nil {
				t.Error("bob pays for ann, or ann for ever")
			}
		})
	}
	line := signallingOf(t, fullGrant(roomOf(t), "ann"))
	for range 2 * changeBurst {
		// The proxy may have ended the connection before all is written.
		_ = line.Send(sound)
	}
	mustEnd(t, line, errTooManySignals.code, errTooManySignals.reason)
}

// A page on a bad network gathers all its candidates anew, time after time, in a
// meeting that many people come to.
func TestAnHonestPageIsNotTakenForAFlood(t *testing.T) {
	message := func(request *lk.SignalRequest) []byte {
		out, err := proto.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	offer := message(&lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: &lk.SessionDescription{}}})
	answer := message(&lk.SignalRequest{Message: &lk.SignalRequest_Answer{Answer: &lk.SessionDescription{}}})
	candidate := message(&lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: strings.Repeat("x", 240)}}})
	audience := message(&lk.SignalRequest{Message: &lk.SignalRequest_SubscriptionPermission{SubscriptionPermission: &lk.SubscriptionPermission{AllParticipants: true}}})
	filter := message(&lk.SignalRequest{Message: &lk.SignalRequest_UpdateAudioTrack{UpdateAudioTrack: &lk.UpdateLocalAudioTrack{}}})
	subscription := message(&lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: &lk.UpdateSubscription{}}})
	l, now, before := newConnectLimiter(0), time.Now(), connHistory{}
	say := func(message []byte, times int) {
		for range times {
			if l.allowMessage("ann", message, &before, now) != nil {
				t.Fatalf("%x refused", message)
			}
		}
	}
	say(subscription, 2000)
	say(audience, 200)
	for range 10 {
		say(offer, 2)
		say(candidate, 2*30)
		say(audience, 1)
		say(filter, 2)
		for range 10 {
			say(answer, 7)
			say(subscription, 100)
			now = now.Add(time.Second)
		}
	}
}

func TestTrackMetadataIsBounded(t *testing.T) {
	long := strings.Repeat("covert ", 100)
	named := &lk.AddTrackRequest{Cid: "c", Name: long, Stream: long, Layers: []*lk.VideoLayer{{Rid: "q"}}, SimulcastCodecs: []*lk.SimulcastCodec{{Codec: "vp8", Cid: "c"}}}
	if !plain(named) || named.GetName() != "" || named.GetStream() != "" || named.GetCid() != "c" {
		t.Errorf("%v", named)
	}
	for name, track := range map[string]*lk.AddTrackRequest{
		"id": {Cid: long}, "track": {Sid: long}, "layer": {Layers: []*lk.VideoLayer{{Rid: long}}}, "layers": {Layers: make([]*lk.VideoLayer, 17)},
		"codec": {SimulcastCodecs: []*lk.SimulcastCodec{{Codec: long}}}, "codec's id": {SimulcastCodecs: []*lk.SimulcastCodec{{Cid: long}}},
		"codecs": {SimulcastCodecs: make([]*lk.SimulcastCodec, 17)}, "features": {AudioFeatures: make([]lk.AudioTrackFeature, 17)},
		"codec's layer": {SimulcastCodecs: []*lk.SimulcastCodec{{Layers: []*lk.VideoLayer{{Rid: long}}}}},
	} {
		if plain(track) {
			t.Errorf("a long %s passes", name)
		}
	}
}

func TestOneTrackPerSource(t *testing.T) {
	s := newSound(t)
	// The newest is the one of which packets come last.
	newest := s.clock
	_, err := s.hearer.Hears(s.ctx, newest.ID, 5)
	s.must(err)
	for range 2 {
		newest = s.publish(lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
		_, err = s.hearer.Hears(s.ctx, newest.ID, 5)
		s.must(err)
	}
	s.microphone = s.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	s.heard()
	var cameras []string
	err = s.hearer.Sees(s.ctx, func(people map[string]*lk.ParticipantInfo) bool {
		cameras = nil
		for _, track := range people["ann"].GetTracks() {
			if track.GetSource() == lk.TrackSource_CAMERA {
				cameras = append(cameras, track.GetSid())
			}
		}
		return len(cameras) == 1
	})
	if err != nil || cameras[0] != newest.ID {
		t.Fatalf("cameras %v, the newest %s, error %v", cameras, newest.ID, err)
	}
	before := s.hearer.Heard(s.clock.ID)
	_, err = s.hearer.Hears(s.ctx, newest.ID, s.hearer.Heard(newest.ID)+25)
	s.must(err)
	if n := s.hearer.Heard(s.clock.ID) - before; n > 0 {
		t.Errorf("%d packets of a camera that was replaced", n)
	}
}
