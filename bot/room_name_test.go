package bot

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestARoomsNameIsOneThatSlackTakes(t *testing.T) {
	i := engine.Incident{ID: "INC-2026-0042", Service: "Check out/<!channel>", Environment: "prod", Severity: engine.SeverityCritical}
	for template, want := range map[string]string{
		"":                                  "inc-2026-0042",
		"inc-{{id}}":                        "inc-2026-0042",
		"{{id}}-{{service}}":                "inc-2026-0042-check-out---channel",
		"{{severity}}_{{environment}}":      "critical_prod",
		"!!!":                               "inc-2026-0042",
		"{{id}}" + strings.Repeat("x", 200): "inc-2026-0042" + strings.Repeat("x", 67),
	} {
		if got := roomName(template, &i); got != want {
			t.Errorf("%q makes %q, want %q", template, got, want)
		}
	}
}

func TestATopicIsNotCutWithinACharacter(t *testing.T) {
	r := testRenderer()
	for n := range 90 {
		i := &engine.Incident{ID: "INC-2026-0042", Status: engine.Acknowledged, Severity: engine.SeverityCritical, Service: strings.Repeat("s", n), Title: strings.Repeat("&", 40)}
		i.AcknowledgedBy = strings.Repeat("x", n) + strings.Repeat("&", 40)
		got := r.topic(i)
		if length(got) > maxTopic || strings.Count(got, "&") != strings.Count(got, "&amp;") {
			t.Fatalf("%d: %s", length(got), got)
		}
	}
}
