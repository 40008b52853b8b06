package engine

import (
	"testing"
	"time"
)

func TestQuietHoursHoldWhatIsLessSevere(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := &Quiet{From: 22 * time.Hour, To: 7 * time.Hour, Zone: berlin, Below: SeverityHigh}
	noon := &Quiet{From: 12 * time.Hour, To: 13*time.Hour + 30*time.Minute, Zone: time.UTC, Below: SeverityCritical}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name     string
		q        *Quiet
		severity Severity
		now      string
		till     string // "" for not held
	}{
		{"in the evening", night, SeverityLow, "2026-01-10T22:00:00+01:00", "2026-01-11T07:00:00+01:00"},
		{"after midnight", night, SeverityMedium, "2026-01-11T03:00:00+01:00", "2026-01-11T07:00:00+01:00"},
		{"at their end", night, SeverityLow, "2026-01-11T07:00:00+01:00", ""},
		{"by day", night, SeverityLow, "2026-01-11T21:59:59+01:00", ""},
		{"of the severity itself", night, SeverityHigh, "2026-01-11T03:00:00+01:00", ""},
		{"critical", night, SeverityCritical, "2026-01-11T03:00:00+01:00", ""},
		{"an unknown severity counts as medium", night, SeverityUnknown, "2026-01-11T03:00:00+01:00", "2026-01-11T07:00:00+01:00"},
		{"at the end of a month", night, SeverityLow, "2026-01-31T23:00:00+01:00", "2026-02-01T07:00:00+01:00"},
		{"in the night that loses an hour", night, SeverityLow, "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		{"in the night that has one more", night, SeverityLow, "2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		{"asked in another zone", night, SeverityLow, "2026-01-10T21:30:00Z", "2026-01-11T06:00:00Z"},
		{"at noon", noon, SeverityHigh, "2026-01-10T12:30:00Z", "2026-01-10T13:30:00Z"},
		{"before noon", noon, SeverityHigh, "2026-01-10T11:59:59Z", ""},
		{"a route without", nil, SeverityLow, "2026-01-10T23:00:00Z", ""},
	} {
		till, ok := c.q.holds(c.severity, at(c.now))
		if ok != (c.till != "") || ok && !till.Equal(at(c.till)) {
			t.Errorf("%s: held %v until %s, want %q", c.name, ok, till, c.till)
		}
	}
}

func TestARouteMatchesEveryKindOfField(t *testing.T) {
	i := &Incident{Source: "shop", Service: "pay", Severity: SeverityHigh, Environment: "prod", ErrorType: "timeout", Labels: map[string]string{"team": "web", "source": "node", "label.x": "1"}}
	for _, c := range []struct {
		match map[string]string
		want  bool
	}{
		{map[string]string{"source": "shop", "service": "pay", "severity": "high", "environment": "prod", "error_type": "timeout", "team": "web"}, true},
		{map[string]string{"source": "node"}, false},
		{map[string]string{"label.source": "node"}, true},
		{map[string]string{"label.team": "web"}, true},
		{map[string]string{"label.x": "1"}, true},
		{map[string]string{"service": "pa"}, false},
		{map[string]string{"service": "pa|pay"}, true},
		{map[string]string{"absent": ""}, true},
		{map[string]string{"absent": ".+"}, false},
		{nil, true},
	} {
		match, err := Patterns(c.match)
		if err != nil {
			t.Fatal(err)
		}
		to := (&Config{Channel: "C0DEF", Routes: []Route{{Match: match, Channel: "C0PAY"}}}).route(i, time.Time{})
		if got := to.Channel == "C0PAY" && to.Rule == 0; got != c.want {
			t.Errorf("%v: %v, want %v", c.match, got, c.want)
		}
	}
}
