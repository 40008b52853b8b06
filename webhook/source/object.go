package source

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"ragoffire/engine"
)

// object is a JSON object and where it stands in its body. Its methods return
// the first of the keys that is there and not null, else the zero value; the
// first member of the wrong type is remembered and told by failed, so that a
// parser reads top to bottom and asks once.
type object struct {
	at   string
	m    map[string]any
	fail *error
}

func asObject(v any, at string) (object, error) {
	m, ok := v.(map[string]any)
	if !ok {
		field := at
		if field == "" {
			field = "body"
		}
		return object{}, engine.Invalidf(field, "%s: must be an object, is %s", field, typeName(v))
	}
	return object{at: at, m: m, fail: new(error)}, nil
}

func (o object) failed() error { return *o.fail }

func (o object) path(key string) string {
	if o.at == "" {
		return key
	}
	return o.at + "." + key
}

// bad remembers what is wrong with a member, unless something was before it.
func (o object) bad(key, format string, args ...any) {
	if *o.fail == nil {
		*o.fail = engine.Invalidf(o.path(key), "%s: %s", o.path(key), fmt.Sprintf(format, args...))
	}
}

func (o object) wrong(key, want string, v any) {
	o.bad(key, "must be %s, is %s", want, typeName(v))
}

func (o object) first(keys []string) (string, any) {
	for _, k := range keys {
		if v := o.m[k]; v != nil {
			return k, v
		}
	}
	return "", nil
}

// text reads a string.
func (o object) text(keys ...string) string {
	key, v := o.first(keys)
	if s, ok := v.(string); ok || v == nil {
		return engine.Clean(s)
	}
	o.wrong(key, "a string", v)
	return ""
}

// id reads an identifier: a string, or a number as it was written.
func (o object) id(keys ...string) string {
	key, v := o.first(keys)
	if n, ok := v.(json.Number); ok {
		return n.String()
	}
	if s, ok := v.(string); ok || v == nil {
		return engine.Clean(s)
	}
	o.wrong(key, "a string or a number", v)
	return ""
}

// labels reads an object of plain values, all as text.
func (o object) labels(key string) map[string]string {
	v := o.m[key]
	if v == nil {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		o.wrong(key, "an object of strings", v)
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		switch v := v.(type) {
		case nil:
		case string:
			out[engine.Clean(k)] = engine.Clean(v)
		case json.Number:
			out[engine.Clean(k)] = v.String()
		case bool:
			out[engine.Clean(k)] = strconv.FormatBool(v)
		default:
			o.wrong(key+"."+engine.Clean(k), "a string", v)
		}
	}
	return out
}

// list reads a list; missing reports whether there is none.
func (o object) list(key string) (items []any, missing bool) {
	v := o.m[key]
	if v == nil {
		return nil, true
	}
	items, ok := v.([]any)
	if !ok {
		o.wrong(key, "a list", v)
	}
	return items, false
}

// number reads a finite number, or a string that holds one. NaN and infinities are
// none, and no mistake.
func (o object) number(keys ...string) *float64 {
	key, v := o.first(keys)
	switch v := v.(type) {
	case nil:
		return nil
	case json.Number:
		if n := parseNumber(v.String()); n != nil {
			return n
		}
		o.bad(key, "%.40s is out of range", v)
		return nil
	case string:
		if n := parseNumber(v); n != nil || v == "" || isNaN(v) {
			return n
		}
	}
	o.wrong(key, "a number", v)
	return nil
}

// count reads a whole number that is not negative.
func (o object) count(key string) int {
	switch v := o.m[key].(type) {
	case nil:
		return 0
	case json.Number:
		if n, err := strconv.ParseUint(v.String(), 10, 31); err == nil {
			return int(n)
		}
	}
	o.wrong(key, "a whole number", o.m[key])
	return 0
}

// time reads a point in time; the zero time stands for none.
func (o object) time(keys ...string) time.Time {
	key, v := o.first(keys)
	var text string
	switch v := v.(type) {
	case nil:
		return time.Time{}
	case json.Number:
		text = v.String()
	case string:
		text = v
	default:
		o.wrong(key, "a time", v)
		return time.Time{}
	}
	t, ok := parseTime(text)
	if !ok {
		o.bad(key, "%.60q is not a time; RFC 3339 is understood, such as 2026-11-23T02:50:33Z", text)
	}
	return t
}
