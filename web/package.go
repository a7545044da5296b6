package web

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"

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
	t := tar.NewWriter(z)
	err = eachFile(files, func(name string, body []byte) error {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body)), Format: tar.FormatUSTAR}); err != nil {
			return err
		}
		_, err := t.Write(body)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := t.Close(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
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
		if err := do(header.Name, body); err != nil {
			return err
		}
	}
}
