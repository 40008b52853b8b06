package confidence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func size(f float64) *float64 { return &f }

// evidence is a match of the same given type and the same magnitude, changed by the case at hand.
func evidence(change func(*In)) In {
	in := In{
		QueryType: "database_timeout", MatchType: "database_timeout", TypeSource: Given,
		QueryMagnitude: size(450), MatchMagnitude: size(450),
	}
	if change != nil {
		change(&in)
	}
	return in
}

func TestScoresOfTheReference(t *testing.T) {
	tests := []struct {
		name   string
		change func(*In)
		want   float64
	}{
		{"same type, same magnitude", nil, .950},
		{"same configured type, same magnitude", func(in *In) { in.TypeSource = Configured }, .950},
		{"same type, twice the magnitude", func(in *In) { in.QueryMagnitude = size(900) }, .8075},
		{"same type, half the magnitude", func(in *In) { in.QueryMagnitude = size(225) }, .8075},
		{"same type, magnitude unknown", func(in *In) { in.QueryMagnitude = nil }, .8075},
		{"same type, magnitude not above zero", func(in *In) { in.MatchMagnitude = size(0) }, .8075},
		{"same type, four times the magnitude", func(in *In) { in.QueryMagnitude = size(1800) }, .665},
		{"same type, a hundredth of the magnitude", func(in *In) { in.QueryMagnitude = size(4.5) }, .665},
		{"family only, same magnitude", func(in *In) { in.QueryType = "database_latency" }, .570},
		{"family only, four times the magnitude", func(in *In) { in.QueryType, in.QueryMagnitude = "db_slow", size(1800) }, .399},
		{"no evidence at all", func(in *In) { *in = In{} }, 0},
		{"same type, perfect text adds nothing", func(in *In) { in.Words = perfect() }, .950},
		{"no type, perfect text", func(in *In) { in.QueryType, in.Words = "", perfect() }, .90},
		{"a text that is no number", func(in *In) { in.QueryType, in.Words = "", Words{Cosine: math.NaN(), Said: 9} }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := Assess(evidence(test.change), Calibrator{})
			if math.Abs(out.Raw-test.want) > 1e-9 || out.Score != out.Raw {
				t.Errorf("raw %v, score %v, want %v", out.Raw, out.Score, test.want)
			}
		})
	}
	if out := Assess(evidence(nil), Calibrator{}); out.Score != .95 {
		t.Errorf("the full score is %v, want .95 exactly", out.Score)
	}
}

func TestWhatLowersAScoreIsNamed(t *testing.T) {
	tests := []struct {
		name   string
		change func(*In)
		want   float64
		caps   []Cap
	}{
		{"nothing", nil, .95, nil},
		{"the same service", func(in *In) { in.QueryService, in.MatchService = "checkout", "Checkout" }, .95, nil},
		{"an unknown service", func(in *In) { in.QueryService = "checkout" }, .95, nil},
		{
			"another service",
			func(in *In) { in.QueryService, in.MatchService = "checkout", "payments" },
			.80,
			[]Cap{CapService},
		},
		{
			"another service, but lower already",
			func(in *In) { in.QueryService, in.MatchService, in.QueryMagnitude = "checkout", "payments", size(4500) },
			.665,
			[]Cap{CapMagnitude},
		},
		{"a guess", func(in *In) { in.TypeSource, in.Strength = Guessed, 1 }, .90, []Cap{CapGuess}},
		{
			"a guess, magnitude unknown",
			func(in *In) { in.TypeSource, in.Strength, in.QueryMagnitude = Guessed, 1, nil },
			.765,
			[]Cap{CapGuess, CapMagnitude},
		},
		{"a weak guess", func(in *In) { in.TypeSource, in.Strength = Guessed, .5 }, .45, []Cap{CapGuess}},
		{
			"a weak guess and perfect text",
			func(in *In) { in.TypeSource, in.Strength, in.Words = Guessed, .5, perfect() },
			.90,
			[]Cap{CapText},
		},
		{"neighbours that disagree", func(in *In) { in.Neighbours, in.Agreeing = 4, 3 }, .7125, []Cap{CapDisagreement}},
		{"two neighbours that disagree", func(in *In) { in.Neighbours, in.Agreeing = 2, 1 }, .95, nil},
		{"neighbours that agree", func(in *In) { in.Neighbours, in.Agreeing = 5, 5 }, .95, nil},
		{
			"neighbours of another type",
			func(in *In) { in.QueryType, in.Words, in.Neighbours, in.Agreeing = "", perfect(), 4, 1 },
			.90,
			[]Cap{CapText},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := Assess(evidence(test.change), Calibrator{})
			if math.Abs(out.Score-test.want) > 1e-9 || !slices.Equal(out.Caps, test.caps) {
				t.Errorf("score %v with %v, want %v with %v", out.Score, out.Caps, test.want, test.caps)
			}
		})
	}
}

func TestHowTypesAndMagnitudesRelate(t *testing.T) {
	tests := []struct {
		name   string
		change func(*In)
		match  TypeMatch
		size   Magnitude
	}{
		{"given, the same", nil, TypeGiven, MagnitudeSame},
		{"written otherwise", func(in *In) { in.QueryType = "DatabaseTimeout" }, TypeGiven, MagnitudeSame},
		{"a source that isn't told", func(in *In) { in.TypeSource = Unknown }, TypeGiven, MagnitudeSame},
		{"guessed, within a tenth", func(in *In) { in.TypeSource, in.QueryMagnitude = Guessed, size(480) }, TypeGuessed, MagnitudeSame},
		{"family, near", func(in *In) { in.QueryType, in.QueryMagnitude = "timeout", size(800) }, TypeFamily, MagnitudeNear},
		{"another type, far", func(in *In) { in.QueryType, in.QueryMagnitude = "disk_full", size(10) }, TypeNone, MagnitudeFar},
		{"unknown", func(in *In) { in.MatchType, in.QueryMagnitude = "", size(-3) }, TypeNone, MagnitudeUnknown},
		{"no finite size", func(in *In) { in.QueryMagnitude = size(math.Inf(1)) }, TypeGiven, MagnitudeUnknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := Assess(evidence(test.change), Calibrator{})
			if out.TypeMatch != test.match || out.Magnitude != test.size {
				t.Errorf("got %s and %s, want %s and %s", out.TypeMatch, out.Magnitude, test.match, test.size)
			}
		})
	}
}

// anyEvidence draws evidence of every kind, calibrated on outcomes of every kind.
func anyEvidence(rng *rand.Rand) In {
	types := []string{"", "database_timeout", "db_latency", "disk_full", "oom", "memory_leak"}
	services := []string{"", "checkout", "payments"}
	sizes := []*float64{nil, size(100), size(101), size(180), size(450), size(9000)}
	sources := []Source{Unknown, Given, Configured, Guessed}
	return In{
		QueryType: types[rng.IntN(len(types))], MatchType: types[rng.IntN(len(types))],
		TypeSource: sources[rng.IntN(len(sources))], Strength: rng.Float64(),
		QueryService: services[rng.IntN(len(services))], MatchService: services[rng.IntN(len(services))],
		QueryMagnitude: sizes[rng.IntN(len(sizes))], MatchMagnitude: sizes[rng.IntN(len(sizes))],
		Words:      anyWords(rng),
		Neighbours: rng.IntN(6), Agreeing: rng.IntN(6),
	}
}

func anyOutcomes(rng *rand.Rand) []Outcome {
	outcomes := make([]Outcome, rng.IntN(120))
	for i := range outcomes {
		outcomes[i] = said(rng.Float64(), rng.IntN(4) > 0)
	}
	return outcomes
}

func TestNoEvidenceBreaksTheCaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		in, outcomes := anyEvidence(rng), anyOutcomes(rng)
		out := Assess(in, NewCalibrator(outcomes))
		most := 1.
		switch {
		case out.TypeMatch == TypeGiven && out.Magnitude == MagnitudeSame:
		case out.TypeMatch == TypeGiven || out.TypeMatch == TypeFamily:
			most = .9499
		default:
			most = .90
		}
		if len(outcomes) < 50 {
			most = min(most, .95)
		}
		if in.QueryService != "" && in.MatchService != "" && in.QueryService != in.MatchService {
			most = min(most, .80)
		}
		if out.Score < 0 || out.Score > most || out.Raw < 0 || out.Raw > .95 {
			t.Fatalf("%+v gives %+v, more than %v", in, out, most)
		}
	}
}

func TestAScoreInOneWord(t *testing.T) {
	for score, want := range map[float64]string{
		.95: "strong", .85: "strong", .84: "likely", .70: "likely", .69: "weak", .50: "weak", .499: "", 0: "",
	} {
		if got := Word(score); got != want {
			t.Errorf("%v is %q, want %q", score, got, want)
		}
	}
}
