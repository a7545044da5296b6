package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/server"
)

// block is a block of code in a document.
type block struct {
	language, text string
}

// document splits a Markdown file into its prose and its blocks of code.
func document(t *testing.T, path string) (prose string, blocks []block) {
	t.Helper()
	raw, err := os.ReadFile(path) //nolint:gosec // a file of this repository
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var open *block
	for line := range strings.SplitSeq(string(raw), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{language: language}
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		default:
			text.WriteString(line + "\n")
		}
	}
	if open != nil {
		t.Errorf("%s: a block of code has no end", path)
	}
	return text.String(), blocks
}

// documents are the Markdown files of the repository.
func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "dist" || entry.Name() == "data" || entry.Name() == ".git"):
			return fs.SkipDir
		case filepath.Ext(path) == ".md" && !strings.HasSuffix(path, ".api.md"):
			found = append(found, path)
		}
		return nil
	})
	if err != nil || len(found) < 50 {
		t.Fatal(len(found), "documents", err)
	}
	return found
}

var (
	inlineCode = regexp.MustCompile("`[^`\n]*`")
	link       = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	notSlug    = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	command    = regexp.MustCompile(`(?m)^(anteroom|bin/anteroom|make|curl) [a-z-]+ `)
)

// TestLinksOfTheDocumentsLeadSomewhere checks that each link names a file of the
// repository, and a heading in it.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	links := 0
	for _, path := range documents(t) {
		prose, _ := document(t, path)
		for _, found := range link.FindAllStringSubmatch(inlineCode.ReplaceAllString(prose, ""), -1) {
			links++
			target, anchor, _ := strings.Cut(found[1], "#")
			if scheme, _, absolute := strings.Cut(target, "://"); absolute {
				if scheme != "https" {
					t.Errorf("%s: %s is not an https address", path, found[1])
				}
				continue
			}
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: the link %s leads nowhere", path, found[1])
				continue
			}
			if anchor != "" && !hasHeading(t, file, anchor) {
				t.Errorf("%s: %s has no heading for the link %s", path, file, found[1])
			}
		}
	}
	if links < 200 {
		t.Errorf("found only %d links", links)
	}
}

func hasHeading(t *testing.T, file, anchor string) bool {
	t.Helper()
	prose, _ := document(t, file)
	for _, found := range heading.FindAllStringSubmatch(prose, -1) {
		slug := strings.ToLower(notSlug.ReplaceAllString(found[1], ""))
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// TestCodeOfTheDocumentsIsTrue reads each block of code: commands with flags that
// exist, targets of the Makefile, valid JSON, and configurations that a server takes.
func TestCodeOfTheDocumentsIsTrue(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, path := range documents(t) {
		prose, blocks := document(t, path)
		if stray := command.FindString(prose); stray != "" {
			t.Errorf("%s: %q stands in the middle of a sentence", path, stray)
		}
		for _, b := range blocks {
			switch b.language {
			case "sh":
				for line := range strings.SplitSeq(strings.ReplaceAll(b.text, "\\\n", " "), "\n") {
					words := shellWords(line)
					if len(words) == 0 {
						continue
					}
					switch words[0] {
					case "anteroom", "bin/anteroom":
						commands++
						checkCommand(t, path, words[1:])
					case "make":
						if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(words[1]) + `:`).Match(makefile) {
							t.Errorf("%s: there is no target for %q", path, line)
						}
					}
				}
			case "json":
				if !json.Valid([]byte(b.text)) && !json.Valid([]byte("{"+b.text+"}")) {
					t.Errorf("%s: this is not JSON: %s", path, b.text)
				}
			case "yaml":
				if strings.Contains(b.text, "public_url:") {
					checkConfiguration(t, path, b.text)
				}
			}
		}
	}
	if commands < 100 {
		t.Errorf("found only %d commands", commands)
	}
}

// shellWords splits a line as a shell does, up to a comment.
func shellWords(line string) []string {
	var words []string
	for _, found := range regexp.MustCompile(`'([^']*)'|([^\s']+)`).FindAllStringSubmatch(line, -1) {
		if strings.HasPrefix(found[2], "#") {
			break
		}
		words = append(words, found[1]+found[2])
	}
	return words
}

func checkCommand(t *testing.T, path string, words []string) {
	t.Helper()
	cmd, rest, err := root().Find(words)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err == nil && (cmd.HasSubCommands() || !cmd.Runnable()) {
		err = unknownCommand(cmd, strings.Join(words, " "))
	}
	if err != nil {
		t.Errorf("%s: anteroom %s: %s", path, strings.Join(words, " "), err)
	}
}

// checkConfiguration reads a configuration whose secrets are in the environment.
func checkConfiguration(t *testing.T, path, text string) {
	t.Helper()
	t.Setenv("ANTEROOM_ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	t.Setenv("ANTEROOM_MEDIA_EXTERNAL_SECRET", strings.Repeat("x", 64))
	file := filepath.Join(t.TempDir(), "anteroom.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := server.ReadFile(file); err != nil {
		t.Errorf("%s: %s", path, err)
	}
}
