package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// databases opens a source of fresh databases, and returns how to close it.
type databases func() (fresh func(context.Context) (string, error), done func())

// sqliteDatabases are made by the server, in each test server's own folder.
func sqliteDatabases() (func(context.Context) (string, error), func()) {
	return func(context.Context) (string, error) { return "", nil }, func() {}
}

// postgresDatabases are made in a throw-away cluster.
func postgresDatabases() (func(context.Context) (string, error), func()) {
	b := &benchTB{}
	return b.fresh, func() {
		b.cleanup()
		pgtest.Stop()
	}
}

// benchTB stands where a test would, for the throw-away cluster is made for tests.
// It records what is to be undone.
type benchTB struct {
	testing.TB
	undo []func()
}

// refused carries what a test would have failed with.
type refused struct{ error }

func (b *benchTB) fresh(context.Context) (url string, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case refused:
			err = p.error
		default:
			panic(p)
		}
	}()
	// One database at a time: the one before has been measured.
	b.cleanup()
	return pgtest.URL(b), nil
}

func (b *benchTB) cleanup() {
	for _, undo := range b.undo {
		undo()
	}
	b.undo = nil
}

// Helper, Cleanup, Skip, Fatalf and Errorf are what the cluster asks of a test.

func (b *benchTB) Helper() {}

// Cleanup keeps an undoing for later.
func (b *benchTB) Cleanup(undo func()) { b.undo = append(b.undo, undo) }

// Skip means that there is no PostgreSQL.
func (b *benchTB) Skip(args ...any) { panic(refused{fmt.Errorf("%s", fmt.Sprint(args...))}) }

// Fatalf means that there is one and it cannot be used.
func (b *benchTB) Fatalf(format string, args ...any) { panic(refused{fmt.Errorf(format, args...)}) }

// Errorf is a database that cannot be dropped.
func (b *benchTB) Errorf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}
