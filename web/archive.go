package web

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"io/fs"
)

// Archive holds the files that are served, each compressed: a zip archive in memory. It
// may be read by many at once.
type Archive struct {
	files map[string]*zip.File
}

// Pack makes an archive of all regular files, the same bytes for the same files.
func Pack(files fs.FS) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	err := eachFile(files, func(name string, body []byte) error { return add(w, name, body) })
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// eachFile calls do with every regular file, in lexical order.
func eachFile(files fs.FS, do func(name string, body []byte) error) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return do(name, body)
	})
}

// add stores a file compressed, unless that makes it no smaller.
func add(w *zip.Writer, name string, body []byte) error {
	var deflated bytes.Buffer
	z, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	header := &zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(body), UncompressedSize64: uint64(len(body)),
	}
	stored := deflated.Bytes()
	if len(stored)+gzipFrame >= len(body) {
		header.Method, stored = zip.Store, body
	}
	header.CompressedSize64 = uint64(len(stored))
	file, err := w.CreateRaw(header)
	if err != nil {
		return err
	}
	_, err = file.Write(stored)
	return err
}

// NewArchive reads an archive that [Pack] made.
func NewArchive(packed []byte) (*Archive, error) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	a := &Archive{files: make(map[string]*zip.File, len(r.File))}
	for _, f := range r.File {
		a.files[f.Name] = f
	}
	return a, nil
}

// File is a file of an archive.
type File struct {
	// Gzip is its content compressed by gzip; nil where that is no smaller.
	Gzip  []byte
	entry *zip.File
}

// Read unpacks the file's content.
func (f *File) Read() ([]byte, error) {
	r, err := f.entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// File looks a file up; ok is false where there is none of this name. Nothing is
// compressed for it: the archive's own compressed bytes get gzip's header and trailer.
func (a *Archive) File(name string) (f *File, ok bool) {
	entry, ok := a.files[name]
	if !ok {
		return nil, false
	}
	f = &File{entry: entry}
	if entry.Method == zip.Deflate {
		if f.Gzip = gzipOf(entry); f.Gzip == nil {
			return nil, false
		}
	}
	return f, true
}

// gzipFrame is how many bytes gzip adds to deflated data (RFC 1952): ten before it, eight
// after it.
const gzipFrame = 18

// gzipOf is a deflated entry as gzip, or nil if it cannot be read.
func gzipOf(entry *zip.File) []byte {
	r, err := entry.OpenRaw()
	if err != nil {
		return nil
	}
	// Its magic number, deflate, no flags, no time, best compression, no known system.
	out := bytes.NewBuffer(make([]byte, 0, entry.CompressedSize64+gzipFrame))
	out.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255})
	if _, err := io.Copy(out, r); err != nil {
		return nil
	}
	end := binary.LittleEndian.AppendUint32(nil, entry.CRC32)
	out.Write(binary.LittleEndian.AppendUint32(end, uint32(entry.UncompressedSize64))) //nolint:gosec // modulo 2^32, as gzip has it
	return out.Bytes()
}
