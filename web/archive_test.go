package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAnArchiveHoldsItsFilesCompressed(t *testing.T) {
	t.Parallel()
	script := []byte(strings.Repeat("window.x = 1;\n", 500))
	font := make([]byte, 2000)
	if _, err := rand.Read(font); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"cdn/a.js": {Data: script}, "pages/b.js": {Data: script[1:]},
		"cdn/font.woff2": {Data: font}, "cdn/empty.css": {Data: nil},
	}
	packed, err := Pack(files)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Pack(files); err != nil || !bytes.Equal(again, packed) {
		t.Errorf("the same files gave other bytes: %v", err)
	}
	archive, err := NewArchive(packed)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		file, ok := archive.File(name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		if got, err := file.Read(); err != nil || !bytes.Equal(got, want.Data) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(want.Data), err)
		}
		if smaller := strings.HasSuffix(name, ".js"); (file.Gzip != nil) != smaller {
			t.Errorf("%s: compressed %v, and that is smaller: %v", name, file.Gzip != nil, smaller)
		}
	}
	file, _ := archive.File("cdn/a.js")
	z, err := gzip.NewReader(bytes.NewReader(file.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, script) {
		t.Errorf("as gzip: %d bytes, %v", len(got), err)
	}
	for _, name := range []string{"", "cdn", "cdn/", "cdn/none.js", "../cdn/a.js"} {
		if _, ok := archive.File(name); ok {
			t.Errorf("%q is a file", name)
		}
	}
}

func TestAnArchiveThatPackDidNotMakeIsRefused(t *testing.T) {
	t.Parallel()
	packed, err := Pack(fstest.MapFS{"cdn/a.js": {Data: []byte("1")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"nothing": nil, "no archive": []byte("no archive"), "cut short": packed[:len(packed)-30]} {
		if _, err := NewArchive(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAPackageComesBackWhole(t *testing.T) {
	t.Parallel()
	long := []byte(strings.Repeat("export const one = 1;\n", 1<<16))
	files := fstest.MapFS{"package.json": {Data: []byte("{}")}, "dist/a.js": {Data: long}, "dist/a.cjs": {Data: long}, "empty.css": {}}
	packed, err := PackPackage(files)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := PackPackage(files); err != nil || !bytes.Equal(again, packed) {
		t.Errorf("the same files gave other bytes: %v", err)
	}
	var names []string
	err = EachPackageFile(packed, func(name string, body []byte) error {
		names = append(names, name)
		if want := files[name]; want == nil || !bytes.Equal(body, want.Data) {
			t.Errorf("%s: %d bytes", name, len(body))
		}
		return nil
	})
	if err != nil || !slices.Equal(names, []string{"dist/a.cjs", "dist/a.js", "empty.css", "package.json"}) {
		t.Errorf("%q, %v", names, err)
	}
	stop := errors.New("enough")
	if err := EachPackageFile(packed, func(string, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error became %v", err)
	}
	if err := EachPackageFile(packed[:len(packed)/2], func(string, []byte) error { return nil }); err == nil {
		t.Error("half a package has no error")
	}
}
