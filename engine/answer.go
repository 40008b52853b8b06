package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
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

// candidate is one hit with what it is worth as the answer.
type candidate struct {
	hit      retrieval.Hit
	incident *Incident
	runbook  *Runbook
	out      confidence.Out
	in       confidence.In
}

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

// assess scores the hits, best first. History goes before a handbook of the
// same worth: an incident has an outcome.
func (e *Engine) assess(ask inquiry, hits []retrieval.Hit) []candidate {
	out := make([]candidate, 0, len(hits))
	for _, h := range hits {
		c := candidate{hit: h}
		c.in = confidence.In{
			QueryType: ask.errorType, TypeSource: ask.source, Strength: ask.strength,
			QueryService: ask.Service, QueryMagnitude: ask.Spike,
			Text: h.Cosine, Null50: ask.nulls.N50, Null99: ask.nulls.N99,
		}
		if h.Kind == KindIncident {
			i, ok := e.library.incident(h.ID)
			if !ok {
				continue
			}
			c.incident = &i
			c.in.MatchType, c.in.MatchService, c.in.MatchMagnitude = i.ErrorType, i.Service, i.Spike
			c.in.Neighbours, c.in.Agreeing = e.library.agreement(&i)
		} else {
			b, ok := e.library.runbook(h.ID)
			if !ok {
				continue
			}
			c.runbook = &b
			c.in.MatchType, c.in.MatchService = b.ErrorType, b.Service
		}
		c.out = confidence.Assess(c.in, *e.calibrator.Load())
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(b.standing(), a.standing()),
			cmp.Compare(b.out.Score, a.out.Score),
			cmp.Compare(b.hit.Score, a.hit.Score),
		)
	})
	return out
}

// standing orders what may be recommended: incidents that are close enough,
// then runbooks that are, then the rest.
func (c candidate) standing() int {
	switch {
	case c.out.Score < confidence.Threshold || c.action() == "":
		return 0
	case c.runbook != nil:
		return 1
	}
	return 2
}

func (c candidate) action() string {
	if c.runbook != nil {
		return c.runbook.Mitigation
	}
	return c.incident.Resolution
}

// agreement counts the incidents of the same type, and those of them with the
// same fix, the incident itself included.
func (l *library) agreement(i *Incident) (neighbours, agreeing int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	r := l.types[i.ErrorType]
	if i.ErrorType == "" || r == nil {
		return 1, 1
	}
	return r.incidents, r.worked[actionKey(i.Resolution)]
}

// actionKey is an action without its numbers, letter case and punctuation: those
// don't make another fix.
func actionKey(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }), " ")
}

// propose fills in the match, its action and the record of the fix.
func (e *Engine) propose(ctx context.Context, d *Decision, best candidate) error {
	if best.action() == "" {
		return nil
	}
	action, err := e.proposer.Propose(ctx, d.Question, d.Evidence)
	if err != nil || action == "" {
		e.log.WarnContext(ctx, "the words come from history alone", "error", err)
		action = best.action()
	}
	d.RecommendedAction = &action
	if best.runbook != nil {
		d.MatchedRunbook, d.Example = &best.runbook.ID, best.runbook.Seed
		return nil
	}
	i := best.incident
	d.MatchedIncident, d.Example, d.Then, d.thenSymptom = &i.ID, i.Seed, i.Spike, i.Symptom
	d.Fix = e.library.fixRecord(i)
	return nil
}

// fixRecord says how often the incident's fix was tried for this type of error,
// and how often it worked.
func (l *library) fixRecord(i *Incident) *FixRecord {
	fix := &FixRecord{Cost: i.Cost, Undo: i.Undo, CheckFirst: i.CheckFirst, Took: i.TimeToMitigate}
	fix.Tried, fix.Worked = 1, 1
	l.mu.RLock()
	defer l.mu.RUnlock()
	if r := l.types[i.ErrorType]; i.ErrorType != "" && r != nil {
		key := actionKey(i.Resolution)
		fix.Worked = r.worked[key]
		fix.Tried = fix.Worked + r.failed[key]
	}
	return fix
}

// evidence is the candidate as a decision cites it.
func (c candidate) evidence(ask inquiry) Evidence {
	ev := Evidence{Kind: c.hit.Kind, ID: c.hit.ID, Score: round(c.out.Raw / full), Resolution: c.action(), Why: c.why(ask)}
	if c.runbook != nil {
		ev.Title, ev.Service, ev.Example = c.runbook.Title, c.runbook.Service, c.runbook.Seed
		return ev
	}
	ev.Title, ev.Service, ev.Example, ev.Outcome = c.incident.Title, c.incident.Service, c.incident.Seed, string(Resolved)
	return ev
}

// why says what a citation has in common with the question, in facts that a
// person can check.
func (c candidate) why(ask inquiry) []string {
	var why []string
	switch c.out.TypeMatch {
	case confidence.TypeGiven:
		why = append(why, "same error type "+ask.errorType)
	case confidence.TypeGuessed:
		why = append(why, "error type "+ask.errorType+", guessed from the words")
	case confidence.TypeFamily:
		why = append(why, "related error type "+c.in.MatchType)
	case confidence.TypeNone:
	}
	switch {
	case ask.Service == "" || c.in.MatchService == "":
	case sameName(ask.Service, c.in.MatchService):
		why = append(why, "same service "+ask.Service)
	default:
		why = append(why, "on "+c.in.MatchService)
	}
	if ask.Spike != nil && c.in.MatchMagnitude != nil {
		why = append(why, fmt.Sprintf("%s now, %s then", Percent(*ask.Spike), Percent(*c.in.MatchMagnitude)))
	}
	if n := min(4, len(c.hit.Matched)); n > 0 {
		why = append(why, "words: "+strings.Join(c.hit.Matched[:n], ", "))
	}
	return why
}

// explain says how sure we are of the best candidate, and why.
func (e *Engine) explain(ask inquiry, best candidate) Confidence {
	out := best.out
	c := Confidence{
		Score: round(out.Score), Raw: round(out.Raw), Word: confidence.Word(out.Score),
		Outcomes: e.calibrator.Load().Outcomes(), Guessed: out.TypeMatch == confidence.TypeGuessed,
	}
	c.Calibrated = c.Outcomes > 0
	switch out.TypeMatch {
	case confidence.TypeGiven:
		c.Reasons = append(c.Reasons, "same type"+sizes[out.Magnitude])
	case confidence.TypeGuessed:
		c.Reasons = append(c.Reasons, "type guessed from the alert's words", guessedSizes[out.Magnitude])
	case confidence.TypeFamily:
		c.Reasons = append(c.Reasons, "related type "+best.in.MatchType)
	case confidence.TypeNone:
		if len(best.hit.Matched) > 0 {
			c.Reasons = append(c.Reasons, "similar words only")
		}
	}
	if here, there := ask.Service, best.in.MatchService; here != "" && there != "" && !sameName(here, there) {
		c.Reasons = append(c.Reasons, fmt.Sprintf("worked on %s; you are on %s", there, here))
	}
	if slices.Contains(out.Caps, confidence.CapDisagreement) {
		c.Reasons = append(c.Reasons, fmt.Sprintf("%d of %d past incidents of this type were fixed this way", best.in.Agreeing, best.in.Neighbours))
	}
	c.Base = "rule of thumb, no outcomes yet"
	if c.Calibrated {
		c.Base = fmt.Sprintf("adjusted by %d verdicts", c.Outcomes)
	}
	return c
}

// sizes words how the magnitudes compare, after "same type".
var sizes = map[confidence.Magnitude]string{
	confidence.MagnitudeSame:    " and size",
	confidence.MagnitudeNear:    ", near in size",
	confidence.MagnitudeFar:     ", another size",
	confidence.MagnitudeUnknown: ", size unknown",
}

// guessedSizes words the same where the type is a guess and stands alone.
var guessedSizes = map[confidence.Magnitude]string{
	confidence.MagnitudeSame:    "same size",
	confidence.MagnitudeNear:    "near in size",
	confidence.MagnitudeFar:     "another size",
	confidence.MagnitudeUnknown: "size unknown",
}

// symptomNow says what is wrong in the matched incident's own words with
// tonight's figure in place of that night's, where both are known; else in the
// question's words.
func symptomNow(q Question, d Decision) string {
	if q.Spike != nil && d.Then != nil && len(d.Evidence) > 0 && d.thenSymptom != "" {
		if s, ok := withSpike(d.thenSymptom, *d.Then, *q.Spike); ok {
			return s
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(q.Text), "\n")
	switch {
	case line != "":
		return line
	case q.ErrorType != "" && q.Spike != nil:
		return Words(q.ErrorType) + ", up " + Percent(*q.Spike)
	}
	return Words(q.ErrorType)
}

func withSpike(symptom string, then, now float64) (string, bool) {
	old := Percent(then)
	at := strings.Index(symptom, old)
	if at < 0 || at > 0 && symptom[at-1] >= '0' && symptom[at-1] <= '9' {
		return "", false
	}
	return symptom[:at] + Percent(now) + symptom[at+len(old):], true
}

// Percent writes a percentage as people do: 450%, 12.5%.
func Percent(p float64) string { return strconv.FormatFloat(math.Round(p*10)/10, 'f', -1, 64) + "%" }

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
