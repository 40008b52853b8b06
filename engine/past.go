package engine

import (
	"slices"
	"time"

	"ragoffire/engine/retrieval"
)

// past is what a decision needs of a past incident. The index keeps its words,
// the store the rest; a history of a hundred thousand fits in memory this way.
type past struct {
	id, title, symptom, service, errorType string
	spike                                  *float64
	fix                                    action
	tried                                  []attempt
	cost, undo, took                       string
	checkFirst                             []string
	at                                     time.Time // when it was over
	seed                                   bool
	afterChange                            bool // a change broke it
	updated                                time.Time
}

// attempt is one thing tried in a past incident, comparable.
type attempt struct {
	action
	result Result
	note   string
}

func newPast(i *Incident) *past {
	p := &past{
		id: i.ID, title: i.Title, symptom: i.Symptom, service: i.Service, errorType: i.ErrorType, spike: i.Spike,
		fix: readAction(i.Resolution), cost: i.Cost, undo: i.Undo, took: i.took(), checkFirst: i.CheckFirst,
		at: i.StartedAt, seed: i.Seed, updated: i.UpdatedAt,
	}
	if i.ResolvedAt != nil {
		p.at = *i.ResolvedAt
	}
	for _, t := range i.Tried {
		p.tried = append(p.tried, attempt{readAction(t.Action), Result(t.Outcome), t.Note})
	}
	p.afterChange = changed(p.fix.stems) || changed(retrieval.Stems(i.RootCause))
	return p
}

// took is how long it hurt: as the post-mortem tells it, else as it was measured.
func (i *Incident) took() string {
	switch {
	case i.TimeToMitigate != "" || i.Historical:
		return i.TimeToMitigate
	case i.MitigatedAt != nil:
		return Span(i.MitigatedAt.Sub(i.StartedAt))
	case i.ResolvedAt != nil:
		return Span(i.ResolvedAt.Sub(i.StartedAt))
	}
	return ""
}

// changed reports whether words speak of a change that people made.
func changed(stems []string) bool {
	for _, s := range stems {
		switch s {
		case "deploy", "rollback", "revert", "config", "migration", "upgrad", "flag", "roll":
			return true
		}
	}
	return false
}

// handbook is what a decision needs of a runbook.
type handbook struct {
	id, title, service, errorType, url string
	alerts                             []string
	mitigation                         action
	seed                               bool
	updated                            time.Time
}

func newHandbook(b *Runbook) *handbook {
	h := &handbook{
		id: b.ID, title: b.Title, service: b.Service, errorType: b.ErrorType, url: b.URL, alerts: slices.Clone(b.Alerts),
		mitigation: readAction(b.Mitigation), seed: b.Seed, updated: b.UpdatedAt,
	}
	if h.mitigation.text == "" {
		h.mitigation = readAction("Follow the runbook " + b.Title)
	}
	return h
}
