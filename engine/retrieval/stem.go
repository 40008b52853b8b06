package retrieval

import "strings"

// stem cuts the commonest English endings, so that "timeouts", "timed out" and "timing" come closer without a
// dictionary. It is light on purpose: a stem that merges different words costs more than one that misses a form.
func stem(word string) string {
	if len(word) < 4 || !asciiLetters(word) {
		return word
	}
	word = cutEnding(word)
	if len(word) > 3 {
		word = strings.TrimSuffix(word, "e")
	}
	return word
}

func cutEnding(word string) string {
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 5:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "ing") && len(word) > 5:
		return undouble(word[:len(word)-3])
	case strings.HasSuffix(word, "ed") && len(word) > 4 && !strings.HasSuffix(word, "eed"):
		return undouble(word[:len(word)-2])
	case strings.HasSuffix(word, "ly") && len(word) > 4:
		return word[:len(word)-2]
	case strings.HasSuffix(word, "es") && len(word) > 4:
		return word[:len(word)-2]
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us"):
		return word[:len(word)-1]
	}
	return word
}

// undouble turns "throttl", "stopp" back into what the base form gives; l and s are doubled in base forms too.
func undouble(word string) string {
	n := len(word)
	if n > 3 && word[n-1] == word[n-2] && word[n-1] != 'l' && word[n-1] != 's' {
		return word[:n-1]
	}
	return word
}

func asciiLetters(word string) bool {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return false
		}
	}
	return true
}

// stopWord tells words that carry grammar only. Words such as "not", "no", "down" and "up" stay: an alert hangs on them.
func stopWord(word string) bool {
	switch word {
	case "a", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by", "can", "could", "did", "do",
		"does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its",
		"just", "may", "me", "might", "most", "my", "of", "on", "or", "our", "she", "should", "so", "some", "such", "than",
		"that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "too", "us", "was", "we",
		"were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "would", "you", "your":
		return true
	}
	return false
}
