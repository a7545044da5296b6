// Command checknames fails where a name that was replaced comes back: a declaration
// that old-names.txt lists, or a word in any Go name that the project does not use.
//
//	go run ./scripts/checknames
package main

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// oldNames has one declaration on each line, as package.Name or package.Type.Member,
// or a path that ends with a slash or an extension.
//
//go:embed old-names.txt
var oldNames string

// oldWords occur in no name: the contract says participant.
var oldWords = []string{"Seat", "seat", "Seats", "seats"}

func main() {
	found, err := check(".", strings.Fields(oldNames))
	if err != nil {
		fmt.Fprintln(os.Stderr, "checknames:", err)
		os.Exit(2)
	}
	for _, line := range found {
		fmt.Println(line)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
}

func check(root string, names []string) (found []string, err error) {
	old := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "/") || filepath.Ext(name) == ".go" {
			if _, err := os.Stat(filepath.Join(root, name)); err == nil {
				found = append(found, name+": this path has a new name")
			}
			continue
		}
		old[name] = true
	}
	files := token.NewFileSet()
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && file != root):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(file) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(file))
		report := func(id *ast.Ident, of ...string) {
			name := strings.Join(append(append([]string{folder}, of...), id.Name), ".")
			if old[name] {
				found = append(found, fmt.Sprintf("%s: %s has a new name", files.Position(id.Pos()), name))
			}
		}
		for _, decl := range parsed.Decls {
			declared(decl, report)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && hasOldWord(id.Name) {
				found = append(found, fmt.Sprintf("%s: %s uses a word that is not ours", files.Position(id.Pos()), id.Name))
			}
			return true
		})
		return nil
	})
	return found, err
}

// declared reports the names that a declaration of a file makes.
func declared(decl ast.Decl, report func(id *ast.Ident, of ...string)) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			report(decl.Name)
		} else if receiver := receiverName(decl.Recv.List[0].Type); receiver != "" {
			report(decl.Name, receiver)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					report(id)
				}
			case *ast.TypeSpec:
				report(spec.Name)
				var members *ast.FieldList
				switch t := spec.Type.(type) {
				case *ast.StructType:
					members = t.Fields
				case *ast.InterfaceType:
					members = t.Methods
				default:
					continue
				}
				for _, member := range members.List {
					for _, id := range member.Names {
						report(id, spec.Name.Name)
					}
				}
			}
		}
	}
}

func receiverName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiverName(t.X)
	case *ast.IndexExpr:
		return receiverName(t.X)
	case *ast.IndexListExpr:
		return receiverName(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// hasOldWord reports whether a camelCase name has one of oldWords as a word of it.
func hasOldWord(name string) bool {
	for _, word := range oldWords {
		for from := 0; ; {
			i := strings.Index(name[from:], word)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(word)
			lower := word[0] >= 'a'
			begins := start == 0 || !lower || name[start-1] == '_'
			ends := end == len(name) || name[end] < 'a' || name[end] > 'z'
			if begins && ends {
				return true
			}
			from = end
		}
	}
	return false
}
