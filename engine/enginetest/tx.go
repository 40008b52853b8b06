package enginetest

import (
	"context"
	"time"

	"ragoffire/engine"
)

// tx is one of which a call may fail, and then all that follow do.
type tx struct {
	reader
	real  engine.Tx
	jobs  *Jobs
	asked []engine.Job
}

// Enqueue keeps the jobs for the commit.
func (t *tx) Enqueue(ctx context.Context, jobs ...engine.Job) error {
	return put(ctx, &t.spoilt, "Enqueue", func() error {
		if t.jobs == nil {
			return t.real.Enqueue(ctx, jobs...)
		}
		t.asked = append(t.asked, jobs...)
		return nil
	})
}

func (t *tx) Lock(ctx context.Context, names ...string) error {
	return put(ctx, &t.spoilt, "Lock", func() error { return t.real.Lock(ctx, names...) })
}

func (t *tx) Standing(ctx context.Context, way engine.Way) (engine.Standing, error) {
	return get(ctx, &t.spoilt, "Standing", func() (engine.Standing, error) { return t.real.Standing(ctx, way) })
}

func (t *tx) IncidentsByID(ctx context.Context, ids []string) ([]engine.Incident, error) {
	return get(ctx, &t.spoilt, "IncidentsByID", func() ([]engine.Incident, error) { return t.real.IncidentsByID(ctx, ids) })
}

func (t *tx) NumberIncidents(ctx context.Context, year, n int) ([]string, error) {
	return get(ctx, &t.spoilt, "NumberIncidents", func() ([]string, error) { return t.real.NumberIncidents(ctx, year, n) })
}

func (t *tx) ExpiredAlerts(ctx context.Context, now time.Time, limit int) ([]engine.Alert, error) {
	return get(ctx, &t.spoilt, "ExpiredAlerts", func() ([]engine.Alert, error) { return t.real.ExpiredAlerts(ctx, now, limit) })
}

func (t *tx) PutAlerts(ctx context.Context, alerts []engine.Alert) error {
	return put(ctx, &t.spoilt, "PutAlerts", func() error { return t.real.PutAlerts(ctx, alerts) })
}

func (t *tx) PutIncidents(ctx context.Context, incidents []engine.Incident) error {
	return put(ctx, &t.spoilt, "PutIncidents", func() error { return t.real.PutIncidents(ctx, incidents) })
}

func (t *tx) PutRunbooks(ctx context.Context, runbooks []engine.Runbook) error {
	return put(ctx, &t.spoilt, "PutRunbooks", func() error { return t.real.PutRunbooks(ctx, runbooks) })
}

func (t *tx) PutDecisions(ctx context.Context, decisions []engine.Decision) error {
	return put(ctx, &t.spoilt, "PutDecisions", func() error { return t.real.PutDecisions(ctx, decisions) })
}

func (t *tx) PutChanges(ctx context.Context, changes []engine.Change) error {
	return put(ctx, &t.spoilt, "PutChanges", func() error { return t.real.PutChanges(ctx, changes) })
}

func (t *tx) PutSession(ctx context.Context, s engine.Session) error {
	return put(ctx, &t.spoilt, "PutSession", func() error { return t.real.PutSession(ctx, s) })
}

func (t *tx) EndSessions(ctx context.Context, ids []string) error {
	return put(ctx, &t.spoilt, "EndSessions", func() error { return t.real.EndSessions(ctx, ids) })
}

func (t *tx) EndSessionsOf(ctx context.Context, name string) (int, error) {
	return get(ctx, &t.spoilt, "EndSessionsOf", func() (int, error) { return t.real.EndSessionsOf(ctx, name) })
}

func (t *tx) PutBeats(ctx context.Context, beats []engine.Beat) error {
	return put(ctx, &t.spoilt, "PutBeats", func() error { return t.real.PutBeats(ctx, beats) })
}

func (t *tx) PutSilence(ctx context.Context, s engine.Silence) error {
	return put(ctx, &t.spoilt, "PutSilence", func() error { return t.real.PutSilence(ctx, s) })
}

func (t *tx) PutDrafts(ctx context.Context, drafts []engine.ThreadDraft) error {
	return put(ctx, &t.spoilt, "PutDrafts", func() error { return t.real.PutDrafts(ctx, drafts) })
}

func (t *tx) PutQuarantined(ctx context.Context, parts []engine.Quarantined) error {
	return put(ctx, &t.spoilt, "PutQuarantined", func() error { return t.real.PutQuarantined(ctx, parts) })
}

func (t *tx) PutVectors(ctx context.Context, model string, vectors map[string][]float32) error {
	return put(ctx, &t.spoilt, "PutVectors", func() error { return t.real.PutVectors(ctx, model, vectors) })
}

func (t *tx) DeleteIncident(ctx context.Context, id string) error {
	return put(ctx, &t.spoilt, "DeleteIncident", func() error { return t.real.DeleteIncident(ctx, id) })
}

func (t *tx) DeleteRunbook(ctx context.Context, id string) error {
	return put(ctx, &t.spoilt, "DeleteRunbook", func() error { return t.real.DeleteRunbook(ctx, id) })
}

func (t *tx) AddReview(ctx context.Context, r engine.Review) error {
	return put(ctx, &t.spoilt, "AddReview", func() error { return t.real.AddReview(ctx, r) })
}

func (t *tx) UndoReview(ctx context.Context, decisionID string, at time.Time) error {
	return put(ctx, &t.spoilt, "UndoReview", func() error { return t.real.UndoReview(ctx, decisionID, at) })
}

func (t *tx) Note(ctx context.Context, entries ...engine.Entry) error {
	return put(ctx, &t.spoilt, "Note", func() error { return t.real.Note(ctx, entries...) })
}

func (t *tx) Emit(ctx context.Context, events ...engine.Event) error {
	return put(ctx, &t.spoilt, "Emit", func() error { return t.real.Emit(ctx, events...) })
}

func (t *tx) WantPosts(ctx context.Context, posts ...engine.Post) error {
	return put(ctx, &t.spoilt, "WantPosts", func() error { return t.real.WantPosts(ctx, posts...) })
}

func (t *tx) SavePost(ctx context.Context, p engine.Post) error {
	return put(ctx, &t.spoilt, "SavePost", func() error { return t.real.SavePost(ctx, p) })
}

func (t *tx) TakePace(ctx context.Context, method, channel string, p engine.Pace, now time.Time) (time.Duration, error) {
	return get(ctx, &t.spoilt, "TakePace", func() (time.Duration, error) { return t.real.TakePace(ctx, method, channel, p, now) })
}

func (t *tx) HoldPace(ctx context.Context, method, channel string, until time.Time) error {
	return put(ctx, &t.spoilt, "HoldPace", func() error { return t.real.HoldPace(ctx, method, channel, until) })
}

func (t *tx) PutEnvelope(ctx context.Context, e engine.Envelope) (bool, error) {
	return get(ctx, &t.spoilt, "PutEnvelope", func() (bool, error) { return t.real.PutEnvelope(ctx, e) })
}

func (t *tx) DoneEnvelope(ctx context.Context, id string) error {
	return put(ctx, &t.spoilt, "DoneEnvelope", func() error { return t.real.DoneEnvelope(ctx, id) })
}

func (t *tx) Tidy(ctx context.Context, events, envelopes time.Time) error {
	return put(ctx, &t.spoilt, "Tidy", func() error { return t.real.Tidy(ctx, events, envelopes) })
}

func (t *tx) DropQuarantined(ctx context.Context, before time.Time, keep int) error {
	return put(ctx, &t.spoilt, "DropQuarantined", func() error { return t.real.DropQuarantined(ctx, before, keep) })
}

func (t *tx) PutTroubles(ctx context.Context, troubles []engine.Trouble) error {
	return put(ctx, &t.spoilt, "PutTroubles", func() error { return t.real.PutTroubles(ctx, troubles) })
}

func (t *tx) AddAccounts(ctx context.Context, accounts []engine.Account) error {
	return put(ctx, &t.spoilt, "AddAccounts", func() error { return t.real.AddAccounts(ctx, accounts) })
}
