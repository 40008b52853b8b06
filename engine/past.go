package engine

import (
	"slices"
	"strings"
	"time"
)

// past is what a decision needs of a past incident. The index keeps its words,
// the store the rest; a history of a hundred thousand fits in memory this way.
// Actions are read when they are compared: few ever are.
type past struct {
	id, title, symptom, service, errorType string
	severity                               Severity
	spike                                  *float64
	fix                                    string
	tried                                  []Attempt
	cost, undo, took                       string
	checkFirst                             []string
	at                                     time.Time // when it was over
	seed                                   bool
	afterChange                            bool // a change broke it
	updated                                time.Time
}

func newPast(i *Incident) *past {
	p := &past{
		id: i.ID, title: i.Title, symptom: i.Symptom, service: i.Service, errorType: i.ErrorType, severity: i.Severity, spike: i.Spike,
		fix: i.Resolution, tried: i.Tried, cost: i.Cost, undo: i.Undo, took: i.took(), checkFirst: i.CheckFirst,
		at: i.StartedAt, seed: i.Seed, updated: i.UpdatedAt, afterChange: speaksOfChange(i.Resolution) || speaksOfChange(i.RootCause),
	}
	if i.ResolvedAt != nil {
		p.at = *i.ResolvedAt
	}
	return p
}

// seen is seenOf a past incident.
func (p *past) seen() string { return seenOf(p.errorType, p.service, p.title, p.symptom) }

// took is how long it hurt: as the post-mortem tells it, else as it was measured.
func (i *Incident) took() string {
	switch {
	case i.TimeToMitigate != "" || i.Historical:
		return i.TimeToMitigate
	case i.MitigatedAt != nil:
		return lasted(i.StartedAt, *i.MitigatedAt)
	case i.ResolvedAt != nil:
		return lasted(i.StartedAt, *i.ResolvedAt)
	}
	return ""
}

// lasted is a span, "" where a sender's clock has it end before it began.
func lasted(from, to time.Time) string {
	if to.Before(from) {
		return ""
	}
	return Span(to.Sub(from))
}

// speaksOfChange reports whether a text has a word for a change that people made.
// Every past incident's texts are looked through at each start, so no regular
// expression.
func speaksOfChange(text string) bool {
	inside := false // a word
	for i := range len(text) {
		c := text[i] | 0x20 // in lower case, where it is a letter
		letter := c >= 'a' && c <= 'z'
		if letter && !inside && slices.ContainsFunc(changeWords(c), func(w string) bool { return hasPrefixFold(text[i:], w) }) {
			return true
		}
		inside = letter
	}
	return false
}

// changeWords are the beginnings of the words for a change, by their first letter.
func changeWords(first byte) []string {
	switch first {
	case 'c':
		return []string{"config"}
	case 'd':
		return []string{"deploy"}
	case 'f':
		return []string{"feature flag"}
	case 'm':
		return []string{"migrat"}
	case 'r':
		return []string{"release", "revert", "rollback", "rolled back", "roll back", "rolling back"}
	case 'u':
		return []string{"upgrad"}
	}
	return nil
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// handbook is what a decision needs of a runbook.
type handbook struct {
	id, title, service, errorType, url string
	alerts                             []string
	mitigation                         string
	seed                               bool
	updated                            time.Time
}

func newHandbook(b *Runbook) *handbook {
	h := &handbook{
		id: b.ID, title: b.Title, service: b.Service, errorType: b.ErrorType, url: b.URL, alerts: slices.Clone(b.Alerts),
		mitigation: b.Mitigation, seed: b.Seed, updated: b.UpdatedAt,
	}
	if h.mitigation == "" {
		h.mitigation = "Follow the runbook " + b.Title
	}
	return h
}
