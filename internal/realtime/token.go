package realtime

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// The closing codes of the contract.
const (
	CodeEnded          uint32 = 4501
	CodeRemoved        uint32 = 4502
	CodeTakenOver      uint32 = 4503
	CodeGone           uint32 = 4504
	CodeAuthorizerLeft uint32 = 4506
	CodeBadToken       uint32 = 4507
	CodeTimeUp         uint32 = 4508
	CodeNotAdmitted    uint32 = 4509
)

var closeReasons = map[uint32]string{
	CodeEnded: "the meeting has ended", CodeRemoved: "removed by the host", CodeTakenOver: "another page took over",
	CodeGone: "the participant is no longer in the meeting", CodeAuthorizerLeft: "the authorizing user left",
	CodeBadToken: "the token is not valid", CodeTimeUp: "the meeting reached its time limit",
	CodeNotAdmitted: "removed from the waiting room by the host",
}

// disconnect is a closing code with its words; Centrifuge allows 127 bytes.
func disconnect(code uint32) centrifuge.Disconnect {
	return centrifuge.Disconnect{Code: code, Reason: closeReasons[code]}
}

// Bounds of what a token may hold, and of the tokens that are looked at.
const (
	maxParticipantID = 128
	maxToken         = 256
)

// Token lets a page of the given participant and generation up for so long, by the
// wall clock. It fails for a participant id that is empty or over 128 characters,
// and for a negative generation.
func (h *Hub) Token(participantID string, generation int, life time.Duration) (string, error) {
	if participantID == "" || len(participantID) > maxParticipantID {
		return "", fmt.Errorf("participant id: has %d characters; it must have 1 to %d", len(participantID), maxParticipantID)
	}
	if generation < 0 {
		return "", fmt.Errorf("generation: %d must not be negative", generation)
	}
	token := make([]byte, 0, maxToken)
	token = append(token, participantID...)
	token = append(token, '.')
	token = strconv.AppendInt(token, int64(generation), 10)
	token = append(token, '.')
	token = strconv.AppendInt(token, time.Now().Add(life).Unix(), 36)
	sum := h.keys.sum(string(token))
	token = append(token, '.')
	return string(base64.RawURLEncoding.AppendEncode(token, sum[:])), nil
}

// macs computes signatures. Those of one key are kept: setting up the key is
// half of the work.
type macs struct{ pool sync.Pool }

func newMACs(key []byte) *macs {
	return &macs{pool: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (m *macs) sum(body string) (sum [sha256.Size]byte) {
	mac, ok := m.pool.Get().(hash.Hash)
	if !ok {
		panic("realtime: the signature pool contains another type")
	}
	defer m.pool.Put(mac)
	mac.Reset()
	// The purpose comes first, so that nothing else signed with the key passes.
	_, _ = io.WriteString(mac, "line\x00")
	_, _ = io.WriteString(mac, body)
	mac.Sum(sum[:0])
	return sum
}

func (h *Hub) readToken(token string) (ref ParticipantRef, ok bool) {
	if len(token) > maxToken {
		return ref, false
	}
	body, signature, ok := cutLast(token)
	if !ok {
		return ref, false
	}
	given, err := base64.RawURLEncoding.Strict().DecodeString(signature)
	if err != nil {
		return ref, false
	}
	if sum := h.keys.sum(body); !hmac.Equal(given, sum[:]) {
		return ref, false
	}
	body, until, ok := cutLast(body)
	if !ok {
		return ref, false
	}
	end, err := strconv.ParseInt(until, 36, 64)
	if err != nil || time.Now().Unix() >= end {
		return ref, false
	}
	participant, generation, ok := cutLast(body)
	if !ok || participant == "" {
		return ref, false
	}
	ref = ParticipantRef{ParticipantID: participant}
	ref.Generation, err = strconv.Atoi(generation)
	return ref, err == nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
