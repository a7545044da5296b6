package livekit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// maxTokenBytes bounds what the door parses; a seat at its limits stays below it.
const maxTokenBytes = 16 << 10

// keys signs and checks media tokens.
type keys struct {
	key    string
	secret string
}

// Token implements media.Engine for both modes.
func (k keys) Token(_ context.Context, seat media.Seat, ttl time.Duration) (string, error) {
	if ttl <= 0 || ttl > media.MaxTokenTTL {
		return "", fmt.Errorf("media token ttl: is %s, must be positive and at most %s", ttl, media.MaxTokenTTL)
	}
	if err := seat.Validate(); err != nil {
		return "", err
	}
	return k.sign(seat, ttl)
}

// seatClaims is what a media token says: LiveKit's grants as far as a seat has
// any, with the registered claims that LiveKit's own signer adds.
type seatClaims struct {
	Issuer     string            `json:"iss"`
	Subject    string            `json:"sub"`
	IssuedAt   int64             `json:"iat"`
	NotBefore  int64             `json:"nbf"`
	ExpiresAt  int64             `json:"exp"`
	Identity   string            `json:"identity"`
	Name       string            `json:"name,omitempty"`
	Metadata   string            `json:"metadata,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Video      *auth.VideoGrant  `json:"video"`
}

// tokenHeader is the same for every token: {"alg":"HS256","typ":"JWT"}.
const tokenHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

// sign makes the token that LiveKit's own signer would make, in a third of its
// time: each join pays for it.
func (k keys) sign(seat media.Seat, ttl time.Duration) (string, error) {
	if k.key == "" || k.secret == "" {
		return "", auth.ErrKeysMissing
	}
	now := time.Now()
	body, err := json.Marshal(&seatClaims{
		Issuer: k.key, Subject: seat.Identity, IssuedAt: now.Unix(), NotBefore: now.Unix(), ExpiresAt: now.Add(ttl).Unix(),
		Identity: seat.Identity, Name: seat.Name, Metadata: seat.Metadata, Attributes: seat.Attributes, Video: videoGrant(seat),
	})
	if err != nil {
		return "", err
	}
	encoding := base64.RawURLEncoding
	token := make([]byte, 0, len(tokenHeader)+encoding.EncodedLen(len(body))+1+encoding.EncodedLen(sha256.Size))
	token = encoding.AppendEncode(append(token, tokenHeader...), body)
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write(token)
	var sum [sha256.Size]byte
	return string(encoding.AppendEncode(append(token, '.'), mac.Sum(sum[:0]))), nil
}

// admin makes the token of a call to LiveKit's RoomService.
func (k keys) admin(grant *auth.VideoGrant) (string, error) {
	return auth.NewAccessToken(k.key, k.secret).SetVideoGrant(grant).SetValidFor(time.Minute).ToJWT()
}

// ticket is what a checked media token says.
type ticket struct {
	room     string
	identity string
	expires  time.Time
}

// Why a media token is refused. The texts go to the browser.
var (
	errNoToken     = errors.New("media token missing")
	errBadToken    = errors.New("media token not valid")
	errNoJoinGrant = errors.New("media token does not admit to a room")
)

// check verifies the token of a request, whether LiveKit or we signed it.
func (k keys) check(r *http.Request) (ticket, error) {
	raw := bearer(r)
	if raw == "" {
		return ticket{}, errNoToken
	}
	if len(raw) > maxTokenBytes {
		return ticket{}, errBadToken
	}
	parsed, err := auth.ParseAPIToken(raw)
	if err != nil || parsed.APIKey() != k.key {
		return ticket{}, errBadToken
	}
	claims, grants, err := parsed.Verify(k.secret)
	if err != nil || claims.ExpiresAt == nil {
		return ticket{}, errBadToken
	}
	if grants.Video == nil || !grants.Video.RoomJoin || grants.Video.Room == "" || grants.Identity == "" {
		return ticket{}, errNoJoinGrant
	}
	return ticket{room: grants.Video.Room, identity: grants.Identity, expires: claims.ExpiresAt.Time}, nil
}

func bearer(r *http.Request) string {
	if h := r.Header.Get("Authorization"); h != "" {
		raw, ok := strings.CutPrefix(h, "Bearer ")
		if !ok {
			return ""
		}
		return raw
	}
	return r.URL.Query().Get("access_token")
}

func videoGrant(seat media.Seat) *auth.VideoGrant {
	g := &auth.VideoGrant{RoomJoin: true, Room: seat.Room}
	sources := sourcesToLiveKit(seat.Sources())
	g.SetCanPublish(len(sources) > 0)
	if len(sources) > 0 {
		g.SetCanPublishSources(sources)
	}
	g.SetCanSubscribe(seat.CanSubscribe)
	// Chat and state travel on the control channel, where they are checked.
	g.SetCanPublishData(false)
	g.SetCanUpdateOwnMetadata(false)
	return g
}

func claims(seat media.Seat) *auth.ClaimGrants {
	return &auth.ClaimGrants{
		Identity:   seat.Identity,
		Name:       seat.Name,
		Metadata:   seat.Metadata,
		Attributes: seat.Attributes,
		Video:      videoGrant(seat),
	}
}

func permission(seat media.Seat) *lk.ParticipantPermission {
	return videoGrant(seat).ToPermission()
}

func sourcesToLiveKit(in []media.Source) []lk.TrackSource {
	out := make([]lk.TrackSource, 0, len(in))
	for _, s := range in {
		out = append(out, sourceToLiveKit(s))
	}
	return out
}

func sourceToLiveKit(s media.Source) lk.TrackSource {
	switch s {
	case media.SourceMicrophone:
		return lk.TrackSource_MICROPHONE
	case media.SourceCamera:
		return lk.TrackSource_CAMERA
	case media.SourceScreen:
		return lk.TrackSource_SCREEN_SHARE
	case media.SourceScreenAudio:
		return lk.TrackSource_SCREEN_SHARE_AUDIO
	}
	return lk.TrackSource_UNKNOWN
}

func sourceFromLiveKit(s lk.TrackSource) media.Source {
	switch s {
	case lk.TrackSource_MICROPHONE:
		return media.SourceMicrophone
	case lk.TrackSource_CAMERA:
		return media.SourceCamera
	case lk.TrackSource_SCREEN_SHARE:
		return media.SourceScreen
	case lk.TrackSource_SCREEN_SHARE_AUDIO:
		return media.SourceScreenAudio
	}
	return media.SourceUnknown
}

func trackFromLiveKit(t *lk.TrackInfo) media.Track {
	return media.Track{ID: t.GetSid(), Source: sourceFromLiveKit(t.GetSource()), Muted: t.GetMuted()}
}

func participantsFromLiveKit(in []*lk.ParticipantInfo) []media.Participant {
	out := make([]media.Participant, 0, len(in))
	for _, p := range in {
		if p.GetState() == lk.ParticipantInfo_DISCONNECTED {
			continue
		}
		q := media.Participant{
			Identity:     p.GetIdentity(),
			Name:         p.GetName(),
			ConnectionID: p.GetSid(),
			Active:       p.GetState() == lk.ParticipantInfo_ACTIVE,
			JoinedAt:     time.UnixMilli(p.GetJoinedAtMs()),
		}
		for _, t := range p.GetTracks() {
			q.Tracks = append(q.Tracks, trackFromLiveKit(t))
		}
		out = append(out, q)
	}
	return out
}
