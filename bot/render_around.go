package bot

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// changes are what was done to the service just before: whatever history says,
// they are looked at first.
func (r *renderer) changes(d *advice) []string {
	began := d.CreatedAt
	if d.live != nil {
		began = d.live.StartedAt
	}
	var lines []string
	for n := range d.Changes[:min(len(d.Changes), 3)] {
		c := &d.Changes[n]
		line := r.esc(c.Before(began), maxLine)
		if n == 0 && c.JustBefore(began) {
			line += ": check it first"
		}
		lines = append(lines, join(line, r.link(c.URL, "open")))
	}
	return lines
}

// onset says in which order the services of a storm were hit, and where to
// start.
func (r *renderer) onset(d *advice) string {
	if len(d.Onset) == 0 {
		return ""
	}
	const shown = 8
	first := d.Onset[0]
	line := fmt.Sprintf("%s <!date^%d^{time_secs}|%s UTC>", r.esc(first.Service, maxName), first.At.Unix(), first.At.UTC().Format("15:04:05"))
	var names []string
	for _, o := range d.Onset[1:min(len(d.Onset), shown)] {
		names = append(names, r.esc(o.Service, maxName))
	}
	if len(names) > 0 {
		line += ", then " + strings.Join(names, ", ")
	}
	if more := d.Stormed() - shown; more > 0 {
		line += " and " + itoa(more) + " more"
	}
	if d.live != nil && d.live.ID == first.IncidentID {
		return line + "\nIt began with this one."
	}
	return line + "\n" + join("Start at *"+r.bold(first.IncidentID, maxName)+"*", r.esc(first.Title, maxTitle))
}

// outdated says that newer facts have overtaken the advice, and leads to what
// answers them.
func (r *renderer) outdated(d *engine.Decision) slack.Block {
	line := title(r.esc(d.Outdated, maxLine))
	if d.SupersededBy == "" {
		return section(line)
	}
	return aside(cmp.Or(line, "There is newer advice"), button(actionEvidence, d.SupersededBy, "See new"))
}

// following ties a decision to the one before it.
func (r *renderer) following(d *advice) string { return title(r.esc(d.Following(d.before), maxLine)) }
