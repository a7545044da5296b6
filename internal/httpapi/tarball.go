package httpapi

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/web"
)

// builtInAddress stands in the scripts of the npm package where each server
// fills in its own address. It is an address that no browser can use, so that a
// package from elsewhere is without one.
const builtInAddress = "anteroom://built-in-address"

func isScript(name string) bool {
	return strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".cjs")
}

// tarball serves the npm package with this server's address in it. The same
// version and address always give the same bytes, so that lock files hold.
func (a *api) tarball(w http.ResponseWriter, r *http.Request) {
	if a.Package == nil {
		crossOrigin(w.Header())
		http.NotFound(w, r)
		return
	}
	address := a.origin(r)
	a.tarballs.Lock()
	packed, ok := a.tarballs.packed[address]
	if !ok {
		body, err := packPackage(a.Package, address)
		if err != nil {
			a.tarballs.Unlock()
			crossOrigin(w.Header())
			http.NotFound(w, r)
			return
		}
		packed = newAsset("meetingsdk.tgz", body)
		packed.contentType = "application/gzip"
		// Host names come from outside: remember few.
		if len(a.tarballs.packed) >= 16 {
			clear(a.tarballs.packed)
		}
		a.tarballs.packed[address] = packed
	}
	a.tarballs.Unlock()
	packed.serve(w, r, cacheAsk)
}

// packPackage packs the files of the npm package with this server's address in them.
func packPackage(files []byte, address string) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	err = web.WritePackage(z, func(add func(name string, body []byte) error) error {
		return web.EachPackageFile(files, func(name string, body []byte) error {
			if isScript(name) {
				body = bytes.ReplaceAll(body, []byte(builtInAddress), []byte(jsText(address)))
			}
			return add(name, body)
		})
	})
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// jsText is text as a script writes it between quotes of any of its three
// kinds. A Host header is not to be trusted to be a name.
func jsText(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return strings.NewReplacer("<", `\x3c`, "`", `\x60`, "'", `\x27`, "$", `\x24`).Replace(quoted[1 : len(quoted)-1])
}
