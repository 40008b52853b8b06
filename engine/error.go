package engine

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms a front end can act on. Each front end
// maps the kinds once: webhook to HTTP status codes, bot to the words of an
// ephemeral answer.
type Kind string

// The kinds of error. Anything that is not an *Error is internal: it is logged
// and never shown.
const (
	Invalid     Kind = "invalid"     // the input is wrong; Field names where
	NotFound    Kind = "not_found"   // no such id
	Conflict    Kind = "conflict"    // somebody else was first, or the state forbids it
	Denied      Kind = "denied"      // this person may not
	Unavailable Kind = "unavailable" // try again later; nothing was stored
)

// Error is the one error type that people may read. Text is a complete line:
// what was wrong, where, and what to do.
type Error struct {
	Kind  Kind
	Field string // the input field, for Invalid; may be empty
	Text  string
	Err   error // the cause, for the log only
}

// Error implements the error interface; it includes the cause, which Text does not.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Text, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Text)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain, or "" for an
// internal error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// Invalidf reports wrong input in field.
func Invalidf(field, format string, args ...any) error {
	return &Error{Kind: Invalid, Field: field, Text: fmt.Sprintf(format, args...)}
}

// NotFoundf reports an id that names nothing.
func NotFoundf(format string, args ...any) error {
	return &Error{Kind: NotFound, Text: fmt.Sprintf(format, args...)}
}

// Conflictf reports a change that the present state forbids.
func Conflictf(format string, args ...any) error {
	return &Error{Kind: Conflict, Text: fmt.Sprintf(format, args...)}
}
