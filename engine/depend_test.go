package engine_test

import (
	"testing"

	"ragoffire/engine"
)

func TestAnIncidentNamesWhatItsServiceNeedsAndIsInTrouble(t *testing.T) {
	r := newRig(t, func(c *engine.Config) {
		c.Services = map[string]engine.Service{
			"checkout": {DependsOn: []string{"cache", "db", "checkout"}},
			"db":       {DependsOn: []string{"disk"}},
		}
	})
	r.running()
	fire := func(fingerprint, service, environment string) string {
		t.Helper()
		return r.ingest(alert(fingerprint, func(a *engine.Alert) { a.Service, a.Environment, a.GroupKey = service, environment, "" })).Alerts[0].IncidentID
	}
	wanted := func(id string) int64 {
		t.Helper()
		var p engine.Post
		if err := r.store.View(t.Context(), func(in engine.Reader) (err error) {
			p, err = in.Post(t.Context(), engine.KeyOf(id))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return p.Wanted
	}
	shop := fire("a", "checkout", "prod")
	if d := r.detail(shop); len(d.DependsOn) != 0 {
		t.Fatalf("it needs %+v", d.DependsOn)
	}
	r.decisions(shop, 1) // which its message tells, too
	elsewhere := fire("b", "db", "staging")
	if d := r.detail(shop); len(d.DependsOn) != 0 {
		t.Errorf("%s of another environment is named: %+v", elsewhere, d.DependsOn)
	}
	r.decisions(elsewhere, 1)
	before := wanted(shop)
	db := fire("c", "db", "prod")
	r.eventually("its message is shown anew", func() bool { return wanted(shop) > before })
	if d := r.detail(shop); len(d.DependsOn) != 1 || d.DependsOn[0].Service != "db" || d.DependsOn[0].IncidentID != db || !d.DependsOn[0].Firing {
		t.Errorf("it needs %+v, not %s", d.DependsOn, db)
	}
	r.decisions(db, 1)
	before = wanted(shop)
	if _, err := r.Resolve(t.Context(), db, engine.Resolution{Actor: "ann", Resolution: "restarted it"}); err != nil {
		t.Fatal(err)
	}
	r.eventually("its message no longer names it", func() bool { return wanted(shop) > before })
	if d := r.detail(shop); len(d.DependsOn) != 0 {
		t.Errorf("what is over is named: %+v", d.DependsOn)
	}
}
