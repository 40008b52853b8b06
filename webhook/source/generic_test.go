package source_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

func TestGeneric(t *testing.T) {
	t.Run("reads every field", func(t *testing.T) {
		a := parse(t, source.Generic, string(fixture(t, "generic-full.json")))[0]
		invariants(t, []engine.Alert{a})
		equal(t, "status", a.Status, engine.Firing)
		equal(t, "error type", a.ErrorType, "database_timeout")
		equal(t, "spike", value(a.Spike), 450)
		equal(t, "severity", a.Severity, engine.SeverityCritical)
		equal(t, "fingerprint", a.Fingerprint, "fp-1")
		equal(t, "external id", a.ExternalID, "991234567890123456789")
		equal(t, "value", value(a.Value), 12.5)
		equal(t, "threshold", value(a.Threshold), 5)
		equal(t, "comparator", a.Comparator, "gt")
		equal(t, "unit", a.Unit, "%")
		equal(t, "started", a.StartedAt, at("2026-03-02T03:05:06Z"))
		equal(t, "group key", a.GroupKey, "night-1")
		equal(t, "component", a.Component, "db-1")
		equal(t, "environment", a.Environment, "prod")
		equal(t, "reason", a.Reason, "renotify")
		equal(t, "labels", fmt.Sprint(a.Labels), "map[canary:true code:500 team:pay]")
		equal(t, "links", fmt.Sprint(a.Links), "[{dashboard https://g.example/d/1} {source https://wiki.example/x} {runbook https://rb.example/1}]")
	})

	t.Run("any one of error type, title and description is enough", func(t *testing.T) {
		for _, body := range []string{`{"error_type":"memory_leak"}`, `{"title":"x"}`, `{"description":"x"}`} {
			a := parse(t, source.Generic, body)[0]
			invariants(t, []engine.Alert{a})
			equal(t, "status", a.Status, engine.Firing)
		}
	})

	t.Run("leaves the fingerprint that is not given to the engine", func(t *testing.T) {
		for _, body := range []string{`{"error_type":"memory_leak","labels":{"a":"b"}}`, `{"title":"Disk 91% full"}`} {
			equal(t, "fingerprint", parse(t, source.Generic, body)[0].Fingerprint, "")
		}
	})

	t.Run("reads several as a list and under alerts", func(t *testing.T) {
		for _, body := range []string{`[{"title":"a"},{"title":"b"}]`, `{"alerts":[{"title":"a"},{"title":"b"}]}`} {
			equal(t, "alerts", len(parse(t, source.Generic, body)), 2)
		}
	})

	t.Run("reads a spike from a value beside its baseline", func(t *testing.T) {
		equal(t, "spike", value(parse(t, source.Generic, `{"title":"x","value":550,"baseline":100}`)[0].Spike), 450)
	})

	t.Run("reads the statuses of other systems", func(t *testing.T) {
		for word, want := range map[string]engine.AlertStatus{
			"OK": engine.AlertResolved, "closed": engine.AlertResolved, "Resolved": engine.AlertResolved,
			"alerting": engine.Firing, "triggered": engine.Firing, "ack": engine.AlertAcknowledged, "acknowledged": engine.AlertAcknowledged,
		} {
			equal(t, word, parse(t, source.Generic, `{"title":"x","status":"`+word+`"}`)[0].Status, want)
		}
	})

	t.Run("falls back to the labels' own names", func(t *testing.T) {
		a := parse(t, source.Generic, `{"description":"x","labels":{"service":"cart","severity":"warning","env":"prod","pod":"cart-1","alertname":"CartSlow"}}`)[0]
		equal(t, "service", a.Service, "cart")
		equal(t, "severity", a.Severity, engine.SeverityMedium)
		equal(t, "environment", a.Environment, "prod")
		equal(t, "component", a.Component, "cart-1")
		equal(t, "title", a.Title, "CartSlow")
	})

	t.Run("an identity that is too long stays an identity", func(t *testing.T) {
		one := parse(t, source.Generic, `{"title":"x","fingerprint":"`+strings.Repeat("f", 5000)+`1"}`)[0]
		two := parse(t, source.Generic, `{"title":"x","fingerprint":"`+strings.Repeat("f", 5000)+`2"}`)[0]
		if one.Fingerprint == two.Fingerprint || len(one.Fingerprint) > 255 {
			t.Errorf("fingerprints %q and %q", one.Fingerprint, two.Fingerprint)
		}
	})

	t.Run("reads what was changed on purpose, alone and beside alerts", func(t *testing.T) {
		const deploy = `{"kind":"change","service":"checkout","title":"deploy 4f1c2e","ref":"4f1c2e","actor":"ann","at":"2026-03-02T03:05:06Z","url":"https://ci.example/7","type":"deploy"}`
		want := engine.Change{
			Kind: "deploy", Service: "checkout", Title: "deploy 4f1c2e", Ref: "4f1c2e", Actor: "ann", URL: "https://ci.example/7", At: at("2026-03-02T03:05:06Z"),
		}
		for body, alerts := range map[string]int{deploy: 0, `[` + deploy + `,{"title":"x"}]`: 1, `{"alerts":[{"title":"x"},` + deploy + `,5]}`: 1} {
			p, err := source.Generic(source.Input{Source: "ci", Body: []byte(body)})
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			equal(t, "alerts of "+body, len(p.Delivery.Alerts), alerts)
			equal(t, "changes of "+body, len(p.Delivery.Changes), 1)
			equal(t, "change", p.Delivery.Changes[0], want)
		}
		for body, kind := range map[string]string{
			`{"kind":"Deploy","service":"s","version":7}`: "deploy", `{"kind":"config","service":"s"}`: "config", `{"kind":"change","service":"s"}`: "change", `{"kind":"flag","service":"s","type":"x"}`: "flag",
		} {
			p, err := source.Generic(source.Input{Source: "ci", Body: []byte(body)})
			if err != nil || len(p.Delivery.Changes) != 1 {
				t.Fatalf("%s: %+v, %v", body, p.Delivery, err)
			}
			equal(t, "kind of "+body, p.Delivery.Changes[0].Kind, kind)
		}
		equal(t, "an alert of another kind", len(parse(t, source.Generic, `{"kind":"metric","title":"x"}`)), 1)
	})

	for name, c := range map[string]struct{ body, field string }{
		"a change to nothing":   {`{"kind":"deploy","title":"x"}`, "service"},
		"a change at no time":   {`[{"kind":"deploy","service":"s","at":"soon"}]`, "[0].at"},
		"nothing in it":         {`{}`, "error_type"},
		"a title of blanks":     {`{"title":"  "}`, "error_type"},
		"a title no text":       {`{"title":5}`, "title"},
		"labels no object":      {`{"title":"x","labels":"a=b"}`, "labels"},
		"a nested label":        {`{"title":"x","labels":{"a":{"b":"c"}}}`, "labels.a"},
		"a spike of words":      {`{"title":"x","spike_percentage":"lots"}`, "spike_percentage"},
		"a spike of truth":      {`{"title":"x","spike_percentage":true}`, "spike_percentage"},
		"a spike without end":   {`{"title":"x","spike_percentage":1e999}`, "spike_percentage"},
		"an absurd value":       {`{"title":"x","value":1e300}`, "value"},
		"an unknown status":     {`{"title":"x","status":"confused"}`, "status"},
		"links no list":         {`{"title":"x","links":"https://a.example"}`, "links"},
		"a time that is none":   {`{"title":"x","started_at":"soon"}`, "started_at"},
		"a member of the wrong": {`[{"title":"x","service":[]}]`, "[0].service"},
		"a text":                {`"hello"`, "body"},
		"a number":              {`5`, "body"},
	} {
		t.Run("refuses "+name, func(t *testing.T) { invalid(t, source.Generic, c.body, c.field) })
	}
}

func TestASeverityMayBeANumber(t *testing.T) {
	a := parse(t, source.Generic, `{"title":"x","severity":2}`)[0]
	equal(t, "severity", a.Severity, engine.SeverityUnknown)
	equal(t, "as sent", a.SeverityRaw, "2")
}

func TestANumberThatIsNoneIsNoMistake(t *testing.T) {
	for _, word := range []string{"NaN", "nan", "+Inf", "-Inf", ""} {
		a := parse(t, source.Generic, `{"title":"x","value":"`+word+`","spike_percentage":"`+word+`"}`)[0]
		if a.Value != nil || a.Spike != nil {
			t.Errorf("%s: %v, %v", word, a.Value, a.Spike)
		}
	}
	invalid(t, source.Generic, `{"title":"x","value":"soon"}`, "value")
	invalid(t, source.Generic, `{"title":"x","value":"1e400"}`, "value")
}

func TestTheWorstSeverityOfEachScaleIsCritical(t *testing.T) {
	for _, word := range []string{"critical", "P0", "p1", "sev0", "Disaster", "emerg", "fatal", "page"} {
		equal(t, word, parse(t, source.Generic, `{"title":"x","severity":"`+word+`"}`)[0].Severity, engine.SeverityCritical)
	}
}

func TestLabelsMayHaveCapitals(t *testing.T) {
	labels := `"Service":"basket","Environment":"prod","Severity":"critical","Error_Type":"disk_full"`
	for name, c := range map[string]struct{ kind, body string }{
		"our own format":   {"generic", `{"title":"x","labels":{` + labels + `}}`},
		"Alertmanager":     {"alertmanager", `{"alerts":[{"status":"firing","labels":{"alertname":"x",` + labels + `}}]}`},
		"Grafana":          {"grafana", `{"orgId":1,"alerts":[{"status":"firing","labels":{"alertname":"x",` + labels + `}}]}`},
		"tags of a preset": {"datadog", `{"alert_transition":"Triggered","event_title":"x","tags":"Service:basket,Environment:prod,Severity:critical,Error_Type:disk_full"}`},
		"$labels":          {"pingdom", `{"current_state":"DOWN","check_id":1,"check_name":"x","check_params":{"hostname":"h"},"tags":["Service:basket","Environment:prod","Severity:critical","Error_Type:disk_full"]}`},
		"details":          {"pagerduty-events", `{"event_action":"trigger","payload":{"summary":"x","source":"h","group":"g","severity":"critical","custom_details":{` + labels + `}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := parse(t, source.Kinds()[c.kind], c.body)[0]
			equal(t, "service", a.Service, "basket")
			equal(t, "environment", a.Environment, "prod")
			equal(t, "severity", a.Severity, engine.SeverityCritical)
			equal(t, "error type", a.ErrorType, "disk_full")
		})
	}
	a := parse(t, source.Generic, `{"title":"x","labels":{"Service":"A","service":"b","SERVICE":"c"}}`)[0]
	equal(t, "the lower case first", a.Service, "b")
	equal(t, "labels", fmt.Sprint(a.Labels), "map[SERVICE:c Service:A service:b]")
}

func TestAByteOrderMarkIsNoMistake(t *testing.T) {
	const mark = "\ufeff"
	for kind, body := range map[string]string{
		"generic": `{"title":"Disk full"}`, "alertmanager": `{"alerts":[{"status":"firing","labels":{"alertname":"Disk full"}}]}`,
		"checkly":     `{"alert_type":"ALERT_FAILURE","check_id":"1","check_name":"Disk full"}`,
		"cloudevents": `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"title":"Disk full"}}`,
	} {
		equal(t, kind, parse(t, source.Kinds()[kind], mark+body)[0].Title, "Disk full")
	}
	invalid(t, source.Generic, mark, "body")
}

func FuzzGeneric(f *testing.F) {
	fuzz(f, source.Generic)
	f.Add([]byte(`[{"title":"a","status":"ok"},{"error_type":"x","spike_percentage":"4%","links":["http://x"]}]`))
}

func TestAHeartbeatIsNoAlert(t *testing.T) {
	got, err := source.Generic(source.Input{Source: "cron", Body: []byte(`[
		{"kind": "heartbeat", "name": " nightly-backup ", "at": "2026-11-23T03:00:00+01:00"}, {"kind": "Heartbeat", "name": "x"}, {"title": "Disk full"}]`)})
	if err != nil || len(got.Bad) > 0 {
		t.Fatalf("%v, %v", err, got.Bad)
	}
	equal(t, "alerts", len(got.Delivery.Alerts), 1)
	equal(t, "beats", len(got.Delivery.Beats), 2)
	b := got.Delivery.Beats[0]
	equal(t, "name", b.Name, "nightly-backup")
	equal(t, "at", b.At, time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	equal(t, "at of the second", got.Delivery.Beats[1].At.IsZero(), true)
	event, err := source.CloudEvents(source.Input{Source: "cron", Body: []byte(`{"specversion":"1.0","id":"1","source":"/cron","type":"done","time":"2026-11-23T02:00:00Z",
		"data":{"kind":"heartbeat","name":"x"}}`)})
	if err != nil || len(event.Delivery.Beats) != 1 {
		t.Fatalf("%+v, %v", event, err)
	}
	equal(t, "at, by its event", event.Delivery.Beats[0].At, b.At)
	invalid(t, source.Generic, `{"kind": "heartbeat"}`, "name")
	invalid(t, source.Generic, `{"kind": "heartbeat", "name": "x", "at": "soon"}`, "at")
}
