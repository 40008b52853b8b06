package enginetest

import (
	"context"
	"time"

	"ragoffire/engine"
)

// reader is one of which a call may fail.
type reader struct {
	spoilt
	real engine.Reader
}

func (r *reader) Incident(ctx context.Context, id string) (engine.Incident, error) {
	return get(ctx, &r.spoilt, "Incident", func() (engine.Incident, error) { return r.real.Incident(ctx, id) })
}

func (r *reader) Incidents(ctx context.Context, f engine.IncidentFilter, after string, limit int) ([]engine.Incident, string, error) {
	return list(ctx, &r.spoilt, "Incidents", func() ([]engine.Incident, string, error) { return r.real.Incidents(ctx, f, after, limit) })
}

func (r *reader) History(ctx context.Context, after string, limit int) ([]engine.Incident, string, error) {
	return list(ctx, &r.spoilt, "History", func() ([]engine.Incident, string, error) { return r.real.History(ctx, after, limit) })
}

func (r *reader) Alerts(ctx context.Context, incidentID string) ([]engine.Alert, error) {
	return get(ctx, &r.spoilt, "Alerts", func() ([]engine.Alert, error) { return r.real.Alerts(ctx, incidentID) })
}

func (r *reader) Timeline(ctx context.Context, incidentID string) ([]engine.Entry, error) {
	return get(ctx, &r.spoilt, "Timeline", func() ([]engine.Entry, error) { return r.real.Timeline(ctx, incidentID) })
}

func (r *reader) Decision(ctx context.Context, id string) (engine.Decision, error) {
	return get(ctx, &r.spoilt, "Decision", func() (engine.Decision, error) { return r.real.Decision(ctx, id) })
}

func (r *reader) Decisions(ctx context.Context, f engine.DecisionFilter, after string, limit int) ([]engine.Decision, string, error) {
	return list(ctx, &r.spoilt, "Decisions", func() ([]engine.Decision, string, error) { return r.real.Decisions(ctx, f, after, limit) })
}

func (r *reader) Runbook(ctx context.Context, id string) (engine.Runbook, error) {
	return get(ctx, &r.spoilt, "Runbook", func() (engine.Runbook, error) { return r.real.Runbook(ctx, id) })
}

func (r *reader) Runbooks(ctx context.Context, after string, limit int) ([]engine.Runbook, string, error) {
	return list(ctx, &r.spoilt, "Runbooks", func() ([]engine.Runbook, string, error) { return r.real.Runbooks(ctx, after, limit) })
}

func (r *reader) Events(ctx context.Context, after int64, limit int) ([]engine.Event, error) {
	return get(ctx, &r.spoilt, "Events", func() ([]engine.Event, error) { return r.real.Events(ctx, after, limit) })
}

func (r *reader) LastSeq(ctx context.Context) (int64, int64, error) {
	return list(ctx, &r.spoilt, "LastSeq", func() (int64, int64, error) { return r.real.LastSeq(ctx) })
}

func (r *reader) Post(ctx context.Context, key string) (engine.Post, error) {
	return get(ctx, &r.spoilt, "Post", func() (engine.Post, error) { return r.real.Post(ctx, key) })
}

func (r *reader) Posts(ctx context.Context, channel string, limit int) ([]engine.Post, error) {
	return get(ctx, &r.spoilt, "Posts", func() ([]engine.Post, error) { return r.real.Posts(ctx, channel, limit) })
}

func (r *reader) Digested(ctx context.Context, digest string, limit int) ([]engine.Post, error) {
	return get(ctx, &r.spoilt, "Digested", func() ([]engine.Post, error) { return r.real.Digested(ctx, digest, limit) })
}

func (r *reader) PostAt(ctx context.Context, channel, ts string) (engine.Post, error) {
	return get(ctx, &r.spoilt, "PostAt", func() (engine.Post, error) { return r.real.PostAt(ctx, channel, ts) })
}

func (r *reader) Silence(ctx context.Context, id string) (engine.Silence, error) {
	return get(ctx, &r.spoilt, "Silence", func() (engine.Silence, error) { return r.real.Silence(ctx, id) })
}

func (r *reader) Silences(ctx context.Context, now time.Time) ([]engine.Silence, error) {
	return get(ctx, &r.spoilt, "Silences", func() ([]engine.Silence, error) { return r.real.Silences(ctx, now) })
}

func (r *reader) Envelope(ctx context.Context, id string) (engine.Envelope, error) {
	return get(ctx, &r.spoilt, "Envelope", func() (engine.Envelope, error) { return r.real.Envelope(ctx, id) })
}

func (r *reader) Sources(ctx context.Context) ([]engine.SourceCount, error) {
	return get(ctx, &r.spoilt, "Sources", func() ([]engine.SourceCount, error) { return r.real.Sources(ctx) })
}

func (r *reader) Counts(ctx context.Context) (engine.Counts, error) {
	return get(ctx, &r.spoilt, "Counts", func() (engine.Counts, error) { return r.real.Counts(ctx) })
}

func (r *reader) Judged(ctx context.Context, limit int) ([]engine.Decision, error) {
	return get(ctx, &r.spoilt, "Judged", func() ([]engine.Decision, error) { return r.real.Judged(ctx, limit) })
}

func (r *reader) Vectors(ctx context.Context, model string, hashes []string) (map[string][]float32, error) {
	return get(ctx, &r.spoilt, "Vectors", func() (map[string][]float32, error) { return r.real.Vectors(ctx, model, hashes) })
}

func (r *reader) Draft(ctx context.Context, id string) (engine.ThreadDraft, error) {
	return get(ctx, &r.spoilt, "Draft", func() (engine.ThreadDraft, error) { return r.real.Draft(ctx, id) })
}

func (r *reader) Drafts(ctx context.Context, status engine.DraftStatus, after string, limit int) ([]engine.ThreadDraft, string, error) {
	return list(ctx, &r.spoilt, "Drafts", func() ([]engine.ThreadDraft, string, error) { return r.real.Drafts(ctx, status, after, limit) })
}

func (r *reader) Sessions(ctx context.Context, ids []string) ([]engine.Session, error) {
	return get(ctx, &r.spoilt, "Sessions", func() ([]engine.Session, error) { return r.real.Sessions(ctx, ids) })
}

func (r *reader) Beats(ctx context.Context) ([]engine.Beat, error) {
	return get(ctx, &r.spoilt, "Beats", func() ([]engine.Beat, error) { return r.real.Beats(ctx) })
}

func (r *reader) Changes(ctx context.Context, service string, from, to time.Time, limit int) ([]engine.Change, error) {
	return get(ctx, &r.spoilt, "Changes", func() ([]engine.Change, error) { return r.real.Changes(ctx, service, from, to, limit) })
}

func (r *reader) Quarantined(ctx context.Context, source string, limit int) ([]engine.Quarantined, error) {
	return get(ctx, &r.spoilt, "Quarantined", func() ([]engine.Quarantined, error) { return r.real.Quarantined(ctx, source, limit) })
}

func (r *reader) Accounts(ctx context.Context) ([]engine.Account, error) {
	return get(ctx, &r.spoilt, "Accounts", func() ([]engine.Account, error) { return r.real.Accounts(ctx) })
}

func (r *reader) Troubles(ctx context.Context, since time.Time) ([]engine.Trouble, error) {
	return get(ctx, &r.spoilt, "Troubles", func() ([]engine.Trouble, error) { return r.real.Troubles(ctx, since) })
}

func (r *reader) Trouble(ctx context.Context, id string) (engine.Trouble, error) {
	return get(ctx, &r.spoilt, "Trouble", func() (engine.Trouble, error) { return r.real.Trouble(ctx, id) })
}
