package source_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

func TestAlertmanager(t *testing.T) {
	t.Run("each alert's own status counts", func(t *testing.T) {
		p, err := source.Alertmanager(source.Input{Source: "am", Body: fixture(t, "alertmanager-mixed.json")})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "truncated", p.Delivery.Truncated, 3)
		alerts := p.Delivery.Alerts
		invariants(t, alerts)
		if len(alerts) != 2 {
			t.Fatalf("alerts = %d, want 2", len(alerts))
		}
		a := alerts[0]
		equal(t, "source", a.Source, "am")
		equal(t, "status", a.Status, engine.Firing)
		equal(t, "fingerprint", a.Fingerprint, "00f1e2d3c4b5a697")
		equal(t, "started", a.StartedAt, at("2026-03-02T03:05:06.789012345Z"))
		equal(t, "ended", a.EndedAt, nil)
		equal(t, "severity", a.Severity, engine.SeverityCritical)
		equal(t, "severity as sent", a.SeverityRaw, "page")
		equal(t, "name", a.Name, "CartLatencyHigh")
		equal(t, "title", a.Title, "Cart p99 is 1.9 s")
		equal(t, "description", a.Description, "p99 over 500 ms for 5 min")
		equal(t, "service", a.Service, "cart")
		equal(t, "environment", a.Environment, "prod")
		equal(t, "component", a.Component, "cart-7:9090")
		equal(t, "error type", a.ErrorType, "latency_spike")
		equal(t, "spike", value(a.Spike), 320)
		equal(t, "value", value(a.Value), 1.9)
		equal(t, "threshold", value(a.Threshold), 0.5)
		equal(t, "unit", a.Unit, "s")
		equal(t, "reason", a.Reason, "some alerts resolved")
		equal(t, "group key", a.GroupKey, `{}/{team="shop"}:{alertname="CartLatencyHigh", service="cart"}`)
		equal(t, "links", fmt.Sprint(a.Links[:2]), "[{source http://prom.shop.example/graph?g0.expr=up} {runbook https://runbooks.shop.example/cart}]")
		equal(t, "the link to silence it", fmt.Sprint(a.Links[2:]), "[{silence "+engine.SilenceLink(engine.SilencePage("https://am.shop.example"), a.Labels)+"}]")

		b := alerts[1]
		equal(t, "status", b.Status, engine.AlertResolved)
		equal(t, "ended", *b.EndedAt, at("2026-03-02T03:30:00Z"))
		equal(t, "spike against the baseline", value(b.Spike), 350)
		equal(t, "title without a summary", b.Title, "CartLatencyHigh")
	})

	t.Run("version 3 has a numeric group key and no fingerprint", func(t *testing.T) {
		a := parse(t, source.Alertmanager, string(fixture(t, "alertmanager-v3.json")))[0]
		invariants(t, []engine.Alert{a})
		equal(t, "group key", a.GroupKey, "1844674407370955161")
		equal(t, "service", a.Service, "node")
		equal(t, "severity", a.Severity, engine.SeverityUnknown)
		equal(t, "severity as sent", a.SeverityRaw, "strange")
		equal(t, "fingerprint", a.Fingerprint, engine.HashFingerprint("", "", a.Labels))
	})

	t.Run("an empty group_by says nothing", func(t *testing.T) {
		a := parse(t, source.Alertmanager, string(fixture(t, "alertmanager-ungrouped.json")))[0]
		equal(t, "group key", a.GroupKey, "")
		equal(t, "service", a.Service, "billing")
		equal(t, "error type from an annotation", a.ErrorType, "disk_full")
		equal(t, "spike from an annotation", value(a.Spike), 12.5)
		equal(t, "title", a.Title, "Disk fills")
		equal(t, "description", a.Description, "92% used")
		equal(t, "no end while it fires", a.EndedAt, nil)
		equal(t, "a relative address is no link", len(a.Links), 0)
	})

	t.Run("a share over the threshold is no spike", func(t *testing.T) {
		a := parse(t, source.Alertmanager, amBody(`{"alertname":"A"}`, `{"value":"12.5%","threshold":"5"}`))[0]
		equal(t, "spike", value(a.Spike), -1)
		equal(t, "unit", a.Unit, "%")
	})

	t.Run("what is no number is absent", func(t *testing.T) {
		a := parse(t, source.Alertmanager, amBody(`{"alertname":"A","spike":"NaN"}`, `{"value":"+Inf","threshold":"0x10","baseline":"0"}`))[0]
		equal(t, "spike", value(a.Spike), -1)
		equal(t, "value", value(a.Value), -1)
		equal(t, "threshold", value(a.Threshold), -1)
	})

	t.Run("firing and resolved have the same fingerprint", func(t *testing.T) {
		one := parse(t, source.Alertmanager, amBody(`{"alertname":"A","b":"2"}`, `{"value":"1"}`))[0]
		two := parse(t, source.Alertmanager, strings.ReplaceAll(amBody(`{"b":"2","alertname":"A"}`, `{}`), "firing", "resolved"))[0]
		equal(t, "fingerprint", two.Fingerprint, one.Fingerprint)
	})

	t.Run("texts are clean and bounded", func(t *testing.T) {
		var labels []string
		for i := range 100 {
			labels = append(labels, fmt.Sprintf("%q:%q", fmt.Sprintf("l%03d%s", i, strings.Repeat("k", 200)), strings.Repeat("ü", 2000)))
		}
		body := amBody("{"+strings.Join(labels, ",")+"}", `{"summary":"a\u0000b\u001b[31mred\r\n`+strings.Repeat("long ", 200)+`","description":"`+strings.Repeat("ü", 9000)+`"}`)
		a := parse(t, source.Alertmanager, body)[0]
		invariants(t, []engine.Alert{a})
		equal(t, "labels", len(a.Labels), 64)
		if !strings.HasPrefix(a.Title, "a\uFFFDb [31mred long") {
			t.Errorf("title = %q", a.Title)
		}
	})

	t.Run("one bad member does not hold the others back", func(t *testing.T) {
		body := `{"alerts":[{"status":"firing","labels":{"alertname":"A"}},{"status":"firing","labels":7},{"status":"firing","labels":{"alertname":"B"}}]}`
		p, err := source.Alertmanager(source.Input{Source: "am", Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "alerts", len(p.Delivery.Alerts), 2)
		equal(t, "bad", len(p.Bad), 1)
		checkInvalid(t, p.Bad[0], "alerts[1].labels")
	})

	for name, c := range map[string]struct{ body, field string }{
		"no body":              {"", "body"},
		"half a body":          {`{"alerts":[{`, "body"},
		"not JSON":             {"status=firing", "body"},
		"two documents":        {`{"alerts":[]}{}`, "body"},
		"a list":               {`[]`, "body"},
		"deep":                 {strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "body"},
		"no alerts":            {`{"status":"firing"}`, "alerts"},
		"alerts of null":       {`{"alerts":null}`, "alerts"},
		"alerts no list":       {`{"alerts":{}}`, "alerts"},
		"alert no object":      {`{"alerts":["x"]}`, "alerts[0]"},
		"labels no object":     {`{"alerts":[{"labels":"x"}]}`, "alerts[0].labels"},
		"label no text":        {`{"alerts":[{"labels":{"a":[1]}}]}`, "alerts[0].labels.a"},
		"annotations a list":   {`{"alerts":[{"labels":{"a":"b"},"annotations":[]}]}`, "alerts[0].annotations"},
		"a time that is none":  {`{"alerts":[{"labels":{"a":"b"},"startsAt":"yesterday"}]}`, "alerts[0].startsAt"},
		"status unknown":       {`{"alerts":[{"labels":{"a":"b"},"status":"on fire"}]}`, "alerts[0].status"},
		"status no text":       {`{"alerts":[{"labels":{"a":"b"},"status":1}]}`, "alerts[0].status"},
		"nothing to tell by":   {`{"alerts":[{"status":"firing"}]}`, "alerts[0].labels"},
		"truncated no number":  {`{"alerts":[],"truncatedAlerts":-1}`, "truncatedAlerts"},
		"group labels no text": {`{"alerts":[],"groupLabels":[]}`, "groupLabels"},
		"too many":             {`{"alerts":[` + strings.TrimSuffix(strings.Repeat("{},", 10_001), ",") + `]}`, "alerts"},
	} {
		t.Run("refuses "+name, func(t *testing.T) { invalid(t, source.Alertmanager, c.body, c.field) })
	}

	t.Run("a group of none is fine", func(t *testing.T) {
		equal(t, "alerts", len(parse(t, source.Alertmanager, `{"alerts":[]}`)), 0)
	})
}

func amBody(labels, annotations string) string {
	return `{"status":"firing","groupLabels":{},"alerts":[{"status":"firing","labels":` + labels + `,"annotations":` + annotations + `,"startsAt":"2026-03-02T03:00:00Z"}]}`
}

// deliveries reads bodies that real senders produced, where they are at hand.
func deliveries(t testing.TB) map[string][]byte {
	out := make(map[string][]byte)
	folder := filepath.Join("..", "..", "..", "shared", "webhooks")
	for _, pattern := range []string{"alertmanager-*.json", "captured-alertmanager-*.txt"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if _, body, ok := bytes.Cut(b, []byte("\n\n")); ok && strings.HasSuffix(f, ".txt") {
				b = body
			} else if _, body, ok := bytes.Cut(b, []byte("\r\n\r\n")); ok && strings.HasSuffix(f, ".txt") {
				b = body
			}
			out[filepath.Base(f)] = b
		}
	}
	return out
}

func TestAlertmanagerReadsWhatRealSendersSend(t *testing.T) {
	bodies := deliveries(t)
	if len(bodies) == 0 {
		t.Skip("no captured deliveries here")
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			alerts := parse(t, source.Alertmanager, string(body))
			if len(alerts) == 0 {
				t.Error("no alerts")
			}
			invariants(t, alerts)
			for _, a := range alerts {
				if a.Title == "" || a.StartedAt.IsZero() {
					t.Errorf("title %q, started %v", a.Title, a.StartedAt)
				}
			}
		})
	}
}

func FuzzAlertmanager(f *testing.F) {
	fuzz(f, source.Alertmanager)
	for _, body := range deliveries(f) {
		f.Add(body)
	}
}

func fuzz(f *testing.F, p source.Parser) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := p(source.Input{Source: "fuzz", Body: body})
		if err != nil && engine.KindOf(err) != engine.Invalid {
			t.Errorf("err = %v, want one that people may read", err)
		}
		invariants(t, got.Delivery.Alerts)
	})
}
