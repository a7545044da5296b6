package errcode

import "strings"

// Fault is what is wrong with one join option: the part of a 4003 cause after
// the option's name.
type Fault string

// The faults of a join option.
const (
	Missing   Fault = "missing"
	TooLong   Fault = "too_long"
	Malformed Fault = "malformed"
)

// maxFieldName bounds the option names that are echoed back in a cause.
const maxFieldName = 40

// fieldRule says what an option must look like, for remedies that name it.
type fieldRule struct{ want, limit string }

var fieldRules = map[string]fieldRule{
	"meetingNumber": {want: "9 to 11 digits; spaces and dashes are allowed, a link or a UUID is not", limit: "11 digits"},
	"userName":      {want: "1 to 128 characters of plain text, without a script tag", limit: "128 characters"},
	"password":      {want: "the passcode or the pwd value from the join link", limit: "32 characters"},
	"customerKey":   {want: "text chosen by your app, up to 36 characters", limit: "36 characters"},
	"userEmail":     {want: "one email address such as name@example.com", limit: "100 characters"},
	"signature":     {want: "the token that your server signed: three parts separated by dots", limit: "the size the server accepts"},
	"zak":           {want: "the token as the API returned it", limit: "the size the server accepts"},
	"obfToken":      {want: "the token as the API returned it", limit: "the size the server accepts"},
	"tk":            {want: "the value of tk from the registrant's join link", limit: "the size the server accepts"},
}

// CauseFor builds the 4003 cause "<field>_<fault>" with the option's name and,
// where it is known, its limit filled in. It refuses names that cannot be
// option names (empty, over 40 characters, or not letters and digits) and
// unknown faults.
func CauseFor(field string, fault Fault) (Cause, bool) {
	if !optionName(field) {
		return Cause{}, false
	}
	rule := fieldRules[field]
	id := field + "_" + string(fault)
	switch fault {
	case Missing:
		return no(id, "The join option "+field+" is missing or empty.",
			sentence("Pass "+field+" in the join options. Log its value right before join: undefined from a failed request counts as missing", rule.want)), true
	case TooLong:
		limit := rule.limit
		if limit == "" {
			limit = "its limit"
		}
		return no(id, "The join option "+field+" is longer than "+limit+".",
			"Shorten "+field+" to at most "+limit+" before calling join."), true
	case Malformed:
		return no(id, "The join option "+field+" has the wrong format or type.",
			sentence("Check the value of "+field, rule.want)), true
	default:
		return Cause{}, false
	}
}

func sentence(advice, want string) string {
	if want == "" {
		return advice + "."
	}
	return advice + ". Expected: " + want + "."
}

func optionName(s string) bool {
	if s == "" || len(s) > maxFieldName {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0
}

// mustCauseFor is CauseFor for the table itself, whose fields are constants.
func mustCauseFor(field string, fault Fault) Cause {
	c, ok := CauseFor(field, fault)
	if !ok {
		panic("errcode: no cause for " + field + " " + string(fault))
	}
	return c
}
