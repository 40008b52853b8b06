package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestPrometheusInTheConfig(t *testing.T) {
	c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, `prometheus:
  url: http://prometheus:9090/base
  token_file: `+write(t, "secret\n")+`
  window: 1h
  timeout: 2s
  queries:
  - {match: {alertname: "High.*"}, name: p99, query: "p99{service=\"{{service}}\"}", unit: s}
`)))
	if err != nil {
		t.Fatal(err)
	}
	m := c.engineConfig().Meter
	if m.Range == nil || m.Query == nil || m.Window != time.Hour || len(m.Rules) != 1 || m.Rules[0].Unit != "s" || m.Charts {
		t.Errorf("%+v", m)
	}
	c, err = readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "prometheus: {url: http://p, from_alerts: false}")))
	if err != nil || c.engineConfig().Meter.Query != nil {
		t.Errorf("alerts' own queries are asked although they may not: %v", err)
	}
	if c, err := readConfig(env("HOME=/h")); err != nil || c.engineConfig().Meter.Range != nil {
		t.Errorf("without the block something is measured: %v", err)
	}
	for want, block := range map[string]string{
		"prometheus.url must be":          `{url: "prometheus:9090"}`,
		"both a token and a username":     `{url: http://p, token: abcdefgh, username: ann, password: x}`,
		"password needs a username":       `{url: http://p, password: x}`,
		"timeout must be at most 5s":      `{url: http://p, timeout: 30s}`,
		"window must be at most 1d":       `{url: http://p, window: 2d}`,
		"queries[0] needs match":          `{url: http://p, queries: [{query: up}]}`,
		"queries[0]: pattern of service":  `{url: http://p, queries: [{match: {service: "("}, query: up}]}`,
		"token and ROF_CONFIG prometheus": `{url: http://p, token: abcdefgh, token_file: /x}`,
	} {
		if _, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "prometheus: "+block))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to say %q", block, err, want)
		}
	}
}

// watcher starts Debian's Prometheus, which watches itself; more is what else
// its configuration says.
func watcher(t *testing.T, more string) (addr string) {
	t.Helper()
	bin := program(t, "prometheus")
	dir := t.TempDir()
	addr = freePort(t)
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte(fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nscrape_configs:\n- {job_name: self, static_configs: [{targets: [%q]}]}\n%s", addr, more)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr, "--log.level=warn")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	wait(t, 30*time.Second, "Prometheus to have scraped itself", func() bool {
		resp, err := http.Get("http://" + addr + "/api/v1/query?query=up")
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		b := make([]byte, 4096)
		n, _ := resp.Body.Read(b)
		return strings.Contains(string(b[:n]), `"1"`)
	})
	return addr
}

// A real Prometheus watches itself, a rule of its own is what an alert links to,
// and the numbers come back from it.
func TestARealPrometheusMeasuresAnIncident(t *testing.T) {
	addr := watcher(t, "")
	p := serving(t, sqliteDB(t), "ROF_SEED=false", "ROF_CONFIG="+write(t, "prometheus: {url: http://"+addr+"}"))
	// The link leads elsewhere: it is read and never followed.
	body := fmt.Sprintf(`{"version": "4", "status": "firing", "externalURL": "http://am.example.com", "alerts": [{"status": "firing", "fingerprint": "a1",
		"labels": {"alertname": "TooAlive", "job": "self", "instance": %q, "severity": "critical"}, "startsAt": %q,
		"generatorURL": "http://192.0.2.1:9090/graph?g0.expr=up%%7Bjob%%3D%%22self%%22%%7D+%%3E+0&g0.tab=1"}]}`, addr, time.Now().UTC().Format(time.RFC3339))
	if code := p.post("/webhooks/alertmanager", body, nil); code != http.StatusAccepted {
		t.Fatalf("answered %d", code)
	}
	var d engine.Detail
	wait(t, 20*time.Second, "the measure", func() bool {
		if list := live(p); len(list) == 1 {
			p.get("/api/v1/incidents/"+list[0].ID, &d)
		}
		return len(d.Measures) == 1
	})
	if m := d.Measures[0]; m.Value != 1 || m.Query != `up{job="self"}` || m.Name != "TooAlive" || m.Baseline != nil || time.Since(m.At) > time.Minute {
		t.Errorf("measure: %+v", m)
	}
	silence := false
	for _, l := range d.Alerts[0].Links {
		silence = silence || l.Rel == "silence" && strings.HasPrefix(l.URL, "http://am.example.com/#/silences/new?filter=")
	}
	if !silence {
		t.Errorf("links: %v", d.Alerts[0].Links)
	}
}

// A rule of a real Prometheus fires, a real Alertmanager tells it, and it ends
// when what it measures does.
func TestARuleOfARealPrometheusFiresAndResolves(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		p := serving(t, db, "ROF_SEED=false")
		am := alerting(t, p.url+"/webhooks/alertmanager")
		var down atomic.Bool
		down.Store(true)
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			busy := 0
			if down.Load() {
				busy = 97
			}
			_, _ = fmt.Fprintf(w, "shop_pool_busy_percent{pool=\"orders\"} %d\n", busy)
		}))
		t.Cleanup(shop.Close)
		rules := filepath.Join(t.TempDir(), "rules.yml")
		if err := os.WriteFile(rules, []byte(`groups:
- name: shop
  rules:
  - alert: PoolExhausted
    expr: shop_pool_busy_percent > 90
    labels: {severity: critical, service: shop}
    annotations: {summary: "pool {{ $labels.pool }} is {{ $value }} % busy", runbook_url: "https://runbooks.example.com/pool"}
`), 0o600); err != nil {
			t.Fatal(err)
		}
		watcher(t, fmt.Sprintf("- {job_name: shop, static_configs: [{targets: [%q]}]}\nrule_files: [%q]\nalerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}\n",
			strings.TrimPrefix(shop.URL, "http://"), rules, strings.TrimPrefix(am.url, "http://")))

		wait(t, 30*time.Second, "the incident", func() bool { return len(live(p)) == 1 })
		i := live(p)[0]
		if i.Status != engine.Open || i.Severity != engine.SeverityCritical || i.Service != "shop" || i.Title != "pool orders is 97 % busy" {
			t.Errorf("the rule became %+v", i)
		}
		var d engine.Detail
		p.get("/api/v1/incidents/"+i.ID, &d)
		if len(d.Alerts) != 1 || d.Alerts[0].Name != "PoolExhausted" || d.Alerts[0].Labels["pool"] != "orders" || d.Alerts[0].StartedAt.IsZero() {
			t.Errorf("its alerts: %+v", d.Alerts)
		}
		down.Store(false)
		wait(t, 60*time.Second, "the incident to resolve", func() bool { return live(p)[0].Status == engine.Resolved })
		if list := live(p); len(list) != 1 || list[0].ID != i.ID {
			t.Errorf("in the end there are %+v", list)
		}
	})
}
