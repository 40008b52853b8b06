package bot

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"ragoffire/engine"
)

// esc makes text from outside safe to stand in mrkdwn, on one line and at most
// limit long: what would ping, link, format as code or hide is taken apart, and
// what is too long ends in "…". Every such text goes through here, once.
func (h hosts) esc(s string, limit int) string { return h.escape(flat(clip(s, limit)), limit) }

// clip bounds the work on a text of which little will be shown: cleaning makes
// it shorter, but hardly ever sixteen times.
func clip(s string, limit int) string {
	most := 16*limit + 256
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// escLines is esc for text that may keep its line breaks.
func (h hosts) escLines(s string, limit int) string {
	lines := strings.FieldsFunc(engine.Clean(clip(s, limit)), func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		lines[i] = flat(line)
	}
	return h.escape(strings.Join(lines, "\n"), limit)
}

// plain is esc for plain_text objects: Slack shows them as they are, so there
// is nothing to escape, only to clean and to cut.
func (h hosts) plain(s string, limit int) string {
	return cut(h.defang(flat(clip(s, limit))), limit, nil)
}

// notify is plain for the text of a notification: there Slack links by itself
// whatever looks like a host name or an address of mail.
func (hosts) notify(s string, limit int) string {
	s = hosts(nil).defang(flat(clip(s, limit))) // nothing in a notification is to be clicked
	for range 2 {                               // matches overlap in a.b.c
		s = domain.ReplaceAllString(s, "$1[.]$2")
	}
	return cut(s, limit, nil)
}

// domain is a word with a dot in it, such as a host or file name; the dot may be
// one of those that browsers take for it.
var domain = regexp.MustCompile(`([\pL\pN_-])[.\x{3002}\x{ff0e}\x{ff61}]([\pL]{2,})`)

// sentence is esc for sentences of ours with words from outside in them: the
// code spans stay.
func (h hosts) sentence(s string, limit int) string {
	return cut(h.defang(flat(clip(s, limit))), limit, entity)
}

func (h hosts) escape(s string, limit int) string {
	return cut(strings.ReplaceAll(h.defang(s), "`", "'"), limit, entity)
}

// entity is what Slack wants instead of its three special characters.
func entity(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return ""
}

// cut keeps the runes that fit in limit, counted as the longest of Slack's ways
// of counting: UTF-16 units after escaping.
func cut(s string, limit int, replace func(rune) string) string {
	var b strings.Builder
	n, end := 0, 0 // length so far; what stays where "…" must fit behind it
	for _, r := range s {
		piece, size := string(r), max(utf16.RuneLen(r), 1)
		if replace != nil {
			if p := replace(r); p != "" {
				piece, size = p, len(p)
			}
		}
		if n+size > limit {
			return strings.TrimRight(b.String()[:end], " \n") + "…"
		}
		n += size
		b.WriteString(piece)
		if n < limit {
			end = b.Len()
		}
	}
	return b.String()
}

// length counts as cut does.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// ansi are terminal escape sequences: logs are full of them.
var ansi = regexp.MustCompile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\-_])")

// flat is text on one line without what a person cannot see: control, bidi,
// zero-width and other format characters could make a line read differently
// from what it says.
func flat(s string) string {
	s = ansi.ReplaceAllString(engine.Clean(s), "")
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			space = b.Len() > 0
			continue
		case invisible(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func invisible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
		return true
	case r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0', r == '\u2800': // blanks that are letters
		return true
	}
	return false
}

// typed turns what Slack delivers back into what the person typed: mentions,
// channels and links become words, and the three entities characters.
func typed(s string) string {
	s = token.ReplaceAllStringFunc(s, func(m string) string {
		target, label, _ := strings.Cut(strings.Trim(m, "<>"), "|")
		switch {
		case strings.HasPrefix(target, "@"):
			return "@" + cmp.Or(strings.TrimPrefix(label, "@"), target[1:])
		case strings.HasPrefix(target, "#"):
			return "#" + cmp.Or(strings.TrimPrefix(label, "#"), target[1:])
		case strings.HasPrefix(target, "!"):
			return "@" + cmp.Or(strings.TrimPrefix(label, "@"), strings.TrimPrefix(target[1:], "subteam^"))
		}
		return cmp.Or(label, target)
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

var token = regexp.MustCompile(`<[@#!]?[^<>\s][^<>]*>`)
