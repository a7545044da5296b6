package gen_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/internal/gen"
)

func TestDerivedFilesAreFresh(t *testing.T) {
	root, err := gen.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	files, err := gen.Files(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(errcode.All()) + 3; len(files) != want {
		t.Errorf("%d files are made, want %d", len(files), want)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Errorf("%v; run go generate ./errcode", err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is stale; run go generate ./errcode", name)
		}
	}
	stray, err := gen.Stray(root, files)
	if err != nil {
		t.Fatal(err)
	}
	if len(stray) > 0 {
		t.Errorf("pages without a row: %v; run go generate ./errcode", stray)
	}
}

func TestManualLinksLeadSomewhere(t *testing.T) {
	root, err := gen.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	files, err := gen.Files(root)
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\((\d+\.md)\)`)
	links := 0
	for name, content := range files {
		for _, m := range link.FindAllStringSubmatch(string(content), -1) {
			links++
			if _, ok := files["docs/errors/"+m[1]]; !ok {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
			}
		}
		if strings.Contains(string(content), "<no value>") || strings.Contains(string(content), "\n\n\n\n") {
			t.Errorf("%s has a hole in it", name)
		}
	}
	if links < len(errcode.All()) {
		t.Errorf("only %d links in the manual", links)
	}
}
