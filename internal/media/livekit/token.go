package livekit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/internal/media"
)

// maxTokenBytes bounds what the proxy parses; a token for the longest ids stays below
// it.
const maxTokenBytes = 1 << 10

// keys are LiveKit's key and secret, and signs and checks the tokens of pages.
type keys struct {
	key    string
	secret string
	// proxyKey signs what pages show at our proxy. LiveKit does not know it: with
	// their token, pages can open nothing but the proxy, which asks the guard each
	// time.
	proxyKey []byte
}

func newKeys(key, secret string) keys {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("anteroom media token 1"))
	return keys{key: key, secret: secret, proxyKey: mac.Sum(nil)}
}

// proxyIssuer distinguishes our tokens from LiveKit's.
const proxyIssuer = "anteroom-media-door"

// proxyClaims is what a page's token says: who, where and until when. What the
// participant permits is asked of the guard.
type proxyClaims struct {
	Issuer     string `json:"iss"`
	Identity   string `json:"sub"`
	Room       string `json:"room"`
	Generation int    `json:"gen"`
	Expires    int64  `json:"exp"`
}

// Token implements media.Engine for both modes.
func (k keys) Token(_ context.Context, grant media.Grant, ttl time.Duration) (string, error) {
	if ttl <= 0 || ttl > media.MaxTokenTTL {
		return "", fmt.Errorf("media token ttl: is %s, must be positive and at most %s", ttl, media.MaxTokenTTL)
	}
	if err := grant.Validate(); err != nil {
		return "", err
	}
	return k.sign(proxyClaims{proxyIssuer, grant.Identity, grant.Room, grant.Generation, time.Now().Add(ttl).Unix()})
}

// tokenHeader is the same for every token: {"alg":"HS256","typ":"JWT"}.
const tokenHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

// sign makes a JWT, in a fraction of a library's time: each join pays for it.
func (k keys) sign(claims proxyClaims) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encoding := base64.RawURLEncoding
	token := make([]byte, 0, len(tokenHeader)+encoding.EncodedLen(len(body))+1+encoding.EncodedLen(sha256.Size))
	token = encoding.AppendEncode(append(token, tokenHeader...), body)
	sum := k.sum(token)
	return string(encoding.AppendEncode(append(token, '.'), sum)), nil
}

func (k keys) sum(signed []byte) []byte {
	mac := hmac.New(sha256.New, k.proxyKey)
	mac.Write(signed)
	return mac.Sum(nil)
}

// forLiveKit makes the token with which the proxy itself goes to an external LiveKit.
func (k keys) forLiveKit(grant media.Grant) (string, error) {
	return auth.NewAccessToken(k.key, k.secret).SetIdentity(grant.Identity).SetName(grant.Name).SetMetadata(grant.Metadata).
		SetAttributes(attributes(grant)).SetVideoGrant(videoGrant(grant)).SetValidFor(time.Minute).ToJWT()
}

// admin makes the token of a call to LiveKit's RoomService.
func (k keys) admin(grant *auth.VideoGrant) (string, error) {
	return auth.NewAccessToken(k.key, k.secret).SetVideoGrant(grant).SetValidFor(time.Minute).ToJWT()
}

// tokenClaims is what a checked media token says.
type tokenClaims struct {
	room     string
	identity string
	// generation distinguishes the pages of one participant: the newest speaks for it.
	generation int
	expires    time.Time
}

// key names the participant among those of all rooms.
func (t tokenClaims) key() string { return participantKey(t.room, t.identity) }

func participantKey(room, identity string) string { return room + "/" + identity }

// Why a media token is refused. The texts go to the browser.
var (
	errNoToken  = errors.New("media token missing")
	errBadToken = errors.New("media token not valid")
)

// check verifies the token of a request.
func (k keys) check(r *http.Request) (tokenClaims, error) {
	raw := bearer(r)
	if raw == "" {
		return tokenClaims{}, errNoToken
	}
	signed, encoded, ok := strings.Cut(strings.TrimPrefix(raw, tokenHeader), ".")
	if !ok || len(raw) > maxTokenBytes || !strings.HasPrefix(raw, tokenHeader) {
		return tokenClaims{}, errBadToken
	}
	// Compared as texts: many texts decode to the same signature.
	want := base64.RawURLEncoding.EncodeToString(k.sum([]byte(tokenHeader + signed)))
	if !hmac.Equal([]byte(encoded), []byte(want)) {
		return tokenClaims{}, errBadToken
	}
	var claims proxyClaims
	body, err := base64.RawURLEncoding.DecodeString(signed)
	if err == nil {
		err = json.Unmarshal(body, &claims)
	}
	expires := time.Unix(claims.Expires, 0)
	if err != nil || claims.Issuer != proxyIssuer || !expires.After(time.Now()) {
		return tokenClaims{}, errBadToken
	}
	return tokenClaims{claims.Room, claims.Identity, claims.Generation, expires}, nil
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

func videoGrant(grant media.Grant) *auth.VideoGrant {
	g := &auth.VideoGrant{RoomJoin: true, Room: grant.Room, Hidden: grant.Hidden}
	sources := sourcesToLiveKit(grant.Sources())
	g.SetCanPublish(len(sources) > 0)
	if len(sources) > 0 {
		g.SetCanPublishSources(sources)
	}
	g.SetCanSubscribe(grant.CanSubscribe)
	// Chat and state travel on the control channel, where they are checked.
	g.SetCanPublishData(false)
	g.SetCanUpdateOwnMetadata(false)
	return g
}

// generationAttribute records for which generation of the participant a connection was
// opened.
const generationAttribute = "anteroom.generation"

// attributes are those of a new connection.
func attributes(grant media.Grant) map[string]string {
	out := maps.Clone(grant.Attributes)
	if out == nil {
		out = make(map[string]string, 1)
	}
	out[generationAttribute] = strconv.Itoa(grant.Generation)
	return out
}

// generationOf is the generation for which a connection was opened; zero if it is not known.
func generationOf(p *lk.ParticipantInfo) int {
	n, err := strconv.Atoi(p.GetAttributes()[generationAttribute])
	if err != nil {
		return 0
	}
	return n
}

func claims(grant media.Grant) *auth.ClaimGrants {
	return &auth.ClaimGrants{
		Identity:   grant.Identity,
		Name:       grant.Name,
		Metadata:   grant.Metadata,
		Attributes: attributes(grant),
		Video:      videoGrant(grant),
	}
}

func permission(grant media.Grant) *lk.ParticipantPermission {
	return videoGrant(grant).ToPermission()
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

// trackFromLiveKit believes a source only if the track is of its kind.
func trackFromLiveKit(t *lk.TrackInfo) media.Track {
	out := media.Track{ID: t.GetSid(), Source: media.SourceUnknown, Muted: t.GetMuted()}
	if fits(t.GetType(), t.GetSource()) == nil {
		out.Source = sourceFromLiveKit(t.GetSource())
	}
	return out
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
