package errcode

import "strings"

// Error is a refusal, or another catalogued outcome, as a Go error value.
//
// errors.Is(err, &Error{Code: c}) matches every error of that code;
// with Cause set in the target it matches that cause only.
type Error struct {
	Code  Code
	Cause string
	// Evidence says what was seen, in words a tired person understands. It may
	// hold names of the operator's apps: in production it is for operators only.
	Evidence string
	Remedy   string
	// Err is what went wrong underneath, or nil. It is for logs, never for the wire.
	Err error
}

// New makes an error with the remedy of the cause, or of the code where the
// cause is empty or not in the catalogue.
func New(code Code, cause string) *Error {
	e := &Error{Code: code, Cause: cause}
	if c, ok := CauseOf(code, cause); ok {
		e.Remedy = c.Remedy
	} else if i, known := byCode[code]; known {
		e.Remedy = rows[i].Remedy
	}
	return e
}

// Error is the number, the name, the cause and the wire sentence in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code.String())
	if e.Cause != "" {
		b.WriteString(" (" + e.Cause + ")")
	}
	if m := e.Message(); m != "" {
		b.WriteString(": " + strings.TrimSuffix(m, "."))
	}
	if e.Evidence != "" {
		b.WriteString(": " + e.Evidence)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Message is the wire sentence of the code, empty for an unknown code.
func (e *Error) Message() string {
	if i, ok := byCode[e.Code]; ok {
		return rows[i].Message
	}
	return ""
}

// Unwrap returns what went wrong underneath.
func (e *Error) Unwrap() error { return e.Err }

// Is matches a target *Error by its code, and by its cause where that is set.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok || t == nil {
		return false
	}
	return t.Code == e.Code && (t.Cause == "" || t.Cause == e.Cause)
}

// Retryable reports whether the very same request may succeed later: as the cause
// says, or as the most common cause says where it is not known.
func (e *Error) Retryable() bool {
	if c, ok := CauseOf(e.Code, e.Cause); ok {
		return c.Retryable
	}
	if i, ok := byCode[e.Code]; ok {
		return rows[i].Retryable()
	}
	return false
}
