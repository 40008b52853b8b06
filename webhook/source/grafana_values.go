package source

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// refs are the values of a rule's queries and expressions by their letters. An
// alert without any has null there, and old versions only a text.
func refs(o object) map[string]float64 {
	out := make(map[string]float64)
	m, ok := o.m["values"].(map[string]any)
	if !ok {
		return textRefs(o.text("valueString"))
	}
	for ref, v := range m {
		if n, ok := v.(json.Number); ok {
			if f := parseNumber(n.String()); f != nil {
				out[ref] = *f
			}
		}
	}
	return out
}

// textRefs reads a text such as [ var='B' labels={instance=a} value=12.5 ].
func textRefs(text string) map[string]float64 {
	out := make(map[string]float64)
	if len(text) > maxDescription {
		return out
	}
	for _, m := range regexp.MustCompile(`\[ var='([^']{1,64})'[^\[]*? value=(\S{1,32}) \]`).FindAllStringSubmatch(text, maxLabels) {
		if f := parseNumber(m[2]); f != nil {
			out[m[1]] = *f
		}
	}
	return out
}

// measured is the one value that a rule was about. Its last expression is the
// condition, of which 0 and 1 say only whether it holds; of what remains, one
// value is the answer, and several that differ are none.
func measured(values map[string]float64) *float64 {
	names := slices.Sorted(maps.Keys(values))
	if len(names) == 0 {
		return nil
	}
	last := values[names[len(names)-1]]
	if last == 0 || last == 1 {
		names = names[:len(names)-1]
	}
	var only *float64
	for _, name := range names {
		v := values[name]
		if only != nil && *only != v {
			return nil
		}
		only = &v
	}
	return only
}
