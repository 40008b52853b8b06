package webhook_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
	"ragoffire/webhook"
)

func TestTheIncidentPageSaysWhatIsAroundIt(t *testing.T) {
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), store.Options{})
	check(t, err)
	e, err := engine.New(t.Context(), engine.Config{Store: st, Services: map[string]engine.Service{
		"checkout": {DependsOn: []string{"db"}, Links: []engine.ServiceLink{{Name: "Graph", URL: "https://g.example/d/x?from={{from}}&to={{to}}"}}},
	}})
	check(t, err)
	r := start(t, func(c *webhook.Config) { c.Engine = e })
	t.Cleanup(func() { r.stop(); check(t, st.Close()) })
	began := time.Now().UTC().Truncate(time.Second)
	fire := func(service string) string {
		t.Helper()
		got, err := e.Ingest(context.Background(), engine.Delivery{Source: "generic", Alerts: []engine.Alert{{
			Fingerprint: service, Title: service + " is slow", Service: service, StartedAt: began, Severity: engine.SeverityHigh,
		}}})
		check(t, err)
		return got.Alerts[0].IncidentID
	}
	db, shop := fire("db"), fire("checkout")
	check(t, st.Update(t.Context(), func(tx engine.Tx) error {
		i, err := tx.Incident(t.Context(), shop)
		if err != nil {
			return err
		}
		i.Measures = []engine.Measure{{Name: "p99 <latency>", Query: `x{a="b"}`, Unit: "s", Value: 1.9, Baseline: new(0.45), Spike: new(322.2), At: began}}
		return tx.PutIncidents(t.Context(), []engine.Incident{i})
	}))
	page := string(r.do("GET", "/i/"+shop, "").want(t, 200).body)
	for _, want := range []string{
		"p99 &lt;latency&gt; 1.9 s", "usual 0.45 s", "322.2%", "depends on db, which has <a href=\"/i/" + db + "\">" + db + "</a> (open, high)",
		fmt.Sprintf("https://g.example/d/x?from=%d&amp;to=%d", began.Add(-15*time.Minute).UnixMilli(), began.Add(time.Hour).UnixMilli()),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page := string(r.do("GET", "/i/"+db, "").want(t, 200).body); strings.Contains(page, "depends on") || strings.Contains(page, "usual") {
		t.Error("the other page says what is not so")
	}
}
