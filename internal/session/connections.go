package session

import (
	"errors"
	"time"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/meeting"
)

// Others are notified of those who come and go, and none comes twice without having
// gone. So often a participant may connect to a node at once, and so often a second
// after that.
const (
	connectBurst     = 30
	connectPerSecond = 1
	// What a page needs that tries again on a bad network, eight times a minute at most.
	usualBurst     = 5
	usualPerSecond = 8.0 / 60
)

// ErrTooOften is why a page must try again later: its participant connects too often.
var ErrTooOften = errors.New("too many connections")

// connections count how often people connect to this node.
type connections struct {
	// each counts all connections of each participant, by Participant.LimiterKey, and usual those
	// of an anonymous one that leave nothing to be explained.
	each, usual *limit.Rates
	// more counts the other ones of all anonymous participants with one signature, and
	// of all from one address: whoever joins anew all the time is somebody new each time.
	more *limit.Rates
}

func newConnections() connections {
	return connections{
		each:  limit.NewRates(connectPerSecond, connectBurst),
		usual: limit.NewRates(usualPerSecond, usualBurst),
		more:  limit.NewRates(connectPerSecond, connectBurst),
	}
}

// take counts a connection for a participant. It returns false for one that comes too
// soon.
func (c *connections) take(participant *meeting.Participant, now time.Time) bool {
	person := participant.LimiterKey()
	if c.each.Take(person, 1, now) > 0 {
		return false
	}
	if participant.Claims.Identity() != "" || c.usual.Take(person, 1, now) == 0 {
		return true
	}
	var together []string
	if d := participant.SignatureDigest; len(d) >= admission.DigestPart {
		together = append(together, "signature "+string(d[:admission.DigestPart]))
	}
	if origin := participant.Flags.Origin; origin != "" {
		together = append(together, "address "+origin)
	}
	for _, key := range together {
		if c.more.Wait(key, 1, now) > 0 {
			return false
		}
	}
	for _, key := range together {
		c.more.Take(key, 1, now)
	}
	return true
}
