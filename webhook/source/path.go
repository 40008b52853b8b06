package source

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"ragoffire/engine"
)

const (
	// maxFound bounds what one path finds for a text: one made of more says nothing,
	// and a mapping with each asks for it once per member.
	maxFound = 32
	// maxText bounds a text before its field's own cap cuts it.
	maxText = 2 * maxDescription
)

// path leads to values of a body: $.alert.tags[0], $['a key'], $.list[*].name.
// It begins at $, the body; at @, the alert, which is a member of each or else
// the body; or at $labels, the labels that were read before.
type path struct {
	text  string
	root  string
	steps []step
}

// step goes to a member by its name, to an item by its number, or to all items.
type step struct {
	name  string
	index int
	all   bool
}

const (
	rootBody   = "$"
	rootMember = "@"
	rootLabels = "$labels"
)

// scope is what paths lead into.
type scope struct {
	body, member any
	labels       map[string]string
	absent       patterns // texts that stand for nothing
}

func parsePath(text string) (path, error) {
	p := path{text: text}
	bad := func(why string) (path, error) {
		return path{}, fmt.Errorf("%q is no path: %s", text, why)
	}
	var rest string
	for _, root := range []string{rootLabels, rootBody, rootMember} {
		after, ok := strings.CutPrefix(text, root)
		if ok && (after == "" || after[0] == '.' || after[0] == '[') {
			p.root, rest = root, after
			break
		}
	}
	if p.root == "" {
		return bad("it begins with $., @. or $labels.")
	}
	for rest != "" {
		var s step
		var why string
		if rest[0] == '.' {
			s, rest, why = parseName(rest[1:])
		} else {
			s, rest, why = parseBrackets(rest[1:])
		}
		if why != "" {
			return bad(why)
		}
		p.steps = append(p.steps, s)
	}
	if p.root == rootLabels && (len(p.steps) != 1 || p.steps[0].name == "") {
		return bad("a label follows $labels, such as $labels.service")
	}
	return p, nil
}

// parseName reads the name after a dot.
func parseName(s string) (name step, rest, why string) {
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		end = len(s)
	}
	switch {
	case end == 0:
		return step{}, "", "a name is missing after a dot"
	case strings.ContainsAny(s[:end], " \t\r\n]{}\"'"):
		return step{}, "", "a name with blanks or quotes is written ['like this']"
	}
	return step{name: s[:end]}, s[end:], ""
}

// parseBrackets reads what follows an opening bracket.
func parseBrackets(s string) (inside step, rest, why string) {
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		name, rest, ok := strings.Cut(s[1:], s[:1]+"]")
		if !ok || name == "" {
			return step{}, "", "a quoted name does not end"
		}
		return step{name: name}, rest, checkNext(rest)
	}
	word, rest, ok := strings.Cut(s, "]")
	if !ok {
		return step{}, "", "a bracket does not end"
	}
	if word == "*" {
		return step{all: true}, rest, checkNext(rest)
	}
	n, err := strconv.ParseUint(word, 10, 16)
	if err != nil {
		return step{}, "", "brackets hold a number, * or a quoted name"
	}
	return step{index: int(n)}, rest, checkNext(rest)
}

func checkNext(rest string) string {
	if rest != "" && rest[0] != '.' && rest[0] != '[' {
		return "a dot or a bracket is missing"
	}
	return ""
}

// find returns what the path leads to; null counts as nothing.
func (p path) find(s *scope) []any {
	if p.root == rootLabels {
		if v, ok := s.labels[p.steps[0].name]; ok {
			return []any{v}
		}
		return nil
	}
	found := []any{s.body}
	if p.root == rootMember {
		found[0] = s.member
	}
	for _, st := range p.steps {
		found = st.from(found, maxFound)
	}
	return slices.DeleteFunc(found, func(v any) bool { return v == nil })
}

// members are all alerts that the path of each leads to, those of several lists in
// turn. It is not ok where it leads nowhere; a list that is there may be empty.
func (p path) members(s *scope) (all []any, ok bool) {
	found := []any{s.body}
	for _, st := range p.steps {
		empty := st.all && slices.ContainsFunc(found, isList)
		if found = st.from(found, math.MaxInt); len(found) == 0 && empty {
			return nil, true
		}
	}
	found = slices.DeleteFunc(found, func(v any) bool { return v == nil })
	for _, v := range found {
		if list, ok := v.([]any); ok {
			all = append(all, list...)
			continue
		}
		all = append(all, v)
	}
	return all, len(found) > 0
}

func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}

// from goes one step from each of the values; at most that many are found.
func (st step) from(values []any, most int) []any {
	var out []any
	for _, v := range values {
		if m, ok := v.(map[string]any); ok && st.name != "" {
			out = append(out, m[st.name])
		}
		items, ok := v.([]any)
		switch {
		case !ok || st.name != "":
		case st.all:
			out = append(out, items[:min(len(items), most)]...)
		case st.index < len(items):
			out = append(out, items[st.index])
		}
		if len(out) >= most {
			return out[:most]
		}
	}
	return out
}

// read is the text of what the path leads to; several are joined by commas.
func (p path) read(s *scope) string {
	text := strings.TrimSpace(engine.Clean(render(p.find(s))))
	if text != "" && s.absent.match(text) {
		return ""
	}
	return text
}

// field is how an error names the path, at being where its member stands, or
// its body where there are several.
func (p path) field(at string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(p.text, rootBody), rootMember)
	name = strings.TrimPrefix(name, ".")
	if at != "" && (p.root == rootMember || at[0] == '[') {
		return strings.TrimSuffix(at+"."+name, ".")
	}
	return name
}

// render is a value as people read it: a list with commas, an object as
// name=value.
func render(v any) string {
	var parts []string
	length := 0
	keep := func(text string) {
		if text != "" && length < maxText {
			parts, length = append(parts, text), length+len(text)
		}
	}
	separator := ", "
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			keep(render(item))
		}
	case map[string]any:
		separator = " "
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if text := render(v[k]); text != "" {
				keep(k + "=" + text)
			}
		}
	case string:
		keep(v)
	default:
		text, _ := plain(v)
		keep(text)
	}
	text := strings.Join(parts, separator)
	return text[:min(len(text), maxText)]
}
