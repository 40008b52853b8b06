package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// FuzzConfig tries config files: whatever stands there is read or refused, a
// line a problem.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`
sources: {alertmanager: {token: "12345678"}, shop: {kind: generic, token: [a, 1], map: {title: $.a, statuses: {x: ignore}}, expire: 6h}}
types: [{match: {alertname: "Pg.*"}, error_type: database_timeout}]
routes: [{match: {severity: critical}, channel: C0PAY, mention: S0ONCALL, quiet: {from: "22:00", to: "07:00", zone: Europe/Berlin}}]
services: {checkout: {owner: payments, links: {Graph: "https://g.example/{{from}}"}, depends_on: [db]}}
`))
	f.Add([]byte(`
escalate: {after: 5m, then: [{webhook: "https://pager.example.com"}, {ntfy: "https://ntfy.sh/x"}]}
maintenance: [{match: {service: stock}, from: "2026-12-01T20:00:00+01:00", to: "2026-12-01T23:00:00+01:00"}]
open_after: [{match: {severity: critical}, count: 1}, {match: {alertname: "F.*"}, count: 3, within: 15m}]
heartbeats: [{name: backup, every: 1d, grace: 2h}, {name: prometheus, match: {alertname: Watchdog}, every: 5m}]
prometheus: {url: "http://prometheus:9090", queries: [{match: {a: b}, query: 'up{service="{{service}}"}'}]}
group: {by_service: true, window: 5m}
retention: {events: 30d, raw: 9999999d}
`))
	f.Add([]byte("sources: {grafana: {hmac: {secret: [a, b], timestamp_header: X}}, cloudwatch: {topics: [x], confirm: true}}\nlink_hosts: &a [*a]"))
	f.Add([]byte("sources:\n- a\n\t- b: !!binary |\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte("_file")) {
			return // reads files of this machine
		}
		r := &reader{getenv: env("HOME=/h")}
		file := r.readDocument("rof.yaml", b)
		for _, err := range r.problems {
			if line := err.Error(); !strings.Contains(line, "ROF_CONFIG") || strings.Contains(line, "\n") {
				t.Errorf("the problem %q", line)
			}
		}
		if len(r.problems) > 0 {
			return
		}
		for _, d := range []time.Duration{file.keepEvents, file.keepRaw, file.expire, file.groupWindow} {
			if d < 0 {
				t.Errorf("the length %v", d)
			}
		}
	})
}

// FuzzTry tries files of rof source test, which may be whole requests.
func FuzzTry(f *testing.F) {
	f.Add([]byte(`{"a":1}`))
	f.Add([]byte("POST /webhooks/x HTTP/1.1\r\nHost: a\r\nX-Github-Event: push\r\n\r\n{}"))
	f.Add([]byte("POST x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := readTry("-", bytes.NewReader(b))
		if err == nil && len(in.Body) > len(b) {
			t.Errorf("%d bytes became %d", len(b), len(in.Body))
		}
	})
}
