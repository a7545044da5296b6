package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// bundle is one view's entry script and what it may weigh with everything it
// loads before a page is inside a meeting.
type bundle struct {
	view, entry string
	kilobytes   float64
}

var bundles = []bundle{
	{"Component View", "zoom-meeting-embedded.min.js", 330},
	{"Client View", "zoom-meeting.min.js", 380},
}

// measureBundles weighs the built scripts, gzipped.
func measureBundles(out *report) error {
	files := os.DirFS("web/build/served/cdn")
	raw, err := fs.ReadFile(files, "chunks.json")
	if err != nil {
		return fmt.Errorf("the web SDK is not built: %w", err)
	}
	var chunks struct{ Preload []string }
	if err := json.Unmarshal(raw, &chunks); err != nil {
		return fmt.Errorf("chunks.json: %w", err)
	}
	p := part{
		title: "Initial JavaScript", text: "gzip -9, 1 KB = 1000 bytes: the entry script and every chunk it loads before a page is inside a meeting.",
		columns: []string{"File", "gzipped"},
	}
	shared := 0.0
	for _, name := range chunks.Preload {
		size, err := gzipped(files, path.Join("chunks", name))
		if err != nil {
			return err
		}
		shared += size
		p.row("chunks/"+name, fmt.Sprintf("%.1f KB", size))
	}
	for _, b := range bundles {
		size, err := gzipped(files, b.entry)
		if err != nil {
			return err
		}
		p.row(b.entry, fmt.Sprintf("%.1f KB", size))
		p.row("**"+b.view+", all of it**", fmt.Sprintf("%.1f KB", size+shared))
		out.atMost(b.view+"'s initial JavaScript, KB gzipped", size+shared, b.kilobytes, "%.0f")
	}
	out.parts = append(out.parts, p)
	return nil
}

func gzipped(files fs.FS, name string) (kilobytes float64, err error) {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return 0, err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(raw); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return float64(packed.Len()) / 1000, nil
}
