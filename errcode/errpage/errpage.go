// Package errpage renders the catalogue's pages as HTML: one for each code and
// an index, as the server shows them under /docs/errors. The pages are
// complete and self-contained: no script, no font, no request to anywhere.
package errpage

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/internal/handbook"
)

var (
	//go:embed page.css
	style string
	//go:embed page.gohtml
	source string

	pages = template.Must(template.New("errpage").Parse(source))
)

// ContentType is the media type of every page.
const ContentType = "text/html; charset=utf-8"

// ContentSecurityPolicy allows exactly what the pages need, their own style
// sheet, by its hash. A server may send it as it is.
func ContentSecurityPolicy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

type view struct {
	Style       template.CSS
	Affiliation string
	Page        handbook.Page
	Groups      []handbook.Group
}

func newView() view {
	// The style sheet is a file of this package, never anybody's input.
	return view{Style: template.CSS(style), Affiliation: handbook.Affiliation} //nolint:gosec // embedded constant
}

// Render writes the complete page about a code. It answers found false, and
// writes nothing, for a number that is not in the catalogue; err is that of
// the writer.
func Render(w io.Writer, code errcode.Code) (found bool, err error) {
	v := newView()
	if v.Page, found = handbook.For(code); !found {
		return false, nil
	}
	return true, execute(w, "page", v)
}

// RenderIndex writes the complete page that lists all codes by category.
func RenderIndex(w io.Writer) error {
	v := newView()
	v.Groups = handbook.Groups()
	return execute(w, "index", v)
}

// execute renders before writing, so that a fault cannot leave half a page.
func execute(w io.Writer, name string, v view) error {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
