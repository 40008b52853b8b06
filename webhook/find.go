package webhook

import (
	"slices"
	"strings"

	"ragoffire/engine"
)

// facet is a filter that is one click away, with how many it finds.
type facet struct {
	Severity engine.Severity
	N        int
	Query    string
	On       bool
}

// facets counts live incidents by severity.
func facets(q string, rows []rowView) []facet {
	f, _ := engine.ParseFind(q)
	chosen := f.Severity
	rest := strings.Join(slices.DeleteFunc(strings.Fields(q), func(w string) bool {
		key, _, ok := strings.Cut(strings.ToLower(w), ":")
		return ok && (key == "sev" || key == "severity")
	}), " ")
	var out []facet
	for _, sev := range engine.Severities() {
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
