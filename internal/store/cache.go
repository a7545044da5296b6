package store

import "sync"

// cacheSize is how many entries a cache keeps at most.
const cacheSize = 50_000

// cache keeps what was read by its key, until it is written. On a database
// that other nodes write to it keeps nothing.
//
// A reader that began before a write must not put back what it read then: a
// value is kept only if no write has happened since its reading began.
type cache[T any] struct {
	off     bool
	mu      sync.RWMutex
	entries map[string]T
	writes  uint64
}

func newCache[T any](off bool) *cache[T] {
	return &cache[T]{off: off, entries: map[string]T{}}
}

// get answers the value of key, read by load if it is not kept.
func (c *cache[T]) get(key string, load func() (T, error)) (T, error) {
	if c.off {
		return load()
	}
	c.mu.RLock()
	value, ok := c.entries[key]
	writes := c.writes
	c.mu.RUnlock()
	if ok {
		return value, nil
	}
	value, err := load()
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writes == writes {
		if len(c.entries) >= cacheSize {
			for old := range c.entries {
				delete(c.entries, old)
				break
			}
		}
		c.entries[key] = value
	}
	return value, nil
}

// forget drops what was written.
func (c *cache[T]) forget(keys ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	for _, key := range keys {
		delete(c.entries, key)
	}
}

// revise replaces a kept value by what change makes of it; change copies.
func (c *cache[T]) revise(key string, change func(T) T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	if value, ok := c.entries[key]; ok {
		c.entries[key] = change(value)
	}
}

// forgetWhere drops everything that matches.
func (c *cache[T]) forgetWhere(match func(T) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	for key, value := range c.entries {
		if match(value) {
			delete(c.entries, key)
		}
	}
}
