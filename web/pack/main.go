// Command pack compresses the built browser code into what the program embeds:
//
//	go run ./web/pack BUILD EMBEDDED
//
// BUILD has a folder for the npm package, npm, and one for the files that are served.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/anteroom/anteroom/web"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: pack BUILD EMBEDDED")
	}
	for _, part := range []struct {
		folder, file string
		pack         func(fs.FS) ([]byte, error)
	}{
		{"served", web.FilesName, web.Pack},
		{"npm", web.PackageName, web.PackPackage},
	} {
		packed, err := part.pack(os.DirFS(filepath.Join(args[0], part.folder)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(args[1], part.file), packed, 0o644); err != nil {
			return err
		}
	}
	return nil
}
