package engine_test

import (
	"errors"
	"testing"

	"ragoffire/engine"
)

func TestWhatPeopleLookForIsRead(t *testing.T) {
	for _, c := range []struct {
		text, hint string
		want       engine.IncidentFilter
	}{
		{text: "disk full", want: engine.IncidentFilter{Query: "disk full"}},
		{text: "sev:crit svc:checkout disk", want: engine.IncidentFilter{Severity: engine.SeverityCritical, Service: "checkout", Query: "disk"}},
		{text: "severity=HIGH service=pay error_type=oom", want: engine.IncidentFilter{Severity: engine.SeverityHigh, Service: "pay", ErrorType: "oom"}},
		{text: "status:ack", want: engine.IncidentFilter{Status: engine.Acknowledged}},
		{text: "status:live x", want: engine.IncidentFilter{Live: true, Query: "x"}},
		{text: "“disk full” svc:“checkout” \"now\"", want: engine.IncidentFilter{Service: "checkout", Query: "disk full now"}},
		{text: "svc:a=b", want: engine.IncidentFilter{Service: "a=b"}},
		{text: "jvm: heap=90%", want: engine.IncidentFilter{Query: "jvm: heap=90%"}},
		{text: "sev:urgent disk", want: engine.IncidentFilter{Query: "disk"}, hint: "sev:urgent is unknown; there are critical, high, medium, low, info, unknown"},
		{text: "is:", hint: "is: is unknown; there are open, acknowledged, mitigated, resolved"},
	} {
		got, err := engine.ParseFind(c.text)
		if got != c.want {
			t.Errorf("%q is %+v", c.text, got)
		}
		hint := ""
		if e, ok := errors.AsType[*engine.Error](err); ok {
			hint = e.Text
		}
		if hint != c.hint {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}
