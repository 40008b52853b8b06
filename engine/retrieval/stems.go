package retrieval

import "slices"

// Stems are the distinct words of a text by their canonical stems, sorted:
// without grammar, numbers and the compounds kept whole. Two texts with the same
// stems say the same thing in other forms.
func Stems(text string) []string {
	var stems []string
	for _, t := range tokenise(text, maxQueryWords) {
		if !t.stop && !t.whole && !isNumber(t.text) {
			stems = append(stems, canonical(t.stem))
		}
	}
	slices.Sort(stems)
	return slices.Compact(stems)
}

// isNumber tells a quantity, with or without a unit, from a name.
func isNumber(text string) bool { return text[0] >= '0' && text[0] <= '9' }
