package history

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"ragoffire/engine"
)

// maxFrontMatter bounds what is read as YAML.
const maxFrontMatter = 64 << 10

// frontMatter takes the YAML at a document's beginning off it. Where that is no
// YAML, line says where.
func frontMatter(doc string) (values map[string]any, body string, line int, err error) {
	values = make(map[string]any)
	rest, ok := strings.CutPrefix(doc, "---\n")
	if !ok {
		rest, ok = strings.CutPrefix(doc, "---\r\n")
	}
	if !ok {
		return values, doc, 0, nil
	}
	var head strings.Builder
	closed, at := false, 0
	for l := range strings.Lines(rest) {
		at += len(l)
		if word := strings.TrimRight(l, " \t\r\n"); word == "---" || word == "..." {
			closed = true
			break
		}
		head.WriteString(l)
	}
	if !closed { // a rule at the top, not front matter
		return values, doc, 0, nil
	}
	if head.Len() > maxFrontMatter {
		return nil, "", 1, engine.Invalidf("front matter", "the front matter is longer than %d KiB; close it with a line of ---", maxFrontMatter>>10)
	}
	if line := wild(head.String()); line > 0 {
		return nil, "", 1 + line, engine.Invalidf("front matter", "the front matter nests too deep or uses aliases; write it plainly")
	}
	var read map[string]any
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(head.String(), "\r\n", "\n")), &read); err != nil {
		return nil, "", 1 + lineOf(err), engine.Invalidf("front matter", "the front matter is not YAML: %s", reason(err))
	}
	for _, k := range slices.SortedFunc(maps.Keys(read), byName) {
		if key := propertyOf(k); values[key] == nil {
			values[key] = simple(read[k])
		}
	}
	return values, rest[at:], 0, nil
}

// byName puts the rows' own names before what else people call them.
func byName(a, b string) int {
	own := func(s string) int {
		if propertyOf(s) == s {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(own(a), own(b)), strings.Compare(a, b))
}

// wild is the first line of YAML that could cost more than it is worth to read: a
// nesting that no front matter has, or an alias, which can stand for very much.
func wild(head string) (line int) {
	const deep = 16
	depth, entries, last := 0, 0, 0
	for _, t := range lexer.Tokenize(head) {
		if t.Position.Line != last {
			entries, last = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			entries++
		case token.AliasType:
			return t.Position.Line
		}
		if depth > deep || entries > deep || t.Position.IndentNum > 8*deep {
			return t.Position.Line
		}
	}
	return 0
}

// lineOf is the line that a YAML error speaks of, 0 where it speaks of none.
func lineOf(err error) int {
	if e, ok := err.(yaml.Error); ok && e.GetToken() != nil && e.GetToken().Position != nil {
		return e.GetToken().Position.Line
	}
	return 0
}

// reason is a YAML error's first line, without the excerpt below it.
func reason(err error) string {
	text := err.Error()
	if e, ok := err.(yaml.Error); ok {
		text = e.GetMessage()
	}
	text, _, _ = strings.Cut(text, "\n")
	return text
}

// propertyOf is the row's name for a property or a column, as people call it.
func propertyOf(name string) string {
	key := strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '_'
	}, strings.TrimSpace(name)), "_")
	switch key {
	case "date", "started", "start", "start_time", "incident_date", "occurred_at", "begin":
		return "started_at"
	case "resolved", "end", "end_time", "ended_at", "ended":
		return "resolved_at"
	case "name", "headline":
		return "title"
	case "alert", "alertname", "alert_name", "alert_names":
		return "alerts"
	case "runbook_url", "link":
		return "url"
	case "sev", "priority":
		return "severity"
	case "symptoms", "summary", "impact":
		return "symptom"
	case "cause", "rootcause":
		return "root_cause"
	case "fix":
		return "resolution"
	case "env":
		return "environment"
	case "spike", "spike_percent", "spike_pct":
		return "spike_percentage"
	case "body", "content":
		return "text"
	case "error", "errortype":
		return "error_type"
	}
	return key
}

// simple turns what YAML decodes to into what JSON does.
func simple(v any) any {
	switch x := v.(type) {
	case []any:
		out := make([]any, len(x))
		for n := range x {
			out[n] = simple(x[n])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k := range x {
			out[k] = simple(x[k])
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(x))
		for k := range x {
			if s, ok := k.(string); ok {
				out[s] = simple(x[k])
			}
		}
		return out
	}
	return v
}
