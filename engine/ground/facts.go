package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// facts are what a text states that can be compared.
type facts struct {
	text    string          // in small letters, its spaces made one
	words   []string        // plain words, in small letters
	names   []string        // what is neither a plain word nor a number, as it is written
	parts   []string        // the words that names are made of
	known   map[string]bool // names, and the parts of those that are pairs
	numbers map[string]bool // value and unit
	code    []string        // what stands in back quotes
}

var (
	span    = regexp.MustCompile("`([^`]+)`")
	idShape = regexp.MustCompile(`^[A-Z][A-Z0-9]+-[\w-]*\d[\w-]*$`)
	// ownID is the shape of ids that we give, and of those that look like them.
	ownID = regexp.MustCompile(`^(?:inc|dec|alr|ent|rb)[-_]`)
	// edges are what may stand around a name without being part of it.
	edges = " \t,;:!?()[]\"'“”‘’«»<>≈~±≤≥…—–`"
)

func newFacts(texts []string) *facts {
	f := &facts{known: make(map[string]bool), numbers: make(map[string]bool)}
	all := strings.Join(texts, " \n ")
	for _, m := range span.FindAllStringSubmatch(all, -1) {
		f.code = append(f.code, strings.Join(strings.Fields(m[1]), " "))
	}
	all = strings.NewReplacer("`", " ", "→", " → ", "->", " → ", "=>", " → ", "…", " ", "—", " ", "·", " ").Replace(all)
	f.text = " " + strings.Join(strings.Fields(strings.ToLower(all)), " ") + " "
	raw := strings.FieldsFunc(all, unicode.IsSpace)
	var tokens []token
	for _, w := range raw {
		tokens = append(tokens, split(w)...)
	}
	f.read(tokens)
	return f
}

// token is a piece between spaces, without what stands around it. end says that
// a sentence or a part of one ends behind it.
type token struct {
	text string
	end  bool
}

// split takes a piece apart where it is a range or a pair of plain things.
func split(w string) []token {
	end := strings.ContainsAny(w[len(w)-1:], ".,;:!?)")
	w = strings.Trim(strings.TrimRight(w, edges+"."), edges)
	for _, own := range []string{"'s", "’s"} {
		w = strings.TrimSuffix(w, own)
	}
	if w == "" || w == "-" || w == "--" || w == "/" || w == "→" || w == "&" || w == "+" || w == "=" || w == "×" {
		return nil
	}
	if m := ranged.FindStringSubmatch(w); m != nil {
		return []token{{text: m[1] + m[3]}, {text: m[2] + m[3], end: end}}
	}
	if parts := strings.Split(w, "-"); len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !spelt(p) }) {
		var out []token
		for n, p := range parts {
			out = append(out, token{p, end && n == len(parts)-1})
		}
		return out
	}
	return []token{{w, end}}
}

var ranged = regexp.MustCompile(`^(\d+(?:\.\d+)?)(?:[-–]|\.\.)(\d+(?:\.\d+)?)(%|[a-zA-Zµ]{0,4})$`)

// read sorts the tokens.
func (f *facts) read(tokens []token) {
	for n := 0; n < len(tokens); n++ {
		w := tokens[n].text
		if used := f.readNumber(tokens[n:]); used > 0 {
			n += used - 1
			continue
		}
		low := strings.ToLower(w)
		switch {
		case letters(w) && !camel(w):
			f.words = append(f.words, low)
			if sizes[stem(low)] {
				f.numbers[stem(low)] = true
			}
		case compound(low), abbreviations[low], pairs[low]:
			f.words = append(f.words, strings.FieldsFunc(low, func(r rune) bool { return r == '-' || r == '/' })...)
		default:
			f.names = append(f.names, w)
			f.know(low)
		}
	}
}

// know keeps a name, and what it is made of where it says something of something:
// service=checkout, deploy/checkout, "checkout:8080".
func (f *facts) know(name string) {
	f.known[name] = true
	f.parts = append(f.parts, strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })...)
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(`=:,;"'()[]{}<>`, r) }) {
		f.known[part] = true
	}
}

func (f *facts) has(name string) bool {
	return f.known[name] || strings.Contains(f.text, " "+name+" ")
}

// says reports whether the text has these words one after the other.
func (f *facts) says(words string) bool {
	words = strings.ToLower(strings.Join(strings.Fields(words), " "))
	for at := 0; ; {
		i := strings.Index(f.text[at:], words)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(words)
		if !inWord(f.text, from-1) && !inWord(f.text, to) {
			return true
		}
		at = from + 1
	}
}

func inWord(s string, at int) bool {
	if at < 0 || at >= len(s) {
		return false
	}
	c := s[at]
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80
}

// camel reports whether a word has a capital letter behind a small one: a name
// out of code. What is all capitals is an abbreviation.
func camel(w string) bool {
	small := false
	for _, r := range w {
		if unicode.IsUpper(r) && small {
			return true
		}
		small = small || unicode.IsLower(r)
	}
	return false
}

// compound reports whether a word with hyphens is English rather than a name.
func compound(w string) bool {
	parts := strings.Split(w, "-")
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		if !formers[p] {
			return false
		}
	}
	return true
}
