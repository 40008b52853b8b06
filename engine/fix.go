package engine

import (
	"cmp"
	"slices"
)

// trialsShown is how many tries of a fix a decision lists, and tallied how many
// past incidents of a type are looked through for them.
const (
	trialsShown = 4
	tallied     = 200
)

// fixRecord says how often the recommended fix was tried for this type of error
// and how often it worked, by what history records and by what people told of
// earlier recommendations.
func (a *adviser) fixRecord(ask *inquiry, best *candidate) *FixRecord {
	f := &FixRecord{}
	if p := best.incident; p != nil {
		f.Cost, f.Undo, f.CheckFirst, f.Took = p.cost, p.undo, slices.Clone(p.checkFirst), p.took
		peers := []*past{p}
		if p.errorType != "" {
			peers = a.library.ofType(p.errorType, tallied)
			if !slices.Contains(peers, p) {
				peers = append(peers, p)
			}
		}
		slices.SortStableFunc(peers, func(x, y *past) int { return y.at.Compare(x.at) })
		same := make(map[string]bool) // by text: a type has few fixes
		for _, peer := range peers {
			f.tally(best.action, peer, same)
		}
	}
	for n := range a.lessons {
		l := &a.lessons[n]
		if l.result != "" && l.result != NotTried && l.action.same(best.action) && l.kinship(ask) >= 0.5 && !f.knows(l.incident) {
			f.tried(Trial{ID: cmp.Or(l.incident, l.id), Outcome: l.result})
		}
	}
	f.capacity(ask, best)
	if best.runbook != nil && f.Tried == 0 && len(f.Warnings) == 0 {
		return nil
	}
	return f
}

// tally counts what one past incident says of the action.
func (f *FixRecord) tally(act action, p *past, same map[string]bool) {
	is := func(other string) bool {
		yes, known := same[other]
		if !known {
			yes = other == act.text || act.same(readAction(other))
			same[other] = yes
		}
		return yes
	}
	if is(p.fix) {
		f.tried(Trial{ID: p.id, Outcome: Worked, Took: p.took})
	}
	for _, t := range p.tried {
		if r := Result(t.Outcome); (r == Failed || r == Reverted) && is(t.Action) {
			f.tried(Trial{ID: p.id, Outcome: r, Note: t.Note})
		}
	}
}

func (f *FixRecord) tried(t Trial) {
	f.Tried++
	if t.Outcome == Worked {
		f.Worked++
	}
	if len(f.Trials) < trialsShown {
		f.Trials = append(f.Trials, t)
	}
}

// knows reports whether an incident is counted already: one that a decision
// helped with is history itself once it is resolved.
func (f *FixRecord) knows(id string) bool {
	return id != "" && slices.ContainsFunc(f.Trials, func(t Trial) bool { return t.ID == id })
}
