package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
)

const mappedShop = `sources:
  shop:
    kind: generic
    token: shop-secret
    map: {title: $.name, severity: $.prio, status: $.state, statuses: {burning: firing}}
    expire: 1d
  search: {kind: splunk, token: search-secret}
`

// sourceRun runs rof source and returns what it printed and its status.
func sourceRun(t *testing.T, stdin string, settings []string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), append([]string{"source"}, args...), env(append(settings, "HOME="+t.TempDir())...), strings.NewReader(stdin), &o, &e)
	return o.String(), e.String(), code
}

func TestSourceTestSaysWhatABodyWouldBecome(t *testing.T) {
	config := "ROF_CONFIG=" + write(t, mappedShop)
	t.Run("field by field", func(t *testing.T) {
		out, errs, code := sourceRun(t, `{"name":"Basket slow","prio":"P1","state":"Burning","service":"basket","labels":{"env":"prod"},"value":"12.5%","threshold":5,"started_at":1772420706}`,
			[]string{config}, "test", "shop", "-")
		if code != exitDone {
			t.Fatalf("status %d: %s", code, errs)
		}
		want := `alert: Basket slow
Status       firing
Severity     critical (sent as P1)
Service      basket
Environment  prod
Rule         Basket slow
Value        12.5 % (limit 5)
Began        2026-03-02T03:05:06Z
Expires      24 h after its last notice
Series       none sent: told by type or title, service and labels; expires by itself
Labels       env=prod
`
		if out != want {
			t.Errorf("it printed\n%s\nwant\n%s", out, want)
		}
	})
	t.Run("as JSON", func(t *testing.T) {
		out, errs, code := sourceRun(t, `{"search_name":"errors","result":{"host":"web-3"}}`, []string{config}, "test", "search", "-", "--json")
		var got struct {
			Source, Kind string
			Alerts       []engine.Alert
			ExpiresAfter string `json:"expires_after"`
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitDone {
			t.Fatalf("%v, status %d: %s%s", err, code, out, errs)
		}
		if got.Source != "search" || got.Kind != "splunk" || len(got.Alerts) != 1 || got.Alerts[0].Component != "web-3" || got.ExpiresAfter != "2 h" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("of a whole request, as it was captured", func(t *testing.T) {
		file := write(t, "POST /hook HTTP/1.1\nHost: rof\nContent-Type: application/json\nContent-Length: 7\n\n"+`{"check_id":7,"current_state":"DOWN","check_name":"Basket"}`)
		if out, errs, code := sourceRun(t, "", nil, "test", "pingdom", file); code != exitDone || !strings.Contains(out, "Series       7\n") {
			t.Errorf("status %d: %s%s", code, out, errs)
		}
	})
	t.Run("of a heartbeat and of a note, too", func(t *testing.T) {
		for kind, body := range map[string]string{
			"generic":   `{"kind":"heartbeat","name":"nightly-backup"}`,
			"pagerduty": `{"event":{"event_type":"incident.annotated","data":{"id":"N1","incident":{"id":"P1"},"content":"rolled back"}}}`,
		} {
			want := map[string]string{"generic": "heartbeat: nightly-backup\n", "pagerduty": "note: rolled back\n"}[kind]
			if out, errs, code := sourceRun(t, body, nil, "test", kind, "-"); code != exitDone || out != want {
				t.Errorf("%s, status %d: %s%s", kind, code, out, errs)
			}
		}
	})
	t.Run("and what is no news, or could not be read", func(t *testing.T) {
		if out, _, code := sourceRun(t, `{"action":"AddNote","alert":{"message":"x"}}`, nil, "test", "opsgenie", "-"); code != exitDone || !strings.HasPrefix(out, "No alert") {
			t.Errorf("status %d: %s", code, out)
		}
		out, _, code := sourceRun(t, `[{"title":"x"},{"title":5}]`, nil, "test", "generic", "-")
		if code != exitDone || !strings.Contains(out, "1 alert could not be read\n             [1].title: must be a string, is a number\n") {
			t.Errorf("status %d: %s", code, out)
		}
	})
	t.Run("and that a change without a title is called by what it is", func(t *testing.T) {
		if out, errs, code := sourceRun(t, `{"kind":"deploy","service":"shop"}`, nil, "test", "generic", "-"); code != exitDone || !strings.HasPrefix(out, "change: deploy shop\n") {
			t.Errorf("status %d: %s%s", code, out, errs)
		}
	})
	t.Run("and that one is too large", func(t *testing.T) {
		if out, errs, code := sourceRun(t, `{"title":"`+strings.Repeat("x", 1<<20)+`"}`, nil, "test", "generic", "-"); code != exitFailed || errs != "rof source: -: a body larger than 1 MiB; no source takes that\n" {
			t.Errorf("status %d: %.80s%s", code, out, errs)
		}
	})
	for name, c := range map[string]struct {
		args []string
		says string
		code int
	}{
		"a body it cannot read": {[]string{"test", "shop", "-"}, "rof source: -: state: \"melting\" is not firing", exitFailed},
		"no such source":        {[]string{"test", "shops", "-"}, `rof source: there is no source "shops"; there are alertmanager, `, exitUsage},
		"no such file":          {[]string{"test", "shop", filepath.Join(t.TempDir(), "none")}, "no such file", exitFailed},
		"no file":               {[]string{"test", "shop"}, "usage: rof source list", exitUsage},
		"nothing to do":         {nil, "usage: rof source list", exitUsage},
	} {
		t.Run("refuses "+name+" in a line", func(t *testing.T) {
			out, errs, code := sourceRun(t, `{"name":"x","state":"melting"}`, []string{config}, c.args...)
			if code != c.code || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, c.says) {
				t.Errorf("status %d, %q, %q; want %q", code, out, errs, c.says)
			}
		})
	}
}

func TestSourceListCountsWhatTheStoreHolds(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		settings := []string{db, "ROF_SEED=false", "ROF_CONFIG=" + write(t, mappedShop)}
		p := serving(t, settings...)
		for path, body := range map[string]string{
			"/webhooks/search":  `{"search_name":"errors","result":{"host":"web-3"}}`,
			"/webhooks/pingdom": `[{"check_id":7,"current_state":"DOWN","check_name":"Basket"},{"check_id":8,"current_state":"DOWN","check_name":"Cart"}]`,
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer search-secret")
			resp, err := http.DefaultClient.Do(req)
			if err != nil || resp.StatusCode != http.StatusAccepted {
				t.Fatalf("%s: %v, %v", path, resp, err)
			}
			_ = resp.Body.Close()
		}
		out, errs, code := sourceRun(t, "", settings, "list")
		if code != exitDone {
			t.Fatalf("status %d: %s", code, errs)
		}
		lines := strings.Split(out, "\n")
		for n, want := range []string{
			"SOURCE KIND SECRET RECEIVED ACCEPTED DUPLICATE SILENCED QUARANTINED REFUSED FIRING NEWEST",
			"pingdom pingdom no 2 2 0 0 0 0 2", "search splunk yes 1 1 0 0 0 0 1", "shop generic yes 0 0 0 0 0 0 0 -",
		} {
			if got := strings.Join(strings.Fields(lines[n]), " "); !strings.HasPrefix(got, want) {
				t.Errorf("line %d is %q, want %q", n, got, want)
			}
		}
		out, _, _ = sourceRun(t, "", settings, "list", "--json")
		var got struct {
			Sources []listedSource
			Kinds   []string
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Sources) != 3 || got.Sources[0].Episodes != 2 || got.Sources[0].Received != 2 || got.Sources[0].Source != "pingdom" || got.Sources[1].Newest.IsZero() || len(got.Kinds) < 15 {
			t.Errorf("%v: %s", err, out)
		}
	})
}

func TestAListOfNoSourcesIsAnEmptyList(t *testing.T) {
	out, errs, code := sourceRun(t, "", []string{sqliteDB(t)}, "list", "--json")
	if code != exitDone || !strings.Contains(out, `"sources":[]`) {
		t.Errorf("status %d, %s%s", code, out, errs)
	}
}

func TestAMappingThatIsNoGoodStopsTheStart(t *testing.T) {
	_, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, `sources:
  shop: {kind: generic, token: shop-secret, map: {title: $..name, severity: prio}, expire: soon}
  am: {kind: alertmanager, map: {title: $.name}}
`)))
	for _, want := range []string{
		`ROF_CONFIG sources.shop.map.title: "$..name" is no path: a name is missing after a dot`,
		"ROF_CONFIG sources.shop.expire must be a length of time", "ROF_CONFIG sources.am.map: kind alertmanager has none",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: no line says %q", err, want)
		}
	}
}
