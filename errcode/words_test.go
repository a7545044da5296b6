package errcode_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/internal/gen"
)

// unidiomatic are phrases that must not come back into anything people read:
// metaphors of this code base, and word-for-word translations.
var unidiomatic = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`by (yourself|itself) as soon`, `you will join by yourself`, `(how|nothing) to mend`, `mend(s|ed|ing)?`, `on purpose`,
	`known nowhere`, `as the system`, `demo world`, `neighbours?`, `at the door`, `the door of`, `storeys?`, `ghosts?`,
	`told of`, `shortcuts rest`, `worth nothing`, `corner of (its|the) world`, `nothing must be done`, `reckon(ed)?`,
	`(the|a) house`, `walls? of`, `behind a door`, `(media|same|that) door`, `knock(s|ed)?`, `given the word`,
	`(a|the) dead line`, `(a|the) line (is down|breaks|comes up)`, `lines that are up`, `life signs`, `signs? of life`, `own affair`, `page's affair`,
	`sound and pictures`, `words of your own`, `said plainly`, `is told as`, `are told in`, `developer's api`,
	`licences?`, `authoris(e|ed|es|ing)`, `e-mail`, `in the place of a signature`, `a genuine token`,
}, "|") + `)\b`)

func TestTextsForPeopleAreIdiomatic(t *testing.T) {
	check := func(where, text string) {
		if found := unidiomatic.FindString(text); found != "" {
			t.Errorf("%s: %q in %q", where, found, text)
		}
	}
	for _, e := range errcode.All() {
		check(e.Name, e.Description)
		check(e.Name, e.Remedy)
		for _, c := range e.Causes {
			check(e.Name+" "+c.ID, c.Summary)
			check(e.Name+" "+c.ID, c.Remedy)
		}
	}
	root, err := gen.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	action := regexp.MustCompile(`\{\{[^}]*\}\}`)
	quoted := regexp.MustCompile("'(?:[^'\\\\\n]|\\\\.)*'|\"(?:[^\"\\\\\n]|\\\\.)*\"")
	for _, path := range []string{
		"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
		"docs/README.md", "docs/decisions", "docs/developers", "docs/errors", "docs/not-supported.md", "docs/operators", "docs/protocol",
		"cmd/anteroom", "errcode/errpage", "web/console/index.html", "web/console/demo", "web/console/src",
		"web/meetingsdk/src/ui/i18n/en-US.ts", "web/meetingsdk/src/core/i18n.ts", "web/meetingsdk/src/core/catalogue.ts", "web/meetingsdk/src/core/refused.ts",
	} {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(path)), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(file, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(file) //nolint:gosec // a file of this repository
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(root, file)
			for line := range strings.SplitSeq(string(raw), "\n") {
				switch filepath.Ext(file) {
				case ".go", ".ts":
					// Comments are for those who write the code.
					for _, text := range quoted.FindAllString(line, -1) {
						if strings.Contains(text, " ") {
							check(name, text)
						}
					}
				case ".md", ".html", ".gohtml":
					check(name, action.ReplaceAllString(line, ""))
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
