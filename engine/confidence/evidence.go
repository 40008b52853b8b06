package confidence

// Source tells where a query's error type comes from.
type Source string

const (
	// Unknown means that the query has no error type.
	Unknown Source = ""
	// Given means that the sender or a person named it.
	Given Source = "given"
	// Configured means that a rule of the configuration named it.
	Configured Source = "configured"
	// Guessed means that it was read out of words; In.Strength tells how surely.
	Guessed Source = "guessed"
)

// TypeMatch tells how the error types relate.
type TypeMatch string

const (
	// TypeGiven: the same type, given or configured.
	TypeGiven TypeMatch = "given"
	// TypeGuessed: the same type, but the query's is a guess.
	TypeGuessed TypeMatch = "guessed"
	// TypeFamily: two types of one family.
	TypeFamily TypeMatch = "family"
	// TypeNone: different or unknown types.
	TypeNone TypeMatch = "none"
)

// Magnitude tells how the magnitudes relate.
type Magnitude string

const (
	// MagnitudeSame: within a tenth of each other.
	MagnitudeSame Magnitude = "same"
	// MagnitudeNear: within a factor of two.
	MagnitudeNear Magnitude = "near"
	// MagnitudeFar: further apart.
	MagnitudeFar Magnitude = "far"
	// MagnitudeUnknown: one of them, or both, missing or not above zero.
	MagnitudeUnknown Magnitude = "unknown"
)

// Cap is a reason why a score is lower than its evidence alone would make it.
type Cap string

const (
	// CapGuess: a guessed type is text evidence.
	CapGuess Cap = "guess"
	// CapText: no type matches, and text alone never speaks with full confidence.
	CapText Cap = "text"
	// CapMagnitude: the full score needs the same magnitude.
	CapMagnitude Cap = "magnitude"
	// CapService: the match happened on another service.
	CapService Cap = "service"
	// CapDisagreement: the neighbours of the same type were fixed in different ways.
	CapDisagreement Cap = "disagreement"
	// CapOutcomes: too few outcomes to go beyond the prior.
	CapOutcomes Cap = "outcomes"
)

// In is the evidence for one match. Zero values mean unknown.
type In struct {
	// The query's and the match's error types.
	QueryType, MatchType string
	// TypeSource tells where QueryType comes from; a QueryType with an Unknown source counts as given.
	TypeSource Source
	// Strength is that of a guessed type, 0..1.
	Strength float64

	QueryService, MatchService     string
	QueryMagnitude, MatchMagnitude *float64

	// Words are what the words have in common.
	Words Words

	// Neighbours counts the matches of the same type that record a fix, the match included, and Agreeing those whose
	// fix is the match's.
	Neighbours, Agreeing int
	// Kin is the weight of the outcomes that this very match had for alerts of the same kind, and KinRight of those among
	// them that were right.
	Kin, KinRight float64
}

// Out is a score and what it is made of.
type Out struct {
	// Raw is the score before calibration, what a Calibrator learns from.
	Raw float64
	// Score is the confidence to show, 0..1.
	Score     float64
	TypeMatch TypeMatch
	Magnitude Magnitude
	// Text is what the words alone are worth.
	Text float64
	// ByText is true where the words, not the type, decided the score.
	ByText bool
	// Caps are the reasons that lowered the score, in the order they were applied.
	Caps []Cap
}
