package confidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

// perfect are the words of a question that is a match's own text.
func perfect() Words { return Words{Cosine: 1, Agreement: 1, Rival: .1, Names: 1, Said: 30} }

func anyWords(rng *rand.Rand) Words {
	return Words{
		Cosine: rng.Float64(), Null50: rng.Float64() * .3, Null99: rng.Float64(), Agreement: rng.Float64(),
		Rival: 2 * rng.Float64(), Names: rng.Float64(), Said: rng.IntN(60), Called: rng.IntN(4) == 0,
	}
}

func TestWhatWordsAloneAreWorth(t *testing.T) {
	alert := Words{Cosine: .40, Agreement: 1, Rival: .55, Names: .9, Said: 15}
	tests := []struct {
		name        string
		change      func(*Words)
		least, most float64
	}{
		{"an alert in a runbook's own words", nil, .75, .90},
		{"and one that nothing else comes near", func(w *Words) { w.Cosine, w.Rival = .7, .2 }, .90, .90},
		{"with a rival as good", func(w *Words) { w.Rival = 1 }, .50, .75},
		{"of another service", func(w *Words) { w.Names, w.Cosine, w.Rival = .2, .15, .9 }, 0, .25},
		{"of unknown names only", func(w *Words) { w.Names, w.Cosine = .1, .2 }, .10, .50},
		{"where other texts come near as easily", func(w *Words) { w.Null50, w.Null99 = .4, .8 }, .40, .78},
		{"a match that fewer ways of comparing find", func(w *Words) { w.Agreement, w.Rival = .6, 1.4 }, 0, .30},
		{"two words", func(w *Words) { w.Said, w.Rival, w.Cosine = 2, .9, .2 }, 0, .30},
		{"one word, however good the match", func(w *Words) { *w = perfect(); w.Said = 1 }, .49, .49},
		{"called by its name in one word", func(w *Words) { w.Called, w.Said = true, 1 }, .90, .90},
		{"called by its name", func(w *Words) { w.Called, w.Cosine, w.Rival = true, .05, 1 }, .90, .90},
		{"nothing in common", func(w *Words) { *w = Words{Said: 9} }, 0, 0},
		{"no words", func(w *Words) { w.Said = 0 }, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			words := alert
			if test.change != nil {
				test.change(&words)
			}
			out := Assess(In{Words: words}, Calibrator{})
			if out.Score < test.least || out.Score > test.most {
				t.Errorf("%+v is worth %.3f, want %v to %v", words, out.Score, test.least, test.most)
			}
		})
	}
}

func TestAWordAloneLeavesWhatElseIsKnown(t *testing.T) {
	words := perfect()
	words.Said = 1
	const typed = ceiling * (1 - sizeShare/2)
	if out := Assess(In{QueryType: "oom", MatchType: "oom", Words: words}, Calibrator{}); math.Abs(out.Score-typed) > 1e-9 || out.ByText {
		t.Errorf("beside the same type it is %+v, want %v by type", out, typed)
	}
	if out := Assess(In{Words: words, Kin: 3, KinRight: 3}, Calibrator{}); out.Score < Threshold {
		t.Errorf("where it was right three times it is %+v", out)
	}
}

func TestMoreInCommonIsNeverWorthLess(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 5_000 {
		less := anyWords(rng)
		more := less
		switch rng.IntN(5) {
		case 0:
			more.Cosine = min(1, less.Cosine+rng.Float64())
		case 1:
			more.Agreement = min(1, less.Agreement+rng.Float64())
		case 2:
			more.Rival *= rng.Float64()
		case 3:
			more.Names = min(1, less.Names+rng.Float64())
		case 4:
			more.Called = true
		}
		a, b := Assess(In{Words: less}, Calibrator{}).Score, Assess(In{Words: more}, Calibrator{}).Score
		if b < a-1e-12 || math.IsNaN(b) || b > textCeiling {
			t.Fatalf("%+v is worth %v, but %+v is worth %v", less, a, more, b)
		}
	}
}
