package source

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ragoffire/engine"
)

// maxPairs is how many labels an object may have and still be one of labels.
const maxPairs = 1000

// pairs are labels in one of the shapes that senders give them: an object; a
// list of "name:value" or "name=value", of {name, value} or of objects; such a
// list as a text with commas; or any of these as JSON in a text. Words that are
// no pair become the label tags. What is no label is left out: a sender's own
// fields (_raw), and members that are objects themselves.
func pairs(v any) map[string]string {
	out := make(map[string]string)
	var bare []string
	add(out, &bare, v, true)
	if len(bare) > 0 && out["tags"] == "" {
		out["tags"] = strings.Join(bare, ", ")
	}
	return out
}

func add(out map[string]string, bare *[]string, v any, mayBeJSON bool) {
	switch v := v.(type) {
	case string:
		addText(out, bare, strings.TrimSpace(engine.Clean(v)), mayBeJSON)
	case []any:
		for _, item := range v[:min(len(v), maxPairs)] {
			if text, ok := item.(string); ok {
				addPair(out, bare, strings.TrimSpace(engine.Clean(text)))
				continue
			}
			if m, ok := item.(map[string]any); ok {
				add(out, bare, m, false)
			}
		}
	case map[string]any:
		if name, value, ok := named(v); ok {
			if value == "" {
				*bare = append(*bare, name)
			}
			put(out, name, value)
			return
		}
		if len(v) > maxPairs {
			return
		}
		for k, member := range v {
			if text, ok := plain(member); ok {
				put(out, engine.Clean(k), text)
			}
		}
	}
}

func addText(out map[string]string, bare *[]string, text string, mayBeJSON bool) {
	if mayBeJSON && text != "" && (text[0] == '{' || text[0] == '[') {
		if v, err := decode([]byte(text)); err == nil {
			add(out, bare, v, false)
			return
		}
	}
	for n, one := range strings.Split(text, ",") {
		if n == maxPairs {
			return
		}
		addPair(out, bare, strings.TrimSpace(one))
	}
}

func addPair(out map[string]string, bare *[]string, text string) {
	at := strings.IndexAny(text, ":=")
	switch {
	case text == "" || text == "*":
	case at > 0:
		put(out, strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+1:]))
	case len(*bare) < maxLabels:
		*bare = append(*bare, text)
	}
}

// put keeps the first value of a label.
func put(out map[string]string, name, value string) {
	if name == "" || value == "" || strings.HasPrefix(name, "_") {
		return
	}
	if _, ok := out[name]; !ok {
		out[name] = value
	}
}

// named reads {"name": …, "value": …}, whatever else stands there.
func named(m map[string]any) (name, value string, ok bool) {
	at := func(keys ...string) (string, bool) {
		for _, k := range keys {
			if text, ok := plain(m[k]); ok {
				return text, true
			}
		}
		return "", false
	}
	name, isNamed := at("name", "key", "tag", "Name", "Key")
	value, hasValue := at("value", "Value")
	return name, value, isNamed && hasValue
}

// plain is the text of a value that is no list and no object.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(engine.Clean(v)), true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// agreed are the labels on which several sets agree: a condition with two
// offending services says nothing of one.
func agreed(sets []map[string]string) map[string]string {
	if len(sets) == 0 {
		return nil
	}
	out := maps.Clone(sets[0])
	maps.DeleteFunc(out, func(k, v string) bool {
		return slices.ContainsFunc(sets[1:], func(m map[string]string) bool { return m[k] != v })
	})
	return out
}
