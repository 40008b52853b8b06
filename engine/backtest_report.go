package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ragoffire/engine/confidence"
)

// report adds up how the answers fell.
func (r *replay) report() Backtest {
	b := Backtest{Incidents: len(r.done), Judged: r.judged, Runbooks: len(r.runbooks), Wrong: []BacktestCase{}, Missed: []BacktestCase{}}
	var outcomes []confidence.Outcome
	var hits [3]int
	reciprocal, fixed, answers := 0., 0, 0
	for n := range r.done {
		a := &r.done[n]
		b.fall(a)
		if o, ok := a.outcome(); ok {
			outcomes = append(outcomes, o)
		}
		if len(a.relevant) > 0 {
			b.Answerable++
			for k, within := range []int{1, 3, 5} {
				if a.rank > 0 && a.rank <= within {
					hits[k]++
				}
			}
			if a.rank > 0 {
				reciprocal += 1 / float64(a.rank)
			}
		}
		if a.acted {
			b.Actions++
		}
		if a.fixed {
			fixed++
		}
		if a.fell != fellSilent {
			answers++
		}
	}
	if n := len(r.done); n > 0 {
		b.From, b.To = &r.done[0].incident.StartedAt, &r.done[n-1].incident.StartedAt
	}
	b.Hit1, b.Hit3, b.Hit5 = share(float64(hits[0]), b.Answerable), share(float64(hits[1]), b.Answerable), share(float64(hits[2]), b.Answerable)
	b.MRR, b.ActionAccuracy = share(reciprocal, b.Answerable), share(float64(fixed), b.Actions)
	b.Coverage, b.WrongConfident = share(float64(answers), b.Incidents), share(float64(b.Falls.ConfidentlyWrong), answers)
	b.Reliability, b.Raw = reliability(confidence.Shown(outcomes)), reliability(outcomes)
	slices.SortStableFunc(b.Wrong, func(x, y BacktestCase) int { return cmp.Compare(y.Score, x.Score) })
	b.Sentence = b.sentence()
	return b
}

func (b *Backtest) fall(a *answered) {
	f := &b.Falls
	switch {
	case a.fell == fellRight:
		f.Right++
	case a.fell == fellRightRunbook:
		f.RightRunbook++
	case a.fell == fellUnjudged:
		f.Unjudged++
	case a.fell == fellWrong && a.decision.ConfidenceScore >= confident:
		f.ConfidentlyWrong++
	case a.fell == fellWrong:
		f.UnsurelyWrong++
	case len(a.relevant) > 0:
		f.Missed++
	default:
		f.New++
	}
	switch {
	case a.fell == fellWrong:
		b.Wrong = append(b.Wrong, a.asCase())
	case a.fell == fellSilent && len(a.relevant) > 0:
		b.Missed = append(b.Missed, a.asCase())
	}
}

func share(part float64, of int) *float64 {
	if of == 0 {
		return nil
	}
	return rounded(part / float64(of))
}

// sentence is what a team needs of all this; its numbers add up to the first.
func (b *Backtest) sentence() string {
	if b.Incidents < 2 {
		return fmt.Sprintf("nothing to replay yet: it takes two resolved incidents of your own, and there %s", isAre(b.Incidents))
	}
	f := b.Falls
	silent := fmt.Sprintf("silent on %d", f.New+f.Missed)
	switch {
	case f.New > 0 && f.Missed == 0:
		silent += " (like nothing before)"
	case f.New > 0:
		silent += fmt.Sprintf(" (%d of them like nothing before)", f.New)
	}
	parts := []string{fmt.Sprintf("named the right earlier incident in %d", f.Right)}
	for _, p := range []struct {
		n    int
		text string
	}{{f.RightRunbook, "the right runbook in %d"}, {f.Unjudged, "a runbook that nothing can judge in %d"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf(p.text, p.n))
		}
	}
	parts = append(parts, silent, fmt.Sprintf("confidently wrong on %d", f.ConfidentlyWrong))
	if f.UnsurelyWrong > 0 {
		parts = append(parts, fmt.Sprintf("wrong with a low score on %d", f.UnsurelyWrong))
	}
	return fmt.Sprintf("of %d, %s", b.Incidents, strings.Join(parts, ", "))
}

func isAre(n int) string {
	if n == 1 {
		return "is 1"
	}
	return fmt.Sprintf("are %d", n)
}
