package credential

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
)

// RegistrantStore is the storage that tks need.
type RegistrantStore interface {
	// Registrant finds a registrant by id, cancelled ones too; an error that matches
	// ErrNotFound if there is none.
	Registrant(ctx context.Context, id string) (*meeting.Registrant, error)
}

// maxTK is the longest text, in bytes, that is read as a tk. Ours have 92.
const maxTK = 256

// RegistrantTokens makes and reads tks: what the personal link of a registrant or
// panelist carries. A tk is derived from the registration and is good as long as
// that is; nothing is stored.
type RegistrantTokens struct {
	key   []byte
	store RegistrantStore
}

// NewRegistrantTokens makes RegistrantTokens. The key serves no other purpose.
func NewRegistrantTokens(key []byte, store RegistrantStore) *RegistrantTokens {
	return &RegistrantTokens{key: key, store: store}
}

// Token is the tk of a registration: two parts in base64url with a dot between.
func (t *RegistrantTokens) Token(registrantID string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(registrantID)) + "." + t.proof(registrantID)
}

func (t *RegistrantTokens) proof(registrantID string) string {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte("tk\x00" + registrantID))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// id is the registration of a genuine tk.
func (t *RegistrantTokens) id(token string) (string, bool) {
	named, proof, found := strings.Cut(token, ".")
	if !found || len(token) > maxTK {
		return "", false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(named)
	if err != nil {
		return "", false
	}
	return string(raw), hmac.Equal([]byte(proof), []byte(t.proof(string(raw))))
}

// Read reports what a tk is worth for joining a meeting whose running session is
// live, or nil. A text that is the tk of nobody is as good as none. The error is the
// store's.
func (t *RegistrantTokens) Read(ctx context.Context, token string, m *meeting.Meeting, live *meeting.Session, now time.Time) (admission.RegistrantFacts, error) {
	id, genuine := t.id(token)
	if !genuine {
		if len(token) > maxTK || strings.Contains(token, ".") {
			return admission.RegistrantFacts{}, nil
		}
		id = token // the commonest slip
	}
	r, err := t.store.Registrant(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return admission.RegistrantFacts{}, nil
	case err != nil:
		return admission.RegistrantFacts{}, err
	case !genuine:
		return admission.RegistrantFacts{Given: true, Fault: "registrant_id_as_tk"}, nil
	}
	facts := admission.RegistrantFacts{
		Given: true, RegistrantID: r.ID, Email: r.Email, Panelist: r.Panelist, Occurrence: r.Occurrence,
	}
	facts.Fault, facts.Evidence = standing(r, m, live, now)
	return facts, nil
}

// standing judges a registration for the occurrence that the meeting is at.
func standing(r *meeting.Registrant, m *meeting.Meeting, live *meeting.Session, now time.Time) (fault, evidence string) {
	if r.MeetingID != m.ID {
		return "tk_other_meeting", "it is a registration for another number"
	}
	switch r.Status {
	case meeting.RegistrantDenied:
		return "registrant_denied", ""
	case meeting.RegistrantPending:
		return "tk_pending", ""
	case meeting.RegistrantCancelled:
		return "tk_cancelled", ""
	}
	if r.Occurrence.IsZero() {
		return "", ""
	}
	// A session that runs is of the occurrence it was begun for, also over time.
	at := now
	if live != nil {
		at = live.StartedAt
	}
	if present, ok := admission.NextStart(m, at); ok && present.Equal(r.Occurrence) {
		return "", ""
	}
	if live == nil && !now.Before(r.Occurrence.Add(m.Duration)) {
		return "", "" // over, which is the gate's to tell (4004)
	}
	return "tk_other_meeting", "it is for the occurrence of " + r.Occurrence.UTC().Format("2006-01-02 15:04:05") + " UTC only"
}
