package errcode_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
)

func codes(entries []errcode.Entry) []errcode.Code {
	var out []errcode.Code
	for _, e := range entries {
		out = append(out, e.Code)
	}
	return out
}

func TestByName(t *testing.T) {
	cases := map[string][]errcode.Code{
		"MEETING_LOCKED":   {4006},
		" meeting_locked ": {4006},
		"host_not_found":   {3702, 3709},
		"Fail":             {1, 200},
		"MEETING_LOCK":     nil,
		"":                 nil,
	}
	for name, want := range cases {
		if got := codes(errcode.ByName(name)); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("ByName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	cases := map[string]errcode.Code{
		"4066":             4006,
		"3713":             3713,
		"371":              3710,
		"meeting locked":   4006,
		"MEETNG_LOCKED":    4006,
		"SignatureInvalid": 3712,
		"capacity":         4005,
		"wrong password":   3004,
		"simulive":         13208,
	}
	for query, want := range cases {
		got := errcode.Nearest(query, 3)
		if len(got) == 0 || len(got) > 3 || got[0].Code != want {
			t.Errorf("Nearest(%q) = %v, want %d first", query, codes(got), want)
		}
	}
	for _, query := range []string{"99999", "777", "NO_SUCH_THING", strings.Repeat("x", 1<<16)} {
		if got := errcode.Nearest(query, 3); len(got) != 0 {
			t.Errorf("Nearest(%.20q) = %v, and nothing is near", query, codes(got))
		}
	}
	if got := errcode.Nearest("locked", 0); got != nil {
		t.Errorf("asked for none, got %v", codes(got))
	}
	if got := errcode.Nearest("?!", 3); got != nil {
		t.Errorf("nothing to compare, got %v", codes(got))
	}
	if got := errcode.Nearest("3712", 1000); len(got) == 0 || len(got) >= len(errcode.All()) {
		t.Errorf("asked for more than there are, got %d", len(got))
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("locked", 3)
	f.Add("-99999999999999999999", 1)
	f.Add("\xff\xfe", 2)
	f.Fuzz(func(t *testing.T, query string, n int) {
		if got := errcode.Nearest(query, n); len(got) > max(n, 0) {
			t.Fatalf("asked for %d, got %d", n, len(got))
		}
	})
}

func TestCauseFor(t *testing.T) {
	cases := []struct {
		field string
		fault errcode.Fault
		id    string
	}{
		{"userName", errcode.TooLong, "userName_too_long"},
		{"meetingNumber", errcode.Malformed, "meetingNumber_malformed"},
		{"deviceId", errcode.Missing, "deviceId_missing"},
		{"deviceId", errcode.TooLong, "deviceId_too_long"},
		{"", errcode.Missing, ""},
		{"user Name", errcode.Missing, ""},
		{"<script>", errcode.Malformed, ""},
		{strings.Repeat("a", 41), errcode.Missing, ""},
		{"userName", "unheard_of", ""},
	}
	for _, c := range cases {
		got, ok := errcode.CauseFor(c.field, c.fault)
		if ok != (c.id != "") || got.ID != c.id {
			t.Errorf("CauseFor(%q, %q) = %q, %v; want %q", c.field, c.fault, got.ID, ok, c.id)
		}
		if ok && (!strings.Contains(got.Summary, c.field) || !strings.Contains(got.Remedy, c.field)) {
			t.Errorf("%s does not name its field: %q %q", c.id, got.Summary, got.Remedy)
		}
	}
	if c, ok := errcode.CauseOf(errcode.InvalidParameter, "tk_too_long"); !ok || c.ID != "tk_too_long" {
		t.Errorf("4003 does not know tk_too_long: %+v", c)
	}
	if _, ok := errcode.CauseOf(errcode.MeetingLocked, "tk_too_long"); ok {
		t.Error("only 4003 has causes made from option names")
	}
	if _, ok := errcode.CauseOf(9999, "locked"); ok {
		t.Error("an unknown code has a cause")
	}
}

func TestTheTableCannotBeChangedFromOutside(t *testing.T) {
	for _, e := range errcode.All() {
		for i := range e.Causes {
			e.Causes[i].ID = "changed"
		}
	}
	e, _ := errcode.Lookup(errcode.MeetingLocked)
	e.Causes[0].ID = "changed"
	if again, _ := errcode.Lookup(errcode.MeetingLocked); again.Causes[0].ID != "locked" {
		t.Errorf("the catalogue now says %q", again.Causes[0].ID)
	}
}

func TestCodeAsText(t *testing.T) {
	cases := map[errcode.Code][2]string{
		4006: {"4006 MEETING_LOCKED", "MEETING_LOCKED"},
		0:    {"0 SUCCESS", "SUCCESS"},
		4444: {"4444 (unknown)", ""},
		-1:   {"-1 (unknown)", ""},
	}
	for c, want := range cases {
		if c.String() != want[0] || c.Name() != want[1] {
			t.Errorf("%d: %q, %q; want %q, %q", int(c), c.String(), c.Name(), want[0], want[1])
		}
	}
}

func TestErrorsIsAndAs(t *testing.T) {
	refused := errcode.New(errcode.SignatureInvalid, "other_apps_secret")
	refused.Err = io.ErrUnexpectedEOF
	wrapped := fmt.Errorf("join: %w", refused)
	cases := []struct {
		name   string
		target error
		want   bool
	}{
		{"same code", &errcode.Error{Code: errcode.SignatureInvalid}, true},
		{"same code and cause", &errcode.Error{Code: errcode.SignatureInvalid, Cause: "other_apps_secret"}, true},
		{"other cause", &errcode.Error{Code: errcode.SignatureInvalid, Cause: "iat_in_future"}, false},
		{"other code", &errcode.Error{Code: errcode.MeetingLocked}, false},
		{"what lies underneath", io.ErrUnexpectedEOF, true},
		{"something else", io.EOF, false},
		{"a nil error of this type", (*errcode.Error)(nil), false},
	}
	for _, c := range cases {
		if got := errors.Is(wrapped, c.target); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	var got *errcode.Error
	if !errors.As(wrapped, &got) || got.Cause != "other_apps_secret" {
		t.Fatalf("errors.As found %+v", got)
	}
	if got.Retryable() {
		t.Error("a secret of another app does not mend itself")
	}
	for _, part := range []string{"3712 SIGNATURE_INVALID", "other_apps_secret", "Signature is invalid", "unexpected EOF"} {
		if !strings.Contains(wrapped.Error(), part) {
			t.Errorf("%q does not say %q", wrapped, part)
		}
	}
}

func TestNewFillsTheRemedy(t *testing.T) {
	known := errcode.New(errcode.MeetingLocked, "locked")
	cause, _ := errcode.CauseOf(errcode.MeetingLocked, "locked")
	if known.Remedy != cause.Remedy || !known.Retryable() {
		t.Errorf("known cause: %+v", known)
	}
	entry, _ := errcode.Lookup(errcode.MeetingLocked)
	if bare := errcode.New(errcode.MeetingLocked, ""); bare.Remedy != entry.Remedy || !bare.Retryable() {
		t.Errorf("no cause: %+v", bare)
	}
	if odd := errcode.New(4444, "x"); odd.Remedy != "" || odd.Retryable() || odd.Message() != "" {
		t.Errorf("unknown code: %+v", odd)
	}
}

func TestEntryJSON(t *testing.T) {
	e, _ := errcode.Lookup(errcode.AuthorizedUserNotInMeeting)
	got, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/4017.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got)+"\n" != string(want) {
		t.Errorf("JSON of 4017 differs from testdata/4017.golden.json:\n%s", got)
	}
	success, _ := errcode.Lookup(errcode.Success)
	b, err := json.Marshal(success)
	if err != nil || !strings.Contains(string(b), `"causes":[]`) {
		t.Errorf("success: %s, %v", b, err)
	}
}
