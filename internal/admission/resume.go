package admission

import (
	"crypto/hmac"

	"github.com/anteroom/anteroom/internal/meeting"
)

// DigestPart is the size of each part of an Attempt's Digest.
const DigestPart = 16

// The parts of a digest.
const (
	digestSignature = iota
	digestTokens
	digestPerson
	digestParts
	digestAll = -1
)

// matches reports whether a part of what the join brings is what the participant joined
// with, byte for byte.
func (a *Attempt) matches(participant *meeting.Participant, part int) bool {
	mine, theirs := a.Digest, participant.SignatureDigest
	if len(mine) != digestParts*DigestPart || len(theirs) != len(mine) {
		return false
	}
	if part != digestAll {
		mine, theirs = mine[part*DigestPart:(part+1)*DigestPart], theirs[part*DigestPart:(part+1)*DigestPart]
	}
	return hmac.Equal(mine, theirs)
}

// sameTokens reports whether the join's tokens give what those gave that the page's own
// participant joined with: they are of the same user, registrant and OBF, or they are
// the same ones and have merely expired since.
func (s *Snapshot) sameTokens(a *Attempt) bool {
	claims, unchanged := &s.Resume.Claims, a.matches(s.Resume, digestTokens)
	same := func(given bool, fault, id, was string) bool {
		switch {
		case !given:
			return was == ""
		case fault == "":
			return id == was
		case fault == "expired" && was != "":
			return unchanged
		}
		return was == "" && unchanged // it was worth nothing then either
	}
	var user, obf string
	if s.ZAK.Valid() {
		user = s.ZAK.User.ID
	}
	if s.OBF.Given && s.OBF.Fault == "" {
		obf = s.OBF.ID
	}
	return s.ZAK.Withdrawn == "" && s.OBF.Withdrawn == "" &&
		same(s.ZAK.Given, s.ZAK.Fault, user, claims.UserID) &&
		same(s.OBF.Given, s.judgeOBF(), obf, claims.OBFID) &&
		same(s.TK.Given, s.TK.Fault, s.TK.RegistrantID, claims.RegistrantID)
}

// comeBack lets a page go on with its own participant where it brings another
// signature, if that is a right one and gives the same: no other role, app, token or
// person. Everything else is decided afresh.
func (in *Input) comeBack() {
	if !in.s.owns() || in.s.App == nil {
		return
	}
	own := in.s.Resume
	in.resuming = in.isVerified() && len(in.findings) == 0 && in.s.App.ID == own.Claims.AppID &&
		in.token.Claims.Role == own.Flags.SignedRole && in.a.matches(own, digestPerson) && in.s.sameTokens(in.a)
	if !in.resuming {
		in.own = own
	}
}

// replaces is the participant of the joiner's verified identity, whose place the
// joiner takes if no rule forbids it.
func (in *Input) replaces() *meeting.Participant {
	if in.s.Inside == nil || in.s.Inside.Participant == nil {
		return nil
	}
	if mine := in.claims(); mine.Identity() == "" || in.multipleDevices(mine) {
		return nil
	}
	return in.s.Inside.Participant
}

// freedPlaces is how many places become free when the joiner enters.
func (in *Input) freedPlaces() int {
	n := 0
	old := in.replaces()
	if old != nil && len(checkDuplicate(in)) == 0 {
		n++
	}
	if in.own != nil && (old == nil || old.ID != in.own.ID) {
		n++
	}
	return n
}
