package store

import (
	"slices"
	"strings"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

func withoutNUL(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

// storable replaces the one character that PostgreSQL keeps in no text, NUL: a
// name with one would refuse the whole statement, and with it the participants
// that others take in it.
func storable(args []any) []any {
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			args[i] = withoutNUL(v)
		case []string:
			if slices.ContainsFunc(v, func(s string) bool { return strings.Contains(s, "\x00") }) {
				args[i] = column(v, withoutNUL)
			}
		}
	}
	return args
}

// The dialects of the library write texts into statements, and break off at a NUL.
type (
	sqliteDialect   struct{ *sqlitedialect.Dialect }
	postgresDialect struct{ *pgdialect.Dialect }
)

func (d sqliteDialect) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, withoutNUL(s))
}

func (d postgresDialect) AppendString(b []byte, s string) []byte {
	return d.Dialect.AppendString(b, withoutNUL(s))
}
