package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

// listed returns the ids of the incidents that a filter lets through.
func listed(t *testing.T, s engine.Store, f engine.IncidentFilter) []string {
	t.Helper()
	return ids(view(t, s, func(ctx context.Context, r engine.Reader) ([]engine.Incident, error) {
		list, _, err := r.Incidents(ctx, f, "", 0)
		return list, err
	}), incidentID)
}

var incidentTests = map[string]func(*testing.T, Opened){
	"a missing one is NotFound": func(t *testing.T, o Opened) {
		missing := func(err error) { t.Helper(); wantKind(t, err, engine.NotFound) }
		missing(o.View(t.Context(), func(r engine.Reader) error { _, err := r.Incident(t.Context(), "x"); return err }))
		missing(o.View(t.Context(), func(r engine.Reader) error { _, err := r.Runbook(t.Context(), "x"); return err }))
		missing(o.Update(t.Context(), func(tx engine.Tx) error { _, err := tx.Incident(t.Context(), "x"); return err }))
		missing(o.Update(t.Context(), func(tx engine.Tx) error { return tx.DeleteIncident(t.Context(), "x") }))
		missing(o.Update(t.Context(), func(tx engine.Tx) error { return tx.DeleteRunbook(t.Context(), "x") }))
	},

	"putting again replaces": func(t *testing.T, o Opened) {
		i := live("a", 0)
		putIncidents(t, o, i)
		i.Status, i.Service, i.Title, i.Severity = engine.Resolved, "cart", "Quiet", engine.SeverityLow
		putIncidents(t, o, live("a", 0), i) // the last of one call wins
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Incident, error) { return r.Incident(ctx, "a") }), i)
		for want, f := range map[int]engine.IncidentFilter{
			0: {Live: true}, 1: {Service: "cart", Status: engine.Resolved, Query: "quiet", Severity: engine.SeverityLow},
		} {
			if got := listed(t, o, f); len(got) != want {
				t.Errorf("%+v found %v", f, got)
			}
		}
	},

	"filters": func(t *testing.T, o Opened) {
		a, b, c, d := live("INC-1", 4*time.Hour), live("INC-2", 3*time.Hour), live("INC-3", 2*time.Hour), fixed("OLD-1", time.Hour)
		a.Symptom = "50%_of requests fail"
		b.Status, b.Title = engine.Acknowledged, "DÜRRE in Köln"
		c.Status, c.Severity, c.ErrorType = engine.Resolved, engine.SeverityLow, "disk_full"
		d.Service = "cart"
		putIncidents(t, o, a, b, c, d)
		for _, c := range []struct {
			f    engine.IncidentFilter
			want []string
		}{
			{engine.IncidentFilter{}, []string{"OLD-1", "INC-3", "INC-2", "INC-1"}},
			{engine.IncidentFilter{Live: true}, []string{"INC-2", "INC-1"}},
			{engine.IncidentFilter{Status: engine.Resolved}, []string{"OLD-1", "INC-3"}},
			{engine.IncidentFilter{Status: engine.Open}, []string{"INC-1"}},
			{engine.IncidentFilter{Service: "cart"}, []string{"OLD-1"}},
			{engine.IncidentFilter{Severity: engine.SeverityLow}, []string{"INC-3"}},
			{engine.IncidentFilter{ErrorType: "disk_full"}, []string{"INC-3"}},
			{engine.IncidentFilter{Query: "dürre kÖln"}, []string{"INC-2"}},
			{engine.IncidentFilter{Query: " CHECKOUT   inc-"}, []string{"INC-3", "INC-2", "INC-1"}},
			{engine.IncidentFilter{Query: "50%_of"}, []string{"INC-1"}},
			{engine.IncidentFilter{Query: "%"}, []string{"INC-1"}},
			{engine.IncidentFilter{Query: "checkout nowhere"}, []string{}},
		} {
			if got := listed(t, o, c.f); !slices.Equal(got, c.want) {
				t.Errorf("%+v: got %v, want %v", c.f, got, c.want)
			}
		}
	},

	"pages are stable under inserts": func(t *testing.T, o Opened) {
		var list []engine.Incident
		var want []string
		for n := range 25 {
			list = append(list, fixed(name("i", n), time.Duration(n/3)*time.Minute)) // three start at once
			want = append(want, list[n].ID)
		}
		putIncidents(t, o, list...)
		newer := func(n int) { putIncidents(t, o, fixed(name("new", n), -time.Hour)) }

		got := walkPages(t, incidentID, func(after string) (page []engine.Incident, next string, err error) {
			err = o.View(t.Context(), func(r engine.Reader) error {
				page, next, err = r.Incidents(t.Context(), engine.IncidentFilter{}, after, 7)
				return err
			})
			if len(page) > 7 {
				t.Errorf("a page of %d", len(page))
			}
			return page, next, err
		}, newer)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}

		got = walkPages(t, incidentID, func(after string) (page []engine.Incident, next string, err error) {
			err = o.View(t.Context(), func(r engine.Reader) error {
				page, next, err = r.History(t.Context(), after, 4)
				return err
			})
			return page, next, err
		}, func(n int) { putIncidents(t, o, fixed(name("a", n), 0)) }) // before the cursor
		if !slices.IsSorted(got) || len(got) != 28 {
			t.Errorf("got %v", got)
		}
		wantKind(t, o.View(t.Context(), func(r engine.Reader) error {
			_, _, err := r.Incidents(t.Context(), engine.IncidentFilter{}, "no cursor", 0)
			return err
		}), engine.Invalid)
	},

	"history is what teaches a fix": func(t *testing.T, o Opened) {
		a, b, c, d := live("a", 0), fixed("b", 0), live("c", 0), live("d", 0)
		c.Status, c.Resolution, c.Reason = engine.Resolved, "restarted", engine.ReasonFixed
		d.Status, d.Resolution, d.Reason = engine.Resolved, "none", engine.ReasonFalseAlarm
		putIncidents(t, o, d, c, b, a)
		got := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Incident, error) {
			list, _, err := r.History(ctx, "", 0)
			return list, err
		})
		if g := ids(got, incidentID); !slices.Equal(g, []string{"b", "c"}) {
			t.Errorf("got %v", g)
		}
	},

	"open incidents by group and scope, others by id": func(t *testing.T, o Opened) {
		a, b, c, d, e := live("a", 0), live("b", 0), live("c", 0), live("d", 0), live("e", 0)
		b.GroupKey = `{"x"}`
		c.Service, c.Environment = "cart", "prod"
		d.Service, d.Environment, d.Status = "cart", "prod", engine.Resolved
		e.Service, e.Environment = "prod", "cart"
		f := fixed("f", 0)
		putIncidents(t, o, a, b, c, d, e, f)
		for _, q := range []struct {
			groups, scopes [][2]string
			want           []string
		}{
			{nil, nil, nil},
			{[][2]string{{"alertmanager", `{"x"}`}, {"grafana", `{"x"}`}}, nil, []string{"b"}},
			{nil, [][2]string{{"cart", "prod"}}, []string{"c"}},
			{[][2]string{{"alertmanager", `{"x"}`}}, [][2]string{{"cart", "prod"}, {"x", "y"}, {"cart", "prod"}}, []string{"b", "c"}},
		} {
			got := ids(inTx(t, o, func(ctx context.Context, tx engine.Tx) ([]engine.Incident, error) {
				found, err := tx.Standing(ctx, engine.Way{Groups: q.groups, Scopes: q.scopes})
				return found.Open, err
			}), incidentID)
			slices.Sort(got)
			if !slices.Equal(got, q.want) {
				t.Errorf("%v: got %v", q, got)
			}
		}
		got := ids(inTx(t, o, func(ctx context.Context, tx engine.Tx) ([]engine.Incident, error) {
			return tx.IncidentsByID(ctx, []string{"f", "d", "no", "a"})
		}), incidentID)
		slices.Sort(got)
		if !slices.Equal(got, []string{"a", "d", "f"}) {
			t.Errorf("by id: %v", got)
		}
	},

	"numbers are fresh": func(t *testing.T, o Opened) {
		putIncidents(t, o, fixed("INC-2026-0002", 0), fixed("INC-2026-0003", 0))
		number := func(year, n int) []string {
			return inTx(t, o, func(ctx context.Context, tx engine.Tx) ([]string, error) { return tx.NumberIncidents(ctx, year, n) })
		}
		if got := number(2026, 3); !slices.Equal(got, []string{"INC-2026-0001", "INC-2026-0004", "INC-2026-0005"}) {
			t.Errorf("got %v", got)
		}
		if got := number(2027, 1); !slices.Equal(got, []string{"INC-2027-0001"}) {
			t.Errorf("got %v", got)
		}
		all := make(chan string, 100)
		parallel(8, func(int) {
			for range 4 {
				update(t, o, func(ctx context.Context, tx engine.Tx) error {
					list, err := tx.NumberIncidents(ctx, 2028, 3)
					for _, id := range list {
						all <- id
					}
					return err
				})
			}
		})
		close(all)
		seen := map[string]bool{}
		for id := range all {
			if seen[id] {
				t.Errorf("%s twice", id)
			}
			seen[id] = true
		}
		if len(seen) != 96 {
			t.Errorf("%d numbers, want 96", len(seen))
		}
	},

	"deleting takes what belongs to it": func(t *testing.T, o Opened) {
		putIncidents(t, o, fixed("a", 0))
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			if err := tx.Note(ctx, engine.Entry{ID: "e", IncidentID: "a", At: t0()}); err != nil {
				return err
			}
			return tx.PutAlerts(ctx, []engine.Alert{{ID: "x", IncidentID: "a", Source: "s", Fingerprint: "f"}})
		})
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.DeleteIncident(ctx, "a") })
		if n := view(t, o, func(ctx context.Context, r engine.Reader) (int, error) {
			entries, err := r.Timeline(ctx, "a")
			if err != nil {
				return 0, err
			}
			alerts, err := r.Alerts(ctx, "a")
			return len(entries) + len(alerts), err
		}); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	},

	"the timeline is in order": func(t *testing.T, o Opened) {
		entry := func(id string, after time.Duration) engine.Entry {
			return engine.Entry{ID: id, IncidentID: "a", At: t0().Add(after), Kind: "note", Text: id}
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			// Equal times stay in the order of their writing.
			err := tx.Note(ctx, entry("z", time.Second), entry("y", 0), entry("x", 0))
			if err != nil {
				return err
			}
			own, err := tx.Timeline(ctx, "a")
			if got := ids(own, func(e *engine.Entry) string { return e.ID }); !slices.Equal(got, []string{"y", "x", "z"}) {
				t.Errorf("inside: %v", got)
			}
			return err
		})
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.Note(ctx, entry("a", 0)) })
		got := ids(view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Entry, error) { return r.Timeline(ctx, "a") }),
			func(e *engine.Entry) string { return e.ID })
		if !slices.Equal(got, []string{"y", "x", "a", "z"}) {
			t.Errorf("got %v", got)
		}
	},

	"runbooks": func(t *testing.T, o Opened) {
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			return tx.PutRunbooks(ctx, []engine.Runbook{{ID: "c"}, {ID: "a"}, {ID: "b", Title: "old"}, {ID: "b", Title: "new"}})
		})
		got := walkPages(t, func(b *engine.Runbook) string { return b.ID }, func(after string) (page []engine.Runbook, next string, err error) {
			err = o.View(t.Context(), func(r engine.Reader) error { page, next, err = r.Runbooks(t.Context(), after, 2); return err })
			return page, next, err
		}, func(int) {})
		if !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("got %v", got)
		}
		update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.DeleteRunbook(ctx, "a") })
		if b := view(t, o, func(ctx context.Context, r engine.Reader) (engine.Runbook, error) { return r.Runbook(ctx, "b") }); b.Title != "new" {
			t.Errorf("got %+v", b)
		}
	},

	"counts": func(t *testing.T, o Opened) {
		at := func(d time.Duration) *time.Time { x := t0().Add(d); return &x }
		a, b, seed, old := live("a", 0), live("b", 0), fixed("seed", 0), fixed("old", 0)
		a.AcknowledgedAt = at(2 * time.Minute)
		b.AcknowledgedAt, b.ResolvedAt, b.Status, b.Reason, b.Resolution = at(time.Minute), at(time.Hour), engine.Resolved, engine.ReasonFixed, "fixed"
		seed.Seed, seed.AcknowledgedAt, seed.ResolvedAt = true, at(0), at(time.Hour)
		old.ErrorType, old.Service, old.ResolvedAt = "", "cart", at(time.Hour)
		merged := live("merged", 0)
		merged.AcknowledgedAt, merged.ResolvedAt, merged.Status, merged.Reason, merged.MergedInto = at(time.Minute), at(2*time.Minute), engine.Resolved, engine.ReasonDuplicate, "a"
		ahead := live("ahead", -time.Hour) // its sender's clock is
		ahead.AcknowledgedAt, ahead.ResolvedAt, ahead.Status, ahead.Reason = at(time.Minute), at(2*time.Minute), engine.Resolved, engine.ReasonRecovered
		putIncidents(t, o, a, b, seed, old, merged, ahead)
		update(t, o, func(ctx context.Context, tx engine.Tx) error {
			for _, d := range []engine.Decision{{ID: "1"}, {ID: "2"}, {ID: "3"}, {ID: "4", Example: true}} {
				if err := tx.PutDecisions(ctx, []engine.Decision{d}); err != nil {
					return err
				}
				r := engine.Review{DecisionID: d.ID, Verdict: engine.Approve, At: t0()}
				if d.ID == "2" {
					r.Verdict = engine.Reject
				}
				if err := tx.AddReview(ctx, r); err != nil {
					return err
				}
			}
			if err := tx.UndoReview(ctx, "3", t0()); err != nil {
				return err
			}
			return tx.PutRunbooks(ctx, []engine.Runbook{{ID: "r"}, {ID: "s", Seed: true}})
		})
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Counts, error) { return r.Counts(ctx) }), engine.Counts{
			ByStatus:    map[string]int{"open": 1, "resolved": 4},
			ByErrorType: map[string]int{"database_timeout": 4},
			ByService:   map[string]int{"checkout": 4, "cart": 1},
			BySeverity:  map[string]int{"critical": 5},
			Approved:    1, Rejected: 1,
			Acked: 3, AckTime: 3 * time.Minute, ResolvedN: 2, ResolveTime: time.Hour,
			Seeds: 1, OwnFixes: 2, Runbooks: 1,
		})
	},

	"counts of an empty store": func(t *testing.T, o Opened) {
		same(t, view(t, o, func(ctx context.Context, r engine.Reader) (engine.Counts, error) { return r.Counts(ctx) }), engine.Counts{
			ByStatus: map[string]int{}, ByErrorType: map[string]int{}, ByService: map[string]int{}, BySeverity: map[string]int{},
		})
	},
}
