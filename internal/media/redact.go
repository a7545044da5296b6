package media

import (
	"net/url"
	"strings"
)

// RedactQuery replaces the value of access_token in a raw query, so that an access
// log does not keep a credential. Everything else stays byte for byte.
func RedactQuery(raw string) string {
	parts := strings.Split(raw, "&")
	for i, p := range parts {
		name, _, hasValue := strings.Cut(p, "=")
		// The name may be percent-encoded; servers decode it.
		if decoded, err := url.QueryUnescape(name); hasValue && err == nil && decoded == "access_token" {
			parts[i] = name + "=redacted"
		}
	}
	return strings.Join(parts, "&")
}
