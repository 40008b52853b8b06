// Package ground says whether a text that a model wrote may be shown: whether
// every number, id, command, host, path, flag and name of a setting in it stands
// in what it was written from, and whether it does nothing but inform. It is
// strict rather than clever. A text it refuses costs nothing; the deterministic
// words stand.
package ground

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reason says why a text may not be shown; "" is that it may.
type Reason string

// The reasons, in the order in which a text is looked at.
const (
	Fine        Reason = ""
	Length      Reason = "length"      // longer than it may be
	Hidden      Reason = "hidden"      // characters that a person cannot see, or that look like others
	Mention     Reason = "mention"     // would ping somebody
	Link        Reason = "link"        // an address, or what is shown as one
	Markup      Reason = "markup"      // marks that would pass for ours, an emoji, a piece of a shell
	Instruction Reason = "instruction" // tells the reader to look away or to let down a guard
	ID          Reason = "id"          // not the id of anything cited
	Number      Reason = "number"      // not among the numbers of the sources
	Name        Reason = "name"        // a host, path, flag, setting or piece of code that the sources don't have
	Command     Reason = "command"     // a command, or a deed that cannot be undone, that history does not have
	Support     Reason = "support"     // hardly a word of it comes from the sources
)

// Sources are what a text may be made of.
type Sources struct {
	alert, history  *facts
	ids             map[string]bool
	support, deeper map[string]bool // stems of all the sources, and of history alone
}

// NewSources takes the words of the alert, those of the cited history, and the
// ids that may be named. What an alert says is anybody's word: numbers and names
// may come from it, but commands and deeds only from history.
func NewSources(alert, history []string, ids ...string) *Sources {
	s := &Sources{ids: make(map[string]bool), support: make(map[string]bool), deeper: make(map[string]bool)}
	s.alert, s.history = newFacts(alert), newFacts(append(history, ids...))
	for _, id := range ids {
		s.ids[strings.ToLower(id)] = true
	}
	for _, w := range slices.Concat(s.alert.words, s.alert.parts) {
		s.support[stem(w)] = true
	}
	for _, w := range slices.Concat(s.history.words, s.history.parts) {
		s.support[stem(w)], s.deeper[stem(w)] = true, true
	}
	return s
}

// Cites reports whether an id is one of those that may be named.
func (s *Sources) Cites(id string) bool { return s.ids[strings.ToLower(id)] }

// Rewords says why a text is not one of these sources in other words: it counts
// otherwise, does something else or the opposite. The sources are an action.
func (s *Sources) Rewords(text string) Reason {
	t := newFacts([]string{text})
	if r := s.checkNumbers(t); r != Fine {
		return r
	}
	for _, w := range t.words {
		if denials[w] && !slices.Contains(s.history.words, w) {
			return Command
		}
	}
	return s.Does(text)
}

// Does says whether a text does something that history does not do: another
// deed, or more where that is less.
func (s *Sources) Does(text string) Reason {
	up, down := s.history.direction()
	t := newFacts([]string{text})
	if more, less := t.direction(); more && !up || less && !down {
		return Command
	}
	return s.checkDeeds(t)
}

// direction reports whether words make more of something, or less.
func (f *facts) direction() (up, down bool) {
	for _, w := range f.words {
		up, down = up || rises[stem(w)], down || falls[stem(w)]
	}
	return up, down
}

// Check says why a text of at most limit characters may not be shown.
func (s *Sources) Check(text string, limit int) Reason {
	if utf8.RuneCountInString(text) > limit {
		return Length
	}
	if r := appearance(text); r != Fine {
		return r
	}
	if commanding(text) {
		return Instruction
	}
	t := newFacts([]string{text})
	for _, look := range []func(*facts) Reason{s.checkNames, s.checkNumbers, s.checkDeeds, s.checkSupport} {
		if r := look(t); r != Fine {
			return r
		}
	}
	return Fine
}

// checkNames looks at what is not a plain word.
func (s *Sources) checkNames(t *facts) Reason {
	for _, written := range t.names {
		name := strings.ToLower(written)
		switch {
		case s.ids[name]:
		case ownID.MatchString(name): // an alert and a runbook can write any id
			return ID
		case idShape.MatchString(written):
			if !s.history.has(name) {
				return ID
			}
		case !s.history.has(name) && !s.alert.has(name):
			if strings.ContainsAny(name, "0123456789") {
				return Number
			}
			return Name
		}
	}
	for _, span := range t.code {
		if !s.history.says(span) && !s.alert.says(span) {
			return Name
		}
	}
	return Fine
}

func (s *Sources) checkNumbers(t *facts) Reason {
	for n := range t.numbers {
		if !s.history.numbers[n] && !s.alert.numbers[n] {
			return Number
		}
	}
	return Fine
}

// checkDeeds looks at commands and at verbs that do harm: each must be history's
// own, a command with what follows it.
func (s *Sources) checkDeeds(t *facts) Reason {
	for n, w := range t.words {
		if commands[w] && !s.history.says(strings.Join(t.words[n:min(n+3, len(t.words))], " ")) {
			return Command
		}
		if deeds[stem(w)] && !s.deeper[stem(w)] {
			return Command
		}
	}
	return Fine
}

// checkSupport refuses what is about something else altogether.
func (s *Sources) checkSupport(t *facts) Reason {
	told, known := 0, 0
	for _, w := range t.words {
		if len(w) < 4 || plain[w] {
			continue
		}
		told++
		if s.support[stem(w)] {
			known++
		}
	}
	if told == 0 || known*5 < told*2 {
		return Support
	}
	return Fine
}

// stem is a word without its commonest endings; it only serves to compare.
func stem(w string) string {
	for _, end := range []string{"ing", "ed", "es", "s", "e"} {
		if cut, ok := strings.CutSuffix(w, end); ok && len(cut) >= 3 {
			w = cut
			break
		}
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && w[n-1] != 's' && w[n-1] != 'l' {
		w = w[:n-1] // dropp(ed)
	}
	return w
}

// letters reports whether a word is of ASCII letters and apostrophes alone, or
// of another script altogether.
func letters(w string) bool {
	for _, r := range w {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '\'' && r != '’' {
			return false
		}
	}
	return w != ""
}
