package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
)

// inline are the scripts and styles that stand in a document itself, as sources
// of a Content-Security-Policy. Nothing else inline runs.
type inline struct{ scripts, styles string }

var (
	inlineScript = regexp.MustCompile(`(?is)<script>(.*?)</script>`)
	inlineStyle  = regexp.MustCompile(`(?is)<style>(.*?)</style>`)
)

func inlineOf(document []byte) inline {
	return inline{hashes(inlineScript, document), hashes(inlineStyle, document)}
}

// hashes are the sources of what the pattern finds, each with a blank before it.
func hashes(pattern *regexp.Regexp, document []byte) string {
	var out strings.Builder
	for _, found := range pattern.FindAllSubmatch(document, -1) {
		sum := sha256.Sum256(found[1])
		out.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	return out.String()
}

// documentPolicy is for documents that need nothing but what stands in them.
func documentPolicy(own inline) string {
	policy := strictPolicy
	if own.scripts != "" {
		policy += "; script-src" + own.scripts
	}
	if own.styles != "" {
		policy += "; style-src" + own.styles
	}
	return policy
}

// pagePolicy is for our own pages, meetings included. The SDK's pictures and
// backgrounds need blob: and data:, and WebAssembly; its style sheets are made by
// scripts, which needs no permission.
func (a *api) pagePolicy(own inline, framed bool) string {
	frames := "'none'"
	if framed {
		frames = "'self'"
	}
	connect := "'self'"
	if a.PublicURL != "" {
		connect += " " + a.PublicURL + " ws" + strings.TrimPrefix(a.PublicURL, "http")
	}
	return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" + own.scripts + "; style-src 'self'" + own.styles +
		"; img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self'; connect-src " + connect +
		"; worker-src 'self' blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors " + frames
}
