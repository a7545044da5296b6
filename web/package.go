package web

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// packageWindow is how far back the package's compression looks for what it has seen, in
// bytes: over all of it, for its files repeat each other in three forms.
const packageWindow = 32 << 20

// PackPackage compresses the files of the npm package, all of them as one: they are read
// only together.
func PackPackage(files fs.FS) ([]byte, error) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(packageWindow))
	if err != nil {
		return nil, err
	}
	err = WritePackage(z, func(add func(name string, body []byte) error) error { return eachFile(files, add) })
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// packageFolder is where npm packs a package's files.
const packageFolder = "package/"

// WritePackage writes the files that each adds as npm packs them, with nothing that depends
// on when or where it was packed, and closes w.
func WritePackage(w io.WriteCloser, each func(add func(name string, body []byte) error) error) error {
	t := tar.NewWriter(w)
	err := each(func(name string, body []byte) error {
		header := &tar.Header{
			Name: packageFolder + name, Mode: 0o644, Size: int64(len(body)), Typeflag: tar.TypeReg,
			// npm's own choice of a time that is the same everywhere.
			ModTime: time.Date(1985, 10, 26, 8, 15, 0, 0, time.UTC), Format: tar.FormatUSTAR,
		}
		if err := t.WriteHeader(header); err != nil {
			return err
		}
		_, err := t.Write(body)
		return err
	})
	if err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return w.Close()
}

// EachPackageFile calls do with every file of a package that [PackPackage] packed, in
// lexical order, until one returns an error.
func EachPackageFile(packed []byte, do func(name string, body []byte) error) error {
	z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderMaxWindow(packageWindow), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	for t := tar.NewReader(z); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		if err := do(strings.TrimPrefix(header.Name, packageFolder), body); err != nil {
			return err
		}
	}
}
