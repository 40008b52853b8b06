package main

import (
	"time"

	"ragoffire/engine"
)

// openingDocument says how often an alert must fire before it opens an incident.
type openingDocument struct {
	Match  map[string]string `yaml:"match"`
	Count  int               `yaml:"count"`
	Within string            `yaml:"within"`
}

// longestOpening bounds within: what fires that seldom is told each time.
const longestOpening = 7 * 24 * time.Hour

func (r *reader) readOpenings(docs []openingDocument) []engine.Opening {
	var out []engine.Opening
	for n, d := range docs {
		match, err := engine.Patterns(d.Match)
		switch {
		case err != nil:
			r.problemf("ROF_CONFIG open_after[%d]: %w", n, err)
		case len(match) == 0:
			r.problemf("ROF_CONFIG open_after[%d] needs a match; without one it would hold everything back", n)
		case d.Count < 1 || d.Count > engine.MaxOpening:
			r.problemf("ROF_CONFIG open_after[%d].count must be from 1, which is at once, to %d, not %d", n, engine.MaxOpening, d.Count)
		case d.Count > 1 && d.Within == "":
			r.problemf("ROF_CONFIG open_after[%d] needs within, such as 15m", n)
		}
		o := engine.Opening{Match: match, Count: d.Count, Within: r.duration("open_after.within", d.Within)}
		if o.Within > longestOpening {
			r.problemf("ROF_CONFIG open_after[%d].within must be at most 7d, not %s", n, d.Within)
		}
		out = append(out, o)
	}
	return out
}
