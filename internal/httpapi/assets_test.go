package httpapi

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/web"
)

// files are files of the built browser code, as make build packs them.
var files = sync.OnceValue(func() *web.Archive {
	script := &fstest.MapFile{Data: []byte(strings.Repeat("window.x = 1;\n", 200))}
	archive, err := web.NewArchive(packed(web.Pack, fstest.MapFS{
		"cdn/zoom-meeting.min.js": script, "cdn/zoom-meeting-embedded.min.js": script,
		"cdn/chunks/ui-abc123.js": script, "cdn/lib/vendor/react.min.js": script, "cdn/css/bootstrap.css": script,
		"cdn/lib/lang/de-DE.json":   {Data: []byte("{}")},
		"cdn/externalLinkPage.html": {Data: []byte("<p>leave?</p>")}, "secret.txt": {Data: []byte("no")},
	}))
	if err != nil {
		panic(err)
	}
	return archive
})

// npmPackage is an npm package, as make build packs it.
var npmPackage = sync.OnceValue(func() []byte {
	return packed(web.PackPackage, fstest.MapFS{
		"package.json": {Data: []byte(`{"name":"x"}`)}, "index.js": {Data: []byte(`export const empty = "";`)},
		"address.js":          {Data: []byte(`export const builtInAddress = "anteroom://built-in-address";` + "\n")},
		"dist/umd.min.js":     {Data: []byte("var a=`anteroom://built-in-address`,b='anteroom://built-in-address';")},
		"dist/umd.min.js.map": {Data: []byte(`["anteroom://built-in-address"]`)},
	})
})

func packed(pack func(fs.FS) ([]byte, error), files fs.FS) []byte {
	packed, err := pack(files)
	if err != nil {
		panic(err)
	}
	return packed
}

func serverOf(t *testing.T, change func(*Config)) *httptest.Server {
	t.Helper()
	none := http.NotFoundHandler()
	c := Config{
		Realtime: none, Signalling: none, MediaWebhook: none, Files: files(), Package: npmPackage(), Clock: clockwork.NewRealClock(),
		Ready:        func() error { return nil },
		NewAttemptID: func() string { return "A" }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if change != nil {
		change(&c)
	}
	s := httptest.NewServer(New(c))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, url string, header map[string]string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
		if k == "Host" {
			r.Host = v
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func TestPathsOfTheCDN(t *testing.T) {
	t.Parallel()
	s := serverOf(t, nil)
	for path, want := range map[string]int{
		"/zoom-meeting-6.2.0.min.js":                200,
		"/zoom-meeting-2.18.0.min.js?ver=1":         200,
		"/6.2.0/zoom-meeting-6.2.0.min.js":          200,
		"/zoom-meeting-embedded-3.13.2.min.js":      200,
		"/5.1.4/zoom-meeting-embedded-5.1.4.min.js": 200,
		"/6.2.0/lib/vendor/react.min.js":            200,
		"/6.2.0/css/bootstrap.css":                  200,
		"/6.2.0/lib/lang/de-DE.json":                200,
		"/6.2.0/externalLinkPage.html":              200,
		"/sdk/chunks/ui-abc123.js":                  200,
		"/zoom-meeting-6.2.1.min.js":                404,
		"/10.2.3/zoom-meeting-10.2.3.min.js":        404,
		"/zoom-meeting-six.min.js":                  404,
		"/6.2.0/lib/av/x.wasm":                      404,
		"/6.2.0/../secret.txt":                      404,
		"/sdk/chunks/..%2f..%2fsecret.txt":          404,
		"/lib/vendor/..%2f..%2f..%2fsecret.txt":     404,
		"/secret.txt":                               404,
	} {
		response, body := get(t, s.URL+path, nil)
		if response.StatusCode != want && response.StatusCode != http.StatusTemporaryRedirect && response.StatusCode != http.StatusMovedPermanently {
			t.Errorf("%s: want %d, got %d", path, want, response.StatusCode)
		}
		if bytes.Equal(body, []byte("no")) {
			t.Errorf("%s shows a file that is not served", path)
		}
		if want == 200 && (response.Header.Get("Access-Control-Allow-Origin") != "*" || response.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin") {
			t.Errorf("%s cannot be loaded by an isolated page of another origin", path)
		}
	}
}

func TestCaching(t *testing.T) {
	t.Parallel()
	s := serverOf(t, nil)
	entry, plain := get(t, s.URL+"/zoom-meeting-6.2.0.min.js", nil)
	if entry.Header.Get("Cache-Control") != "no-cache" || entry.Header.Get("ETag") == "" {
		t.Fatalf("the entry is cached as %q", entry.Header.Get("Cache-Control"))
	}
	again, _ := get(t, s.URL+"/zoom-meeting-6.2.0.min.js", map[string]string{"If-None-Match": entry.Header.Get("ETag")})
	if again.StatusCode != http.StatusNotModified {
		t.Fatalf("unchanged, but %d", again.StatusCode)
	}
	chunk, _ := get(t, s.URL+"/sdk/chunks/ui-abc123.js", nil)
	if !strings.Contains(chunk.Header.Get("Cache-Control"), "immutable") {
		t.Fatalf("a chunk is cached as %q", chunk.Header.Get("Cache-Control"))
	}
	packed, body := get(t, s.URL+"/zoom-meeting-6.2.0.min.js", map[string]string{"Accept-Encoding": "br, gzip"})
	if packed.Header.Get("Content-Encoding") != "gzip" || len(body) >= len(plain) {
		t.Fatal("not compressed")
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(raw, plain) {
		t.Fatalf("compressed to something else: %v", err)
	}
}

func TestTheTarballIsTheSameEachTimeAndHoldsTheAddress(t *testing.T) {
	t.Parallel()
	first := serverOf(t, func(c *Config) { c.PublicURL = "https://meet.example" })
	second := serverOf(t, func(c *Config) { c.PublicURL = "https://meet.example" })
	_, a := get(t, first.URL+"/sdk/meetingsdk.tgz", nil)
	_, b := get(t, second.URL+"/sdk/meetingsdk.tgz", nil)
	if !bytes.Equal(a, b) || len(a) == 0 {
		t.Fatal("the same version and address gave other bytes")
	}
	content := unpack(t, a)
	if got := content["package/address.js"]; got != "export const builtInAddress = \"https://meet.example\";\n" {
		t.Fatalf("address.js is %q", got)
	}
	if got := content["package/dist/umd.min.js"]; got != "var a=`https://meet.example`,b='https://meet.example';" {
		t.Fatalf("umd.min.js is %q", got)
	}
	if got := content["package/dist/umd.min.js.map"]; got != `["anteroom://built-in-address"]` {
		t.Fatalf("a source map was changed to %q", got)
	}
	if content["package/index.js"] != `export const empty = "";` || content["package/package.json"] == "" {
		t.Fatalf("other files were changed: %v", content)
	}
	elsewhere := serverOf(t, nil)
	for _, quote := range []string{`"`, "'", "`", "${"} {
		_, c := get(t, elsewhere.URL+"/sdk/meetingsdk.tgz", map[string]string{"Host": "x" + quote + ";alert(1)//"})
		for name, text := range unpack(t, c) {
			if strings.Contains(text, quote+";alert") {
				t.Fatalf("%s: a Host header became a script: %s", name, text)
			}
		}
	}
}

func unpack(t *testing.T, packed []byte) map[string]string {
	t.Helper()
	content := map[string]string{}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		// A server may refuse an odd Host altogether.
		return content
	}
	for r := tar.NewReader(z); ; {
		header, err := r.Next()
		if err != nil {
			return content
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		content[header.Name] = string(body)
	}
}

func TestWithoutABuildAPageExplains(t *testing.T) {
	t.Parallel()
	s := serverOf(t, nil)
	if _, body := get(t, s.URL+"/", nil); !strings.Contains(string(body), "not built") {
		t.Fatalf("the start page is %q", body)
	}
}

// Every page has an icon, also one whose policy forbids almost everything.
func TestTheIconOfEveryPage(t *testing.T) {
	t.Parallel()
	s := serverOf(t, nil)
	response, body := get(t, s.URL+"/favicon.ico", nil)
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "image/x-icon" || !bytes.HasPrefix(body, []byte{0, 0, 1, 0}) {
		t.Fatalf("the icon returns %d, %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	for _, path := range []string{"/docs/errors", "/docs/errors/3712", "/docs/errors/9999"} {
		response, _ := get(t, s.URL+path, nil)
		if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self'") {
			t.Errorf("%s: the policy %q keeps the icon away", path, policy)
		}
	}
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	s := serverOf(t, nil)
	for path, want := range map[string]string{"/docs/errors/": "3712", "/docs/errors/3712": "SIGNATURE_INVALID"} {
		response, body := get(t, s.URL+path, nil)
		if response.StatusCode != http.StatusOK || !strings.Contains(string(body), want) || !strings.Contains(string(body), "not affiliated") {
			t.Errorf("%s: %d without %s", path, response.StatusCode, want)
		}
	}
	for path, want := range map[string]string{"/docs/errors/9999": "/docs/errors", "/docs/errors/3713x": "/docs/errors/3713"} {
		if response, body := get(t, s.URL+path, nil); response.StatusCode != http.StatusNotFound || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d without %s", path, response.StatusCode, want)
		}
	}
	// Addresses near those of the pages lead to them, and snippets name this server.
	for path, want := range map[string]string{"/docs": "/docs/errors", "/docs/": "/docs/errors", "/docs/error/3004": "/docs/errors", "/docs/errors/wrong_meeting_password": "/docs/errors/3004"} {
		if response, _ := get(t, s.URL+path, nil); response.StatusCode != http.StatusFound || response.Header.Get("Location") != want {
			t.Errorf("%s: %d leads to %q, not to %s", path, response.StatusCode, response.Header.Get("Location"), want)
		}
	}
	if _, body := get(t, s.URL+"/docs/errors/3712", nil); !strings.Contains(string(body), s.URL+"/dev/v1/scenarios/3712") {
		t.Error("the snippet of 3712 does not name this server")
	}
}

// Clients that stall a file as it is, without compression, share what is unpacked of it.
func TestFilesAreUnpackedOnce(t *testing.T) {
	t.Parallel()
	store := &assetStore{files: files(), ready: map[string]*asset{}}
	var first []byte
	for range 2 {
		file, ok := store.open("cdn/zoom-meeting.min.js")
		if !ok || file.gzipped == nil {
			t.Fatalf("%v, %+v", ok, file)
		}
		body, err := file.body()
		if err != nil || len(body) == 0 {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
		if first != nil && &first[0] != &body[0] {
			t.Error("unpacked again")
		}
		first = body
	}
}
