package errcode_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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
	`licences?`, `authoris(e|ed|es|ing)`, `e-mail`, `in the place of`, `genuine`, `blanks`, `(be|is|was read as its|as) a text`, `belongs into`, `are exchanged`, `the likeliest`, `sits on it`,
	`gives? the word`, `given to nobody`, `signs nobody in`, `makes nobody a`, `lies (ahead|before|after|outside)`, `stops making sense`, `(it|which) no step does`,
	`nobody foresaw`, `stands for what`, `belongs to nobody`, `is not read`, `is no (address|join option|JWT|JSON|webinar|registration)`, `another's`, `comes with a signature`,
	`demands`, `was good until`, `is still good`, `switched? (on|off) joining`, `the data folder`, `be forgotten`, `could not be told`, `a line could not`, `it is so already`,
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
		"docs", "bench", "examples",
		"cmd/anteroom", "errcode/errpage", "web/console/index.html", "web/console/demo", "web/console/src",
		"internal", "signature", "web/meetingsdk/src/ui/i18n/en-US.ts", "web/meetingsdk/src/core", "web/meetingsdk/src/client-view", "web/meetingsdk/src/component-view",
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
			if filepath.Ext(file) == ".go" {
				texts(t, file, func(text string) { check(name, text) })
				return nil
			}
			for line := range strings.SplitSeq(string(raw), "\n") {
				switch filepath.Ext(file) {
				case ".ts":
					// Comments are for those who write the code.
					if start := strings.TrimSpace(line); strings.HasPrefix(start, "//") || strings.HasPrefix(start, "*") || strings.HasPrefix(start, "/*") {
						continue
					}
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

// texts gives every string of a Go file that reads like words.
func texts(t *testing.T, file string, give func(string)) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(text, " ") {
				give(text)
			}
		}
		return true
	})
}

// TestLogMessagesAreShort walks all calls of a logger: a message begins in lower
// case, has no full stop and fits a line; what varies is in its keys.
func TestLogMessagesAreShort(t *testing.T) {
	root, err := gen.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	levels := regexp.MustCompile(`^(Debug|Info|Warn|Error)(Context)?$`)
	loggers := regexp.MustCompile(`(?i)^(log|logger|slog)$`)
	found := 0
	for _, folder := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || !levels.MatchString(method.Sel.Name) {
					return true
				}
				receiver := ""
				switch x := method.X.(type) {
				case *ast.Ident:
					receiver = x.Name
				case *ast.SelectorExpr:
					receiver = x.Sel.Name
				}
				if !loggers.MatchString(receiver) {
					return true
				}
				literal, ok := call.Args[0].(*ast.BasicLit)
				if !ok {
					return true
				}
				found++
				text, _ := strconv.Unquote(literal.Value)
				if !regexp.MustCompile(`^[a-z]|^[A-Z][a-z]*[A-Z]`).MatchString(text) || strings.HasSuffix(text, ".") || len(text) > 80 || strings.Contains(text, "could not be") || strings.HasPrefix(text, "a ") {
					t.Errorf("%s logs %q", filepath.Base(file), text)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if found < 20 {
		t.Errorf("only %d log messages were found", found)
	}
}
