package livekit

import (
	"strings"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Limits of the track ids in a message.
const (
	// maxTrackIDs: a page whose connection broke lists every track in the meeting, with
	// what it wants of it.
	maxTrackIDs    = 4096
	maxTrackIDSize = 64
	trackIDPrefix  = "TR_"
)

// wantedFields are the fields of a message that lead to what is looked for; that itself
// is nil.
type wantedFields map[protowire.Number]wantedFields

// signalsWithIDs are the kinds of messages with ids of tracks of others. LiveKit keeps
// each of them for a while, for the track may be about to come, and some of it for as
// long as the room exists.
var signalsWithIDs = func() wantedFields {
	subscription := wantedFields{
		fieldNumber(&lk.UpdateSubscription{}, "track_sids"):         nil,
		fieldNumber(&lk.UpdateSubscription{}, "participant_tracks"): {fieldNumber(&lk.ParticipantTracks{}, "track_sids"): nil},
	}
	return wantedFields{
		subscriptionSignal: subscription,
		trackSettingSignal: {fieldNumber(&lk.UpdateTrackSettings{}, "track_sids"): nil},
		syncSignal: {
			fieldNumber(&lk.SyncState{}, "subscription"):        subscription,
			fieldNumber(&lk.SyncState{}, "track_sids_disabled"): nil,
		},
	}
}()

func fieldNumber(message proto.Message, field protoreflect.Name) protowire.Number {
	return message.ProtoReflect().Descriptor().Fields().ByName(field).Number()
}

// eachField calls do with each field of a message that is looked for, and with nil for
// each message on the way. Nothing else is decoded.
func eachField(message []byte, fields wantedFields, do func(value []byte) error) error {
	for len(message) > 0 {
		number, wire, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errSignalForm
		}
		size := protowire.ConsumeFieldValue(number, wire, message[n:])
		if size < 0 {
			return errSignalForm
		}
		field := message[n : n+size]
		message = message[n+size:]
		inner, ok := fields[number]
		if !ok || wire != protowire.BytesType {
			continue
		}
		value, _ := protowire.ConsumeBytes(field)
		var err error
		if inner == nil {
			err = do(value)
		} else if err = do(nil); err == nil {
			err = eachField(value, inner, do)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isTrackID reports whether LiveKit may have made the id.
func isTrackID(id []byte) bool {
	if len(id) > maxTrackIDSize || !strings.HasPrefix(string(id), trackIDPrefix) {
		return false
	}
	for _, c := range id {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// namedTracks looks at the ids of a message. It counts those of no track that has been
// published in the room, and those of them that are one guess too many there.
func (t *tracker) namedTracks(room, group string, message []byte) (unknown, excess int, err error) {
	if kind, _, _ := protowire.ConsumeTag(message); signalsWithIDs[kind] == nil {
		return 0, 0, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	known, count := t.tracks[room], 0
	err = eachField(message, signalsWithIDs, func(id []byte) error {
		if count++; count > maxTrackIDs {
			return errTooManyTrackIDs
		}
		if id == nil {
			return nil
		}
		if !isTrackID(id) {
			return errSignalForm
		}
		if _, ok := known[string(id)]; ok {
			return nil
		}
		unknown++
		if !t.allowUnknown(room, group, string(id)) {
			excess++
		}
		return nil
	})
	return unknown, excess, err
}
