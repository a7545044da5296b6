// Package gen makes every file that is derived from the catalogue: the
// TypeScript list of the web SDK and the Markdown manual. It only makes them;
// the command beside it writes them, and a test compares them.
package gen

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/internal/docs"
	"github.com/anteroom/anteroom/internal/admission"
)

const (
	typescriptPath = "web/meetingsdk/src/core/errcodes.gen.ts"
	manualDir      = "docs/errors"
)

//go:embed page.gomd
var source string

var markdown = template.Must(template.New("markdown").Funcs(template.FuncMap{"cell": cell}).Parse(source))

// Root finds the repository's root: the nearest folder above dir with a go.mod.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod in any folder above")
		}
		dir = parent
	}
}

// Files returns every derived file by its slash-separated path below the root. The
// root is read for the names of the Go constants.
func Files(root string) (map[string][]byte, error) {
	identifiers, err := identifiers(filepath.Join(root, "errcode", "code.go"))
	if err != nil {
		return nil, err
	}
	ts, err := typescript(identifiers)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{typescriptPath: ts}
	index := struct {
		Groups      []docs.Group
		Affiliation string
	}{docs.Groups(), docs.Affiliation}
	if files[manualDir+"/README.md"], err = render("index", index); err != nil {
		return nil, err
	}
	var order bytes.Buffer
	if err := admission.WriteReference(&order); err != nil {
		return nil, err
	}
	if files[manualDir+"/order.md"], err = render("order", order.String()); err != nil {
		return nil, err
	}
	for _, e := range errcode.All() {
		page, _ := docs.For(e.Code)
		path := fmt.Sprintf("%s/%d.md", manualDir, e.Code)
		data := struct {
			docs.Page
			Affiliation string
		}{page, docs.Affiliation}
		if files[path], err = render("page", data); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Stray lists pages of the manual that no row of the catalogue has any more.
func Stray(root string, files map[string][]byte) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(manualDir), "*.md"))
	if err != nil {
		return nil, err
	}
	var stray []string
	for _, path := range found {
		name := manualDir + "/" + filepath.Base(path)
		if _, ok := files[name]; !ok {
			stray = append(stray, name)
		}
	}
	slices.Sort(stray)
	return stray, nil
}

func render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := markdown.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(b.Bytes()), '\n'), nil
}

// cell makes text safe inside a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(s)
}
