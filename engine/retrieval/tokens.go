package retrieval

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWords is how many words of one text count. The longest runbook of the public evaluation set has 1,600; what is
// longer by an order of magnitude is a log, and its tail says nothing that its head doesn't.
const maxWords = 20_000

// maxWhole is the longest compound, in bytes, that is also kept whole; longer ones are paths and metric expressions.
const maxWhole = 64

// maxPart is the longest word, in bytes, be it in CamelCase; what is longer is encoded data.
const maxPart = 128

// token is one word of a text. A compound such as KubePodCrashLooping gives one token per part, and one more for the
// whole.
type token struct {
	// text is the word in lower case, stem what it is indexed as.
	text, stem string
	// part and compound are the word and the compound around it as they were written.
	part, compound string
	stop           bool
	// whole marks the compound kept whole; it is no part of the running text.
	whole bool
	// id numbers the stem for its reader, 0 where that doesn't remember; hash is the same everywhere.
	id, hash uint32
	// weight is what the word counts where it stands, ends tells that a passage has ended before it.
	weight float32
	ends   bool
}

// tokenise splits a text into words: at everything that is neither letter nor digit, and inside CamelCase, snake_case
// and kebab-case. U+0000 and invalid UTF-8 separate words like a space. Scripts that don't put spaces between words
// give overlapping pairs of characters. After about limit words it stops.
func tokenise(text string, limit int) []token {
	return new(reader).tokenise(make([]token, 0, min(len(text)/5, limit)+1), text, limit)
}

// tokenise appends a text's words, up to about limit.
func (r *reader) tokenise(tokens []token, text string, limit int) []token {
	for limit += len(tokens); len(tokens) < limit; {
		start := wordStart(text)
		if start < 0 {
			break
		}
		text = text[start:]
		end := compoundEnd(text)
		tokens = r.appendCompound(tokens, text[:end])
		text = text[end:]
	}
	return tokens
}

// wordStart is where the first word of a text begins, or -1.
func wordStart(text string) int {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			if n := strings.IndexFunc(text[i:], inWord); n >= 0 {
				return i + n
			}
			return -1
		}
		if inWord(rune(text[i])) {
			return i
		}
	}
	return -1
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// compoundEnd is where the compound at the start of the text ends: joiners belong to it only between two words.
func compoundEnd(text string) int {
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if !inWord(r) {
			next, _ := utf8.DecodeRuneInString(text[i+size:])
			if !joins(r) || !inWord(next) {
				return i
			}
		}
		i += size
	}
	return len(text)
}

func joins(r rune) bool { return r == '_' || r == '-' || r == '\'' || r == '’' }

// appendCompound appends the parts of one compound and, where there are several, the whole.
func appendCompound(tokens []token, compound string) []token {
	if len(compound) > maxPart && encoded(compound) {
		return tokens
	}
	first := len(tokens)
	start := 0
	var last rune
	for i, r := range compound {
		next, _ := utf8.DecodeRuneInString(compound[i+utf8.RuneLen(r):])
		switch {
		case r == '_' || r == '-':
			tokens = appendPart(tokens, compound[start:i], compound)
			start = i + 1
		case i > start && breaks(last, r, next):
			tokens = appendPart(tokens, compound[start:i], compound)
			start = i
		}
		last = r
	}
	tokens = appendPart(tokens, compound[start:], compound)
	if r, _ := utf8.DecodeRuneInString(compound); len(tokens)-first < 2 || len(compound) > maxWhole || unspaced(r) {
		return tokens
	}
	var whole strings.Builder
	for _, t := range tokens[first:] {
		whole.WriteString(t.text)
	}
	return append(tokens, token{
		text: whole.String(), stem: stem(whole.String()), part: compound, compound: compound, whole: true,
	})
}

// encoded tells base64 and its like: a long run of ASCII letters and digits without a joiner.
func encoded(compound string) bool {
	return !strings.ContainsFunc(compound, func(r rune) bool { return r >= utf8.RuneSelf || joins(r) })
}

// breaks tells whether a new word starts at r: fooBar, HTTPServer and S3Bucket break, IDs, 5XX and S3 don't; nor do
// scripts with and without spaces between words mix in one word.
func breaks(last, r, next rune) bool {
	switch {
	case unspaced(last) != unspaced(r):
		return true
	case !unicode.IsUpper(r):
		return false
	case unicode.IsLower(last):
		return true
	}
	return (unicode.IsUpper(last) || unicode.IsDigit(last)) && unicode.IsLower(next) && next != 's'
}

// appendPart appends one part of a compound, in lower case and without apostrophes.
func appendPart(tokens []token, part, compound string) []token {
	text := plain(part)
	if r, _ := utf8.DecodeRuneInString(text); unspaced(r) {
		return appendPairs(tokens, text, compound)
	}
	if text == "" || len(text) > maxPart || isSerial(text) {
		return tokens
	}
	return append(tokens, token{text: text, stem: stem(text), part: part, compound: compound, stop: stopWord(text)})
}

// plain is a word in lower case and without apostrophes.
func plain(word string) string {
	word = strings.ToLower(word)
	if strings.IndexByte(word, '\'') >= 0 || strings.Contains(word, "’") {
		word = strings.NewReplacer("'", "", "’", "").Replace(word)
	}
	return word
}

// isSerial tells ids, timestamps and hashes, which name one event and never its like.
func isSerial(text string) bool {
	digits, hex := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f':
			hex++
		default:
			return false
		}
	}
	return hex == 0 && digits > 5 || hex > 0 && digits > 0 && len(text) >= 8
}

// unspaced tells the scripts that are written without spaces between words.
func unspaced(r rune) bool {
	return r >= utf8.RuneSelf &&
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func appendPairs(tokens []token, text, compound string) []token {
	runes := []rune(text)
	if len(runes) == 1 {
		return append(tokens, token{text: text, stem: text, part: text, compound: compound})
	}
	for i := range min(len(runes)-1, maxWords) {
		pair := string(runes[i : i+2])
		tokens = append(tokens, token{text: pair, stem: pair, part: pair, compound: compound})
	}
	return tokens
}

// isCount tells a bare number.
func isCount(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
