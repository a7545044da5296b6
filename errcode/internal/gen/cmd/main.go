// Command cmd writes the files derived from the catalogue; see go:generate in
// package errcode. It takes no arguments and may run in any folder of the
// repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/anteroom/anteroom/errcode/internal/gen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "errcode:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := gen.Root(".")
	if err != nil {
		return err
	}
	files, err := gen.Files(root)
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	stray, err := gen.Stray(root, files)
	if err != nil {
		return err
	}
	for _, name := range stray {
		if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}
