// Package markdown takes texts that people write apart by their headings: post-
// mortems and runbooks. It reads no more of Markdown than that needs, and any
// text is a document to it.
package markdown

import (
	"strings"
	"unicode"
)

// Section is a heading and all below it, down to the next of its level.
type Section struct {
	Level int    // 1 to 6; 7 for a line in bold that stands for a heading
	Title string // as it is written, without marks
	Line  int    // of the heading, from 1
	Body  string // with what is below deeper headings

	words string // of the title, to compare
}

// most is how many headings of a text are read; a longer text is no document.
const most = 5000

// bold is the level of a line in bold.
const bold = 7

// Sections lists the headings of a text in their order. Headings are lines with
// number signs, lines underlined with = or -, and lines all in bold. What is
// within a code block is none.
func Sections(text string) []Section {
	lines := strings.Split(text, "\n")
	type mark struct{ level, first, after int } // the heading's line and the one behind it
	var marks []mark
	var titles []string
	var fence fence
	for n, line := range lines {
		line = strings.TrimRight(line, "\r")
		if fence.inside(line) {
			continue
		}
		if len(marks) == most {
			break
		}
		if level, title := heading(line); level > 0 {
			marks, titles = append(marks, mark{level, n, n + 1}), append(titles, title)
			continue
		}
		if level := underline(line); level > 0 && n > 0 && plain(lines, n-1) {
			marks, titles = append(marks, mark{level, n - 1, n + 1}), append(titles, strings.TrimSpace(lines[n-1]))
		}
	}
	sections := make([]Section, len(marks))
	// ends[l] is where a section of level l ends that is open here, from the back.
	ends := [bold + 1]int{}
	for l := range ends {
		ends[l] = len(lines)
	}
	for n := len(marks) - 1; n >= 0; n-- {
		m := marks[n]
		sections[n] = Section{
			Level: m.level, Title: titles[n], Line: m.first + 1, words: strings.Join(words(titles[n]), " "),
			Body: strings.Trim(strings.Join(lines[m.after:max(m.after, ends[m.level])], "\n"), "\r\n"),
		}
		for l := m.level; l <= bold; l++ {
			ends[l] = m.first
		}
	}
	return sections
}

// fence follows code blocks, in which nothing is a heading.
type fence struct{ open string }

// inside reports whether a line belongs to a code block, its marks included.
func (f *fence) inside(line string) bool {
	s := strings.TrimSpace(line)
	for _, c := range []string{"`", "~"} {
		run := s[:len(s)-len(strings.TrimLeft(s, c))]
		switch {
		case len(run) < 3:
		case f.open == "":
			f.open = run
			return true
		case strings.HasPrefix(run, f.open) && run == s:
			f.open = ""
			return true
		}
	}
	return f.open != ""
}

func heading(line string) (level int, title string) {
	s := strings.TrimLeft(line, " ")
	if len(line)-len(s) > 3 {
		return 0, ""
	}
	rest := strings.TrimLeft(s, "#")
	if level = len(s) - len(rest); level >= 1 && level <= 6 && strings.TrimSpace(rest) != "" && (rest[0] == ' ' || rest[0] == '\t') {
		return level, unmarked(strings.TrimRight(strings.TrimSpace(rest), "# "))
	}
	for _, mark := range []string{"**", "__"} {
		inner, ok := strings.CutPrefix(strings.TrimSpace(s), mark)
		inner, closed := strings.CutSuffix(strings.TrimSuffix(inner, ":"), mark)
		if inner = strings.TrimSpace(inner); ok && closed && inner != "" && len(inner) <= 80 && !strings.Contains(inner, mark) {
			return bold, inner
		}
	}
	return 0, ""
}

func unmarked(title string) string {
	return strings.TrimSpace(strings.NewReplacer("**", "", "__", "", "`", "").Replace(title))
}

// underline is the level that a line of = or - gives to the one above it.
func underline(line string) int {
	s := strings.TrimSpace(line)
	switch {
	case len(s) < 3:
		return 0
	case strings.Trim(s, "=") == "":
		return 1
	case strings.Trim(s, "-") == "":
		return 2
	}
	return 0
}

// plain reports whether a line may be an underlined heading: a line of words
// behind an empty one, not a list, a table or a quote.
func plain(lines []string, n int) bool {
	s := strings.TrimSpace(lines[n])
	if s == "" || len(s) > 200 || strings.ContainsAny(s[:1], "-*+>|#") || n > 0 && strings.TrimSpace(lines[n-1]) != "" {
		return false
	}
	return strings.ContainsFunc(s, unicode.IsLetter)
}

// Named returns the section that one of the names, in their order, is the title
// of; else the first whose title says one of them.
func Named(sections []Section, names ...string) (Section, bool) {
	for _, says := range []func(*Section, string) bool{(*Section).Is, (*Section).Says} {
		for _, name := range names {
			for n := range sections {
				if s := &sections[n]; says(s, name) && strings.TrimSpace(s.Body) != "" {
					return *s, true
				}
			}
		}
	}
	return Section{}, false
}

// Is reports whether the name is the section's title, but for numbers and signs.
func (s *Section) Is(name string) bool { return s.words == name }

// Says reports whether the name is among the at most five words of the title, as
// in "Mitigation steps" and "3. How to fix". Words such as why say too little.
func (s *Section) Says(name string) bool {
	return len(name) > 3 && strings.Count(s.words, " ") < 5 && strings.Contains(" "+s.words+" ", " "+name+" ")
}

// words are the words of a title, small, without numbers and signs.
func words(title string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(title, "'", "")), func(r rune) bool { return !unicode.IsLetter(r) })
}
