// Package errpage renders the catalogue's pages as HTML: one for each code and
// an index, as the server shows them under /docs/errors. They use a style sheet
// and a script of this package and nothing from anywhere else.
package errpage

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/internal/docs"
)

var (
	//go:embed page.css
	style []byte
	//go:embed page.js
	script []byte
	//go:embed page.gohtml
	source string

	pages = template.Must(template.New("errpage").Parse(source))
)

// ContentType is the media type of every page.
const ContentType = "text/html; charset=utf-8"

// ContentSecurityPolicy allows exactly what the pages need: the style sheet and
// the script that Asset returns, and the server's icon.
const ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// maxNearest is how many codes a page for a mistyped one suggests.
const maxNearest = 3

// Server is what the pages say about the server that shows them.
type Server struct {
	// Origin is its address as the reader's browser knows it, for commands.
	Origin string
	// Development offers the page that reproduces an error.
	Development bool
}

type view struct {
	Server
	Affiliation string
	Page        docs.Page
	Groups      []docs.Group
	Query       string
	Nearest     []errcode.Entry
}

// Asset returns the style sheet or the script of the pages, by the file name
// that they use below /docs/errors.
func Asset(name string) (body []byte, contentType string, ok bool) {
	switch name {
	case "page.css":
		return style, "text/css; charset=utf-8", true
	case "page.js":
		return script, "text/javascript; charset=utf-8", true
	default:
		return nil, "", false
	}
}

// Render writes the complete page about a code. It returns found false, and
// writes nothing, for a number that is not in the catalogue; err is that of
// the writer.
func Render(w io.Writer, code errcode.Code, server Server) (found bool, err error) {
	v := view{Server: server, Affiliation: docs.Affiliation}
	if v.Page, found = docs.ForServer(code, server.Origin); !found {
		return false, nil
	}
	return true, execute(w, "page", v)
}

// RenderIndex writes the complete page that lists all codes by category.
func RenderIndex(w io.Writer) error {
	return execute(w, "index", view{Affiliation: docs.Affiliation, Groups: docs.Groups()})
}

// RenderUnknown writes the complete page for a code that does not exist, with
// the nearest ones.
func RenderUnknown(w io.Writer, query string) error {
	return execute(w, "unknown", view{Affiliation: docs.Affiliation, Query: query, Nearest: errcode.Nearest(query, maxNearest)})
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
