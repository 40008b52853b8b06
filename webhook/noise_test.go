package webhook_test

import (
	"context"
	"strings"
	"testing"

	"ragoffire/webhook"
)

func TestNoiseStandsInTheFiguresAndOnTheDashboard(t *testing.T) {
	r := start(t, nil)
	rule := map[string]any{"name": "DiskFillsUp", "title": "Disk <b>7</b> is full", "fingerprint": "d7"}
	r.do("POST", "/webhooks/generic", anomaly(rule)).want(t, 202)
	rule["status"] = "resolved"
	r.do("POST", "/webhooks/generic", anomaly(rule)).want(t, 202)
	got := r.do("GET", "/api/v1/stats", "").want(t, 200)
	for _, want := range []string{`"noise":{"days":30,"rules":[{"source":"generic","rule":"DiskFillsUp","fired":1,"acknowledged":0,"acted_on":0,"false_alarms":0,"untouched":1,`, `"more":0}`} {
		if !strings.Contains(string(got.body), want) {
			t.Errorf("no %s in %s", want, got.body)
		}
	}
	if page := string(r.do("GET", "/", "").body); !strings.Contains(page, `DiskFillsUp</strong>`) || !strings.Contains(page, "<span>1 untouched</span>") {
		t.Errorf("the dashboard does not show it: %s", page)
	}
}

func TestARefusalIsShownByTheOtherReplicaAndAfterAStart(t *testing.T) {
	r := start(t, func(c *webhook.Config) {
		c.Sources = map[string]webhook.SourceConfig{"shop": {Kind: "generic", Tokens: []string{"s"}}}
	})
	r.do("POST", "/webhooks/shop", anomaly(nil), "Authorization: Bearer x").want(t, 401)
	other, err := webhook.New(webhook.Config{Engine: r.engine, Listen: "127.0.0.1:0"})
	check(t, err)
	o := &rig{t: t, url: other.URL(), client: r.client}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- other.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		check(t, <-served)
	})
	shown := func() bool {
		return strings.Contains(string(o.do("GET", "/", "").body), "1 delivery refused, wrong or missing token. Fix: send the token of sources.shop")
	}
	eventually(t, "the refusal elsewhere", shown)
	r.do("POST", "/webhooks/shop", anomaly(nil), "Authorization: Bearer s").want(t, 202)
	eventually(t, "that it is over", func() bool { return !shown() })
}
