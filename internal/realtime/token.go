package realtime

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/centrifugal/centrifuge"
)

// The closing codes of the contract.
const (
	CodeEnded          uint32 = 4501
	CodeRemoved        uint32 = 4502
	CodeTakenOver      uint32 = 4503
	CodeGone           uint32 = 4504
	CodeDrained        uint32 = 4505
	CodeAuthorizerLeft uint32 = 4506
	CodeBadToken       uint32 = 4507
)

var closingWords = map[uint32]string{
	CodeEnded: "the meeting has ended", CodeRemoved: "removed by the host", CodeTakenOver: "a newer page took over",
	CodeGone: "the seat is gone", CodeDrained: "the server is stopping", CodeAuthorizerLeft: "the authorising user left",
	CodeBadToken: "the token is not valid",
}

func disconnect(code uint32) centrifuge.Disconnect {
	return centrifuge.Disconnect{Code: code, Reason: closingWords[code]}
}

// maxToken bounds the tokens that are looked at.
const maxToken = 256

// Token lets a page of the given seat and generation up for so long, by the
// wall clock.
func (h *Hub) Token(seatID string, generation int, life time.Duration) (string, error) {
	body := seatID + "." + strconv.Itoa(generation) + "." + strconv.FormatInt(time.Now().Add(life).Unix(), 36)
	return body + "." + h.mac(body), nil
}

func (h *Hub) mac(body string) string {
	mac := hmac.New(sha256.New, h.config.TokenKey)
	mac.Write([]byte("line\x00" + body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (h *Hub) readToken(token string) (ref SeatRef, ok bool) {
	if len(token) > maxToken {
		return ref, false
	}
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 || !hmac.Equal([]byte(token[cut+1:]), []byte(h.mac(token[:cut]))) {
		return ref, false
	}
	parts := strings.Split(token[:cut], ".")
	if len(parts) != 3 {
		return ref, false
	}
	generation, err := strconv.Atoi(parts[1])
	if err != nil {
		return ref, false
	}
	until, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || time.Now().Unix() > until {
		return ref, false
	}
	return SeatRef{SeatID: parts[0], Generation: generation}, true
}
