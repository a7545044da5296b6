package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/session"
)

// RunnerStore stores and changes what a scenario is made of.
type RunnerStore interface {
	Store
	Participant(ctx context.Context, id string) (*meeting.Participant, error)
	// RenewLeases makes participants' leases last until the given real time.
	RenewLeases(ctx context.Context, participantIDs []string, until time.Time) error
	CreateInstallation(context.Context, *account.Installation) error
	UpdateInstallation(context.Context, *account.Installation) error
	CreateRegistrant(context.Context, *meeting.Registrant) error
}

// Sessions is the life of meetings, through which synthetic people go as real
// pages do.
type Sessions interface {
	Join(ctx context.Context, a *admission.Attempt, body []byte) *session.Outcome
	Command(ctx context.Context, participant *meeting.Participant, kind string, data json.RawMessage) (int64, any, error)
	ReadResumeToken(token string) (participantID string, generation int, ok bool)
	EndSession(ctx context.Context, sessionID string, reason meeting.EndReason) error
}

// TokenMaker makes user tokens.
type TokenMaker interface {
	MintZAK(ctx context.Context, user *account.User, ttl time.Duration) (string, error)
	MintAppZAK(ctx context.Context, user *account.User, app *account.App, ttl time.Duration) (string, error)
	MintOBF(ctx context.Context, user *account.User, app *account.App, meetingNumber string, ttl time.Duration) (string, error)
}

// PeopleMode is how other people of a scenario come about.
type PeopleMode string

// The ways.
const (
	// Page opens real pages for them, by steps of the scenario.
	Page PeopleMode = "page"
	// Headless admits them in the server: real participants, admitted by the gate
	// and acting by real commands, whose lease lasts SyntheticLease.
	Headless PeopleMode = "headless"
)

// SyntheticLease is how long people without a page stay inside, in real time.
const SyntheticLease = 10 * time.Minute

// SyntheticView is the view that their participants and recorded joins show.
const SyntheticView = "synthetic"

// Runner sets up scenarios.
type Runner struct {
	Store    RunnerStore
	Sessions Sessions
	Tokens   TokenMaker
	// TokensAt makes tokens as they were made at another time.
	TokensAt func(time.Time) TokenMaker
	// ForeignTokens makes tokens with another server's key.
	ForeignTokens TokenMaker
	// TK is the tk of a registration.
	TK func(registrantID string) string
	// Now is the clock of the gate.
	Now   func() time.Time
	NewID func() string
	// Policy is the platform's, as the gate sees it; nil means the default one.
	Policy func() admission.Policy
	// Link makes the link form of a passcode.
	Link func(meetingID, passcode string) string
}

// Request asks for a scenario.
type Request struct {
	Code errcode.Code
	// Cause is one of the code's; empty means the most common one.
	Cause string
	// Variant is one of the ways to that cause, where there are several; empty means
	// the first.
	Variant string
	// Live is how others come; empty means Page.
	Live PeopleMode
	// From is the address that asks, which is also the one that will join.
	From string
}

// Scenario is what was set up, and how to meet it.
type Scenario struct {
	Code  errcode.Code  `json:"code"`
	Name  string        `json:"name"`
	Cause string        `json:"cause"`
	Where errcode.Where `json:"where"`
	// Explanation says what was set up and what will happen.
	Explanation string `json:"explanation"`
	// Views are the views that meet the code.
	Views []string `json:"views"`
	// Join are the options for Component View, ClientViewJoin those for Client View.
	Join           Options `json:"join"`
	ClientViewJoin Options `json:"clientViewJoin"`
	Before         []Step  `json:"before"`
	After          []Step  `json:"after"`
}

// ErrUnknownCode reports that no scenario ends in the code.
var ErrUnknownCode = errors.New("no scenario ends in this code")

// RequestError reports what is wrong with a request.
type RequestError struct {
	// Property is "cause", "variant" or "live".
	Property string
	// Reason completes the sentence "<property> …".
	Reason string
}

func (e *RequestError) Error() string { return e.Property + " " + e.Reason }

// Setup builds a fresh fixture and returns how to meet the code there. Calls are
// independent of each other and may run at once.
func (s *Runner) Setup(ctx context.Context, in Request) (*Scenario, error) {
	switch in.Live {
	case "":
		in.Live = Page
	case Page, Headless:
	default:
		return nil, &RequestError{"live", fmt.Sprintf("is %q; it must be page or headless", clip(string(in.Live)))}
	}
	row, known := errcode.Lookup(in.Code)
	if !known {
		return nil, ErrUnknownCode
	}
	r, err := choose(row, in.Cause, in.Variant)
	if err != nil {
		return nil, err
	}
	f, err := s.newFixture(ctx, r, in)
	if err != nil {
		return nil, fmt.Errorf("the scenario %d %s could not be set up: %w", r.code, r.cause, err)
	}
	return &Scenario{
		Code: r.code, Name: row.Name, Cause: r.cause, Where: f.where, Explanation: f.explanation, Views: f.views,
		Join: f.join, ClientViewJoin: f.join.forClientView(), Before: f.before, After: f.after,
	}, nil
}

// choose finds the recipe of a cause, and of a variant of it.
func choose(row errcode.Entry, cause, variant string) (*recipe, error) {
	found := ranked(row)
	if len(found) == 0 {
		return nil, ErrUnknownCode
	}
	if cause == "" {
		cause = found[0].cause
	}
	if variant != "" {
		var ways []string
		for _, r := range found {
			if r.cause == cause && r.variant == variant {
				return r, nil
			}
			if r.cause == cause && r.variant != "" {
				ways = append(ways, r.variant)
			}
		}
		if len(ways) == 0 {
			return nil, &RequestError{"variant", fmt.Sprintf("%q: there is only one way to reproduce %d %s", clip(variant), row.Code, clip(cause))}
		}
		return nil, &RequestError{"variant", fmt.Sprintf("%q is not a way to reproduce %d %s; these are: %s", clip(variant), row.Code, cause, strings.Join(ways, ", "))}
	}
	known := make([]string, len(found))
	for i, r := range found {
		if r.cause == cause {
			return r, nil
		}
		known[i] = r.cause
	}
	list := strings.Join(known, ", ")
	if i := slices.IndexFunc(unsupported, func(u Unsupported) bool { return u.Code == row.Code && u.Cause == cause }); i >= 0 {
		return nil, &RequestError{"cause", fmt.Sprintf("%q cannot be set up: %s; these can: %s", cause, unsupported[i].Reason, list)}
	}
	return nil, &RequestError{"cause", fmt.Sprintf("%q is not a cause of %d; these can be set up: %s", clip(cause), row.Code, list)}
}

// clip bounds what is echoed back of a bad request.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
