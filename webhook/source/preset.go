package source

import (
	"embed"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// presets are the kinds of source whose mappings come along, in order.
func presets() []string {
	files, err := presetFiles.ReadDir("presets")
	if err != nil {
		panic(err) // embedded, so there
	}
	kinds := make([]string, len(files))
	for n, f := range files {
		kinds[n] = strings.TrimSuffix(f.Name(), ".yaml")
	}
	return kinds
}

// preset is the mapping of a kind, as it is written; ok is false where none
// comes along.
func preset(kind string) (spec map[string]any, ok bool) {
	b, err := presetFiles.ReadFile("presets/" + kind + ".yaml")
	if err != nil {
		return nil, false
	}
	if err := yaml.Unmarshal(b, &spec); err != nil {
		panic(fmt.Errorf("preset %s: %w", kind, err))
	}
	return spec, true
}

// mapped are the parsers of the presets, each made when it is first needed: a
// team has a few of them. One that is no good is a mistake of ours, which no
// setting can mend.
func mapped() map[string]Parser {
	kinds := make(map[string]Parser)
	for _, kind := range presets() {
		parse := sync.OnceValue(func() Parser {
			p, problems := Mapped(kind, nil)
			if len(problems) > 0 {
				panic(fmt.Errorf("preset %s: %w", kind, problems[0]))
			}
			return p
		})
		kinds[kind] = func(in Input) (Parsed, error) { return parse()(in) }
	}
	return kinds
}

// Mapped returns the parser of a kind of source with a mapping of the user's,
// which says what is different from the kind's own; that of generic reads our
// format. It reports all that is wrong, each with the key it stands at.
func Mapped(kind string, own map[string]any) (Parser, []Problem) {
	spec, ok := preset(kind)
	if !ok {
		return nil, []Problem{{Err: fmt.Errorf("kind %s has none; a map goes with %s", kind, strings.Join(presets(), ", "))}}
	}
	m, problems := compile(overlay(spec, own))
	if len(problems) > 0 {
		return nil, problems
	}
	return m.parse, nil
}

// overlay is a mapping with what is different in another. Of maps of words and
// of links the single entries are replaced, of the rest each key as a whole.
func overlay(spec, own map[string]any) map[string]any {
	out := maps.Clone(spec)
	if out == nil {
		out = make(map[string]any, len(own))
	}
	for key, v := range own {
		before, one := out[key].(map[string]any)
		after, other := v.(map[string]any)
		switch key {
		case "statuses", "severities", "comparators", "links":
			if one && other {
				both := maps.Clone(before)
				maps.Copy(both, after)
				v = both
			}
		}
		out[key] = v
	}
	return out
}
