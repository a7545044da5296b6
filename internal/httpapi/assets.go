package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/anteroom/anteroom/web"
)

// asset is one served file.
type asset struct {
	// body is the content as it is. It is unpacked when it is asked for first and then
	// shared: a reader of its own for each request, which a client may stall, is more.
	body func() ([]byte, error)
	// gzipped is the content compressed; nil where that is no smaller.
	gzipped     []byte
	etag        string
	contentType string
	// policy is the Content-Security-Policy of a page; empty for other files.
	policy string
	inline inline
}

// assetStore stores files of the built browser code ready to be sent.
type assetStore struct {
	files *web.Archive
	mu    sync.RWMutex
	ready map[string]*asset
}

func (s *assetStore) open(name string) (*asset, bool) {
	s.mu.RLock()
	found, ok := s.ready[name]
	s.mu.RUnlock()
	if ok {
		return found, true
	}
	file, ok := s.files.File(name)
	if !ok {
		// What is not there is not remembered: names come from outside.
		return nil, false
	}
	made := &asset{body: sync.OnceValues(file.Read), gzipped: file.Gzip, contentType: contentType(name)}
	if path.Ext(name) != ".html" && made.gzipped != nil {
		made.etag = etag(made.gzipped)
	} else if err := made.describe(name); err != nil {
		return nil, false
	}
	s.mu.Lock()
	s.ready[name] = made
	s.mu.Unlock()
	return made, true
}

// newAsset is a file that is not of the archive.
func newAsset(name string, body []byte) *asset {
	a := &asset{contentType: contentType(name), body: func() ([]byte, error) { return body, nil }}
	_ = a.describe(name) // it is in memory
	return a
}

// describe fills in what follows from the content.
func (a *asset) describe(name string) error {
	body, err := a.body()
	if err != nil {
		return err
	}
	a.etag = etag(body)
	if path.Ext(name) == ".html" {
		a.inline = inlineOf(body)
		a.policy = documentPolicy(a.inline)
	}
	return nil
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs", ".cjs":
		return "text/javascript; charset=utf-8"
	case ".json", ".map":
		return "application/json; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".ico":
		return "image/x-icon"
	case ".svg":
		return "image/svg+xml"
	case ".wasm":
		return "application/wasm"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Caching of served files: what keeps its name is asked for again each time,
// what carries its content's hash never is.
const (
	cacheAsk       = "no-cache"
	cacheDay       = "public, max-age=86400"
	cacheImmutable = "public, max-age=31536000, immutable"
)

func (a *asset) serve(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	crossOrigin(h)
	h.Set("Cache-Control", cache)
	h.Set("ETag", a.etag)
	h.Set("Content-Type", a.contentType)
	if a.policy != "" {
		h.Set("Content-Security-Policy", a.policy)
	}
	h.Add("Vary", "Accept-Encoding")
	if match := r.Header.Get("If-None-Match"); match != "" && (match == "*" || strings.Contains(match, a.etag)) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.gzipped
	if body != nil && prefersGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
	} else {
		var err error
		if body, err = a.body(); err != nil {
			http.Error(w, "This file cannot be read.", http.StatusInternalServerError)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// crossOrigin lets any page load the file, isolated pages too.
func crossOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Timing-Allow-Origin", "*")
}

// assets serves the SDK at the paths that pages of the vendor's CDN use.
func (a *api) assets(t *router) {
	a.store = &assetStore{files: a.Files, ready: map[string]*asset{}}
	t.handle(Route{"GET /sdk/chunks/{name}", Anyone, 0}, func(w http.ResponseWriter, r *http.Request) {
		a.sendFile(w, r, "cdn/chunks/"+r.PathValue("name"), cacheImmutable)
	})
	t.handle(Route{"GET /sdk/background/{name...}", Anyone, 0}, func(w http.ResponseWriter, r *http.Request) {
		a.sendFile(w, r, "cdn/background/"+r.PathValue("name"), cacheAsk)
	})
	t.handle(Route{"GET /sdk/meetingsdk.tgz", Anyone, 0}, a.tarball)
	t.handle(Route{"/", Anyone, 0}, a.versioned)
}

func (a *api) sendFile(w http.ResponseWriter, r *http.Request, name, cache string) {
	file, ok := a.store.open(name)
	if !ok {
		crossOrigin(w.Header())
		http.NotFound(w, r)
		return
	}
	file.serve(w, r, cache)
}

// versioned serves the CDN's paths, with a version folder or without:
// /zoom-meeting-6.2.0.min.js, /6.2.0/zoom-meeting-embedded-6.2.0.min.js,
// /6.2.0/lib/vendor/react.min.js, /6.2.0/css/bootstrap.css, /6.2.0/lib/lang/de-DE.json.
func (a *api) versioned(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		crossOrigin(w.Header())
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		http.NotFound(w, r)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if folder, rest, ok := strings.Cut(name, "/"); ok && spoken(folder) {
		name = rest
	}
	if file := scriptFor(name); file != "" {
		a.sendFile(w, r, file, cacheAsk)
		return
	}
	crossOrigin(w.Header())
	http.NotFound(w, r)
}

// scriptFor maps a CDN path without its version folder to a file of ours.
func scriptFor(name string) string {
	if v, ok := between(name, "zoom-meeting-embedded-", ".min.js"); ok && spoken(v) {
		return "cdn/zoom-meeting-embedded.min.js"
	}
	if v, ok := between(name, "zoom-meeting-", ".min.js"); ok && spoken(v) {
		return "cdn/zoom-meeting.min.js"
	}
	if name == "externalLinkPage.html" || name == "helper.html" {
		return "cdn/" + name
	}
	for _, folder := range []string{"lib/vendor/", "lib/lang/", "css/", "fonts/"} {
		if rest, ok := strings.CutPrefix(name, folder); ok && !strings.Contains(rest, "/") {
			return "cdn/" + name
		}
	}
	return ""
}

func between(s, prefix, suffix string) (string, bool) {
	s, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, suffix)
}

// spoken reports whether v is a version up to the one whose contract is kept.
func spoken(v string) bool {
	want, ok := version(v)
	if !ok {
		return false
	}
	ours, _ := version(web.SDKVersion)
	for i := range want {
		if want[i] != ours[i] {
			return want[i] < ours[i]
		}
	}
	return true
}

func version(v string) (out [3]int, ok bool) {
	parts := strings.Split(v, ".")
	if len(parts) != 3 {
		return out, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || len(p) > 5 || p[0] == '+' {
			return out, false
		}
		out[i] = n
	}
	return out, out[0] >= 1
}
