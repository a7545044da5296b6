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
	"strconv"
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

// tokenHeader is the same for every token: {"alg":"HS256","typ":"JWT"}.
const tokenHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

// sign makes the token that LiveKit's own signer would make, in a fraction of
// its time: each join pays for it.
func (k keys) sign(seat media.Seat, ttl time.Duration) (string, error) {
	if k.key == "" || k.secret == "" {
		return "", auth.ErrKeysMissing
	}
	now := time.Now()
	body, err := k.claims(seat, now.Unix(), now.Add(ttl).Unix())
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

// claims is what a media token says, as JSON: LiveKit's grants as far as a seat
// has any, with the registered claims that LiveKit's own signer adds. Times are
// in seconds since 1970.
func (k keys) claims(seat media.Seat, now, end int64) ([]byte, error) {
	out := make([]byte, 0, 512+len(seat.Name)+len(seat.Metadata))
	out = appendText(append(out, `{"iss":`...), k.key)
	out = appendText(append(out, `,"sub":`...), seat.Identity)
	out = strconv.AppendInt(append(out, `,"iat":`...), now, 10)
	out = strconv.AppendInt(append(out, `,"nbf":`...), now, 10)
	out = strconv.AppendInt(append(out, `,"exp":`...), end, 10)
	out = appendText(append(out, `,"identity":`...), seat.Identity)
	if seat.Name != "" {
		out = appendText(append(out, `,"name":`...), seat.Name)
	}
	if seat.Metadata != "" {
		out = appendText(append(out, `,"metadata":`...), seat.Metadata)
	}
	if len(seat.Attributes) > 0 {
		attributes, err := json.Marshal(seat.Attributes)
		if err != nil {
			return nil, err
		}
		out = append(append(out, `,"attributes":`...), attributes...)
	}
	out = appendText(append(out, `,"video":{"room":`...), seat.Room)
	out = append(append(out, ','), roomlessGrants[rightsOf(seat)]...)
	return append(out, '}'), nil
}

// rights are what tells the grants of seats in one room apart.
type rights struct{ microphone, camera, screen, subscribe bool }

func rightsOf(seat media.Seat) rights {
	return rights{seat.CanPublishMicrophone, seat.CanPublishCamera, seat.CanPublishScreen, seat.CanSubscribe}
}

// roomlessGrants holds the JSON of every grant there is, without the room and
// the opening brace.
var roomlessGrants = func() map[rights][]byte {
	out := map[rights][]byte{}
	for i := range 16 {
		seat := media.Seat{
			CanPublishMicrophone: i&1 > 0, CanPublishCamera: i&2 > 0, CanPublishScreen: i&4 > 0, CanSubscribe: i&8 > 0,
		}
		raw, err := json.Marshal(videoGrant(seat))
		if err != nil {
			panic(err) // flags and short texts always can
		}
		out[rightsOf(seat)] = raw[1:]
	}
	return out
}()

// appendText writes a JSON string; ids, which need no escapes, take a short road.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			raw, _ := json.Marshal(text) // a string always can
			return append(out, raw...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
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
	errNoJoinGrant = errors.New("media token is not for a room")
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
