package webhook_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"ragoffire/webhook"
)

func TestDeliveries(t *testing.T) {
	t.Run("are durable when they are answered", func(t *testing.T) {
		r := start(t, nil)
		got := r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
		if string(got.body) != "{\"accepted\":1,\"ignored\":0}\n" {
			t.Errorf("answer = %s", got.body)
		}
		if incidents, _ := r.stored(); incidents != 1 {
			t.Errorf("%d incidents", incidents)
		}
	})

	t.Run("that come twice change nothing", func(t *testing.T) {
		r := start(t, nil)
		body := anomaly(map[string]any{"started_at": "2026-03-02T03:00:00Z"})
		r.do("POST", "/webhooks/generic", body).want(t, 202)
		before, _ := r.stored()
		got := r.do("POST", "/webhooks/generic", body).want(t, 202)
		if string(got.body) != "{\"accepted\":0,\"ignored\":1}\n" {
			t.Errorf("answer = %s", got.body)
		}
		if after, _ := r.stored(); after != before {
			t.Errorf("%d incidents, before %d", after, before)
		}
	})

	t.Run("that are compressed are told to come as they are", func(t *testing.T) {
		r := start(t, nil)
		got := r.do("POST", "/webhooks/generic", "\x1f\x8b\x08", "Content-Encoding: gzip").want(t, 400)
		if !strings.Contains(string(got.body), "body: compressed (Content-Encoding: gzip); send it as it is") {
			t.Errorf("answer = %s", got.body)
		}
		r.do("POST", "/webhooks/generic", anomaly(nil), "Content-Encoding: UTF-8") // as some say.want(t, 202)
	})

	t.Run("may come with a slash at the end, and are counted wherever they come", func(t *testing.T) {
		r := start(t, nil)
		r.do("POST", "/webhooks/generic/", anomaly(nil)).want(t, 202)
		if incidents, _ := r.stored(); incidents != 1 {
			t.Errorf("%d incidents", incidents)
		}
		r.do("POST", "/webhooks/pagerduty-events/v2/enqueue/", `{"event_action":"trigger","payload":{"summary":"x"}}`).want(t, 202)
		for _, path := range []string{"/webhooks/generic/v2/enqueue", "/webhooks/pagerduty-events/v3", "/webhooks/nothing/at/all"} {
			got := r.do("POST", path, anomaly(nil)).want(t, 404)
			if !strings.Contains(string(got.body), "no such source; there are alertmanager") {
				t.Errorf("%s: %s", path, got.body)
			}
		}
		if page := string(r.do("GET", "/metrics", "").body); !strings.Contains(page, `rof_alerts_total{result="refused",source="unknown"} 3`) {
			t.Error("what came to no address of ours is not counted")
		}
	})

	t.Run("without a fingerprint are told apart by what they say", func(t *testing.T) {
		r := start(t, nil)
		r.do("POST", "/webhooks/generic", `{"title":"Disk 91% full on db"}`).want(t, 202)
		r.do("POST", "/webhooks/generic", `{"title":"Certificate expires"}`).want(t, 202)
		r.do("POST", "/webhooks/generic", `{"title":"Disk 97% full on db","status":"ok"}`).want(t, 202)
		if incidents, _ := r.stored(); incidents != 2 {
			t.Errorf("%d incidents, want 2", incidents)
		}
		got := r.do("GET", "/api/v1/incidents?status=resolved", "").want(t, 200)
		if !strings.Contains(string(got.body), "Disk 91% full on db") {
			t.Errorf("resolved = %s", got.body)
		}
	})

	t.Run("of what was changed are looked at when the service's alert comes", func(t *testing.T) {
		r := start(t, nil).withSeeds()
		got := r.do("POST", "/webhooks/generic", `{"kind":"change","type":"deploy","service":"checkout","title":"deploy 4f1c2e","ref":"4f1c2e","actor":"ann"}`).want(t, 202)
		if string(got.body) != "{\"accepted\":1,\"ignored\":0}\n" {
			t.Errorf("answer = %s", got.body)
		}
		d := r.do("POST", "/api/v1/decisions/analyze", `{"error_type":"database_timeout","spike_percentage":450,"service":"checkout"}`).want(t, 200)
		var decided struct {
			Changes []struct{ Kind, Ref, Actor, Source string }
		}
		d.decode(t, &decided)
		if len(decided.Changes) != 1 || fmt.Sprint(decided.Changes[0]) != "{deploy 4f1c2e ann generic}" {
			t.Errorf("changes = %+v", decided.Changes)
		}
	})

	t.Run("with nothing to do are fine", func(t *testing.T) {
		got := start(t, nil).do("POST", "/webhooks/alertmanager", `{"alerts":[]}`).want(t, 202)
		if string(got.body) != "{\"accepted\":0,\"ignored\":0}\n" {
			t.Errorf("answer = %s", got.body)
		}
	})

	t.Run("with one bad alert keep the rest", func(t *testing.T) {
		var log logs
		r := start(t, func(c *webhook.Config) { c.Log = log.logger() })
		got := r.do("POST", "/webhooks/alertmanager", `{"alerts":[{"status":"firing","labels":{"alertname":"A"}},{"status":"firing","labels":7}]}`).want(t, 202)
		if string(got.body) != "{\"accepted\":1,\"ignored\":0,\"quarantined\":1}\n" {
			t.Errorf("answer = %s", got.body)
		}
		if !strings.Contains(log.String(), "alerts[1].labels") {
			t.Errorf("the log does not say what was wrong: %s", log.String())
		}
	})

	t.Run("are posted and nothing else", func(t *testing.T) {
		r := start(t, nil)
		for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			if got := r.do(method, "/webhooks/generic", anomaly(nil)).want(t, 405); got.header.Get("Allow") != "POST" {
				t.Errorf("%s: Allow = %q", method, got.header.Get("Allow"))
			}
		}
		nothingStored(t, r)
	})

	t.Run("are put by Grafana where it is told so", func(t *testing.T) {
		r := start(t, nil)
		r.do("PUT", "/webhooks/grafana", `{"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`).want(t, 202)
	})

	t.Run("that cannot be stored are asked for again", func(t *testing.T) {
		var log logs
		r := start(t, func(c *webhook.Config) { c.Log = log.logger() })
		r.away.away.Store(true)
		for _, path := range []string{"/webhooks/generic", "/api/v1/decisions/stream-anomaly"} {
			got := r.do("POST", path, anomaly(nil)).want(t, 503)
			if got.header.Get("Retry-After") != "10" {
				t.Errorf("Retry-After = %q", got.header.Get("Retry-After"))
			}
			if strings.Contains(string(got.body), "secret-host") {
				t.Errorf("the answer tells internals: %s", got.body)
			}
		}
		// The line of the second is written once it is answered.
		eventually(t, "the log has the cause of both", func() bool { return strings.Count(log.String(), "secret-host") >= 2 })
		r.do("GET", "/api/v1/incidents", "").want(t, 503)
		if got := r.do("GET", "/readyz", ""); got.status != 503 || got.field(t, "checks.store.state") != "failed" || strings.Contains(string(got.body), "secret-host") {
			t.Errorf("readyz = %d %s", got.status, got.body)
		}
		r.do("GET", "/healthz", "").want(t, 200)
		r.away.away.Store(false)
		nothingStored(t, r)
		r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	})
}

func TestSecretsOfSources(t *testing.T) {
	sources := map[string]webhook.SourceConfig{
		"alertmanager": {Tokens: []string{"old-one", "new-one"}},
		"shop":         {Kind: "generic", Tokens: []string{"us:er:pass"}},
		"lab":          {Kind: "generic", Tokens: []string{"t"}, Header: "X-Lab-Token"},
	}
	basic := func(s string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(s))
	}
	for name, c := range map[string]struct {
		path, header string
		status       int
	}{
		"none":                            {"alertmanager", "Authorization: ", 401},
		"a wrong one":                     {"alertmanager", "Authorization: Bearer nope", 401},
		"an empty one":                    {"alertmanager", "Authorization: Bearer ", 401},
		"the API's own token":             {"alertmanager", "Authorization: Bearer " + secret, 401},
		"one":                             {"alertmanager", "Authorization: Bearer old-one", 202},
		"another":                         {"alertmanager", "Authorization: bearer new-one", 202},
		"one as a password":               {"alertmanager", basic("anybody:new-one"), 202},
		"a wrong password":                {"alertmanager", basic("anybody:nope"), 401},
		"a user and a password":           {"shop", basic("us:er:pass"), 202},
		"a wrong user":                    {"shop", basic("x:er:pass"), 401},
		"a header of its own":             {"lab", "X-Lab-Token: t", 202},
		"a wrong header":                  {"lab", "X-Lab-Token: tt", 401},
		"where there is none on loopback": {"generic", "Authorization: ", 202},
	} {
		t.Run(name, func(t *testing.T) {
			var log logs
			r := start(t, func(c *webhook.Config) { c.Token, c.Sources, c.Log = secret, sources, log.logger() })
			body := anomaly(nil)
			if c.path == "alertmanager" {
				body = `{"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`
			}
			got := r.do("POST", "/webhooks/"+c.path, body, "Authorization: ", c.header).want(t, c.status)
			if c.status == 202 {
				return
			}
			nothingStored(t, r)
			if len(got.body) > 200 {
				t.Errorf("a long refusal: %s", got.body)
			}
			page := string(r.do("GET", "/", "").body)
			if !strings.Contains(page, "1 delivery refused") || !strings.Contains(page, "Fix:") {
				t.Error("the dashboard does not show the refusal")
			}
			for _, s := range []string{"old-one", "us:er:pass", "nope"} {
				if strings.Contains(log.String()+page, s) {
					t.Errorf("a secret is told: %s", s)
				}
			}
		})
	}
}

func TestASourceWithoutSecretIsClosedElsewhere(t *testing.T) {
	r := start(t, func(c *webhook.Config) {
		c.Token, c.Listener = secret, outsideListener(t)
		c.Sources = map[string]webhook.SourceConfig{"shop": {Kind: "generic", Tokens: []string{"s"}}}
	})
	r.do("POST", "/webhooks/generic", anomaly(nil), "Authorization: ").want(t, 401)
	r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 401)
	nothingStored(t, r)
	if page := string(r.do("GET", "/", "").body); !strings.Contains(page, "2 deliveries refused, no secret set. Fix: set sources.generic.token") {
		t.Error("the dashboard does not say how to open the source")
	}
	r.do("POST", "/webhooks/shop", anomaly(nil), "Authorization: Bearer s").want(t, 202)
}

func TestUnknownKindsAreRefusedAtTheStart(t *testing.T) {
	e := start(t, nil).engine
	for want, sources := range map[string]map[string]webhook.SourceConfig{
		"carrier": {"carrier": {}},
		"empty":   {"generic": {Tokens: []string{""}}},
	} {
		_, err := webhook.New(webhook.Config{Engine: e, Listen: "127.0.0.1:0", Sources: sources})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want one that names %s", err, want)
		}
	}
}
