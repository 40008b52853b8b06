package retrieval

// Guess is an error type read out of words. Type is empty where none fits or where two fit equally well.
type Guess struct {
	Type string
	// Strength is 1 where all the words of the type's name stand next to each other, and falls with their distance.
	Strength float64
}

// GuessType tells which of the types a text names: every word of the type's name must occur in the text, close
// together, in any order, itself or by a synonym of the field. The more specific type wins.
func GuessType(text string, types []string) Guess { return Guess{} }
