package account

import (
	"errors"
	"fmt"
)

// ErrNotFound is something that does not exist (any more). Repositories return an
// error that matches it.
var ErrNotFound = errors.New("not found")

// FieldError reports which input a change cannot be made with, and why. Where
// several are wrong at once, the error joins one for each.
type FieldError struct {
	// Field is named as it is in the API, e.g. "transferTo".
	Field string
	// Reason completes the sentence "<field> …".
	Reason string
}

// Error joins field and reason.
func (e *FieldError) Error() string { return e.Field + " " + e.Reason }

// Wrong is a FieldError with a reason that is put together as fmt does it.
func Wrong(field, format string, args ...any) error {
	return &FieldError{Field: field, Reason: fmt.Sprintf(format, args...)}
}

// named says which input names what does not exist; other errors stay as they are.
func named(field string, err error) error {
	if errors.Is(err, ErrNotFound) {
		return errors.Join(Wrong(field, "does not exist"), ErrNotFound)
	}
	return err
}
