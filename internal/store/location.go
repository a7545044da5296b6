package store

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// location is where a database is: a PostgreSQL URL or an SQLite file.
type location struct {
	postgres bool
	address  string
}

func parseURL(text string) (location, error) {
	switch {
	case text == "":
		return location{}, errors.New("database: no path or URL is given")
	case strings.HasPrefix(text, "postgres://"), strings.HasPrefix(text, "postgresql://"):
		if _, err := url.Parse(text); err != nil {
			// The parser's own words would repeat the password.
			return location{}, errors.New("database: the postgres URL is malformed")
		}
		return location{postgres: true, address: text}, nil
	case strings.HasPrefix(text, "sqlite:"):
		path := strings.TrimPrefix(strings.TrimPrefix(text, "sqlite:"), "//")
		if path == "" {
			return location{}, errors.New("database: sqlite:// has no file name")
		}
		return location{address: path}, nil
	case strings.Contains(text, "://"):
		return location{}, fmt.Errorf("database: %q is neither a path nor sqlite:// nor postgres://", scheme(text))
	}
	return location{address: text}, nil
}

func scheme(text string) string { return text[:strings.Index(text, "://")+3] }
