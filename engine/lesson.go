package engine

import (
	"math"
	"strings"
	"time"

	"ragoffire/engine/retrieval"
)

// lesson is what one judged decision teaches about its kind of alert.
type lesson struct {
	id               string
	errorType, alert string
	service          string
	stems            []string // of the question's words, where it has neither type nor alert name
	match            docKey
	action           action
	verdict          Verdict
	result           Result
	suggested        action // what should have been done, as the one who rejected it said
	suggestedBy      string
	rightIncident    string
	incident         string  // the live incident it was for
	weight           float64 // of it as an outcome of its match, 0 where it is none
	right            bool    // that outcome
	at               time.Time
}

// newLesson reads what a judged decision teaches; ok is false where nothing.
func newLesson(d *Decision) (l lesson, ok bool) {
	if d.Outcome == nil && len(d.Reviews) == 0 {
		return l, false
	}
	l = lesson{
		id: d.ID, errorType: typeKey(d.Question.ErrorType), alert: nameKey(d.Question.Labels[alertName]), service: d.Question.Service,
		match: d.matched(), at: d.CreatedAt,
	}
	if d.IncidentID != nil {
		l.incident = *d.IncidentID
	}
	if l.errorType == "" && l.alert == "" {
		l.stems = retrieval.Stems(d.Question.Text)
	}
	if d.RecommendedAction != nil {
		l.action = readAction(*d.RecommendedAction)
	}
	if len(d.Reviews) > 0 {
		r := d.Reviews[0]
		l.verdict, l.rightIncident, l.at = r.Verdict, r.CorrectIncident, r.At
		if r.CorrectAction != "" {
			l.suggested, l.suggestedBy = readAction(r.CorrectAction), r.Actor
		}
	}
	if d.RightIncident != "" {
		l.rightIncident = d.RightIncident
	}
	if d.Outcome != nil {
		l.result, l.at = d.Outcome.Outcome, d.Outcome.At
	}
	if o, ok := d.judged(); ok {
		l.weight, l.right = o.Weight, o.Right
	}
	return l, true
}

// recall is what outcomes a match had for one kind of alert, by weight and by
// number.
type recall struct {
	weight, right float64
	n, hits       int
}

// recalled sums the outcomes of a match for this kind of alert, as far as they
// have not faded or been overtaken.
func (a *adviser) recalled(ask *inquiry, match docKey) (r recall) {
	since := make(map[docKey]float64)
	for n := range a.lessons {
		l := &a.lessons[n]
		if l.match != match || l.weight == 0 || l.kinship(ask) < 1 {
			continue
		}
		half := conHalf
		if l.right {
			half = proHalf
		}
		w := l.weight * overtaken(since, match, 1) * fade(a.now.Sub(l.at), half)
		r.weight += w
		r.n++
		if l.right {
			r.right += w
			r.hits++
		}
	}
	return r
}

// kinship is how far a lesson is about the same kind of alert: 1 for the same
// type or name, less where only the words are alike, half on another service.
func (l *lesson) kinship(ask *inquiry) float64 {
	k := 0.
	switch {
	case l.errorType != "" && l.errorType == ask.typeKey:
		k = 1
	case l.alert != "" && l.alert == ask.alertKey:
		k = 1
	case len(l.stems) > 0:
		switch share := inCommon(l.stems, ask.stems); {
		case share >= 0.5:
			k = 1
		case share >= 0.3:
			k = 0.5
		}
	}
	if l.service != "" && ask.Service != "" && !strings.EqualFold(l.service, ask.Service) {
		k /= 2
	}
	return k
}

// How long a lesson lasts. What was rejected or failed comes back slowly, for
// systems change; what worked is remembered longer.
const (
	conHalf = 45 * 24 * time.Hour
	proHalf = 180 * 24 * time.Hour
)

// fade is what is left of a weight after a time.
func fade(age, half time.Duration) float64 {
	return math.Exp2(-float64(max(0, age)) / float64(half))
}
