package bot

import (
	"testing"
	"time"

	"ragoffire/engine"
)

func TestTroublesLookAsTheyDid(t *testing.T) {
	r := testRenderer()
	refused := engine.Trouble{
		Source: "alertmanager", What: engine.TroubleRefused, Reason: "no secret set", Count: 14, Since: night, Last: night.Add(time.Hour),
		Fix: "set sources.alertmanager.token in the config, and the same in the sender",
	}
	unread := engine.Trouble{Source: "grafana", What: engine.TroubleUnread, Reason: "alerts[2].startsAt: <!channel> is not a time", Count: 3, Since: night, Last: night}
	for name, trouble := range map[string]engine.Trouble{"trouble_refused": refused, "trouble_unread": unread} {
		t.Run(name, func(t *testing.T) {
			m := r.trouble(&trouble)
			golden(t, name, m)
			valid(t, name, m)
		})
	}
}

func TestManyAreCountedInSteps(t *testing.T) {
	for n, want := range map[int]string{
		1: "1 alert", 2: "2 alerts", 19: "19 alerts", 20: "at least 20 alerts", 49: "at least 20 alerts", 50: "at least 50 alerts", 99: "at least 50 alerts",
		100: "at least 100 alerts", 199: "at least 100 alerts", 200: "at least 200 alerts", 500: "at least 500 alerts", 1999: "at least 1000 alerts", 123456: "at least 100000 alerts",
	} {
		if got := several(n, "alert", "alerts"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
