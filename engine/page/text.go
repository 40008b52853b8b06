package page

import (
	"strings"

	"ragoffire/engine"
)

// subject is a call in one line: critical: checkout prod: HighErrorRate.
func subject(c *engine.Call) string {
	where := strings.TrimSpace(c.Service + " " + c.Environment)
	if where != "" {
		where += ": "
	}
	s := strings.Join(strings.Fields(string(c.Severity)+": "+where+c.Title), " ")
	if r := []rune(s); len(r) > 150 {
		s = string(r[:149]) + "…"
	}
	return s
}

// text is a call in a few lines of plain text.
func text(c *engine.Call, public string) string {
	lines := []string{c.Why + ".", c.IncidentID + " since " + c.StartedAt.UTC().Format("2006-01-02 15:04:05") + " UTC"}
	if c.Symptom != "" && c.Symptom != c.Title {
		lines = append(lines, strings.Join(strings.Fields(c.Symptom), " "))
	}
	if l := link(public, c); l != "" {
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n") + "\n"
}

// link is where the incident's page is, where people can reach it.
func link(public string, c *engine.Call) string {
	if public == "" {
		return ""
	}
	return strings.TrimRight(public, "/") + "/i/" + c.IncidentID
}
