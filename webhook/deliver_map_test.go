package webhook_test

import (
	"testing"
	"time"

	"ragoffire/webhook"
	"ragoffire/webhook/source"
)

func TestDeliveriesByAMapping(t *testing.T) {
	parse, problems := source.Mapped("generic", map[string]any{"title": "$.name", "fingerprint": "$.key", "status": "$.state", "statuses": map[string]any{"note": "ignore"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	r := start(t, func(c *webhook.Config) {
		c.Sources = map[string]webhook.SourceConfig{
			"shop":   {Kind: "generic", Parse: parse, Expire: 6 * time.Hour},
			"search": {Kind: "splunk", Expire: 25 * time.Hour},
		}
	})
	expires := func() time.Duration { // of the newest open incident
		t.Helper()
		var list struct {
			Incidents []struct{ ID string }
		}
		r.do("GET", "/api/v1/incidents?status=open&limit=1", "").want(t, 200).decode(t, &list)
		var one struct {
			Alerts []struct {
				ReceivedAt time.Time `json:"received_at"`
				ExpiresAt  time.Time `json:"expires_at"`
			}
		}
		r.do("GET", "/api/v1/incidents/"+list.Incidents[0].ID, "").want(t, 200).decode(t, &one)
		if one.Alerts[0].ExpiresAt.IsZero() {
			return 0
		}
		return one.Alerts[0].ExpiresAt.Sub(one.Alerts[0].ReceivedAt).Round(time.Second)
	}
	for _, c := range []struct {
		path, body, answer string
		expires            time.Duration
	}{
		{"/webhooks/pingdom", `{"check_id":7,"check_name":"Basket","current_state":"DOWN"}`, `{"accepted":1,"ignored":0}`, 0},
		{"/webhooks/splunk", `{"search_name":"errors","result":{"host":"a"}}`, `{"accepted":1,"ignored":0}`, 2 * time.Hour},
		{"/webhooks/search", `{"search_name":"errors","result":{"host":"b"}}`, `{"accepted":1,"ignored":0}`, 25 * time.Hour},
		{"/webhooks/shop", `{"name":"Cart slow","key":"cart","state":"firing"}`, `{"accepted":1,"ignored":0}`, 6 * time.Hour},
		{"/webhooks/shop", `{"name":"Cart slow","key":"cart","state":"note"}`, `{"accepted":0,"ignored":1}`, 6 * time.Hour},
		{"/webhooks/shop", `{"name":"Cart slow","key":"cart","state":"ok"}`, `{"accepted":1,"ignored":0}`, 25 * time.Hour},
	} {
		got := r.do("POST", c.path, c.body).want(t, 202)
		if string(got.body) != c.answer+"\n" {
			t.Errorf("%s %s = %s", c.path, c.body, got.body)
		}
		if d := expires(); d != c.expires {
			t.Errorf("%s %s: expires after %v, want %v", c.path, c.body, d, c.expires)
		}
	}
	r.do("POST", "/webhooks/shop", `{"name":"x","state":"melting"}`).want(t, 400).names(t, "state")
	if incidents, _ := r.stored(); incidents != 4 {
		t.Errorf("%d incidents, want 4", incidents)
	}
}
