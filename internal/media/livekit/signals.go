package livekit

import (
	"slices"

	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// signalRule says what the proxy does with a kind of signalling message.
type signalRule int

const (
	// signalPassed reaches LiveKit. The rule of no kind ends the connection.
	signalPassed signalRule = iota + 1
	// signalDropped is ignored: pages may send it, and nobody here has a use for it.
	signalDropped
	// signalChecked reaches LiveKit after a look at what it asks for.
	signalChecked
)

// signalRules names every kind of message a page may send. The rest, and what
// later versions of the protocol bring, is refused.
var signalRules = rulesByNumber(map[protoreflect.Name]signalRule{
	"offer":                   signalPassed,
	"answer":                  signalPassed,
	"trickle":                 signalPassed,
	"add_track":               signalChecked,
	"mute":                    signalChecked,
	"subscription":            signalPassed,
	"track_setting":           signalPassed,
	"leave":                   signalPassed,
	"subscription_permission": signalPassed,
	"sync_state":              signalPassed,
	"ping":                    signalPassed,
	"ping_req":                signalPassed,
	"update_audio_track":      signalChecked,
	"update_video_track":      signalPassed,
	// LiveKit finds the layers out by itself.
	"update_layers": signalDropped,
	// Names and attributes are the meeting's own; nobody may change them here.
	"update_metadata": signalDropped,
})

// The kinds of messages that are counted apart, or may be long.
var (
	offerSignal        = signalNumber("offer")
	answerSignal       = signalNumber("answer")
	syncSignal         = signalNumber("sync_state")
	trickleSignal      = signalNumber("trickle")
	audioSignal        = signalNumber("update_audio_track")
	videoSignal        = signalNumber("update_video_track")
	permissionSignal   = signalNumber("subscription_permission")
	addSignal          = signalNumber("add_track")
	subscriptionSignal = signalNumber("subscription")
	trackSettingSignal = signalNumber("track_setting")
	metadataSignal     = signalNumber("update_metadata")
)

func signalNumber(name protoreflect.Name) protowire.Number {
	return (*lk.SignalRequest)(nil).ProtoReflect().Descriptor().Fields().ByName(name).Number()
}

// signalWires are the wire types of the kinds of messages.
var signalWires = wiresByNumber()

func wiresByNumber() (out [lastSignal + 1]protowire.Type) {
	fields := (*lk.SignalRequest)(nil).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if number := field.Number(); number <= lastSignal && field.Message() != nil {
			out[number] = protowire.BytesType
		}
	}
	return out // the others are numbers, protowire.VarintType
}

// lastSignal is the highest number in signalRules.
const lastSignal = 32

func rulesByNumber(names map[protoreflect.Name]signalRule) [lastSignal + 1]signalRule {
	var out [lastSignal + 1]signalRule
	for name, rule := range names {
		out[signalNumber(name)] = rule
	}
	return out
}

var (
	errSignalForm      = &refusal{websocket.CloseInvalidFramePayloadData, "malformed signalling message"}
	errSignalKind      = &refusal{websocket.ClosePolicyViolation, "signalling message of a kind not allowed"}
	errTrackKind       = &refusal{websocket.ClosePolicyViolation, "track kind does not fit its source"}
	errTrackSource     = &refusal{websocket.ClosePolicyViolation, "track source not known"}
	errTooFast         = &refusal{websocket.ClosePolicyViolation, "too many requests to publish or unmute"}
	errTooManySignals  = &refusal{websocket.ClosePolicyViolation, "too many signalling messages"}
	errTooManyTrackIDs = &refusal{websocket.ClosePolicyViolation, "too many track ids"}
	errParticipantGone = &refusal{websocket.ClosePolicyViolation, "not a participant of this meeting"}
	// errRightsUnknown: what the participant may do could not be found out.
	errRightsUnknown = &refusal{websocket.CloseTryAgainLater, "media engine unavailable"}
)

// maxMessageBytes is how long a message may be, of which at least the beginning is there.
func maxMessageBytes(message []byte) int {
	kind, wire, n := protowire.ConsumeTag(message)
	if n < 0 || wire != protowire.BytesType {
		return shortSignalBytes
	}
	switch kind {
	case offerSignal, answerSignal, syncSignal: // describe all pictures and sounds of a connection
		return maxSignalBytes
	case addSignal, subscriptionSignal, trackSettingSignal, permissionSignal, metadataSignal: // hold lists
		return listSignalBytes
	}
	return shortSignalBytes
}

// checkSignal decides about one message, and returns what LiveKit gets of it. Only the
// few kinds that ask for rights or are passed on to others are read, and may be changed
// by inspect; of the others the outermost tag is enough.
func checkSignal(message []byte, inspect func(*lk.SignalRequest) error) ([]byte, error) {
	kind, wire, n := protowire.ConsumeTag(message)
	if n < 0 {
		return nil, errSignalForm
	}
	// Exactly one field: of several, LiveKit would act on the last.
	if m := protowire.ConsumeFieldValue(kind, wire, message[n:]); m < 0 || n+m != len(message) {
		return nil, errSignalForm
	}
	if kind > lastSignal {
		return nil, errSignalKind
	}
	// LiveKit would take a field of another wire type for an unknown one.
	if signalRules[kind] != 0 && wire != signalWires[kind] {
		return nil, errSignalForm
	}
	switch signalRules[kind] {
	case signalPassed:
		return message, nil
	case signalDropped:
		return nil, errDropped
	case signalChecked:
		request := &lk.SignalRequest{}
		if err := proto.Unmarshal(message, request); err != nil {
			return nil, errSignalForm
		}
		if err := inspect(request); err != nil {
			return nil, err
		}
		return proto.Marshal(request)
	}
	return nil, errSignalKind
}

// What others are notified of a track has bounds.
const (
	maxTrackText = 128
	maxTrackList = 16
)

// plain takes the words of a request to publish away, which LiveKit would tell
// everybody: chat has its own rules. It reports whether the rest is of a usual size.
func plain(track *lk.AddTrackRequest) bool {
	track.Name, track.Stream = "", ""
	layers := func(list []*lk.VideoLayer) bool {
		return len(list) <= maxTrackList && !slices.ContainsFunc(list, func(layer *lk.VideoLayer) bool { return len(layer.GetRid()) > maxTrackText })
	}
	return len(track.GetCid()) <= maxTrackText && len(track.GetSid()) <= maxTrackText && layers(track.GetLayers()) &&
		len(track.GetAudioFeatures()) <= maxTrackList && len(track.GetPacketTrailerFeatures()) <= maxTrackList &&
		len(track.GetSimulcastCodecs()) <= maxTrackList &&
		!slices.ContainsFunc(track.GetSimulcastCodecs(), func(codec *lk.SimulcastCodec) bool {
			return len(codec.GetCid()) > maxTrackText || len(codec.GetCodec()) > maxTrackText || !layers(codec.GetLayers())
		})
}

// refreshToken is the number of LiveKit's message that replaces a page's token.
var refreshToken = (*lk.SignalResponse)(nil).ProtoReflect().Descriptor().Fields().ByName("refresh_token").Number()

// isRefreshToken reports whether a message of LiveKit's holds a token: one that would
// open LiveKit's own port, and not our proxy.
func isRefreshToken(message []byte) bool {
	number, _, n := protowire.ConsumeTag(message)
	return n > 0 && number == refreshToken
}

// fits reports whether a track may come from such a source.
func fits(kind lk.TrackType, source lk.TrackSource) error {
	var want lk.TrackType
	switch source {
	case lk.TrackSource_MICROPHONE, lk.TrackSource_SCREEN_SHARE_AUDIO:
		want = lk.TrackType_AUDIO
	case lk.TrackSource_CAMERA, lk.TrackSource_SCREEN_SHARE:
		want = lk.TrackType_VIDEO
	default:
		return errTrackSource
	}
	if kind != want {
		return errTrackKind
	}
	return nil
}
