package webhook

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// piece is a part of a text, marked where it is what somebody looked for.
type piece struct {
	Text string
	Hit  bool
}

// marked cuts a text where the words of a search stand in it. A word is also
// found in its other forms, as the search found it: timeout in timeouts.
func marked(text string, words []string) []piece {
	text = plainText(text)
	if len(words) == 0 {
		return []piece{{Text: text}}
	}
	var out []piece
	plain := 0
	for at := 0; at < len(text); {
		end := at
		for end < len(text) {
			r, n := utf8.DecodeRuneInString(text[end:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				break
			}
			end += n
		}
		if end == at {
			_, n := utf8.DecodeRuneInString(text[at:])
			at += n
			continue
		}
		if says(text[at:end], words) {
			if at > plain {
				out = append(out, piece{Text: text[plain:at]})
			}
			out = append(out, piece{text[at:end], true})
			plain = end
		}
		at = end
	}
	if plain < len(text) {
		out = append(out, piece{Text: text[plain:]})
	}
	return out
}

// alike is how many letters two forms of a word have in common at their start.
const alike = 4

func says(word string, words []string) bool {
	for _, all := range words {
		for w := range strings.FieldsFuncSeq(all, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			short, long := w, word
			if len(short) > len(long) {
				short, long = long, short
			}
			if strings.EqualFold(w, word) || len(short) >= alike && len(long)-len(short) <= alike && strings.EqualFold(long[:len(short)], short) {
				return true
			}
		}
	}
	return false
}

// hits weighs the words that stand in a text, the earlier ones more.
func hits(text string, words []string) (weight int) {
	for n, w := range words {
		if slices.ContainsFunc(marked(text, []string{w}), func(p piece) bool { return p.Hit }) {
			weight += len(words) - n
		}
	}
	return weight
}
