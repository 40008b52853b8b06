package bot

import (
	"strings"
	"time"

	"ragoffire/engine"
)

// catchup tells somebody who joins late what they need, in the order in which
// they ask: what, since when, who, what was tried, what is next.
func (r *renderer) catchup(d *engine.Detail, now time.Time) *message {
	i := &d.Incident
	if i.Historical {
		return r.past(i)
	}
	m := &message{text: "Catching up on " + r.notify(i.ID+" "+headline(i), 200)}
	m.add(
		header(dot(i)+" "+r.plain(headline(i), limitHeader-8)),
		section(r.standing(d, now), r.services(i), r.relations(i), r.dependsOn(d), "`"+r.esc(i.ID, maxName)+"`"),
	)
	if i.Symptom != "" && i.Symptom != i.Title {
		m.add(fact("Symptom", r.esc(i.Symptom, maxLine)))
	}
	if last := latest(d.Decisions); last != nil {
		m.add(fact("Looks like", r.resembles(last)))
	}
	m.add(fact("Changed before it", r.changedBefore(d.Changes)))
	m.add(fact("Tried", r.bullets(d.Attempts(), 6)))
	m.add(fact("Said", strings.Join(r.timelineLines(said(d.Timeline), 5), "\n")))
	m.add(fact("Next", r.bullets(d.Next(), 4)))
	if n := len(d.Timeline); n > 0 {
		e := &d.Timeline[n-1]
		m.add(footnote(join("last update "+clock(e.At), engine.Span(max(now.Sub(e.At), 0))+" ago", r.esc(e.Line(), maxTitle))))
	}
	return m.fit()
}

// standing is how an incident stands: only its asker sees it, so it may say how
// long that has been so.
func (r *renderer) standing(d *engine.Detail, now time.Time) string {
	i := &d.Incident
	if i.Status == engine.Resolved && !i.Flapping() {
		return join("*resolved*", severity(i.Severity), r.ending(i))
	}
	return join(
		"*"+r.esc(string(i.Status), 40)+"*", severity(i.Severity), r.size(d), since(i.StartedAt), "for "+span(i.StartedAt, now), spread(i),
		r.flapping(i), cleared(i), r.owner(i),
	)
}

func (r *renderer) resembles(d *engine.Decision) string {
	if d.Match() == "" {
		return "⚪ " + r.esc(d.Header(), maxTitle)
	}
	action := ""
	if d.RecommendedAction != nil {
		action = r.esc(*d.RecommendedAction, maxLine)
	}
	return join(r.esc(d.Match(), maxName), percent(d.ConfidenceScore), action, mark(d.Example))
}

func (r *renderer) changedBefore(changes []engine.Change) string {
	var lines []string
	for n := range changes {
		c := &changes[n]
		lines = append(lines, join(clock(c.At), r.esc(strings.TrimSpace(c.Kind+" "+c.Service+" "+c.Ref), maxTitle), r.esc(c.Title, maxTitle)))
	}
	return strings.Join(lines, "\n")
}

// said are the entries that people wrote.
func said(entries []engine.Entry) []engine.Entry {
	var list []engine.Entry
	for _, e := range entries {
		if e.Kind == "note" && e.Actor != "" || e.Kind == "update" {
			list = append(list, e)
		}
	}
	return list
}

func (r *renderer) bullets(lines []string, most int) string {
	var out []string
	for _, line := range lines[:min(len(lines), most)] {
		out = append(out, "• "+r.esc(line, maxLine))
	}
	if more := len(lines) - most; more > 0 {
		out = append(out, "and "+itoa(more)+" more")
	}
	return strings.Join(out, "\n")
}
