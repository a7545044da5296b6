package realtime

import (
	"strings"
	"testing"
)

// TestARedisThatCannotBeUsedIsNamedByItsKey checks what an operator reads who wrote a
// wrong address into the configuration.
func TestARedisThatCannotBeUsedIsNamedByItsKey(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"127.0.0.1:1":           "redis: cannot be used: dial tcp 127.0.0.1:1: connect: connection refused",
		"http://:secret@cache/": "redis: cannot be used: malformed connection address",
	} {
		_, err := New(Config{Redis: address, TokenKey: make([]byte, 32)}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
