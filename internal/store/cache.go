package store

import (
	"reflect"
	"sync"
	"time"
)

// cacheBytes is how much the entries of one cache may take in memory, about.
const cacheBytes = 8 << 20

// cache caches what was read by its key, until it is written. On a database that
// other nodes write to it keeps nothing.
//
// A reader that began before a write must not put back what it read then: a value
// is stored only if no write has happened since its reading began.
type cache[T any] struct {
	off     bool
	mu      sync.RWMutex
	entries map[string]cached[T]
	bytes   int
	writes  uint64
}

// cached is a value and what it takes in memory.
type cached[T any] struct {
	value T
	bytes int
}

func newCache[T any](off bool) *cache[T] {
	return &cache[T]{off: off, entries: map[string]cached[T]{}}
}

// get returns the value of key, read by load if it is not kept.
func (c *cache[T]) get(key string, load func() (T, error)) (T, error) {
	if c.off {
		return load()
	}
	c.mu.RLock()
	stored, ok := c.entries[key]
	writes := c.writes
	c.mu.RUnlock()
	if ok {
		return stored.value, nil
	}
	value, err := load()
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writes == writes {
		c.put(key, value)
	}
	return value, nil
}

// put stores a value, and drops others to make room for it.
func (c *cache[T]) put(key string, value T) {
	c.drop(key)
	size := 2*len(key) + cacheEntryBytes + bytesOf(reflect.ValueOf(&value))
	if size > cacheBytes {
		return
	}
	for old := range c.entries {
		if c.bytes+size <= cacheBytes {
			break
		}
		c.drop(old)
	}
	c.entries[key] = cached[T]{value, size}
	c.bytes += size
}

func (c *cache[T]) drop(key string) {
	c.bytes -= c.entries[key].bytes
	delete(c.entries, key)
}

// forget drops what was written.
func (c *cache[T]) forget(keys ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	for _, key := range keys {
		c.drop(key)
	}
}

// revise replaces a kept value by what change makes of it; change copies.
func (c *cache[T]) revise(key string, change func(T) T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	if stored, ok := c.entries[key]; ok {
		c.put(key, change(stored.value))
	}
}

// forgetWhere drops everything that matches.
func (c *cache[T]) forgetWhere(match func(T) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	for key, stored := range c.entries {
		if match(stored.value) {
			c.drop(key)
		}
	}
}

// cacheEntryBytes is what the map takes for an entry, beside key and value.
const cacheEntryBytes = 64

var timeType = reflect.TypeFor[time.Time]()

// bytesOf is what a value holds on to, beside its own size.
func bytesOf(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer:
		if v.IsNil() {
			return 0
		}
		return int(v.Elem().Type().Size()) + bytesOf(v.Elem())
	case reflect.Slice:
		n = v.Cap() * int(v.Type().Elem().Size())
		for i := range v.Len() {
			n += bytesOf(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			n += bytesOf(v.Index(i))
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			n += int(key.Type().Size()+value.Type().Size()) + bytesOf(key) + bytesOf(value)
		}
	case reflect.Struct:
		if v.Type() == timeType { // its zone is shared
			return 0
		}
		for i := range v.NumField() {
			n += bytesOf(v.Field(i))
		}
	}
	return n
}
