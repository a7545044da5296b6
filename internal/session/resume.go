package session

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/meeting"
)

// resumeToken lets the page that holds it take the participant over. It is
// derived, not stored: the same participant and generation give the same token, so
// that a repeated response needs nothing remembered.
func (s *Service) resumeToken(participantID string, generation int) string {
	body := participantID + "." + strconv.Itoa(generation)
	return body + "." + s.resumeMAC(body)
}

func (s *Service) resumeMAC(body string) string {
	mac := hmac.New(sha256.New, s.ResumeKey)
	mac.Write([]byte("resume\x00" + body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// ReadResumeToken returns the participant and generation of a genuine resume token.
func (s *Service) ReadResumeToken(token string) (participantID string, generation int, ok bool) {
	if len(token) > 256 {
		return "", 0, false
	}
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 {
		return "", 0, false
	}
	body := token[:cut]
	if !hmac.Equal([]byte(token[cut+1:]), []byte(s.resumeMAC(body))) {
		return "", 0, false
	}
	participantID, number, found := strings.Cut(body, ".")
	if !found {
		return "", 0, false
	}
	generation, err := strconv.Atoi(number)
	return participantID, generation, err == nil
}

// liveParticipant returns the live participant that a genuine resume token still
// opens, and ErrNotFound where there is none: the token is unknown, another page has
// taken the participant over, or it was given up.
func (s *Service) liveParticipant(ctx context.Context, resumeToken string) (*meeting.Participant, error) {
	id, generation, ok := s.ReadResumeToken(resumeToken)
	if !ok {
		return nil, ErrNotFound
	}
	participant, err := s.Repository.Participant(ctx, id)
	if err != nil {
		return nil, err
	}
	if participant.Generation != generation || !participant.State.Live() {
		return nil, ErrNotFound
	}
	return participant, nil
}

// originOf recognises the address that a join comes from, and its network, and tells
// nobody which they are.
func (s *Service) originOf(a *admission.Attempt) (address, network string) {
	if a.RemoteIP == "" {
		return "", ""
	}
	digest := func(part string) string {
		mac := hmac.New(sha256.New, s.ResumeKey)
		mac.Write([]byte("origin\x00" + part))
		return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:admission.DigestPart])
	}
	return digest(limit.Group(a.RemoteIP)), digest(limit.Network(a.RemoteIP))
}

// digest recognises what a join brings: its signature, its tokens, and who it says it
// is. It is keyed, so that what is stored reveals nothing about them.
func (s *Service) digest(a *admission.Attempt) []byte {
	out := make([]byte, 0, 3*admission.DigestPart)
	part := func(kind string, texts ...string) {
		mac := hmac.New(sha256.New, s.ResumeKey)
		mac.Write([]byte("digest\x00" + kind))
		for _, text := range texts {
			mac.Write([]byte("\x00" + strconv.Itoa(len(text)) + "\x00" + text))
		}
		out = append(out, mac.Sum(nil)[:admission.DigestPart]...)
	}
	part("signature", a.Signature)
	part("tokens", a.ZAK, a.OBFToken, a.TK)
	part("person", a.UserName, a.UserEmail, a.CustomerKey)
	return out
}
