package history

import (
	"regexp"
	"strings"

	"ragoffire/engine"
)

// Thread reads a conversation as a draft of a past incident: its first message
// is the symptom, the last ones that say so tell what fixed it and why it broke.
// The same thread always reads the same; what is wrong in it, a person mends.
func Thread(t engine.Thread) engine.ThreadDraft {
	d := engine.ThreadDraft{ID: engine.DraftID(t.Channel, t.TS), Status: engine.DraftEmpty, URL: t.URL, Latest: t.Latest}
	if len(t.Said) == 0 {
		return d
	}
	first := t.Said[0]
	d.StartedAt = first.At
	d.Symptom = cut(prose(first.Text), longest)
	d.Title = title(d.Symptom)
	for n, s := range t.Said {
		if m := named.FindStringSubmatch(s.Text); m != nil && d.Service == "" {
			d.Service = m[1]
		}
		if n > 0 && failed.MatchString(s.Text) {
			d.Resolution, d.ResolvedAt = "", nil // what was tried before is no fix
		}
		if n == 0 || doubtful(s.Text) {
			continue
		}
		if text, how := tells(s.Text, causes); how != no {
			d.RootCause = cut(text, longest)
		}
		switch text, how := tells(s.Text, fixes); {
		case how == no:
		case how == barely:
			// "fixed" alone: what was done was said before, or nowhere.
			if before := done(t.Said[1:n]); before != "" && d.Resolution == "" {
				d.Resolution = cut(before, longest)
			}
			d.ResolvedAt = &t.Said[n].At
		case s.Bot && d.Resolution != "": // an alert's end says less than a person
		default:
			d.Resolution = cut(text, longest)
			d.ResolvedAt = &t.Said[n].At
		}
	}
	if d.Resolution != "" || d.RootCause != "" {
		d.Status = engine.DraftOpen
	}
	return d
}

// longest is how much of a message is taken over.
const longest = 1500

// reading is what a message is looked at for: a label that begins it, or words
// that stand in it.
type reading struct{ label, words *regexp.Regexp }

var (
	fixes = reading{
		regexp.MustCompile(`(?i)^\W*(?:fix(?:ed by)?|resolution|resolved by|mitigation|mitigated by|solution|what fixed it)\s*[:=–-]\s*`),
		regexp.MustCompile(`(?i)\b(?:fixed|resolved|mitigated|solved|recovered|rolled (?:it )?back|rolling back|reverted|restarted|scaled (?:up|down|out)|failed over|throttled|drained|bumped|disabled|flushed|purged|cleared|back to normal|all clear|did the trick|the fix (?:is|was))\b`),
	}
	causes = reading{
		regexp.MustCompile(`(?i)^\W*(?:root cause|cause|rca|reason)(?: is| was)?\s*[:=–-]?\s+`),
		regexp.MustCompile(`(?i)\b(?:root cause|caused by|because of|because|due to|turns out|turned out|culprit|the reason (?:is|was))\b`),
	}

	// failed are the words that take back what was said to have been done.
	failed = regexp.MustCompile(`(?i)\b(?:(?:didn.?t|did not|doesn.?t|does not) (?:help|work|fix)|still (?:broken|failing|down|firing)|no (?:change|effect|improvement)|made it worse)\b`)
	// doubts are sentences with such words that tell of the contrary.
	doubts = regexp.MustCompile(`(?i)\b(?:not (?:yet )?(?:fixed|resolved|recovered|solved)|isn.?t (?:fixed|resolved)|didn.?t (?:help|work|fix)|did not (?:help|work|fix)|no fix|unresolved|still (?:broken|failing|down|firing|seeing)|should (?:we|i) |can (?:we|you) |could (?:we|you) |shall we|let.?s )`)
	// bareWords are all that is in a message that says only that it is over.
	bareWords = regexp.MustCompile(`(?i)^(?:\W|it|this|is|was|now|all|again|everything|issue|incident|confirmed|ok|okay|fixed|resolved|mitigated|solved|recovered|back to normal|all clear|closing|done|thanks|thank you|guys|folks|for real|i think)*$`)
	named     = regexp.MustCompile(`(?i)\bservice\s*[:=]\s*"?([a-z0-9][a-z0-9._-]{1,60})`)
	// decoration begins messages: emoji names, quote marks, bullets.
	decoration = regexp.MustCompile(`^(?:\s|:[a-z0-9_+-]+:|[*_>•#-]|@(?:here|channel|everyone)\b)+`)
)

// How much a message tells of what it is read for.
type telling int

const (
	no telling = iota
	barely
	told
)

// tells reads a message for one thing. A labelled line says exactly what it is;
// elsewhere it is the message that has the words.
func tells(text string, r reading) (string, telling) {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(decoration.ReplaceAllString(line, ""))
		if loc := r.label.FindStringIndex(line); loc != nil && strings.TrimSpace(line[loc[1]:]) != "" {
			return strings.TrimSpace(line[loc[1]:]), told
		}
	}
	switch {
	case !r.words.MatchString(text):
		return "", no
	case bareWords.MatchString(text):
		return "", barely
	}
	return prose(text), told
}

// done is the last of the messages that says what was done.
func done(said []engine.ThreadMessage) string {
	for n := len(said) - 1; n >= 0; n-- {
		if s := said[n]; !s.Bot && !doubtful(s.Text) {
			if text, how := tells(s.Text, fixes); how == told {
				return text
			}
		}
	}
	return ""
}

// doubtful tells a question, or a report that it did not help.
func doubtful(text string) bool {
	return strings.HasSuffix(strings.TrimSpace(text), "?") || doubts.MatchString(text)
}

// prose is a message without what only decorates it.
func prose(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(decoration.ReplaceAllString(line, "")); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func title(symptom string) string {
	line, _, _ := strings.Cut(symptom, "\n")
	return cut(strings.Trim(line, "*_~` "), 140)
}

func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return strings.TrimSpace(string(r[:most-1])) + "…"
}
