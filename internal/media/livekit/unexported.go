package livekit

import (
	"fmt"
	"reflect"
)

// unexported returns what a field of a library's struct points to, nil if to nothing;
// owner is a pointer to the struct. It is for what libraries hand to nobody. An error means
// that this version of the library is built otherwise.
func unexported[T any](owner any, name string) (*T, error) {
	field := reflect.ValueOf(owner).Elem().FieldByName(name)
	if !field.IsValid() || field.Type() != reflect.TypeFor[*T]() {
		return nil, fmt.Errorf("%T has no %s of the type that is expected", owner, name)
	}
	return (*T)(field.UnsafePointer()), nil
}
