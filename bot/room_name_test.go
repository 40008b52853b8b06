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
