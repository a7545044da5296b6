package errpage_test

import (
	"bytes"
	"errors"
	"html"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/errpage"
)

var server = errpage.Server{Origin: "http://localhost:9", Development: true}

func render(t *testing.T, c errcode.Code) string {
	t.Helper()
	var b bytes.Buffer
	if found, err := errpage.Render(&b, c, server); err != nil || !found {
		t.Fatalf("%s: found %v, %v", c, found, err)
	}
	return b.String()
}

func TestEveryCodeHasAPage(t *testing.T) {
	for _, e := range errcode.All() {
		page := render(t, e.Code)
		text := html.UnescapeString(page)
		for _, want := range []string{e.Name, e.Message, e.Description, e.Remedy, "not affiliated with Zoom Communications"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", e.Code, want)
			}
		}
		for _, c := range e.Causes {
			if !strings.Contains(page, `id="`+c.ID+`"`) || !strings.Contains(text, c.Summary) || !strings.Contains(text, c.Remedy) {
				t.Errorf("%s does not explain %s", e.Code, c.ID)
			}
		}
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<style") || strings.Contains(page, " style=") || strings.Count(page, "<script") != 1 || strings.Count(page, ` src="`) != 1 {
			t.Errorf("%s is not self-contained", e.Code)
		}
	}
}

func TestUnknownCodeWritesNothing(t *testing.T) {
	var b bytes.Buffer
	found, err := errpage.Render(&b, 4444, server)
	if found || err != nil || b.Len() != 0 {
		t.Errorf("found %v, %v, %d bytes", found, err, b.Len())
	}
}

func TestIndexLinksEveryCode(t *testing.T) {
	var b bytes.Buffer
	if err := errpage.RenderIndex(&b); err != nil {
		t.Fatal(err)
	}
	for _, e := range errcode.All() {
		if !strings.Contains(b.String(), `href="`+e.Code.DocsPath()+`"`) {
			t.Errorf("the index does not link %s", e.Code)
		}
	}
	if !strings.Contains(b.String(), "not affiliated with Zoom Communications") {
		t.Error("the index does not state the non-affiliation")
	}
}

func TestPagesUseOnlyTheirAssets(t *testing.T) {
	page := render(t, errcode.MeetingLocked)
	for _, name := range []string{"page.css", "page.js"} {
		body, contentType, ok := errpage.Asset(name)
		if !ok || len(body) == 0 || contentType == "" || !strings.Contains(page, `"/docs/errors/`+name+`"`) {
			t.Errorf("%s is not there, or the page does not use it", name)
		}
	}
	if _, _, ok := errpage.Asset("page.gohtml"); ok {
		t.Error("the template is served")
	}
}

func TestCommandsNameTheServer(t *testing.T) {
	page := render(t, errcode.WrongMeetingPassword)
	for _, want := range []string{"scenario run 3004 --server http://localhost:9", "curl -X POST http://localhost:9/dev/v1/scenarios/3004", `href="/demo/reproduce?code=3004"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "8080") {
		t.Error("the page names another port than the server's")
	}
}

func TestUnknownCodeOffersTheNearest(t *testing.T) {
	for query, want := range map[string]string{"3713x": "/docs/errors/3713", "WRONG_MEETING_PASWORD": "/docs/errors/3004", "<b>": ""} {
		var b bytes.Buffer
		if err := errpage.RenderUnknown(&b, query); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), `href="`+want) || strings.Contains(b.String(), "<b>") {
			t.Errorf("%s: %s is not offered", query, want)
		}
	}
}

type broken struct{}

var errBroken = errors.New("pipe is closed")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterErrorsComeBack(t *testing.T) {
	if found, err := errpage.Render(broken{}, errcode.MeetingLocked, server); !found || !errors.Is(err, errBroken) {
		t.Errorf("page: %v, %v", found, err)
	}
	if err := errpage.RenderIndex(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("index: %v", err)
	}
}
