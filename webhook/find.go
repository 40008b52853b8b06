package webhook

import (
	"fmt"
	"slices"
	"strings"

	"ragoffire/engine"
)

// find is what a person looks for: sev:critical svc:checkout status:open and
// words, in any order.
type find struct {
	filter engine.IncidentFilter
	wrong  string // what of it nobody understands
}

// parseFind reads a query. A key that it does not know is a word like any other:
// titles have colons, too.
func parseFind(q string) find {
	var f find
	var words []string
	for _, w := range strings.Fields(q) {
		key, value, ok := strings.Cut(w, ":")
		switch key = strings.ToLower(key); {
		case !ok:
			words = append(words, w)
		case key == "sev" || key == "severity":
			f.filter.Severity = oneOf(&f, key, value, severities())
		case key == "svc" || key == "service":
			f.filter.Service = value
		case key == "type":
			f.filter.ErrorType = value
		case key == "status" && strings.EqualFold(value, "live"):
			f.filter.Live = true
		case key == "status" || key == "is":
			f.filter.Status = oneOf(&f, key, value, []engine.IncidentStatus{engine.Open, engine.Acknowledged, engine.Mitigated, engine.Resolved})
		default:
			words = append(words, w)
		}
	}
	f.filter.Query = strings.Join(words, " ")
	return f
}

// oneOf is the value that a text begins, such as critical for crit.
func oneOf[T ~string](f *find, key, text string, values []T) T {
	for _, v := range values {
		if text != "" && strings.HasPrefix(string(v), strings.ToLower(text)) {
			return v
		}
	}
	names := make([]string, len(values))
	for n, v := range values {
		names[n] = string(v)
	}
	f.wrong = fmt.Sprintf("%s:%s is unknown; there are %s", key, text, strings.Join(names, ", "))
	return ""
}

func severities() []engine.Severity {
	return []engine.Severity{
		engine.SeverityCritical, engine.SeverityHigh, engine.SeverityMedium, engine.SeverityLow, engine.SeverityInfo, engine.SeverityUnknown,
	}
}

// facet is a filter that is one click away, with how many it finds.
type facet struct {
	Severity engine.Severity
	N        int
	Query    string
	On       bool
}

// facets counts live incidents by severity.
func facets(q string, rows []rowView) []facet {
	chosen := parseFind(q).filter.Severity
	rest := strings.Join(slices.DeleteFunc(strings.Fields(q), func(w string) bool {
		key, _, ok := strings.Cut(strings.ToLower(w), ":")
		return ok && (key == "sev" || key == "severity")
	}), " ")
	var out []facet
	for _, sev := range severities() {
		f := facet{Severity: sev, On: sev == chosen, Query: strings.TrimSpace("sev:" + string(sev) + " " + rest)}
		for n := range rows {
			if rows[n].Severity == sev {
				f.N++
			}
		}
		if f.On {
			f.Query = rest
		}
		if f.N > 0 || f.On {
			out = append(out, f)
		}
	}
	return out
}
