package engine

import (
	"strings"
	"time"
)

// Row is history as it is imported and exported: a past incident or a runbook,
// one JSON object. What it holds of an incident is what search and advice use of
// it, so an export that is imported elsewhere advises alike.
type Row struct {
	Kind        string   `json:"kind"` // KindIncident or KindRunbook
	ID          string   `json:"id,omitempty"`
	Title       string   `json:"title,omitempty"`
	Alerts      []string `json:"alerts,omitempty"` // of a runbook: the names of the alerts it is for
	ErrorType   string   `json:"error_type,omitempty"`
	Service     string   `json:"service,omitempty"`
	Environment string   `json:"environment,omitempty"`
	Severity    Severity `json:"severity,omitempty"`
	Spike       *float64 `json:"spike_percentage,omitempty"`
	Symptom     string   `json:"symptom,omitempty"`
	RootCause   string   `json:"root_cause,omitempty"`
	Resolution  string   `json:"resolution,omitempty"`
	Mitigation  string   `json:"mitigation,omitempty"` // of a runbook
	URL         string   `json:"url,omitempty"`        // of a runbook
	Text        string   `json:"text,omitempty"`

	Labels         map[string]string `json:"labels,omitempty"`
	StartedAt      *time.Time        `json:"started_at,omitempty"`
	MitigatedAt    *time.Time        `json:"mitigated_at,omitempty"`
	ResolvedAt     *time.Time        `json:"resolved_at,omitempty"`
	TimeToMitigate string            `json:"time_to_mitigate,omitempty"`
	Tried          []Attempt         `json:"tried,omitempty"`
	Cost           string            `json:"cost,omitempty"`
	Undo           string            `json:"undo,omitempty"`
	CheckFirst     []string          `json:"check_first,omitempty"`
	FollowUps      []string          `json:"follow_ups,omitempty"`
	Metrics        []Metric          `json:"metrics,omitempty"`
	Narrative      []Moment          `json:"narrative,omitempty"`
	Source         string            `json:"source,omitempty"`
	Fingerprint    string            `json:"fingerprint,omitempty"`
	Reason         Reason            `json:"reason,omitempty"`
	Seed           bool              `json:"seed,omitempty"` // an example; it stays one
}

// IncidentRow is a past incident as a row. One that lived here and was fixed
// becomes what another store would remember of it.
func IncidentRow(i *Incident) Row {
	r := Row{
		Kind: KindIncident, ID: i.ID, Title: i.Title, ErrorType: i.ErrorType, Service: i.Service, Environment: i.Environment,
		Severity: i.Severity, Spike: i.Spike, Symptom: i.Symptom, RootCause: i.RootCause, Resolution: i.Resolution, Text: i.Text,
		Labels: i.Labels, MitigatedAt: i.MitigatedAt, ResolvedAt: i.ResolvedAt, TimeToMitigate: i.took(),
		Tried: i.Tried, Cost: i.Cost, Undo: i.Undo, CheckFirst: i.CheckFirst, FollowUps: i.FollowUps,
		Metrics: i.Metrics, Narrative: i.Narrative, Source: i.Source, Fingerprint: i.Fingerprint, Reason: i.Reason, Seed: i.Seed,
	}
	if !i.StartedAt.IsZero() {
		r.StartedAt = &i.StartedAt
	}
	return r
}

// RunbookRow is a runbook as a row.
func RunbookRow(b *Runbook) Row {
	return Row{
		Kind: KindRunbook, ID: b.ID, Title: b.Title, Alerts: b.Alerts, ErrorType: b.ErrorType, Service: b.Service,
		Mitigation: b.Mitigation, URL: b.URL, Text: b.Text, Seed: b.Seed,
	}
}

// Check says whether the row is one: of a known kind, with something to search.
func (r *Row) Check() error {
	switch {
	case r.Kind == "":
		return Invalidf("kind", `kind: missing; write "incident" or "runbook"`)
	case r.Kind != KindIncident && r.Kind != KindRunbook:
		return Invalidf("kind", `kind: %.40q is unknown; write "incident" or "runbook"`, r.Kind)
	case strings.TrimSpace(r.Title+r.Symptom+r.Text) == "":
		return Invalidf("title", "title: missing; one of title, symptom and text is needed")
	case len(r.ID) > maxID:
		return Invalidf("id", "id: longer than %d bytes; shorten it", maxID)
	case r.Reason != "" && !r.Reason.Valid():
		return Invalidf("reason", "reason: %.40q is unknown; write fixed, recovered, false_alarm or duplicate", r.Reason)
	}
	return nil
}

// maxID is how long an id may be, so that it fits a path and an index.
const maxID = 255

// Incident is the past incident that a row tells of.
func (r *Row) Incident() Incident {
	i := Incident{
		ID: r.ID, Title: r.Title, ErrorType: r.ErrorType, Service: r.Service, Environment: r.Environment, Severity: r.Severity,
		Spike: r.Spike, Symptom: r.Symptom, RootCause: r.RootCause, Resolution: r.Resolution, Text: r.Text, Labels: r.Labels,
		MitigatedAt: r.MitigatedAt, ResolvedAt: r.ResolvedAt, TimeToMitigate: r.TimeToMitigate,
		Tried: r.Tried, Cost: r.Cost, Undo: r.Undo, CheckFirst: r.CheckFirst, FollowUps: r.FollowUps,
		Metrics: r.Metrics, Narrative: r.Narrative, Source: r.Source, Fingerprint: r.Fingerprint, Reason: r.Reason, Seed: r.Seed,
	}
	if r.StartedAt != nil {
		i.StartedAt = *r.StartedAt
	}
	return i
}

// Runbook is the runbook that a row holds. What a row of the other kind calls
// symptom and resolution are its text and its mitigation.
func (r *Row) Runbook() Runbook {
	b := Runbook{
		ID: r.ID, Title: r.Title, Alerts: r.Alerts, ErrorType: r.ErrorType, Service: r.Service,
		Mitigation: r.Mitigation, URL: r.URL, Text: r.Text, Seed: r.Seed,
	}
	if b.Mitigation == "" {
		b.Mitigation = r.Resolution
	}
	if b.Text == "" {
		b.Text = r.Symptom
	}
	return b
}
