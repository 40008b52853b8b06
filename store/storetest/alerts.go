package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
)

func episode(id, fingerprint string, start time.Duration) engine.Alert {
	return engine.Alert{
		ID: id, IncidentID: "inc", Source: "grafana", Fingerprint: fingerprint, Status: engine.Firing,
		StartedAt: t0().Add(start), ReceivedAt: t0(), LastSeenAt: t0(), Count: 1,
	}
}

func putAlerts(t *testing.T, s engine.Store, list ...engine.Alert) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx engine.Tx) error { return tx.PutAlerts(ctx, list) })
}

var alertTests = map[string]func(*testing.T, Opened){
	"of an incident, the earliest first": func(t *testing.T, o Opened) {
		other := episode("o", "f", 0)
		other.IncidentID = "other"
		putAlerts(t, o, episode("c", "f", 2), episode("b", "f", time.Second), episode("a", "g", time.Second), other)
		got := ids(view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Alert, error) { return r.Alerts(ctx, "inc") }), alertID)
		if !slices.Equal(got, []string{"c", "a", "b"}) {
			t.Errorf("got %v", got)
		}
	},

	"putting again replaces": func(t *testing.T, o Opened) {
		a := episode("a", "f", 0)
		putAlerts(t, o, a)
		a.IncidentID, a.Status, a.Fingerprint = "other", engine.AlertResolved, "g"
		putAlerts(t, o, episode("a", "f", 0), a)
		got := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Alert, error) { return r.Alerts(ctx, "other") })
		same(t, got, []engine.Alert{a})
		latest := inTx(t, o, latest(engine.SeriesKey{Source: "grafana", Fingerprint: "f"}, engine.SeriesKey{Source: "grafana", Fingerprint: "g"}))
		same(t, latest, map[engine.SeriesKey]engine.Alert{{Source: "grafana", Fingerprint: "g"}: a})
	},

	"counted by source": func(t *testing.T, o Opened) {
		none := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.SourceCount, error) { return r.Sources(ctx) })
		if len(none) != 0 {
			t.Errorf("without alerts: %v", none)
		}
		over, other := episode("c", "g", 2*time.Hour), episode("d", "f", time.Hour)
		over.Status, other.Source, other.Status = engine.AlertResolved, "datadog", engine.AlertAcknowledged
		putAlerts(t, o, episode("a", "f", 0), episode("b", "f", time.Hour), over, other)
		got := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.SourceCount, error) { return r.Sources(ctx) })
		same(t, got, []engine.SourceCount{
			{Source: "datadog", Episodes: 1, Firing: 1, Newest: t0().Add(time.Hour)},
			{Source: "grafana", Episodes: 3, Firing: 2, Newest: t0().Add(2 * time.Hour)},
		})
	},

	"the latest episode of each series": func(t *testing.T, o Opened) {
		other := episode("d", "f", 9*time.Hour)
		other.Source = "datadog"
		putAlerts(t, o, episode("a", "f", time.Hour), episode("b", "f", 2*time.Hour), episode("c", "f", 0), other, episode("e", "g", 0))
		f, g := engine.SeriesKey{Source: "grafana", Fingerprint: "f"}, engine.SeriesKey{Source: "grafana", Fingerprint: "g"}
		got := inTx(t, o, func(ctx context.Context, tx engine.Tx) (map[engine.SeriesKey]engine.Alert, error) {
			// Its own writes count, and a series may be asked for twice.
			if err := tx.PutAlerts(ctx, []engine.Alert{episode("h", "g", time.Minute)}); err != nil {
				return nil, err
			}
			return latest(f, g, f, engine.SeriesKey{Source: "grafana", Fingerprint: "none"})(ctx, tx)
		})
		if len(got) != 2 || got[f].ID != "b" || got[g].ID != "h" {
			t.Errorf("got %v", got)
		}
	},

	"expired ones": func(t *testing.T, o Opened) {
		until := func(id string, d time.Duration) engine.Alert {
			a := episode(id, id, 0)
			a.ExpiresAt = t0().Add(d)
			return a
		}
		ended := until("ended", -time.Hour)
		ended.Status = engine.AlertResolved
		putAlerts(t, o, until("b", -time.Minute), until("a", -2*time.Minute), until("later", time.Second), until("now", 0), episode("never", "n", 0), ended)
		got := func(limit int) []string {
			return ids(inTx(t, o, func(ctx context.Context, tx engine.Tx) ([]engine.Alert, error) {
				return tx.ExpiredAlerts(ctx, t0(), limit)
			}), alertID)
		}
		if g := got(0); !slices.Equal(g, []string{"a", "b", "now"}) {
			t.Errorf("got %v", g)
		}
		if g := got(1); !slices.Equal(g, []string{"a"}) {
			t.Errorf("got %v", g)
		}
	},
}

// latest reads the latest episodes of series.
func latest(series ...engine.SeriesKey) func(context.Context, engine.Tx) (map[engine.SeriesKey]engine.Alert, error) {
	return func(ctx context.Context, tx engine.Tx) (map[engine.SeriesKey]engine.Alert, error) {
		found, err := tx.Standing(ctx, engine.Way{Series: series})
		return found.Latest, err
	}
}
