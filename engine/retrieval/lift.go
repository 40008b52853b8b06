package retrieval

import (
	"cmp"
	"math"
	"slices"
)

// What is known beyond text lifts a document after the fusion, where the query names it. The text counts 1 in all. The
// type outweighs the text together with service and magnitude: a team's own name for a problem says more than any
// wording. Service and magnitude decide between equals.
const (
	typeLift      = 1.5
	serviceLift   = .3
	magnitudeLift = .1
)

// lift adds what is known beyond text.
type lift struct {
	typeKey, service string
	magnitude        *float64
	// whole is the score of a document that has everything.
	whole float64
}

func newLift(q Query) lift {
	l := lift{typeKey: foldName(q.Type), service: foldName(q.Service), magnitude: q.Magnitude, whole: 1}
	if l.typeKey != "" {
		l.whole += typeLift
	}
	if l.service != "" {
		l.whole += serviceLift
	}
	if l.magnitude != nil {
		l.whole += magnitudeLift
	}
	return l
}

// rank sets every document's score and sorts them, best first, ties by key.
func (l lift) rank(found []scored) {
	if slices.ContainsFunc(found, func(f scored) bool { return f.named > 0 }) {
		l.whole += nameLift
	}
	for i, f := range found {
		found[i].score = l.of(f.entry, f.text, f.named)
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), compareKeys(a.key, b.key))
	})
}

// evident leaves out the documents at the end of the ranking that nothing speaks for.
func evident(ranked []scored) []scored {
	for len(ranked) > 0 && ranked[len(ranked)-1].score == 0 {
		ranked = ranked[:len(ranked)-1]
	}
	return ranked
}

// of is the score of a document with this text score, 0..1. Service and magnitude alone speak for nothing: they lift
// what text or type has found.
func (l lift) of(e *entry, text, named float64) float64 {
	score := text + named
	sameType := l.typeKey != "" && l.typeKey == e.typeKey
	if sameType {
		score += typeLift
	}
	if score == 0 {
		return 0
	}
	if l.service != "" && l.service == e.service {
		score += serviceLift
	}
	// The size of one problem says nothing about the size of another.
	if l.magnitude != nil && (sameType || l.typeKey == "" || e.typeKey == "") {
		score += magnitudeLift * nearness(l.magnitude, e.magnitude)
	}
	return score / l.whole
}

// nearness is 1 for the same magnitude, .5 for twice or half of it, 0 from four times on; .5 where one is unknown.
func nearness(a, b *float64) float64 {
	if !isSize(a) || !isSize(b) {
		return .5
	}
	return min(max(1-math.Abs(math.Log2(*a / *b))/2, 0), 1)
}

func isSize(f *float64) bool { return f != nil && *f > 0 && !math.IsInf(*f, 1) }
