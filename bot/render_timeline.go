package bot

import (
	"strings"

	"ragoffire/engine"
)

// joinedShown is up to how many alerts that join one after the other are told one
// by one.
const joinedShown = 3

// passage is what a line of a timeline tells: an entry, or a run of alerts that
// joined.
type passage struct {
	first, last *engine.Entry
	count       int
}

// passages makes lines of entries: a crowd of alerts that join is one.
func passages(entries []engine.Entry) []passage {
	var all []passage
	for n := 0; n < len(entries); n++ {
		run := n
		for run+1 < len(entries) && entries[n].Kind == "joined" && entries[run+1].Kind == "joined" {
			run++
		}
		if run-n < joinedShown {
			all = append(all, passage{&entries[n], &entries[n], 1})
			continue
		}
		all = append(all, passage{&entries[n], &entries[run], run - n + 1})
		n = run
	}
	return all
}

// timelineLines are entries as lines, the last of them where there are too many.
func (r *renderer) timelineLines(entries []engine.Entry, most int) []string {
	var lines []string
	told := passages(entries)
	if skipped := len(told) - most; skipped > 0 {
		lines = append(lines, "… "+itoa(skipped)+" earlier")
	}
	for _, p := range told[max(0, len(told)-most):] {
		e := p.first
		kind, text := saying(e)
		if p.count > 1 {
			lines = append(lines, join(clock(e.At), "joined", count(p.count, "alert")+" till "+clock(p.last.At), "the last "+r.esc(p.last.Text, maxName)))
			continue
		}
		who := ""
		if e.Actor != "" {
			who = r.person(e.Actor)
		}
		lines = append(lines, join(clock(e.At), r.esc(kind, 40), who, r.esc(text, maxTitle)))
	}
	return lines
}

// saying is an entry's kind in words, and its text without them.
func saying(e *engine.Entry) (kind, text string) {
	kind = strings.ReplaceAll(e.Kind, "_", " ")
	if text, ok := strings.CutPrefix(e.Text, kind); ok && e.Kind != "note" && (text == "" || text[0] == ' ') {
		return kind, strings.TrimSpace(text)
	}
	return kind, e.Text
}
