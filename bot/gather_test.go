package bot

import (
	"slices"
	"testing"

	"ragoffire/engine"
)

func TestWhatIsToldTogether(t *testing.T) {
	post := func(severity engine.Severity, n int, change ...func(*due)) (list []due) {
		for k := range n {
			d := due{Post: engine.Post{Key: string(severity) + itoa(k), Kind: engine.PostIncident}, severity: severity}
			for _, f := range change {
				f(&d)
			}
			list = append(list, d)
		}
		return list
	}
	told := func(d *due) { d.Told = "digest:critical:1" }
	for name, c := range map[string]struct {
		ready          []due
		open           bool
		critical, rest int
	}{
		"a few stand for themselves":                {ready: post(engine.SeverityHigh, crowd)},
		"more than a few do not":                    {ready: post(engine.SeverityHigh, crowd+1), rest: crowd + 1},
		"a few critical ones stand for themselves":  {ready: post(engine.SeverityCritical, crowd)},
		"more critical ones are told at once":       {ready: post(engine.SeverityCritical, crowd+1), critical: crowd + 1},
		"each kind counts alone":                    {ready: append(post(engine.SeverityCritical, crowd), post(engine.SeverityLow, crowd)...)},
		"what comes in the same minute joins":       {ready: post(engine.SeverityLow, 1), open: true, rest: 1},
		"critical ones never join":                  {ready: post(engine.SeverityCritical, 2), open: true},
		"what was told is not told again":           {ready: post(engine.SeverityCritical, crowd+1, told)},
		"what left a digest stands for itself":      {ready: post(engine.SeverityLow, crowd+1, told), open: true},
		"an attempt under way is left to end":       {ready: post(engine.SeverityLow, crowd+1, func(d *due) { d.Sending = true })},
		"what stands in the channel is only edited": {ready: post(engine.SeverityLow, crowd+1, func(d *due) { d.TS = "1.2" })},
		"replies and answers are no incidents":      {ready: post(engine.SeverityLow, crowd+1, func(d *due) { d.Kind = engine.PostDecision })},
		"an unknown severity is not critical":       {ready: post(engine.SeverityUnknown, crowd+1), rest: crowd + 1},
		"nothing waits":                             {open: true},
	} {
		if g := gather(c.ready, crowd, c.open); len(g.critical) != c.critical || len(g.rest) != c.rest {
			t.Errorf("%s: %d critical and %d others, want %d and %d", name, len(g.critical), len(g.rest), c.critical, c.rest)
		}
	}
}

func TestTheOrderOfAStorm(t *testing.T) {
	first := func(key string, s engine.Severity) due {
		return due{Post: engine.Post{Key: key, Kind: engine.PostIncident}, severity: s}
	}
	told := first("critical, told", engine.SeverityCritical)
	told.Told = "x"
	notice := due{Post: engine.Post{Key: "notice", Kind: engine.PostNotice}, thread: "1.1"}
	list := []due{
		{Post: engine.Post{Key: "edit", Kind: engine.PostIncident, TS: "1.1"}},
		{Post: engine.Post{Key: "reply", Kind: engine.PostAlert}, thread: "1.1"},
		notice,
		first("low", engine.SeverityLow),
		first("high", engine.SeverityHigh),
		told,
		{Post: engine.Post{Key: stormDigest + "1", Kind: engine.PostDigest, TS: "1.1"}},
		{Post: engine.Post{Key: "asked", Kind: engine.PostDecision}},
		first("critical", engine.SeverityCritical),
		{Post: engine.Post{Key: criticalDigest + "1", Kind: engine.PostDigest}},
	}
	slices.SortStableFunc(list, byRank)
	var got []string
	for n := range list {
		got = append(got, list[n].Key)
	}
	want := []string{criticalDigest + "1", "critical", stormDigest + "1", "asked", "critical, told", "high", "low", "notice", "reply", "edit"}
	if !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}
