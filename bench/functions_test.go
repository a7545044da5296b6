package main

import (
	"slices"
	"testing"
)

func TestReadBenchmarks(t *testing.T) {
	rows := readBenchmarks([]byte(`goos: linux
pkg: github.com/anteroom/anteroom/signature
BenchmarkVerify-2   	  100000	      1056 ns/op	     480 B/op	       9 allocs/op
PASS
pkg: github.com/anteroom/anteroom/internal/store
BenchmarkReads/by-number-2  	  50000	     20.5 ns/op
ok  	github.com/anteroom/anteroom/internal/store	1.2s
`))
	want := [][]string{
		{"signature Verify", "1056 ns", "480 B", "9"},
		{"internal/store Reads/by-number", "20.5 ns", "", ""},
	}
	if !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
		t.Errorf("%q", rows)
	}
}
