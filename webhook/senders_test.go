package webhook_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"ragoffire/webhook"
)

func TestWhatCanPagePagerDutyCanSendHere(t *testing.T) {
	r := start(t, func(c *webhook.Config) {
		c.Sources = map[string]webhook.SourceConfig{"pagerduty-events": {Tokens: []string{"R0UTING-KEY", "R0UTING-KEY-2"}}}
	})
	event := func(action, key string) string {
		return `{"routing_key":"` + key + `","event_action":"` + action + `","dedup_key":"cart/db","payload":{"summary":"Pool is exhausted","source":"cart-7","severity":"critical"}}`
	}
	for _, path := range []string{"", "/v2/enqueue"} {
		got := r.do("POST", "/webhooks/pagerduty-events"+path, event("trigger", "R0UTING-KEY")).want(t, 202)
		if string(got.body) != `{"dedup_key":"cart/db","message":"Event processed","status":"success"}`+"\n" {
			t.Errorf("answer = %s", got.body)
		}
	}
	if incidents, _ := r.stored(); incidents != 1 {
		t.Errorf("%d incidents", incidents)
	}
	r.do("POST", "/webhooks/pagerduty-events", "\ufeff"+event("resolve", "R0UTING-KEY-2")).want(t, 202)
	if got := r.do("GET", "/api/v1/incidents?status=resolved", ""); !strings.Contains(string(got.body), "Pool is exhausted") {
		t.Errorf("resolved = %s", got.body)
	}
	got := r.do("POST", "/webhooks/pagerduty-events/v2/change/enqueue", `{"routing_key":"R0UTING-KEY","payload":{"summary":"Build 81","source":"cart"}}`).want(t, 202)
	if !strings.Contains(string(got.body), "Change event processed") {
		t.Errorf("answer = %s", got.body)
	}
	for _, body := range []string{event("trigger", "wrong"), event("trigger", ""), "{", `{"routing_key":["R0UTING-KEY"]}`, ""} {
		r.do("POST", "/webhooks/pagerduty-events", body).want(t, 401)
	}
	r.do("POST", "/webhooks/alertmanager/v2/enqueue", `{"alerts":[]}`).want(t, 404)
}

func TestTokensInAnAddress(t *testing.T) {
	r := start(t, func(c *webhook.Config) {
		c.Sources = map[string]webhook.SourceConfig{
			"generic": {Tokens: []string{"a-token"}}, "gitlab": {Tokens: []string{"a-token"}},
		}
	})
	for _, query := range []string{"?token=a-token", "?access_token=a-token"} {
		r.do("POST", "/webhooks/generic"+query, anomaly(nil)).want(t, 202)
	}
	r.do("POST", "/webhooks/generic?token=b-token", anomaly(nil)).want(t, 401)
	r.do("POST", "/webhooks/gitlab", `{"object_kind":"issue"}`, "X-Gitlab-Token: a-token").want(t, 202)
	r.do("POST", "/webhooks/gitlab", `{"object_kind":"issue"}`, "X-Gitlab-Token: b-token").want(t, 401)
}

func TestTestsOfSendersAreAnswered(t *testing.T) {
	r := start(t, nil)
	for name, c := range map[string]struct{ source, body, header string }{
		"GitHub's ping":         {"github", `{"zen":"Keep it logically awesome.","hook_id":1}`, "X-GitHub-Event: ping"},
		"PagerDuty's":           {"pagerduty", `{"event":{"event_type":"pagey.ping","data":{"type":"ping"}}}`, "A: b"},
		"Sentry's installation": {"sentry", `{"action":"created","data":{"installation":{}}}`, "Sentry-Hook-Resource: installation"},
		"GitLab's of an issue":  {"gitlab", `{"object_kind":"issue"}`, "A: b"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.do("POST", "/webhooks/"+c.source, c.body, c.header).want(t, 202)
			if string(got.body) != "{\"accepted\":0,\"ignored\":1}\n" {
				t.Errorf("answer = %s", got.body)
			}
		})
	}
	t.Run("CloudEvents' handshake", func(t *testing.T) {
		got := r.do("OPTIONS", "/webhooks/cloudevents", "", "WebHook-Request-Origin: events.example.com").want(t, 200)
		if got.header.Get("WebHook-Allowed-Origin") != "events.example.com" || got.header.Get("WebHook-Allowed-Rate") != "*" {
			t.Errorf("headers = %v", got.header)
		}
		r.do("OPTIONS", "/webhooks/cloudevents", "").want(t, 405)
		r.do("OPTIONS", "/webhooks/generic", "", "WebHook-Request-Origin: events.example.com").want(t, 405)
	})
	nothingStored(t, r)
}

func TestWhatCannotBeReadIsKeptAndShown(t *testing.T) {
	now := time.Now()
	var log logs
	r := start(t, func(c *webhook.Config) {
		c.Log, c.Now = log.logger(), func() time.Time { return now }
		c.Sources = map[string]webhook.SourceConfig{"shop": {Kind: "generic", Tokens: []string{"shop-token"}}}
	})
	kept := func() []string {
		t.Helper()
		list, err := r.engine.Quarantined(context.Background(), "", 0)
		check(t, err)
		var out []string
		for _, q := range list {
			out = append(out, q.Source+" "+q.Error+" "+q.Raw)
		}
		return out
	}
	poison := `{"alerts":[{"status":"firing","labels":{"alertname":"A"}},{"status":"firing","labels":7,"token":"s3cret \" token"}]}`
	for range 2 { // it comes again, and is one
		r.do("POST", "/webhooks/alertmanager", poison).want(t, 202)
	}
	if got := kept(); len(got) != 1 || got[0] != `alertmanager alerts[1].labels: must be an object of strings, is a number {"labels":7,"status":"firing","token":"…"}` {
		t.Errorf("kept %q", got)
	}
	r.do("POST", "/webhooks/shop", `{"title":"shop-token in a text",`, "Authorization: Bearer shop-token").want(t, 400)
	r.do("POST", "/webhooks/shop", `{"title":`, "Authorization: Bearer wrong").want(t, 401)
	got := kept()
	if len(got) != 2 {
		t.Fatalf("kept %q", got)
	}
	for _, s := range []string{"shop-token", "s3cret"} {
		if strings.Contains(strings.Join(got, "\n")+log.String(), s) {
			t.Errorf("%s is kept or logged", s)
		}
	}
	page := string(r.do("GET", "/", "").body)
	for _, want := range []string{"<b>alertmanager</b>: 1 part of deliveries could not be read", "alerts[1].labels: must be an object", "<b>shop</b>: 1 part", "&#34;labels&#34;:7"} {
		if !strings.Contains(page, want) {
			t.Errorf("the dashboard does not say %q", want)
		}
	}
	now = now.Add(25 * time.Hour)
	if page := string(r.do("GET", "/", "").body); strings.Contains(page, "could not be read") {
		t.Error("it is still shown after a day")
	}
	if r.away.away.Store(true); r.do("POST", "/webhooks/alertmanager", poison).status != http.StatusServiceUnavailable {
		t.Error("what cannot be kept is not asked for again")
	}
}
