package errcode_test

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/internal/gen"
)

type pair struct {
	code errcode.Code
	text string
}

// readPairs reads "number<TAB>text" lines.
func readPairs(t *testing.T, path string) []pair {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []pair
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		number, text, ok := strings.Cut(lines.Text(), "\t")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || text == "" {
			t.Fatalf("%s: bad line %q", path, lines.Text())
		}
		out = append(out, pair{errcode.Code(n), text})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReferenceIsTheCommittedTable(t *testing.T) {
	want := readPairs(t, "testdata/reference.tsv")
	got := errcode.Reference()
	if len(want) != 46 || len(got) != len(want) {
		t.Fatalf("reference has %d rows, the catalogue %d; want 46 in both", len(want), len(got))
	}
	for i, w := range want {
		if got[i].Code != w.code || got[i].Name != w.text {
			t.Errorf("row %d is %d %s, want %d %s", i, got[i].Code, got[i].Name, w.code, w.text)
		}
		if got[i].Neighbour {
			t.Errorf("%d is in the reference and marked as a neighbour", w.code)
		}
	}
}

// contractFile finds a file of the shared contract beside one of the folders
// above this package.
func contractFile(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "shared", "contract", name)); err == nil {
			return b
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skipf("no shared/contract/%s beside this repository; the committed table in testdata stands for it", name)
		}
		dir = parent
	}
}

func TestReferenceIsTheUsersTable(t *testing.T) {
	doc := string(contractFile(t, "error-codes-reference.md"))
	found := map[errcode.Code]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\d+)` \\| (\\w+) \\|").FindAllStringSubmatch(doc, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		found[errcode.Code(n)] = m[2]
	}
	reference := errcode.Reference()
	if len(found) != len(reference) {
		t.Errorf("the document has %d codes, the catalogue %d", len(found), len(reference))
	}
	for _, e := range reference {
		if found[e.Code] != e.Name {
			t.Errorf("%d is %q in the document, %q here", e.Code, found[e.Code], e.Name)
		}
	}
	for _, c := range []errcode.Code{errcode.NotAllowAnonymousJoin, errcode.UserLevelTokenNotHaveHostZakObf} {
		e, _ := errcode.Lookup(c)
		if !strings.Contains(doc, `"errorMessage": "`+e.Message+`"`) {
			t.Errorf("the sentence of %s is not the document's", c)
		}
	}
}

func TestEveryCauseOfTheGateIsThere(t *testing.T) {
	list := readPairs(t, "testdata/causes.tsv")
	if len(list) < 140 {
		t.Fatalf("only %d causes in the committed list", len(list))
	}
	for _, w := range list {
		c, ok := errcode.CauseOf(w.code, w.text)
		if !ok {
			t.Errorf("%s has no cause %q", w.code, w.text)
		} else if c.ID != w.text {
			t.Errorf("%s: asked for %q, got %q", w.code, w.text, c.ID)
		}
	}
}

func TestRowsAreWhole(t *testing.T) {
	seen := map[errcode.Code]bool{}
	var last errcode.Code = -1
	for _, e := range errcode.All() {
		if seen[e.Code] {
			t.Errorf("%d stands in the table twice", e.Code)
		}
		seen[e.Code] = true
		if e.Code <= last {
			t.Errorf("%d comes after %d", e.Code, last)
		}
		last = e.Code
		if e.Name == "" || e.Category == "" || e.Where == "" || e.Description == "" || e.Remedy == "" {
			t.Errorf("%s has an empty field: %+v", e.Code, e)
		}
		if (e.Message == "") != (e.Code == errcode.Success) {
			t.Errorf("%s: only success is without a sentence", e.Code)
		}
		if len(e.Causes) == 0 && !e.Neighbour && e.Code != errcode.Success {
			t.Errorf("%s is in the reference and has no cause", e.Code)
		}
		ids := map[string]bool{}
		for _, c := range e.Causes {
			if ids[c.ID] {
				t.Errorf("%s has the cause %s twice", e.Code, c.ID)
			}
			ids[c.ID] = true
			if c.ID == "" || !strings.HasSuffix(c.Summary, ".") || !strings.HasSuffix(c.Remedy, ".") {
				t.Errorf("%s: cause %q lacks a whole sentence", e.Code, c.ID)
			}
		}
	}
}

func TestHTTPStatus(t *testing.T) {
	want := map[errcode.Code]int{
		errcode.Success: 200, errcode.InvalidParameter: 400, errcode.ServerError: 503,
		errcode.WrongMeetingPassword: 403, errcode.SignatureInvalid: 403, errcode.FailComponent: 403,
	}
	for c, status := range want {
		if e, ok := errcode.Lookup(c); !ok || e.HTTPStatus != status {
			t.Errorf("%s returns %d, want %d", c, e.HTTPStatus, status)
		}
	}
}

// These sentences are compared by apps in the field; changing one breaks them.
func TestSentencesThatAppsCompare(t *testing.T) {
	want := map[errcode.Code]string{
		errcode.MeetingNotStart:       "Meeting has not started",
		errcode.WrongMeetingPassword:  "Meeting Passcode wrong.",
		errcode.AnotherMeetingRunning: "Already has other meetings in progress.",
		errcode.SignatureInvalid:      "Signature is invalid.",
		errcode.NotAllowAnonymousJoin: "Anonymous joins are not allowed for this SDK app. Authenticate the Zoom user and provide a ZAK or OBF token.",
		errcode.UserLevelTokenNotHaveHostZakObf: "The OBF or ZAK token is not provided or invalid. " +
			"Make sure it's not expired or malformed.",
	}
	for c, sentence := range want {
		if e, _ := errcode.Lookup(c); e.Message != sentence {
			t.Errorf("%s says %q, want %q", c, e.Message, sentence)
		}
	}
}

func TestRetryableBelongsToTheCause(t *testing.T) {
	cases := []struct {
		code  errcode.Code
		cause string
		want  bool
	}{
		{errcode.SignatureInvalid, "iat_in_future", true},
		{errcode.SignatureInvalid, "other_apps_secret", false},
		{errcode.MeetingNotStart, "host_not_here", true},
		{errcode.MeetingNotStart, "host_joined_as_participant", false},
		{errcode.WrongMeetingPassword, "throttled", true},
		{errcode.WrongMeetingPassword, "passcode_wrong", false},
		{errcode.AuthorizedUserNotInMeeting, "authorizing_user_absent", true},
		{errcode.BeRemoved, "removed_by_host", false},
		{errcode.MeetingEnded, "ended_by_host", false},
		{errcode.CantHostConcurrent, "host_busy", true},
		{errcode.BeRemoved, "not_admitted", false},
	}
	for _, c := range cases {
		cause, ok := errcode.CauseOf(c.code, c.cause)
		said := (&errcode.Error{Code: c.code, Cause: c.cause}).Retryable()
		if !ok || cause.Retryable != c.want || said != c.want {
			t.Errorf("%s (%s): found %v, retryable %v and %v, want %v", c.code, c.cause, ok, cause.Retryable, said, c.want)
		}
	}
}

// Remedies name only calls and pages that exist here: there is no console, no REST
// API of meetings and there are no webhooks.
func TestRemediesNameWhatExists(t *testing.T) {
	root, err := gen.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	read := func(paths ...string) string {
		var all strings.Builder
		for _, path := range paths {
			raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(raw)
		}
		return all.String()
	}
	functions := read("web/meetingsdk/api/client-view.api.md", "web/meetingsdk/api/component-view.api.md")
	routes := read("internal/httpapi/api.go", "internal/httpapi/developer.go")
	call, route := regexp.MustCompile(`\b(\w+)\(\)`), regexp.MustCompile(`/(?:dev|sdk)/v1/\w+`)
	for _, e := range errcode.All() {
		texts := []string{e.Remedy}
		for _, c := range e.Causes {
			texts = append(texts, c.Remedy)
		}
		for _, text := range texts {
			for _, missing := range []string{"/v2/", "/users/", "in the console", "through the API", "for the webhook", ".deleted webhook"} {
				if strings.Contains(text, missing) {
					t.Errorf("%d names %q: %s", e.Code, missing, text)
				}
			}
			for _, named := range call.FindAllStringSubmatch(text, -1) {
				if !strings.Contains(functions, "    "+named[1]+"(") && !strings.Contains(functions, "    "+named[1]+":") {
					t.Errorf("%d names the function %s, which the SDK does not have: %s", e.Code, named[1], text)
				}
			}
			for _, named := range route.FindAllString(text, -1) {
				if !strings.Contains(routes, named) {
					t.Errorf("%d names %s, which no server has: %s", e.Code, named, text)
				}
			}
		}
	}
}
