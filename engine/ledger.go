package engine

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"ragoffire/engine/confidence"
)

// judgedLimit is how many judged decisions are learnt from, the latest ones.
const judgedLimit = 1000

// ledger keeps what people said of decisions, and what that teaches. It follows
// the store's events as the library does.
type ledger struct {
	learnt atomic.Pointer[learnt]

	mu   sync.Mutex
	byID map[string]judgement
}

// learnt is what all judgements together teach; it is replaced whole.
type learnt struct {
	calibrator confidence.Calibrator
	lessons    []lesson // the latest first
}

// judgement is one judged decision, read once.
type judgement struct {
	lesson  lesson
	outcome *confidence.Outcome // nil where it says nothing of the match
}

func newLedger() *ledger {
	l := &ledger{byID: make(map[string]judgement)}
	l.learnt.Store(&learnt{})
	return l
}

// put takes over how decisions stand with people now. One that is no longer
// judged, because its verdict was taken back, is forgotten.
func (l *ledger) put(decisions ...Decision) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := false
	for n := range decisions {
		d := &decisions[n]
		_, known := l.byID[d.ID]
		les, ok := newLesson(d)
		if !ok || d.Example {
			delete(l.byID, d.ID)
			changed = changed || known
			continue
		}
		j := judgement{lesson: les}
		if o, ok := d.judged(); ok {
			j.outcome = &o
		}
		l.byID[d.ID] = j
		changed = true
	}
	if changed {
		l.rebuild()
	}
}

// knows reports whether a decision was judged, as far as is known here.
func (l *ledger) knows(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.byID[id]
	return ok
}

// rebuild learns from all of it. The lock is held.
func (l *ledger) rebuild() {
	list := slices.SortedFunc(maps.Values(l.byID), func(a, b judgement) int {
		return cmp.Or(b.lesson.at.Compare(a.lesson.at), cmp.Compare(a.lesson.id, b.lesson.id))
	})
	for _, old := range list[min(len(list), judgedLimit):] {
		delete(l.byID, old.lesson.id)
	}
	list = list[:min(len(list), judgedLimit)]
	next := &learnt{lessons: make([]lesson, len(list))}
	var outcomes []confidence.Outcome
	for n, j := range list {
		next.lessons[n] = j.lesson
		if j.outcome != nil {
			outcomes = append(outcomes, *j.outcome)
		}
	}
	next.calibrator = confidence.NewCalibrator(confidence.Window(outcomes))
	l.learnt.Store(next)
}
