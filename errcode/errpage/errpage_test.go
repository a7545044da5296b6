package errpage_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/errpage"
)

func render(t *testing.T, c errcode.Code) string {
	t.Helper()
	var b bytes.Buffer
	if found, err := errpage.Render(&b, c); err != nil || !found {
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
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<script") || strings.Contains(page, "http") && strings.Contains(page, `src="`) {
			t.Errorf("%s is not self-contained", e.Code)
		}
	}
}

func TestUnknownCodeWritesNothing(t *testing.T) {
	var b bytes.Buffer
	found, err := errpage.Render(&b, 4444)
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

func TestPolicyAllowsThePagesOwnStyle(t *testing.T) {
	page := render(t, errcode.MeetingLocked)
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, ok := strings.Cut(rest, "</style>")
	if !ok || style == "" {
		t.Fatal("the page has no style sheet")
	}
	sum := sha256.Sum256([]byte(style))
	if !strings.Contains(errpage.ContentSecurityPolicy(), base64.StdEncoding.EncodeToString(sum[:])) {
		t.Error("the policy's hash is not that of the style sheet in the page")
	}
}

type broken struct{}

var errBroken = errors.New("pipe is closed")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterErrorsComeBack(t *testing.T) {
	if found, err := errpage.Render(broken{}, errcode.MeetingLocked); !found || !errors.Is(err, errBroken) {
		t.Errorf("page: %v, %v", found, err)
	}
	if err := errpage.RenderIndex(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("index: %v", err)
	}
}
