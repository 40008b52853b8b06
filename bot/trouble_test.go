package bot_test

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestWhatDoesNotGetThroughIsToldOnceWithItsFix(t *testing.T) {
	s := quick()
	r := newRig(t, s)
	noSecret := engine.Refusal{Source: "alertmanager", Reason: "no secret set", Fix: "set sources.alertmanager.token"}
	refuse := func(n int, what engine.Refusal) {
		for range n {
			r.engine.Refuse(what)
		}
	}
	refuse(13, noSecret)
	refuse(5, engine.Refusal{Source: "alertmanager"}) // the store was away: nothing to mend
	r.posted("alertmanager", "13 deliveries refused, no secret set. Fix: set sources.alertmanager.token.")

	t.Run("once, also after a start and by another process", func(t *testing.T) {
		r.halt() // stores what it counted last
		r.open(s)
		r.connected()
		refuse(1, noSecret)
		m := r.posted("alertmanager", "14 deliveries refused")
		if len(m.Edits) == 0 {
			t.Error("it is told again")
		}
	})
	t.Run("with another fix, once more", func(t *testing.T) {
		refuse(1, engine.Refusal{Source: "alertmanager", Reason: "<!channel> is not <https://evil.example|listed>", Fix: "add it, if it is yours"})
		r.posted("alertmanager", "1 delivery refused, ", "is not", "Fix: add it")
	})
	t.Run("and what cannot be read, by source", func(t *testing.T) {
		for range 2 {
			if err := r.engine.Quarantine(t.Context(), []engine.Quarantined{
				{Source: "grafana", Error: "startsAt: not a time", Raw: "{}"}, {Source: "shop", Error: "title: missing", Raw: "{}"},
			}); err != nil {
				t.Fatal(err)
			}
		}
		r.posted("grafana", "2 alerts could not be read", "The first: startsAt: not a time")
		r.posted("shop", "2 alerts could not be read", "title: missing")
	})
	r.settled()
	p := r.slack.Snapshot()
	told := 0
	for _, m := range p.BotMessages(channel) {
		if strings.Contains(m.Visible(), "refused") || strings.Contains(m.Visible(), "could not be read") {
			told++
		}
	}
	if len(p.Pings())+len(p.Links()) > 0 {
		t.Errorf("it pings or links: %+v, %+v", p.Pings(), p.Links())
	}
	if told != 4 {
		t.Errorf("%d messages for four troubles", told)
	}
}
