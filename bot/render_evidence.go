package bot

import (
	"cmp"
	"strings"

	"ragoffire/engine"
)

// cited lists past incidents and runbooks beside the match, best first.
func (r *renderer) cited(d *engine.Decision, limit int) []string {
	var lines []string
	for n := range d.Evidence {
		e := &d.Evidence[n]
		if e.ID == d.Match() {
			continue
		}
		if len(lines) == limit {
			break
		}
		lines = append(lines, "• "+join(r.esc(e.ID, maxName), percent(e.Score), r.esc(e.Title, maxTitle), mark(e.Example)))
	}
	if len(lines) == 0 && d.Match() == "" {
		return []string{"nothing in history is near"}
	}
	return lines
}

// evidence lists everything a decision rests on, for the one who asks.
func (r *renderer) evidence(d *engine.Decision) *message {
	m := &message{text: "Evidence of " + r.notify(d.ID, maxName)}
	if len(d.Evidence) == 0 {
		m.add(section("Nothing in history is near. Resolve incidents with what fixed them, or import post-mortems: `rof import PATH`."))
		return m.fit()
	}
	for n := range d.Evidence[:min(len(d.Evidence), 10)] {
		e := &d.Evidence[n]
		outcome := e.Outcome
		if e.Kind == engine.KindRunbook {
			outcome = "runbook"
		}
		fix := ""
		if e.Resolution != "" {
			fix = "fix: " + r.esc(e.Resolution, 400)
		}
		m.add(section(
			join("*"+r.bold(e.ID, maxName)+"*", percent(e.Score), r.esc(e.Title, maxTitle), mark(e.Example)),
			join(r.esc(e.Service, maxName), r.esc(cmp.Or(outcome, ""), 40), r.esc(strings.Join(e.Why[:min(len(e.Why), 6)], "; "), maxLine)),
			fix,
		))
	}
	return m.fit()
}
