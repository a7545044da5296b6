package server_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThreatModelNamesTestsThatExist keeps the document from promising tests that
// were renamed or removed.
func TestThreatModelNamesTestsThatExist(t *testing.T) {
	const root = "../.."
	document, err := os.ReadFile(filepath.Join(root, "docs/operators/threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, found := range declaration.FindAllSubmatch(source, -1) {
			declared[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllSubmatch(document, -1)
	if len(named) == 0 {
		t.Fatal("the document names no test")
	}
	for _, found := range named {
		if name := string(found[1]); !declared[name] {
			t.Errorf("there is no test %s", name)
		}
	}
}
