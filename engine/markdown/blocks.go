package markdown

import (
	"strings"
	"unicode/utf8"
)

// Cut shortens a text to about limit bytes at the end of a paragraph, else of a
// line, else of a word. A code block that is cut is closed.
func Cut(text string, limit int) string {
	text = strings.TrimSpace(text)
	if len(text) <= limit {
		return text
	}
	var f fence
	paragraph, line, at := 0, 0, 0
	open := false // a code block, where line stands
	for l := range strings.Lines(text) {
		within := f.inside(strings.TrimRight(l, "\r\n"))
		if strings.TrimSpace(l) == "" && !within {
			paragraph = at
		}
		if at += len(l); at > limit {
			break
		}
		line, open = at, f.open != ""
	}
	switch {
	case paragraph > 0:
		return strings.TrimSpace(text[:paragraph])
	case line > 0 && open:
		return strings.TrimSpace(text[:line]) + "\n```"
	case line > 0:
		return strings.TrimSpace(text[:line])
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	if n := strings.LastIndexByte(text[:limit], ' '); n > 0 {
		limit = n
	}
	return strings.TrimSpace(text[:limit]) + "…"
}

// Items lists the entries of the lists in a text, each without its mark and with
// the lines that continue it, and says where the first and last of them stand.
func Items(text string) []string {
	var items []string
	var f fence
	open := false // the last item may go on
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		if f.inside(l) {
			open = false
			continue
		}
		item, ok := item(l)
		switch {
		case ok:
			items, open = append(items, item), true
		case strings.TrimSpace(l) == "":
			open = false
		case open && (l[0] == ' ' || l[0] == '\t'):
			items[len(items)-1] += " " + strings.TrimSpace(l)
		default:
			open = false
		}
	}
	return items
}

// item takes the mark off a line of a list.
func item(line string) (string, bool) {
	s := strings.TrimSpace(line)
	rest := strings.TrimLeft(s, "0123456789")
	switch {
	case len(rest) < len(s) && len(s)-len(rest) <= 3 && len(rest) > 1 && (rest[0] == '.' || rest[0] == ')') && rest[1] == ' ':
		s = rest[2:]
	case len(s) > 1 && strings.ContainsAny(s[:1], "-*+") && s[1] == ' ':
		s = s[2:]
	default:
		return "", false
	}
	s = strings.TrimSpace(s)
	for _, box := range []string{"[ ] ", "[x] ", "[X] "} {
		s = strings.TrimPrefix(s, box)
	}
	return s, s != ""
}

// List returns the first list of a text whose entries begin as begins wants, as
// it is written, with the code blocks between its entries.
func List(text string, begins func(item string) bool) string {
	var f fence
	start, end, at := -1, 0, 0
	for l := range strings.Lines(text) {
		from := at
		at += len(l)
		line := strings.TrimRight(l, "\r\n")
		if f.inside(line) {
			if start >= 0 {
				end = at
			}
			continue
		}
		it, ok := item(line)
		switch {
		case ok && start < 0 && begins(it):
			start, end = from, at
		case start < 0 || strings.TrimSpace(line) == "":
		case ok || line[0] == ' ' || line[0] == '\t':
			end = at
		default:
			return strings.TrimSpace(text[start:end])
		}
	}
	if start < 0 {
		return ""
	}
	return strings.TrimSpace(text[start:end])
}
