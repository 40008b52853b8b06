package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"ragoffire/engine/confidence"
	"ragoffire/engine/retrieval"
)

const (
	candidates = 12 // hits looked at: the best text is not always the best match
	cited      = 3  // evidence shown
	// citable is how near to the best hit another must be to be shown beside it;
	// below it the two share a word and no more. Chosen by eye on the examples.
	citable = 0.25
	// full is the raw confidence of a perfect match, whose evidence scores 1. The
	// search's own score is relative: the nearest of strangers gets 1 there.
	full = 0.95
)

// answer decides a question from history: retrieve, score, propose. It writes
// nothing.
func (e *Engine) answer(ctx context.Context, q Question) (Decision, error) {
	start := time.Now()
	now := e.now()
	d := Decision{ID: newID("dec_", now), Status: Proposed, CreatedAt: now, Question: q, Generator: e.proposer.Name()}
	ask := e.read(q)
	found, err := e.library.index.Search(ctx, retrieval.Query{
		Text: ask.text, Type: ask.errorType, Service: q.Service, Magnitude: q.Spike, K: candidates,
	})
	if err != nil {
		return Decision{}, &Error{Kind: Unavailable, Text: "the history could not be searched in time; ask again", Err: err}
	}
	if found.Skipped != nil {
		e.log.WarnContext(ctx, "the vector leg took no part", "error", found.Skipped)
	}
	ranked := e.assess(ask, found.Hits)
	for n, c := range ranked[:min(cited, len(ranked))] {
		if n == 0 || c.hit.Score >= citable {
			d.Evidence = append(d.Evidence, c.evidence(ask))
		}
	}
	if len(ranked) > 0 {
		best := ranked[0]
		d.Confidence = e.explain(ask, best)
		if best.out.Score >= confidence.Threshold {
			if err := e.propose(ctx, &d, best); err != nil {
				return Decision{}, err
			}
		}
	}
	d.ConfidenceScore = d.Confidence.Score
	d.Abstained = d.RecommendedAction == nil
	if d.Abstained {
		d.MatchedIncident, d.MatchedRunbook, d.Fix, d.Example = nil, nil, nil, false
		d.Confidence.Reasons = append(d.Confidence.Reasons, "nothing in the history is close enough")
	}
	d.Symptom = symptomNow(q, d)
	d.LatencyMS = float64(time.Since(start).Microseconds()) / 1000
	return d, nil
}

// inquiry is a question as retrieval and confidence take it.
type inquiry struct {
	Question
	text      string
	errorType string
	source    confidence.Source
	strength  float64
	nulls     retrieval.Nulls
}

// read finds the question's error type: the given one, else one guessed from
// its words. A given type that history does not know may still name a known one
// in other words; that, too, is a guess.
func (e *Engine) read(q Question) inquiry {
	ask := inquiry{Question: q, errorType: q.ErrorType, source: confidence.Given, strength: 1, nulls: e.library.index.Nulls()}
	var text strings.Builder
	text.WriteString(q.Text)
	if q.ErrorType != "" {
		text.WriteString("\n" + Words(q.ErrorType))
	}
	for _, name := range []string{"alertname", "reason", "component"} {
		if v := q.Labels[name]; v != "" {
			text.WriteString("\n" + v)
		}
	}
	ask.text = text.String()
	known := e.library.errorTypes()
	if q.ErrorType != "" && slices.ContainsFunc(known, func(t string) bool { return sameName(t, q.ErrorType) }) {
		return ask
	}
	if guess := retrieval.GuessType(ask.text, known); guess.Type != "" {
		ask.errorType, ask.source, ask.strength = guess.Type, confidence.Guessed, guess.Strength
	}
	return ask
}

// sameName compares names as people write them: letter case and separators
// don't count.
func sameName(a, b string) bool { return strings.EqualFold(Words(a), Words(b)) }
