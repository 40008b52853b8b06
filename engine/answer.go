package engine

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ragoffire/engine/confidence"
	"ragoffire/engine/retrieval"
)

const (
	candidates = 20 // hits looked at: the best text is not always the best match
	cited      = 3  // evidence shown beside what speaks against
	// citable is how near to the best hit another must be to be shown beside it;
	// below it the two share a word and no more. Chosen by eye on the examples.
	citable = 0.25
	// full is the raw confidence of a perfect match, whose evidence scores 1. The
	// search's own score is relative: the nearest of strangers gets 1 there.
	full = 0.95
)

// deterministic is the generator of decisions that no model has worded.
const deterministic = "deterministic"

// alertName is the label that names an alert's rule.
const alertName = "alertname"

// adviser answers questions from one history, as of one moment. The engine makes
// one of what it holds for each question; a backtest makes them of the past.
type adviser struct {
	library    *library
	calibrator confidence.Calibrator
	lessons    []lesson // the latest first
	now        time.Time
	log        *slog.Logger
}

// inquiry is a question with what is known around it, and as retrieval and
// confidence take it.
type inquiry struct {
	Question
	changes []Change // on the same service, the nearest first
	suspect *Change  // that came just before, nil where none did
	not     refused  // what was refused on this incident already

	text      string
	denied    []string // of the text: what it says is not the matter
	stems     []string
	typeKey   string // of errorType
	alertKey  string
	errorType string
	source    confidence.Source
	strength  float64
	nulls     retrieval.Nulls
	said      int // different words of the text
}

// words is what the text and a hit have in common. A type's own name is no second
// witness beside the type.
func (ask *inquiry) words(h retrieval.Hit) confidence.Words {
	if ask.Text == "" && h.SameType {
		return confidence.Words{}
	}
	return confidence.Words{
		Cosine: h.Cosine, Null50: ask.nulls.N50, Null99: ask.nulls.N99,
		Agreement: h.Agreement, Rival: h.Rival, Names: h.Names, Called: h.Called, Said: ask.said,
	}
}

// refused is what must not be offered again: actions that were rejected or
// failed here, and matches that were said to be wrong.
type refused struct {
	actions  []action
	matches  []docKey
	incident string // lessons of this incident suggest nothing new to it
}

func (r refused) refuses(c *candidate) bool {
	return slices.Contains(r.matches, c.key()) || slices.ContainsFunc(r.actions, c.action.same)
}

// answer decides a question: retrieve, score, hear the witnesses, propose. It
// writes nothing.
func (a *adviser) answer(ctx context.Context, in inquiry) (Decision, error) {
	d, _, err := a.advise(ctx, in)
	return d, err
}

// advise answers, and also returns all that was compared, best first.
func (a *adviser) advise(ctx context.Context, in inquiry) (Decision, []*candidate, error) {
	start := time.Now()
	d := Decision{ID: newID("dec_", a.now), Status: Proposed, CreatedAt: a.now, Question: in.Question, Generator: deterministic, Changes: in.changes}
	ask := a.read(in)
	q := retrieval.Query{Text: ask.text, Type: ask.errorType, Service: ask.Service, Magnitude: ask.Spike, K: candidates}
	found, err := a.library.search(ctx, q)
	if err == nil && a.library.alike(found.Hits) {
		q.K, q.Asked = tallied, found.Asked
		found, err = a.library.search(ctx, q)
	}
	if err != nil {
		return Decision{}, nil, &Error{Kind: Unavailable, Text: "the history could not be searched in time; ask again", Err: err}
	}
	switch {
	case found.Skipped != nil && a.library.legless.begins():
		a.log.WarnContext(ctx, "questions have no vectors meanwhile; they are answered by their words", "error", found.Skipped)
	case found.Skipped == nil && a.library.legless.ends():
		a.log.InfoContext(ctx, "questions have vectors again")
	}
	ask.said = found.Words
	ranked, witnesses := a.rank(&ask, found.Hits)
	best := recommendable(ranked, ask.not)
	d.Evidence = cite(&ask, ranked, best, witnesses)
	switch {
	case best != nil:
		d.Confidence = a.explain(&ask, best)
		a.propose(&d, &ask, best)
	case len(ranked) > 0:
		d.Confidence = a.explain(&ask, ranked[0])
		d.Confidence.Reasons = append(d.Confidence.Reasons, a.silence(&ask, ranked[0]))
	default:
		why := "there is no history to compare with"
		if a.library.size() > 0 {
			why = "nothing in the history" + a.library.extent() + " shares a word with it"
		}
		d.Confidence = Confidence{Reasons: []string{why}, Base: a.calibrator.Base(0)}
	}
	if len(ask.denied) > 0 {
		d.Confidence.Reasons = append(d.Confidence.Reasons, "not looked for: "+strings.Join(ask.denied, ", "))
	}
	d.ConfidenceScore = d.Confidence.Score
	d.Abstained = d.RecommendedAction == nil
	d.Symptom = symptomNow(ask.Question, d)
	d.LatencyMS = float64(time.Since(start).Microseconds()) / 1000
	return d, ranked, nil
}

// silence says why nothing is recommended, next to what was nearest.
func (a *adviser) silence(ask *inquiry, nearest *candidate) string {
	switch {
	case nearest.out.Score < confidence.Threshold:
		return "nothing in the history" + a.library.extent() + " is close enough"
	case ask.not.refuses(nearest):
		return "nothing else in the history is close enough"
	case nearest.action.text == "":
		return "nobody wrote down what ended " + nearest.id
	}
	return "what was done about " + nearest.id + " has failed or was rejected since"
}

// read finds the question's error type: the given one, else one guessed from
// its words. A given type that history does not know may still name a known one
// in other words; that, too, is a guess.
func (a *adviser) read(ask inquiry) inquiry {
	ask.errorType, ask.source, ask.strength, ask.nulls = ask.ErrorType, confidence.Given, 1, a.library.index.Nulls()
	var text strings.Builder
	types := a.library.errorTypes()
	said, denied := types.Affirmed(ask.Text)
	text.WriteString(said)
	ask.denied = denied
	if ask.ErrorType != "" {
		text.WriteString("\n" + Words(ask.ErrorType))
	}
	for _, name := range []string{alertName, "reason", "component"} {
		if v := ask.Labels[name]; v != "" && !strings.Contains(ask.Text, v) {
			text.WriteString("\n" + v)
		}
	}
	ask.text = text.String()
	ask.stems = retrieval.Stems(ask.text)
	ask.alertKey, ask.typeKey = nameKey(ask.Labels[alertName]), typeKey(ask.ErrorType)
	if ask.ErrorType != "" && a.library.knows(ask.typeKey) {
		return ask
	}
	if guess := types.Guess(ask.text); guess.Type != "" {
		ask.errorType, ask.source, ask.strength = guess.Type, confidence.Guessed, guess.Strength
		ask.typeKey = typeKey(guess.Type)
	}
	return ask
}

// sameName compares names as people write them: letter case and separators
// don't count.
func sameName(a, b string) bool { return strings.EqualFold(Words(a), Words(b)) }
