package credential

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/anteroom/anteroom/internal/admission"
)

// linkAlphabet has 62 characters: what every reader of join links accepts.
const linkAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// LinkSuffix may stand behind a link form and carries nothing.
const LinkSuffix = ".1"

// LinkPasscode is the form in which the join links of a meeting carry its passcode:
// 30 letters, digits and underscores that change with the passcode and do not tell
// it. The same input gives the same form. It is empty where there is no passcode.
func LinkPasscode(key []byte, meetingID, passcode string) string {
	if passcode == "" {
		return ""
	}
	form := make([]byte, 0, admission.LinkLength)
	form = append(form, admission.LinkMark...)
	// Bytes from 248 on are skipped, so that all characters are equally likely.
	for round := byte(0); ; round++ {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte{'p', 'a', 's', 's', 'c', 'o', 'd', 'e', round})
		mac.Write([]byte(meetingID + "\x00" + passcode))
		for _, b := range mac.Sum(nil) {
			if b >= 4*62 {
				continue
			}
			if form = append(form, linkAlphabet[b%62]); len(form) == admission.LinkLength {
				return string(form)
			}
		}
	}
}
