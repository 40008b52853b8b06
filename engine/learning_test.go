package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/confidence"
)

// team is one whose preferences are known: of two fixes that history has for a
// kind of alert it wants one.
type team struct {
	*rig
	rng   *rand.Rand
	wants map[string]string // the fix, by error type
}

func kinds() []string {
	return []string{"database_timeout", "disk_full", "certificate_expired", "queue_backlog", "dns_failure"}
}

func fixes(kind string) [2]string {
	return [2]string{"restarted every replica behind " + kind, "moved traffic away and rebuilt the " + kind + " index"}
}

func newTeam(t *testing.T, seed uint64) *team {
	tm := &team{newRig(t), rand.New(rand.NewPCG(seed, 1)), make(map[string]string)}
	for n, kind := range kinds() {
		for k, fix := range fixes(kind) {
			i := past(fmt.Sprintf("P-%d%d", n, k), kind, "checkout", 400, fix)
			i.StartedAt = i.StartedAt.AddDate(0, k, 0)
			tm.learnt(i)
		}
		tm.wants[kind] = fixes(kind)[n%2]
	}
	return tm
}

// alert is one of any kind, the same size as then, near it, or far from it.
func (tm *team) alert() engine.Question {
	spike := []float64{400, 400, 230, 900, 3000}[tm.rng.IntN(5)]
	return engine.Question{ErrorType: kinds()[tm.rng.IntN(len(kinds()))], Service: "checkout", Spike: &spike}
}

func (tm *team) agrees(d *engine.Decision) bool {
	return recommended(*d) == tm.wants[d.Question.ErrorType]
}

// judges asks, and approves or rejects, n times.
func (tm *team) judges(n int) {
	tm.t.Helper()
	for range n {
		tm.clock.Advance(time.Hour)
		d := tm.ask(tm.alert())
		if d.Abstained {
			tm.t.Fatalf("silent on %+v", d.Question)
		}
		r := engine.Review{Verdict: engine.Approve}
		if !tm.agrees(&d) {
			r = engine.Review{Verdict: engine.Reject, Reason: "not here", CorrectAction: tm.wants[d.Question.ErrorType]}
		}
		tm.judge(d.ID, r)
	}
}

// next are the answers to the next alerts, as they were shown and by the rule of
// thumb alone.
func (tm *team) next() (shown, raw []confidence.Outcome) {
	tm.t.Helper()
	for range 200 {
		d, err := tm.Answer(tm.t.Context(), tm.alert())
		if err != nil {
			tm.t.Fatal(err)
		}
		if !d.Abstained {
			shown = append(shown, confidence.Outcome{Raw: d.ConfidenceScore, Right: tm.agrees(&d)})
			raw = append(raw, confidence.Outcome{Raw: d.Confidence.Raw, Right: tm.agrees(&d)})
		}
	}
	return shown, raw
}

// leads is the fix recommended for each kind.
func (tm *team) leads() map[string]string {
	tm.t.Helper()
	lead := make(map[string]string)
	for _, kind := range kinds() {
		d, err := tm.Answer(tm.t.Context(), engine.Question{ErrorType: kind, Service: "checkout", Spike: ptr(400)})
		if err != nil {
			tm.t.Fatal(err)
		}
		lead[kind] = recommended(d)
	}
	return lead
}

func TestATeamsThirtyVerdictsAreLearnt(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("team ", seed), func(t *testing.T) {
			tm := newTeam(t, seed)
			before, _ := tm.next()
			tm.judges(30)
			shown, raw := tm.next()
			was, is, thumb := confidence.ECE(before, confidence.Even(5)), confidence.ECE(shown, confidence.Even(5)), confidence.ECE(raw, confidence.Even(5))
			if is >= .10 || is >= was || is >= thumb {
				t.Errorf("the calibration error was %.3f and is %.3f, by the rule of thumb %.3f", was, is, thumb)
			}
			if len(shown) < 190 {
				t.Errorf("it answers %d of 200", len(shown))
			}
			if lead := tm.leads(); !maps.Equal(lead, tm.wants) {
				t.Errorf("%v lead; want %v", lead, tm.wants)
			}

			for n, kind := range kinds() {
				tm.wants[kind] = fixes(kind)[(n+1)%2]
			}
			tm.judges(30)
			if lead := tm.leads(); !maps.Equal(lead, tm.wants) {
				t.Errorf("after as many opposite verdicts %v lead; want %v", lead, tm.wants)
			}
		})
	}
}
