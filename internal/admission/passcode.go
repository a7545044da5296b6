package admission

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/url"
	"strings"
	"time"
)

// MaxPasscodeAttempts is how many wrong passcodes from one address for one meeting are
// judged before none is for a while.
const MaxPasscodeAttempts = 10

// MaxNetworkPasscodeAttempts is the same for a network: a /24 of IPv4 or a /48 of IPv6. One
// customer of a provider so takes a tenth of MaxMeetingPasscodeAttempts at most.
const MaxNetworkPasscodeAttempts = MaxMeetingPasscodeAttempts / 10

// MaxMeetingPasscodeAttempts is how many wrong passcodes from everywhere for one meeting
// are judged before none is for a while. Nobody guesses a join link's passcode, so
// that is judged all the same.
const MaxMeetingPasscodeAttempts = 1000

// linkSuffix ends a passcode's link form in many links; it carries nothing.
const linkSuffix = ".1"

// passcodeOption is what each view calls the option.
var passcodeOption = map[string]string{"client": "passWord", "component": "password"}

func checkPasscode(in *Input) []Finding {
	m := in.s.Meeting
	if m.Passcode == "" || in.hostOrAlt || in.panelist || in.registrant {
		return nil
	}
	given := in.a.Password
	want := passcodeOption[in.a.View]
	misspelt := in.a.PasswordOption != "" && want != "" && in.a.PasswordOption != want
	if given != "" || misspelt {
		if in.s.PasscodeFailures >= MaxPasscodeAttempts {
			return throttled("from this address or its network", in.s.PasscodeRetryAfter)
		}
		if in.s.MeetingPasscodeFailures >= MaxMeetingPasscodeAttempts && !samePasscode(given, "", m.PasscodeLink) {
			return throttled("from all addresses together", in.s.MeetingPasscodeRetryAfter)
		}
	}
	switch {
	case misspelt:
		return refuse("option_misspelt", "the passcode was passed as %s; in %s the option is called “%s”, and the other name is ignored",
			quote(in.a.PasswordOption), viewName(in.a.View), want)
	case given == "":
		return refuse("passcode_missing", "the meeting %s has a passcode, and none was passed", quote(m.Topic))
	case samePasscode(given, m.Passcode, m.PasscodeLink):
		return nil
	case damagedLink(given, m.PasscodeLink):
		return refuse("link_form_damaged", "the passcode looks like the one in the join link, but it is truncated, encoded or has extra characters around it")
	}
	odd := ""
	if in.a.NumericPassword {
		odd = "; it was passed as a number, which loses leading zeros: pass the passcode as a string"
	}
	return refuse("passcode_wrong", "the passcode that was passed (length %d) is not the passcode of the meeting %s%s", len([]rune(given)), quote(m.Topic), odd)
}

func throttled(where string, wait time.Duration) []Finding {
	return []Finding{{
		Cause: "throttled", Status: statusThrottled, RetryAfter: wait,
		Evidence: "too many wrong passcodes came " + where + " for this meeting; for " + formatDuration(wait) + " no passcode is checked",
	}}
}

func viewName(view string) string {
	if view == "client" {
		return "Client View"
	}
	return "Component View"
}

// samePasscode compares with the plain and the link form. All comparisons are
// made, over digests, so that time reveals neither length nor place.
func samePasscode(given, plain, link string) bool {
	sum := sha256.Sum256([]byte(given))
	want := sha256.Sum256([]byte(plain))
	same := subtle.ConstantTimeCompare(sum[:], want[:])
	if link != "" {
		bare := sha256.Sum256([]byte(strings.TrimSuffix(given, linkSuffix)))
		want = sha256.Sum256([]byte(strings.TrimSuffix(link, linkSuffix)))
		same |= subtle.ConstantTimeCompare(bare[:], want[:])
	}
	return same == 1
}

// leastLinkPart is how much of a link form must be right before it is recognised:
// too much to be found by trying.
const leastLinkPart = 16

// damagedLink recognises a link form that something has happened to.
func damagedLink(given, link string) bool {
	link = strings.TrimSuffix(link, linkSuffix)
	if len(link) < leastLinkPart || len(given) < leastLinkPart {
		return false
	}
	if decoded, err := url.QueryUnescape(given); err == nil {
		given = decoded
	}
	part := sha256.Sum256([]byte(link[:leastLinkPart]))
	// The first characters of a passcode, of what follows a link's "pwd=" or a quote.
	for _, mark := range []string{"", "pwd=", `"`, "'", " "} {
		i := strings.Index(given, mark)
		if i < 0 {
			continue
		}
		rest := given[i+len(mark):]
		if len(rest) < leastLinkPart {
			continue
		}
		have := sha256.Sum256([]byte(rest[:leastLinkPart]))
		if subtle.ConstantTimeCompare(have[:], part[:]) == 1 {
			return true
		}
	}
	return false
}
