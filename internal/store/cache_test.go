package store

import (
	"errors"
	"fmt"
	"testing"
)

func TestCacheKeepsNoOldValues(t *testing.T) {
	c := newCache[int](false)
	// A value read before a write must not be kept after it.
	got, err := c.get("a", func() (int, error) {
		c.forget("a")
		return 1, nil
	})
	if got != 1 || err != nil {
		t.Fatalf("get = %d, %v", got, err)
	}
	load := func(n int) func() (int, error) { return func() (int, error) { return n, nil } }
	if got, _ := c.get("a", load(2)); got != 2 {
		t.Fatalf("get = %d, want what is read anew", got)
	}
	if got, _ := c.get("a", load(3)); got != 2 {
		t.Fatalf("get = %d, want what is kept", got)
	}
	c.forgetWhere(func(n int) bool { return n == 2 })
	if got, _ := c.get("a", load(4)); got != 4 {
		t.Fatalf("get = %d, want what is read anew", got)
	}
	broken := errors.New("broken")
	if _, err := c.get("b", func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Fatalf("the error is %v", err)
	}
	if got, _ := c.get("b", load(5)); got != 5 {
		t.Fatalf("get = %d: an error was kept", got)
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache[int](false)
	for i := range cacheSize + 100 {
		if _, err := c.get(fmt.Sprint(i), func() (int, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.entries) != cacheSize {
		t.Fatalf("%d entries are kept", len(c.entries))
	}
}
