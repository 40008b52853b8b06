package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// day is a day of the year that the tests' history is of.
func day(n int) time.Time { return time.Date(2025, 1, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// on is a past incident of a day, over within the hour.
func on(n int, id, errorType, service, symptom, fix string) engine.Incident {
	over := day(n).Add(time.Hour)
	return engine.Incident{
		ID: id, Title: symptom, Symptom: symptom, ErrorType: errorType, Service: service, Resolution: fix,
		StartedAt: day(n), ResolvedAt: &over,
	}
}

func (r *rig) backtest() engine.Backtest {
	r.t.Helper()
	b, err := r.Backtest(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	if f := b.Falls; f.Right+f.RightRunbook+f.Unjudged+f.ConfidentlyWrong+f.UnsurelyWrong+f.Missed+f.New != b.Incidents {
		r.t.Errorf("%+v are not %d incidents", f, b.Incidents)
	}
	return b
}

const (
	pool     = "connections to the orders database time out, the pool is exhausted"
	poolFix  = "raised the pool of connections and restarted checkout"
	disk     = "the volume of the log collector is full and writes fail with no space left"
	diskFix  = "deleted rotated logs and extended the volume"
	cert     = "handshakes fail at the gateway because the certificate has expired"
	certFix  = "issued a new certificate and reloaded the gateway"
	nonsense = "printers on floor three hum in an unfamiliar key"
)

func TestABacktestKnowsOnlyWhatWasKnown(t *testing.T) {
	tests := []struct {
		name    string
		history []engine.Incident
		want    engine.Falls
	}{
		{
			"the first of its kind is like nothing before, the second like the first",
			[]engine.Incident{on(1, "A", "database_timeout", "checkout", pool, poolFix), on(9, "B", "database_timeout", "checkout", pool, poolFix)},
			engine.Falls{Right: 1, New: 1},
		},
		{
			"what began before the other was over could not name it",
			[]engine.Incident{on(1, "A", "database_timeout", "checkout", pool, poolFix), func() engine.Incident {
				b := on(1, "B", "database_timeout", "checkout", pool, poolFix)
				b.StartedAt = b.StartedAt.Add(30 * time.Minute)
				return b
			}()},
			engine.Falls{New: 2},
		},
		{
			"of two that began at once, neither is the other's past",
			[]engine.Incident{
				{ID: "A", Title: pool, ErrorType: "database_timeout", Resolution: poolFix, StartedAt: day(1)},
				{ID: "B", Title: pool, ErrorType: "database_timeout", Resolution: poolFix, StartedAt: day(1)},
			},
			engine.Falls{New: 2},
		},
		{
			"an end before the start makes nobody known to himself",
			[]engine.Incident{on(1, "A", "disk_full", "", disk, diskFix), func() engine.Incident {
				early := day(-300)
				b := on(9, "B", "database_timeout", "checkout", pool, poolFix)
				b.ResolvedAt = &early
				return b
			}()},
			engine.Falls{New: 2},
		},
		{
			"what its author wrote afterwards is not asked with",
			[]engine.Incident{on(1, "A", "database_timeout", "checkout", pool, poolFix), func() engine.Incident {
				b := on(9, "B", "database_timeout", "", nonsense, poolFix)
				b.RootCause, b.Text, b.Labels = pool, pool, map[string]string{"error_type": "database_timeout", "root_cause": pool}
				return b
			}()},
			engine.Falls{New: 1, Missed: 1},
		},
		{
			"where a type is missing, the same fix says that it was the same",
			[]engine.Incident{on(1, "A", "", "checkout", pool, poolFix), on(9, "B", "database_timeout", "checkout", pool, "restarted checkout and raised the connection pool")},
			engine.Falls{Right: 1, New: 1},
		},
		{
			"a false alarm is not asked about",
			[]engine.Incident{on(1, "A", "disk_full", "", disk, diskFix), func() engine.Incident {
				b := on(9, "B", "disk_full", "", disk, "")
				b.Reason = engine.ReasonFalseAlarm
				return b
			}()},
			engine.Falls{New: 1},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.learnt(test.history...)
			if b := r.backtest(); b.Falls != test.want {
				t.Errorf("fell as %+v, want %+v; wrong %+v, missed %+v", b.Falls, test.want, b.Wrong, b.Missed)
			}
		})
	}
}

// strangers have nothing in common, not even with each other.
func strangers() []string {
	return []string{
		nonsense, "espresso tastes burnt after lunch", "elevator music loops forever", "payroll spreadsheet shows negative holidays",
		"badge reader beeps twice", "projector bulbs flicker purple", "plants near windows wilt quickly", "parking gate ignores motorcycles",
		"whiteboard markers dried out", "thermostat thinks it is summer", "mailroom scanner misreads zip codes", "fish tank pump rattles",
	}
}

// year is a history of many days: three kinds that come back, now and then in
// other words, and strangers.
func year() []engine.Incident {
	rng := rand.New(rand.NewPCG(17, 4))
	kinds := []struct{ errorType, service, symptom, fix string }{
		{"database_timeout", "checkout", pool, poolFix},
		{"disk_full", "logs", disk, diskFix},
		{"certificate_expired", "gateway", cert, certFix},
	}
	var list []engine.Incident
	for n := range 40 {
		k := kinds[rng.IntN(len(kinds))]
		i := on(5*n, fmt.Sprintf("H-%02d", n), k.errorType, k.service, k.symptom, k.fix)
		switch words := strings.Fields(k.symptom); rng.IntN(5) {
		case 0:
			i.Symptom = strings.Join(words[:len(words)/2], " ")
			i.Title = i.Symptom
		case 1:
			i.Symptom = strangers()[n%len(strangers())]
			i.Title, i.ErrorType, i.Resolution = i.Symptom, "stranger_"+fmt.Sprint(n), "waited until number "+fmt.Sprint(n)+" left"
		case 2:
			i.ErrorType = ""
		}
		list = append(list, i)
	}
	return list
}

func TestABacktestIsTheSameInAnyOrder(t *testing.T) {
	history := year()
	r := newRig(t)
	r.learnt(history...)
	want, err := json.MarshalIndent(r.backtest(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(3) {
		shuffled := slices.Clone(history)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		r := newRig(t)
		for len(shuffled) > 0 {
			n := min(len(shuffled), 7)
			r.learnt(shuffled[:n]...)
			shuffled = shuffled[n:]
		}
		got, err := json.MarshalIndent(r.backtest(), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("in another order it is\n%s\ninstead of\n%s", got, want)
		}
	}
}

func TestABacktestOfAYear(t *testing.T) {
	r := newRig(t)
	r.learnt(year()...)
	b := r.backtest()
	if b.Incidents != 40 || b.Answerable < 20 || *b.Hit1 < 0.9 || *b.MRR < *b.Hit1 || *b.Hit5 < *b.Hit3 || *b.ActionAccuracy < 0.8 || *b.Coverage < 0.6 {
		t.Errorf("hits %v of %d, actions right %v, answered %v: %s", *b.Hit1, b.Answerable, *b.ActionAccuracy, *b.Coverage, b.Sentence)
	}
	if b.Brier == nil || b.ECE == nil || b.NoiseFloor == nil || *b.NoiseFloor <= 0 {
		t.Errorf("reliability %+v", b.Reliability)
	}
	n := 0
	for _, bin := range b.Table {
		n += bin.N
	}
	if f := b.Falls; n != f.Right+f.RightRunbook+f.ConfidentlyWrong+f.UnsurelyWrong {
		t.Errorf("%d answers are in the table, fell %+v", n, f)
	}
	if len(b.Wrong) != b.Falls.ConfidentlyWrong+b.Falls.UnsurelyWrong || len(b.Missed) != b.Falls.Missed {
		t.Errorf("lists %d wrong and %d missed, fell %+v", len(b.Wrong), len(b.Missed), b.Falls)
	}
	if !r.clock.Now().Equal(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)) || len(r.posts()) > 0 {
		t.Error("it did something to the world")
	}
}

func TestAnActionIsComparedOnlyWithAFixThatIsKnown(t *testing.T) {
	r := newRig(t)
	r.learnt(
		on(1, "A", "database_timeout", "checkout", pool, poolFix),
		on(9, "B", "database_timeout", "checkout", pool, ""),
		on(19, "C", "database_timeout", "checkout", pool, poolFix),
	)
	b := r.backtest()
	if b.Actions != 1 || *b.ActionAccuracy != 1 || b.Falls.Right != 2 || b.Falls.New != 1 {
		t.Errorf("of %d actions %v were right; fell as %+v", b.Actions, *b.ActionAccuracy, b.Falls)
	}
}

func TestExamplesNeverCountInABacktest(t *testing.T) {
	r := newRig(t)
	r.learnt(year()[:6]...) // too few for the examples to step aside
	want := r.backtest()
	example := on(0, "E-1", "database_timeout", "checkout", pool, poolFix)
	example.Seed = true
	later := on(300, "E-2", "disk_full", "logs", disk, diskFix)
	later.Seed = true
	if err := r.AddHistory(t.Context(), []engine.Incident{example, later}, []engine.Runbook{{ID: "E-RB", Title: pool, Text: pool, Mitigation: poolFix, Seed: true}}); err != nil {
		t.Fatal(err)
	}
	got := r.backtest()
	if got.Sentence != want.Sentence || got.Runbooks != 0 || got.Falls != want.Falls {
		t.Errorf("with examples it is %q, without %q", got.Sentence, want.Sentence)
	}
}

func TestRunbooksInABacktest(t *testing.T) {
	tests := []struct {
		name    string
		runbook engine.Runbook
		asked   engine.Incident
		want    engine.Falls
	}{
		{
			"one of the same type is right",
			engine.Runbook{ID: "RB", Title: "Pool exhausted", ErrorType: "database_timeout", Text: pool, Mitigation: "do as written"},
			on(9, "B", "database_timeout", "checkout", pool, poolFix),
			engine.Falls{RightRunbook: 1},
		},
		{
			"one that the alert names is right",
			engine.Runbook{ID: "RB", Title: "Pool exhausted", Alerts: []string{"PoolExhausted"}, Text: pool, Mitigation: "do as written"},
			func() engine.Incident {
				i := on(9, "B", "", "checkout", pool, poolFix)
				i.Labels = map[string]string{"alertname": "PoolExhausted"}
				return i
			}(),
			engine.Falls{RightRunbook: 1},
		},
		{
			"one whose mitigation is what fixed it is right",
			engine.Runbook{ID: "RB", Title: pool, Text: pool, Mitigation: poolFix},
			on(9, "B", "", "checkout", pool, poolFix),
			engine.Falls{RightRunbook: 1},
		},
		{
			"one of another type is wrong",
			engine.Runbook{ID: "RB", Title: pool, ErrorType: "disk_full", Text: pool, Mitigation: "do as written"},
			on(9, "B", "database_timeout", "", pool, poolFix),
			engine.Falls{UnsurelyWrong: 1},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			if err := r.AddHistory(t.Context(), []engine.Incident{test.asked}, []engine.Runbook{test.runbook}); err != nil {
				t.Fatal(err)
			}
			b := r.backtest()
			got := b.Falls
			got.UnsurelyWrong, got.ConfidentlyWrong = got.UnsurelyWrong+got.ConfidentlyWrong, 0
			if got != test.want {
				t.Errorf("fell as %+v, want %+v; wrong %+v", b.Falls, test.want, b.Wrong)
			}
			if b.Runbooks != 1 {
				t.Errorf("knows %d runbooks", b.Runbooks)
			}
		})
	}
}

func TestVerdictsCountInABacktestFromThenOn(t *testing.T) {
	verdict := func(at time.Time) *rig {
		r := newRig(t)
		r.learnt(
			on(1, "A", "database_timeout", "checkout", pool, poolFix),
			on(50, "B", "database_timeout", "checkout", pool, poolFix),
		)
		id := "A"
		err := r.store.Update(t.Context(), func(tx engine.Tx) error {
			for n := range 9 {
				d := engine.Decision{
					ID: fmt.Sprint("dec_", n), MatchedIncident: &id, RecommendedAction: &id, ConfidenceScore: .9, CreatedAt: at,
					Confidence: engine.Confidence{Score: .9, Raw: []float64{.6, .8, .9}[n%3]}, Question: engine.Question{ErrorType: "another_type"},
				}
				if err := tx.PutDecisions(t.Context(), []engine.Decision{d}); err != nil {
					return err
				}
				if err := tx.AddReview(t.Context(), engine.Review{DecisionID: d.ID, Verdict: engine.Reject, Actor: "ada", At: at}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	score := func(b engine.Backtest) float64 {
		for _, bin := range b.Table {
			if bin.N > 0 {
				return bin.Mean
			}
		}
		return 0
	}
	before, after := verdict(day(20)).backtest(), verdict(day(60)).backtest()
	if before.Judged != 9 || after.Judged != 9 {
		t.Fatalf("judged %d and %d", before.Judged, after.Judged)
	}
	if score(after) == 0 || score(before) >= score(after) {
		t.Errorf("nine rejections before it began leave the score at %v; without them it is %v", score(before), score(after))
	}
}

func TestALiveIncidentIsAskedAsItsAlertsTold(t *testing.T) {
	r := newRig(t)
	r.learnt(on(1, "A", "database_timeout", "checkout", pool, poolFix))
	live := func(n int, words string) string {
		at := day(n)
		r.clock.Set(at)
		r.ingest(alert(fmt.Sprint("series-", n), func(a *engine.Alert) {
			a.Title, a.Description, a.StartedAt = words, words, at
			a.ErrorType = "database_timeout"
		}))
		id := r.incidents()[0].ID
		r.clock.Set(at.Add(20 * time.Minute))
		if _, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "ada", Resolution: poolFix, RootCause: "secret"}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	live(100, pool)
	live(200, pool)
	b := r.backtest()
	if want := (engine.Falls{Right: 2, New: 1}); b.Falls != want {
		t.Errorf("fell as %+v, want %+v: %+v %+v", b.Falls, want, b.Wrong, b.Missed)
	}
	if *b.ActionAccuracy != 1 || b.Actions != 2 {
		t.Errorf("of %d actions %v were right", b.Actions, *b.ActionAccuracy)
	}
}

func TestALiveIncidentIsAskedAsItsFirstDecisionWas(t *testing.T) {
	r := newRig(t)
	r.learnt(on(1, "A", "database_timeout", "checkout", pool, poolFix))
	r.clock.Set(day(100))
	r.ingest(alert("series", func(a *engine.Alert) {
		a.Title, a.StartedAt, a.ErrorType = nonsense, day(100), ""
	}))
	i := r.incidents()[0]
	err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		return tx.PutDecisions(t.Context(), []engine.Decision{
			{ID: "dec_1", IncidentID: &i.ID, CreatedAt: day(100), Question: engine.Question{Text: pool, Service: "checkout"}},
			{ID: "dec_2", IncidentID: &i.ID, CreatedAt: day(100).Add(time.Minute), Question: engine.Question{Text: nonsense}},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Set(day(101))
	if _, err := r.Resolve(t.Context(), i.ID, engine.Resolution{Actor: "ada", Resolution: poolFix}); err != nil {
		t.Fatal(err)
	}
	if b := r.backtest(); b.Falls.Right != 1 {
		t.Errorf("fell as %+v: %+v", b.Falls, b.Missed)
	}
}

func TestTheSentenceOfABacktest(t *testing.T) {
	t.Run("nothing to replay", func(t *testing.T) {
		r := newRig(t)
		if got := r.backtest().Sentence; !strings.Contains(got, "it takes two resolved incidents of your own, and there are 0") {
			t.Errorf("says %q", got)
		}
		r.learnt(year()[0])
		if got := r.backtest().Sentence; !strings.Contains(got, "there is 1") {
			t.Errorf("says %q", got)
		}
	})
	t.Run("a year", func(t *testing.T) {
		r := newRig(t)
		r.learnt(year()...)
		b := r.backtest()
		want := fmt.Sprintf("of 40, named the right earlier incident in %d, silent on %d", b.Falls.Right, b.Falls.Missed+b.Falls.New)
		if !strings.HasPrefix(b.Sentence, want) || !strings.Contains(b.Sentence, fmt.Sprintf("confidently wrong on %d", b.Falls.ConfidentlyWrong)) {
			t.Errorf("says %q of %+v", b.Sentence, b.Falls)
		}
	})
}
