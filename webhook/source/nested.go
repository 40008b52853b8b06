package source

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ragoffire/engine"
)

// child reads an object within an object; one that is not there reads as empty.
func (o object) child(key string) object {
	v := o.m[key]
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		o.wrong(key, "an object", v)
	}
	return object{at: o.path(key), m: m, fail: o.fail}
}

// has reports whether a member is there and not null.
func (o object) has(key string) bool { return o.m[key] != nil }

// children reads a list of objects; one that is not there reads as empty.
func (o object) children(key string) []object {
	items, _ := o.list(key)
	out := make([]object, 0, len(items))
	for n, v := range items {
		m, ok := v.(map[string]any)
		if !ok {
			at := key + "[" + strconv.Itoa(n) + "]"
			o.wrong(at, "an object", v)
			return nil
		}
		out = append(out, object{at: index(o.path(key), n), m: m, fail: o.fail})
	}
	return out
}

// flag reads true or false; what is not there is false.
func (o object) flag(key string) bool {
	v := o.m[key]
	b, ok := v.(bool)
	if !ok && v != nil {
		o.wrong(key, "true or false", v)
	}
	return b
}

// details reads an object of anything as texts, for what senders let their
// users fill as they like: whatever stands there is no mistake. A list or an
// object within it stays as JSON.
func (o object) details(key string) map[string]string {
	m, _ := o.m[key].(map[string]any)
	out := make(map[string]string, len(m))
	for k, v := range m {
		switch v := v.(type) {
		case nil:
		case string:
			out[engine.Clean(k)] = engine.Clean(v)
		case json.Number:
			out[engine.Clean(k)] = v.String()
		default:
			raw, _ := json.Marshal(v) // it was JSON a moment ago
			out[engine.Clean(k)] = engine.Clean(string(raw))
		}
	}
	return out
}

// listing is a map as text, a line a key.
func listing(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(k + ": " + m[k] + "\n")
	}
	return strings.TrimSpace(b.String())
}

// paragraphs joins texts that are there.
func paragraphs(texts ...string) string {
	var out []string
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return cutBytes(strings.Join(out, "\n"), maxDescription)
}

// labelled keeps the pairs that have a value.
func labelled(pairs map[string]string) map[string]string {
	maps.DeleteFunc(pairs, func(_, v string) bool { return v == "" })
	return bound(pairs)
}
