package markdown

import "strings"

// marks are what a line may begin with that makes it more than words.
const marks = "#=-*_`~<\\"

// Escape makes text one that stands in a document as it is: none of its lines is
// a heading, and nothing in it opens a comment or a code block that stays open.
// Code blocks that it closes itself stay what they are. Unescape undoes it.
func Escape(text string) string {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n")
	var f fence
	for _, line := range lines {
		f.inside(line)
	}
	open := f.open != ""
	f = fence{}
	for n, line := range lines {
		bare := strings.TrimLeft(line, " \t")
		switch within := f.inside(line); {
		case within && !open:
		case within || escapes(bare):
			lines[n] = line[:len(line)-len(bare)] + `\` + bare
			f = fence{}
		default:
			lines[n] = strings.ReplaceAll(line, "<!--", `\<!--`)
		}
	}
	return strings.Join(lines, "\n")
}

// escapes says of a line whether a mark must be taken from it.
func escapes(line string) bool {
	switch level, _ := heading(line); {
	case line == "":
		return false
	case level > 0, underline(line) > 0, strings.HasPrefix(line, "<!--"):
		return true
	}
	return line[0] == '\\' && len(line) > 1 && strings.ContainsRune(marks, rune(line[1]))
}

// Unescape is the text that people mean who set a backslash before a mark.
func Unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	lines := strings.Split(text, "\n")
	var f fence
	for n, line := range lines {
		if f.inside(line) {
			continue
		}
		bare := strings.TrimLeft(line, " \t")
		if len(bare) > 1 && bare[0] == '\\' && strings.ContainsRune(marks, rune(bare[1])) {
			lines[n] = line[:len(line)-len(bare)] + bare[1:]
			continue
		}
		lines[n] = strings.ReplaceAll(line, `\<!--`, "<!--")
	}
	return strings.Join(lines, "\n")
}

// Uncomment leaves out what a document says to its writers: its comments, but
// for those in code blocks. One that never ends is none.
func Uncomment(text string) string {
	if !strings.Contains(text, "<!--") {
		return text
	}
	var b strings.Builder
	var f fence
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		n := strings.Index(line, "<!--")
		if f.inside(line) || n < 0 || n > 0 && line[n-1] == '\\' {
			b.WriteString(line)
			if len(text) > len(line) {
				b.WriteByte('\n')
			}
			text = rest
			continue
		}
		end := strings.Index(text[n:], "-->")
		if end < 0 {
			return b.String() + text
		}
		b.WriteString(text[:n])
		text = text[n+end+len("-->"):]
	}
	return b.String()
}
