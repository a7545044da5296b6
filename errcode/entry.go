package errcode

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Category groups codes the way the reference table does.
type Category string

// The categories.
const (
	General        Category = "general"
	Authentication Category = "authentication"
	Meeting        Category = "meeting"
	Registration   Category = "registration"
	Host           Category = "host"
	Platform       Category = "platform"
	Connection     Category = "connection"
	OBF            Category = "obf"
	System         Category = "system"
	Version        Category = "version"
	Simulive       Category = "simulive"
)

// Where says which part of the way into a meeting raises a code. Where two
// parts can, it is the one that does so more often.
type Where string

// The places, in the order a join passes them.
const (
	// PageWhere: in the browser, before any request or for want of an answer.
	PageWhere Where = "page"
	// GateWhere: by the server, from the request, the app, the meeting and the person.
	GateWhere Where = "gate"
	// RoomWhere: by the server, from the state of the live room.
	RoomWhere Where = "room"
	// InsideWhere: after the join, while the meeting goes on.
	InsideWhere Where = "inside"
)

// Cause is one real reason behind a code. IDs are stable and machine-readable;
// they are unique within a code, not across codes.
type Cause struct {
	ID      string `json:"id"`
	Summary string `json:"summary"`
	Remedy  string `json:"remedy"`
	// Retryable reports that the very same request may succeed later.
	Retryable bool `json:"retryable"`
}

// Entry is one row of the catalogue.
type Entry struct {
	Code     Code
	Name     string
	Category Category
	// Message is the sentence on the wire (errorMessage). Apps compare it, so it
	// is stored as reported and never localised. Empty only for success.
	Message     string
	Description string
	// Remedy is general advice; the remedy of a known Cause is better.
	Remedy string
	Where  Where
	// Causes are ranked, the most common first. Empty for success, and for
	// neighbours that Anteroom itself never raises.
	Causes []Cause
	// Neighbour marks a code that the reference table does not have.
	Neighbour bool
	// HTTPStatus is the status of the join response. The gate returns 429 instead
	// where it limits (cause "throttled" of 3004).
	HTTPStatus int
}

// Retryable reports whether the most common cause is worth retrying unchanged.
// Where the cause is known, ask the cause.
func (e Entry) Retryable() bool { return len(e.Causes) > 0 && e.Causes[0].Retryable }

// Raised reports whether Anteroom raises the code itself. Some neighbours are
// in the catalogue only to explain what other servers answer.
func (e Entry) Raised() bool { return e.Code == Success || len(e.Causes) > 0 }

// MarshalJSON writes the shape of `anteroom explain --json`; "cause" is the
// summary of the most common cause in one line.
func (e Entry) MarshalJSON() ([]byte, error) {
	out := struct {
		Code      Code     `json:"code"`
		Name      string   `json:"name"`
		Category  Category `json:"category"`
		Message   string   `json:"message"`
		Cause     string   `json:"cause"`
		Remedy    string   `json:"remedy"`
		Retryable bool     `json:"retryable"`
		Where     Where    `json:"where"`
		Neighbour bool     `json:"neighbour"`
		Causes    []Cause  `json:"causes"`
	}{
		Code: e.Code, Name: e.Name, Category: e.Category, Message: e.Message,
		Cause: e.Description, Remedy: e.Remedy, Retryable: e.Retryable(),
		Where: e.Where, Neighbour: e.Neighbour, Causes: e.Causes,
	}
	if len(e.Causes) > 0 {
		out.Cause = e.Causes[0].Summary
	}
	if out.Causes == nil {
		out.Causes = []Cause{}
	}
	return json.Marshal(out)
}

var (
	rows   = assemble()
	byCode = index(rows)
)

// assemble joins the parts of the table in rising order of number and derives
// what follows from the number alone.
func assemble() []Entry {
	all := slices.Concat(
		generalRows, authenticationRows, signatureRows, meetingRows, registrationRows,
		hostRows, platformRows, connectionRows, roomRows, neighbourRows,
	)
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Code, b.Code) })
	for i := range all {
		all[i].HTTPStatus = httpStatus(all[i].Code)
	}
	return all
}

func index(entries []Entry) map[Code]int {
	m := make(map[Code]int, len(entries))
	for i, e := range entries {
		m[e.Code] = i
	}
	return m
}

func httpStatus(c Code) int {
	switch c {
	case Success:
		return 200
	case InvalidParameter:
		return 400
	case ServerError:
		return 503
	default:
		return 403
	}
}

func (e Entry) clone() Entry {
	e.Causes = slices.Clone(e.Causes)
	return e
}

func collect(keep func(Entry) bool) []Entry {
	var out []Entry
	for _, e := range rows {
		if keep(e) {
			out = append(out, e.clone())
		}
	}
	return out
}

// All returns the whole catalogue, neighbours included, in rising order. The
// caller owns the result.
func All() []Entry { return collect(func(Entry) bool { return true }) }

// Reference returns the 46 rows of the reference table in rising order.
func Reference() []Entry { return collect(func(e Entry) bool { return !e.Neighbour }) }

// Lookup finds a row by its number.
func Lookup(c Code) (Entry, bool) {
	i, ok := byCode[c]
	if !ok {
		return Entry{}, false
	}
	return rows[i].clone(), true
}

// ByName finds rows by the reference's name, in any case. HOST_NOT_FOUND (3702 and
// 3709) and FAIL (1 and 200) name two rows each. Unknown names return nil.
func ByName(name string) []Entry {
	name = strings.TrimSpace(name)
	return collect(func(e Entry) bool { return strings.EqualFold(e.Name, name) })
}

// CauseOf finds a cause of a code by its id. For 4003 it also returns the ids made
// from an option's name, such as "userName_too_long" (see CauseFor).
func CauseOf(c Code, id string) (Cause, bool) {
	i, ok := byCode[c]
	if !ok {
		return Cause{}, false
	}
	for _, cause := range rows[i].Causes {
		if cause.ID == id {
			return cause, true
		}
	}
	if c == InvalidParameter {
		for _, f := range []Fault{Missing, TooLong, Malformed} {
			if field, found := strings.CutSuffix(id, "_"+string(f)); found {
				return CauseFor(field, f)
			}
		}
	}
	return Cause{}, false
}

// no is a cause that the same request will meet again; later is one that may
// pass by itself. They keep the table readable.
func no(id, summary, remedy string) Cause {
	return Cause{ID: id, Summary: summary, Remedy: remedy}
}

func later(id, summary, remedy string) Cause {
	return Cause{ID: id, Summary: summary, Remedy: remedy, Retryable: true}
}
