package rogue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// silence is what the media server itself sends for a moment when sound has ended.
var silence = []byte{0xf8, 0xff, 0xfe}

// Media is a participant of a media room, with sound and pictures made of nothing.
type Media struct {
	*Signalling
	// Joined is what the server said first.
	Joined *lk.JoinResponse

	publisher, subscriber *webrtc.PeerConnection
	ctx                   context.Context
	stop                  context.CancelFunc

	mu      sync.Mutex
	changed chan struct{} // closed at each change of what is below
	err     error         // why the connection ended
	replies int           // to own offers
	added   map[string]*lk.TrackInfo
	refused map[string]lk.RequestResponse_Reason
	people  map[string]*lk.ParticipantInfo
	own     *lk.ParticipantInfo
	packets map[string]int       // by track
	flows   map[string]*Received // by track
	tracks  int                  // published so far, for their names
	tokens  int                  // LiveKit's, which pages have no business with
	early   map[lk.SignalTarget][]webrtc.ICECandidateInit
}

// JoinMedia enters the room of the token, and receives what others send there. Close
// must be called in the end.
func JoinMedia(ctx context.Context, base, token string) (*Media, error) {
	return joinMedia(ctx, base, token, nil, webrtc.NetworkTypeUDP4)
}

// JoinMediaOverTCP is JoinMedia where no datagrams pass.
func JoinMediaOverTCP(ctx context.Context, base, token string) (*Media, error) {
	return joinMedia(ctx, base, token, nil, webrtc.NetworkTypeTCP4)
}

func joinMedia(ctx context.Context, base, token string, query url.Values, network webrtc.NetworkType) (*Media, error) {
	signalling, err := OpenSignalling(ctx, base, token, query)
	if err != nil {
		return nil, err
	}
	m := &Media{
		Signalling: signalling, changed: make(chan struct{}),
		added: map[string]*lk.TrackInfo{}, refused: map[string]lk.RequestResponse_Reason{},
		people: map[string]*lk.ParticipantInfo{}, packets: map[string]int{}, flows: map[string]*Received{},
		early: map[lk.SignalTarget][]webrtc.ICECandidateInit{},
	}
	m.ctx, m.stop = context.WithCancel(context.Background())
	defer context.AfterFunc(ctx, signalling.Close)()
	first, err := m.Receive()
	if err == nil {
		m.Joined = first.GetJoin()
		err = m.connections(network)
	}
	if err != nil {
		m.Close()
		return nil, err
	}
	m.update(m.Joined.GetOtherParticipants())
	go m.listen()
	return m, nil
}

func (m *Media) connections(network webrtc.NetworkType) error {
	engine := webrtc.SettingEngine{}
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetNetworkTypes([]webrtc.NetworkType{network})
	// Of data channels nothing is read here, and so no buffer is kept.
	engine.DetachDataChannels()
	codecs := &webrtc.MediaEngine{}
	if err := codecs.RegisterDefaultCodecs(); err != nil {
		return err
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(engine), webrtc.WithMediaEngine(codecs))
	var err error
	if m.publisher, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	if m.subscriber, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	m.subscriber.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			m.note(track.ID(), packet)
		}
	})
	m.trickle(m.publisher, lk.SignalTarget_PUBLISHER)
	m.trickle(m.subscriber, lk.SignalTarget_SUBSCRIBER)
	return nil
}

func (m *Media) trickle(connection *webrtc.PeerConnection, target lk.SignalTarget) {
	connection.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		text, err := json.Marshal(c.ToJSON())
		if err == nil {
			_ = m.Send(&lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{CandidateInit: string(text), Target: target}}})
		}
	})
}

// listen follows what the server says until the connection ends.
func (m *Media) listen() {
	for {
		response, err := m.Receive()
		if err == nil {
			err = m.handle(response)
		}
		if err != nil {
			m.change(func() { m.err = err })
			return
		}
	}
}

func (m *Media) handle(response *lk.SignalResponse) error {
	switch r := response.GetMessage().(type) {
	case *lk.SignalResponse_Offer:
		return m.reply(r.Offer)
	case *lk.SignalResponse_Answer:
		if err := m.describe(m.publisher, lk.SignalTarget_PUBLISHER, webrtc.SDPTypeAnswer, r.Answer.GetSdp()); err != nil {
			return err
		}
		m.change(func() { m.replies++ })
	case *lk.SignalResponse_Trickle:
		var candidate webrtc.ICECandidateInit
		if err := json.Unmarshal([]byte(r.Trickle.GetCandidateInit()), &candidate); err != nil {
			return err
		}
		connection := m.subscriber
		if r.Trickle.GetTarget() == lk.SignalTarget_PUBLISHER {
			connection = m.publisher
		}
		if connection.RemoteDescription() == nil {
			m.early[r.Trickle.GetTarget()] = append(m.early[r.Trickle.GetTarget()], candidate)
			return nil
		}
		return connection.AddICECandidate(candidate)
	case *lk.SignalResponse_Update:
		m.update(r.Update.GetParticipants())
	case *lk.SignalResponse_TrackPublished:
		m.change(func() { m.added[r.TrackPublished.GetCid()] = r.TrackPublished.GetTrack() })
	case *lk.SignalResponse_RefreshToken:
		m.change(func() { m.tokens++ })
	case *lk.SignalResponse_RequestResponse:
		if track := r.RequestResponse.GetAddTrack(); track != nil && r.RequestResponse.GetReason() != lk.RequestResponse_QUEUED {
			m.change(func() { m.refused[track.GetCid()] = r.RequestResponse.GetReason() })
		}
	}
	return nil
}

func (m *Media) reply(offer *lk.SessionDescription) error {
	if err := m.describe(m.subscriber, lk.SignalTarget_SUBSCRIBER, webrtc.SDPTypeOffer, offer.GetSdp()); err != nil {
		return err
	}
	answer, err := m.subscriber.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := m.subscriber.SetLocalDescription(answer); err != nil {
		return err
	}
	return m.Send(&lk.SignalRequest{Message: &lk.SignalRequest_Answer{
		Answer: &lk.SessionDescription{Type: "answer", Sdp: answer.SDP, Id: offer.GetId()},
	}})
}

func (m *Media) describe(connection *webrtc.PeerConnection, target lk.SignalTarget, kind webrtc.SDPType, sdp string) error {
	if err := connection.SetRemoteDescription(webrtc.SessionDescription{Type: kind, SDP: sdp}); err != nil {
		return err
	}
	for _, candidate := range m.early[target] {
		if err := connection.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	delete(m.early, target)
	return nil
}

// change makes a change known to those who wait.
func (m *Media) change(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do()
	close(m.changed)
	m.changed = make(chan struct{})
}

// until waits for a condition, which is asked with the lock held; an ended
// connection ends the wait.
func (m *Media) until(ctx context.Context, what string, done func() bool) error {
	for {
		m.mu.Lock()
		ok, err, changed := done(), m.err, m.changed
		m.mu.Unlock()
		switch {
		case ok:
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", what, err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		}
	}
}

func (m *Media) update(people []*lk.ParticipantInfo) {
	m.change(func() {
		for _, p := range people {
			if p.GetIdentity() == m.Joined.GetParticipant().GetIdentity() {
				m.own = p
				continue
			}
			if p.GetState() == lk.ParticipantInfo_DISCONNECTED {
				delete(m.people, p.GetIdentity())
			} else {
				m.people[p.GetIdentity()] = p
			}
		}
	})
}

// People are the others as the server reports them, by identity.
func (m *Media) People() map[string]*lk.ParticipantInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[string]*lk.ParticipantInfo, len(m.people))
	for identity, p := range m.people {
		out[identity] = p
	}
	return out
}

// Sees waits until what the server reports of the others is as wanted.
func (m *Media) Sees(ctx context.Context, as func(people map[string]*lk.ParticipantInfo) bool) error {
	return m.until(ctx, "see others", func() bool { return as(m.people) })
}

// Permitted waits until this participant's own rights are as wanted.
func (m *Media) Permitted(ctx context.Context, as func(*lk.ParticipantPermission) bool) error {
	return m.until(ctx, "have rights", func() bool { return as(m.own.GetPermission()) })
}

// Ended waits until the server ends the connection, and returns its code and reason.
func (m *Media) Ended(ctx context.Context) (code int, reason string, err error) {
	if err := m.until(ctx, "end", func() bool { return m.err != nil }); err != nil {
		return 0, "", err
	}
	return closing(m.err)
}

// NotAllowedError is the media server's refusal of a track.
type NotAllowedError struct{ Reason lk.RequestResponse_Reason }

func (e *NotAllowedError) Error() string { return "track refused: " + e.Reason.String() }

// Track is a track of this participant.
type Track struct {
	ID    string
	m     *Media
	local *webrtc.TrackLocalStaticRTP
	stop  context.CancelFunc
}

// Codecs are those that the server has agreed to take, by the names of their formats.
func (m *Media) Codecs() (names []string) {
	agreed := m.publisher.CurrentRemoteDescription()
	if agreed == nil {
		return nil
	}
	for line := range strings.Lines(agreed.SDP) {
		if format, found := strings.CutPrefix(line, "a=rtpmap:"); found {
			_, codec, _ := strings.Cut(format, " ")
			name, _, _ := strings.Cut(codec, "/")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// AddTrack asks to publish a track, and sends nothing yet.
func (m *Media) AddTrack(ctx context.Context, kind lk.TrackType, source lk.TrackSource, muted bool) (*Track, error) {
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	if kind == lk.TrackType_VIDEO {
		codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	}
	m.mu.Lock()
	m.tracks++
	cid := "track-" + strconv.Itoa(m.tracks)
	m.mu.Unlock()
	local, err := webrtc.NewTrackLocalStaticRTP(codec, cid, "stream")
	if err != nil {
		return nil, err
	}
	request := &lk.AddTrackRequest{Cid: cid, Name: cid, Type: kind, Source: source, Muted: muted, Width: 16, Height: 16}
	if err := m.Send(&lk.SignalRequest{Message: &lk.SignalRequest_AddTrack{AddTrack: request}}); err != nil {
		return nil, err
	}
	t := &Track{m: m, local: local, stop: func() {}}
	err = m.until(ctx, "add a track", func() bool {
		info, ok := m.added[cid]
		t.ID = info.GetSid()
		_, no := m.refused[cid]
		return ok || no
	})
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if reason, no := m.refused[cid]; no {
		return nil, &NotAllowedError{reason}
	}
	return t, nil
}

// Start offers the track and sends packets, fifty a second.
func (t *Track) Start(ctx context.Context) error {
	m := t.m
	if _, err := m.publisher.AddTransceiverFromTrack(t.local, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		return err
	}
	if err := m.offer(ctx); err != nil {
		return err
	}
	sending, stop := context.WithCancel(m.ctx)
	t.stop = stop
	go t.send(sending)
	return nil
}

// offer describes what is published, and waits for the answer.
func (m *Media) offer(ctx context.Context) error { return m.offerAs(ctx, nil) }

// RestartICE lets the connection for publishing go on by way of other ICE agents.
func (m *Media) RestartICE(ctx context.Context) error {
	return m.offerAs(ctx, &webrtc.OfferOptions{ICERestart: true})
}

func (m *Media) offerAs(ctx context.Context, options *webrtc.OfferOptions) error {
	offer, err := m.publisher.CreateOffer(options)
	if err != nil {
		return err
	}
	if err := m.publisher.SetLocalDescription(offer); err != nil {
		return err
	}
	m.mu.Lock()
	before := m.replies
	m.mu.Unlock()
	if err := m.Send(&lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: &lk.SessionDescription{Type: "offer", Sdp: offer.SDP}}}); err != nil {
		return err
	}
	return m.until(ctx, "answer to an offer", func() bool { return m.replies > before })
}

func (t *Track) send(ctx context.Context) {
	payload, step := []byte{0xfc, 1, 2, 3, 4, 5, 6, 7}, uint32(960)
	if t.local.Kind() == webrtc.RTPCodecTypeVideo {
		// A whole key frame's beginning, of 16 by 16 pixels.
		payload, step = []byte{0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0, 0, 0, 0}, 1800
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := uint32(1); ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		_ = t.local.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: uint16(n), Timestamp: n * step},
			Payload: payload,
		})
	}
}

// Stop sends nothing more; the track stays published.
func (t *Track) Stop() { t.stop() }

// Mute mutes or unmutes the track in the media server.
func (t *Track) Mute(muted bool) error {
	return t.m.Send(&lk.SignalRequest{Message: &lk.SignalRequest_Mute{Mute: &lk.MuteTrackRequest{Sid: t.ID, Muted: muted}}})
}

// Publish adds a track and sends it.
func (m *Media) Publish(ctx context.Context, kind lk.TrackType, source lk.TrackSource, muted bool) (*Track, error) {
	track, err := m.AddTrack(ctx, kind, source, muted)
	if err != nil {
		return nil, err
	}
	return track, track.Start(ctx)
}

// Hears waits until more packets of a track have arrived than the number given, and
// returns how many there are.
func (m *Media) Hears(ctx context.Context, track string, more int) (int, error) {
	var n int
	err := m.until(ctx, "hear "+track, func() bool { n = m.packets[track]; return n > more })
	return n, err
}

// Heard is how many packets of a track have arrived.
func (m *Media) Heard(track string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.packets[track]
}

// Received is what has come of a track.
type Received struct {
	// Packets have come, Missing have not.
	Packets, Missing int
	// Gap is the longest time between two that followed each other.
	Gap time.Duration

	newest uint16
	at     time.Time
}

// Received is what has come of a track so far.
func (m *Media) Received(track string) Received {
	m.mu.Lock()
	defer m.mu.Unlock()
	if flow := m.flows[track]; flow != nil {
		return *flow
	}
	return Received{}
}

func (m *Media) note(track string, packet *rtp.Packet) {
	now := time.Now()
	m.change(func() {
		if !bytes.HasPrefix(packet.Payload, silence) {
			m.packets[track]++
		}
		flow := m.flows[track]
		if flow == nil {
			m.flows[track] = &Received{Packets: 1, newest: packet.SequenceNumber, at: now}
			return
		}
		flow.Packets++
		flow.Gap, flow.at = max(flow.Gap, now.Sub(flow.at)), now
		if ahead := int16(packet.SequenceNumber - flow.newest); ahead > 0 {
			flow.Missing += int(ahead) - 1
			flow.newest = packet.SequenceNumber
		} else {
			flow.Missing-- // late, and counted as missing before
		}
	})
}

// Tokens is how many tokens of its own the media server has given away.
func (m *Media) Tokens() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens
}

// Close leaves without a word.
func (m *Media) Close() {
	m.stop()
	m.Signalling.Close()
	for _, connection := range []*webrtc.PeerConnection{m.publisher, m.subscriber} {
		if connection != nil {
			_ = connection.Close()
		}
	}
}
