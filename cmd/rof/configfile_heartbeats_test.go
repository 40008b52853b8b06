package main

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestHeartbeatsInTheConfig(t *testing.T) {
	c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, `heartbeats:
- {name: nightly-backup, every: 1d, severity: warning, service: backup, environment: prod}
- {name: prometheus, match: {alertname: Watchdog}, every: 5m, grace: 2m}
`)))
	if err != nil {
		t.Fatal(err)
	}
	got := c.engineConfig().Heartbeats
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	if h := got[0]; h.Every != 24*time.Hour || h.Grace != 144*time.Minute || h.Severity != engine.SeverityMedium || h.Service != "backup" || h.Environment != "prod" || len(h.Match) != 0 {
		t.Errorf("%+v", h)
	}
	if h := got[1]; h.Grace != 2*time.Minute || h.Severity != engine.SeverityCritical || !h.Match["alertname"].MatchString("Watchdog") {
		t.Errorf("%+v", h)
	}
	_, err = readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, `heartbeats:
- {every: 5m}
- {name: a, every: 5m}
- {name: a, every: 5s}
- {name: b}
- {name: c, every: 5m, severity: purple, match: {alertname: "("}}
`)))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"heartbeats[0] needs a name", `heartbeats[2]: there are two of the name "a"`, "heartbeats[2].every must be at least 30s", "heartbeats[3] needs every",
		"heartbeats[4].severity must be", "heartbeats[4]: pattern of alertname",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q:\n%v", want, err)
		}
	}
}
