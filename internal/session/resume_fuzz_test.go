package session

import (
	"strings"
	"testing"
)

// FuzzReadResumeToken looks for a resume token that is believed and was not made here.
func FuzzReadResumeToken(f *testing.F) {
	s := &Service{Config: Config{ResumeKey: []byte(strings.Repeat("k", 32))}}
	good := s.resumeToken("seat", 3)
	f.Add(good)
	f.Add("seat.3.")
	f.Add("seat.03." + s.resumeMAC("seat.3"))
	f.Add(strings.Repeat(".", 300))
	f.Fuzz(func(t *testing.T, text string) {
		if id, generation, ok := s.ReadResumeToken(text); ok && (text != good || id != "seat" || generation != 3) {
			t.Fatalf("%q is believed: participant %q, generation %d", text, id, generation)
		}
	})
}
