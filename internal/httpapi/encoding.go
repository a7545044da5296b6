package httpapi

import (
	"strconv"
	"strings"
)

// prefersGzip reports whether the Accept-Encoding fields of a request accept gzip, and no
// less than a body as it is (RFC 9110, 12.5.3). A body as it is goes to all others, for
// there is no third form.
func prefersGzip(fields []string) bool {
	const unsaid = -1.0
	gzip, identity, rest := unsaid, unsaid, unsaid
	for _, field := range fields {
		for _, part := range strings.Split(field, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip", "x-gzip":
				gzip = qvalue(parameters)
			case "identity":
				identity = qvalue(parameters)
			case "*":
				rest = qvalue(parameters)
			}
		}
	}
	if gzip == unsaid {
		gzip = rest
	}
	return gzip > 0 && gzip >= identity
}

// qvalue is the q among the parameters of a coding: 1 if there is none, and 0 if it
// cannot be read.
func qvalue(parameters string) float64 {
	for _, parameter := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}
