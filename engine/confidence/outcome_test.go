package confidence

import (
	"testing"
	"time"
)

func TestTheWindowKeepsWhatIsRecentOrRare(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	daysAgo := func(n int, outcomes []Outcome) []Outcome {
		for i := range outcomes {
			outcomes[i].At = now.AddDate(0, 0, -n)
		}
		return outcomes
	}
	var outcomes []Outcome
	outcomes = append(outcomes, daysAgo(400, verdicts(.9, false, 30))...)
	outcomes = append(outcomes, daysAgo(400, verdicts(.6, true, 60))...)
	outcomes = append(outcomes, daysAgo(0, verdicts(.9, true, 40))...)
	outcomes = append(outcomes, daysAgo(20, verdicts(.75, true, 70))...)

	kept := make(map[float64]Record)
	last := now
	for _, o := range Window(outcomes) {
		r := kept[o.Raw]
		r.Of++
		if o.Right {
			r.Right++
		}
		kept[o.Raw] = r
		if o.At.After(last) {
			t.Fatal("the latest does not come first")
		}
		last = o.At
	}
	want := map[float64]Record{
		.90: {40, 50}, // forty of late, and ten older ones
		.75: {70, 70}, // all of late
		.60: {50, 50}, // none of late
	}
	for raw, w := range want {
		if kept[raw] != w {
			t.Errorf("at %v it keeps %+v, want %+v", raw, kept[raw], w)
		}
	}
	if len(outcomes) != 200 || outcomes[0].Raw != .9 {
		t.Error("it changed what it was given")
	}
}
