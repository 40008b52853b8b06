package webhook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ragoffire/engine"
)

// judged gives the store a history of its own, and answers that people judged.
func (r *rig) judged(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	var past []engine.Incident
	for n, kind := range []string{"database_timeout", "disk_full", "certificate_expired"} {
		past = append(past, engine.Incident{
			ID: fmt.Sprintf("OWN-%d", n), Title: engine.Words(kind), ErrorType: kind, Service: "checkout",
			Spike: new(100.), Resolution: "what helped against " + engine.Words(kind),
		})
	}
	check(t, r.engine.AddHistory(ctx, past, nil))
	ask := func(kind string, spike float64, verdict engine.Verdict) {
		d, err := r.engine.Analyze(ctx, engine.Question{ErrorType: kind, Spike: &spike, Service: "checkout"})
		check(t, err)
		_, err = r.engine.Review(ctx, d.ID, engine.Review{Verdict: verdict, Actor: "ada"})
		check(t, err)
	}
	for n := range 12 {
		kind, verdict := past[n%3].ErrorType, engine.Approve
		if n%4 == 3 {
			verdict = engine.Reject
		}
		ask(kind, 100, verdict)
		ask(kind, 200, verdict)
	}
}

func TestTheDashboardShowsHowFarTheConfidenceHolds(t *testing.T) {
	t.Run("before anybody judged, examples or not", func(t *testing.T) {
		r := start(t, nil).withSeeds()
		d, err := r.engine.Analyze(context.Background(), engine.Question{ErrorType: "database_timeout"})
		check(t, err)
		_, err = r.engine.Review(context.Background(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "ada"})
		check(t, err)
		if page := string(r.do("GET", "/", "").want(t, 200).body); !strings.Contains(page, "No outcomes yet: the confidence is a rule of thumb") || strings.Contains(page, "<figure>") {
			t.Errorf("the page draws what nobody told:\n%s", page)
		}
	})
	t.Run("once people did", func(t *testing.T) {
		r := start(t, nil)
		r.judged(t)
		page := string(r.do("GET", "/", "").want(t, 200).body)
		for _, want := range []string{"Right in 18 of 24 judged matches.", `class="dot"`, "Told by 24 bare verdicts", "Examples don&#39;t count."} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q:\n%s", want, page)
			}
		}
		var st engine.Stats
		r.do("GET", "/api/v1/stats", "").want(t, 200).decode(t, &st)
		c, n := st.Calibration, 0
		for _, b := range c.Table {
			n += b.N
		}
		if c.Outcomes != 24 || c.ByVerdict != 24 || c.Right != 18 || n != 24 {
			t.Errorf("of 24 verdicts the figures count %+v", c)
		}
		if c.ECE == nil || c.NoiseFloor == nil || c.Brier == nil || c.BrierSkill == nil || c.Raw.ECE == nil {
			t.Errorf("figures are missing: %+v", c)
		}
	})
}
