package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"ragoffire/engine"
)

// decode reads a body as one JSON document. Numbers stay as they were written:
// some senders' ids and nanoseconds don't fit a float.
func decode(body []byte) (any, error) {
	body = Bare(body)
	if v, ok := scan(body); ok {
		return v, nil
	}
	return decodeSlowly(body)
}

// Bare is a body without the byte order mark that some senders on Windows put before
// their JSON.
func Bare(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// decodeSlowly reads what scan gives up on, and says what is wrong with it.
func decodeSlowly(body []byte) (any, error) {
	if deep(body) {
		return nil, engine.Invalidf("body", "body: nested deeper than %d levels", maxDepth)
	}
	if size := weight(body); size > maxGrowth*len(body)+smallTree {
		return nil, engine.Invalidf("body", "body: %d bytes of it would take %d MiB to read: too many small members; send fewer at once", len(body), size>>20)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, notJSON(body, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, engine.Invalidf("body", "body: more follows after the JSON document ends at byte %d", d.InputOffset())
	}
	return v, nil
}

func notJSON(body []byte, err error) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return engine.Invalidf("body", "body: empty; a JSON document is expected")
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return engine.Invalidf("body", "body: not JSON: %s at byte %d", syntax.Error(), syntax.Offset)
	}
	return engine.Invalidf("body", "body: not JSON: it ends too early")
}

// deep reports whether a body nests beyond maxDepth. It looks before the
// decoder does, so that a hostile body costs nothing.
func deep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// A body may take ten times its size once it is decoded, beyond what ten thousand
// small alerts take: a megabyte of empty objects would take fifty.
const (
	maxGrowth = 10
	smallTree = 4 << 20
)

// What a decoded value takes at most beside its text: a map with its first group
// of entries; and a value with its place in a list or map that grows.
const (
	mapWeight   = 336
	valueWeight = 56
)

// weight is what a body takes at most once it is decoded.
func weight(body []byte) int {
	size, quoted := len(body), false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			size += mapWeight
		case c == '[' || c == ',' || c == ':':
			size += valueWeight
		}
	}
	return size
}

// index is the path of a list's member.
func index(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }

// typeName says what a decoded value is, for people.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	}
	return "an object"
}
