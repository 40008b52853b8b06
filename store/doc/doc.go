// Package doc holds what both backends agree on: how an object becomes the
// JSON document that is kept beside its indexed columns, how text and times are
// made safe on the way in, and how a page ends in a cursor.
package doc

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Encode returns v as the document that is stored. It is the last guard for
// text: PostgreSQL keeps neither U+0000 nor invalid UTF-8, so both become
// U+FFFD, on either backend.
func Encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return JSON(b), nil
}

// Decode reads a stored document into v.
func Decode(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("stored document: %w", err)
	}
	return nil
}

// JSON returns a JSON text with U+0000 and invalid UTF-8 replaced. Nothing
// becomes null, the JSON word for it.
func JSON(b []byte) []byte {
	if len(b) == 0 {
		return []byte("null")
	}
	if !utf8.Valid(b) {
		b = []byte(Text(string(b)))
	}
	if bytes.Contains(b, []byte(`\u0000`)) {
		b = noNul(b)
	}
	return b
}

// noNul replaces the escape \u0000, which is not the same as a backslash
// followed by u0000: that one is written with two backslashes.
func noNul(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != '\\' || i+1 == len(b):
			out = append(out, b[i])
		case bytes.HasPrefix(b[i:], []byte(`\u0000`)):
			out = append(out, `\ufffd`...)
			i += len(`\u0000`) - 1
		default:
			out = append(out, b[i], b[i+1])
			i++
		}
	}
	return out
}

// Text returns s with U+0000 and each byte of invalid UTF-8 replaced by U+FFFD,
// just as encoding/json does it, so that a column and its document agree.
func Text(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for _, r := range s { // an invalid byte is read as U+FFFD
		if r == 0 {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// keySize is how many bytes of a text a column that is indexed keeps. An index
// row of PostgreSQL, of at most three of them, must stay below 2.7 kB.
const keySize = 512

// Key returns s as a column that is looked up by keeps it: as Text, and where it
// is longer than any name, cut, with its hash. The document has all of it.
func Key(s string) string {
	s = Text(s)
	if len(s) <= keySize {
		return s
	}
	hash := sha256.Sum256([]byte(s))
	cut := keySize - 1 - hex.EncodedLen(len(hash))
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "#" + hex.EncodeToString(hash[:])
}

// Keys is Key of each.
func Keys(s []string) []string {
	out := make([]string, len(s))
	for i := range s {
		out[i] = Key(s[i])
	}
	return out
}

// Time returns t as it is stored: in UTC, to the microsecond.
func Time(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func timeOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	s := Time(*t)
	return &s
}

// Words returns the words of a search query in the form of Search.
func Words(query string) []string { return strings.Fields(strings.ToLower(Text(query))) }
