package store

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// statement is one SQL text of the hot path, written once with question marks
// and known to both dialects. Its index finds the prepared form.
type statement struct {
	index        int
	lite, dollar string
	// returns marks a change that returns rows.
	returns bool
}

var statements int

// define registers a statement; it is called for package variables only.
func define(text string) *statement { return defineEach(text, text) }

// defineEach registers a statement whose dialects differ.
func defineEach(lite, postgres string) *statement {
	st := &statement{index: statements, lite: lite, dollar: dollars(postgres), returns: strings.Contains(lite, " RETURNING ")}
	statements++
	return st
}

// dollars turns question marks into PostgreSQL's numbered parameters. No
// statement here has a question mark in a literal.
func dollars(text string) string {
	var b strings.Builder
	n := 0
	for _, c := range text {
		if c != '?' {
			b.WriteRune(c)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}

// runner runs statements, inside a transaction or as a mere reader.
type runner interface {
	exec(st *statement, args ...any) (int64, error)
	query(st *statement, args ...any) (*sql.Rows, error)
	// orm is where bun's queries run.
	orm() bun.IConn
	// after does something once the transaction is kept, and not otherwise.
	after(do func())
}

// scanner is a row being read.
type scanner interface{ Scan(into ...any) error }

// list reads every row.
func list[T any](r runner, scan func(scanner) (T, error), st *statement, args ...any) ([]T, error) {
	rows, err := r.query(st, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, rows.Err()
}

// first reads one row; ErrNotFound if there is none.
func first[T any](r runner, scan func(scanner) (T, error), st *statement, args ...any) (T, error) {
	var none T
	rows, err := r.query(st, args...)
	if err != nil {
		return none, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return none, err
		}
		return none, ErrNotFound
	}
	item, err := scan(rows)
	if err != nil {
		return none, err
	}
	// SQLite carries out the rest of a RETURNING statement only here.
	for rows.Next() {
	}
	return item, rows.Err()
}

func scanNumber(row scanner) (int64, error) {
	var n int64
	err := row.Scan(&n)
	return n, err
}

func scanText(row scanner) (string, error) {
	var text string
	err := row.Scan(&text)
	return text, err
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
