package webhook

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"ragoffire/engine"
)

// block is a part of a runbook as it is shown: what of Markdown a person reads
// by. All else stays the text that it is.
type block struct {
	Kind  string // heading, text, list, steps, code
	ID    string // of a heading, to link to
	Spans []span
	Items [][]span
	Lines []string // of code
}

// Code is a block's code as it is written.
func (b *block) Code() string { return strings.Join(b.Lines, "\n") }

// span is a stretch of a line.
type span struct {
	Text string
	Kind string      // code, strong, link or ""
	Link engine.Link // where it leads, if that is allowed
}

// markupMost is how much of a text is shown; the longest runbooks have a tenth.
const markupMost = 1 << 20

// blocks reads a Markdown text. Line by line: nothing nests, so nothing that
// anybody writes can take long or go deep.
func blocks(text string) []block {
	if len(text) > markupMost {
		text = strings.ToValidUTF8(text[:markupMost], "")
	}
	var out []block
	names := make(map[string]int)
	fence := ""
	add := func(kind string, spans []span) { out = append(out, block{Kind: kind, Spans: spans}) }
	open := false // the last block may go on
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		bare := strings.TrimSpace(line)
		last := len(out) - 1
		switch mark := fenceOf(bare); {
		case fence != "":
			if mark != "" && strings.HasPrefix(mark, fence) && mark == bare {
				fence = ""
			} else {
				out[last].Lines = append(out[last].Lines, line)
			}
			open = false
		case mark != "":
			fence = mark
			out = append(out, block{Kind: "code"})
		case bare == "":
			open = false
		case headed(bare) != "":
			title := headed(bare)
			add("heading", spans(title))
			out[len(out)-1].ID = anchor(title, names)
			open = false
		case listed(bare) != "":
			kind, item := "list", listed(bare)
			if unicode.IsDigit(rune(bare[0])) {
				kind = "steps"
			}
			if last < 0 || out[last].Kind != kind {
				add(kind, nil)
				last++
			}
			out[last].Items = append(out[last].Items, spans(item))
			open = true
		case open && out[last].Kind == "text":
			out[last].Spans = append(out[last].Spans, append([]span{{Text: "\n"}}, spans(line)...)...)
		case open && len(out[last].Items) > 0:
			item := &out[last].Items[len(out[last].Items)-1]
			*item = append(*item, append([]span{{Text: " "}}, spans(bare)...)...)
		default:
			add("text", spans(line))
			open = true
		}
	}
	return out
}

func fenceOf(line string) string {
	for _, c := range []string{"`", "~"} {
		if run := line[:len(line)-len(strings.TrimLeft(line, c))]; len(run) >= 3 {
			return run
		}
	}
	return ""
}

func headed(line string) string {
	rest := strings.TrimLeft(line, "#")
	if n := len(line) - len(rest); n < 1 || n > 6 || !strings.HasPrefix(rest, " ") {
		return ""
	}
	return strings.TrimRight(strings.TrimSpace(rest), "# ")
}

func listed(line string) string {
	for _, mark := range []string{"- ", "* ", "+ "} {
		if item, ok := strings.CutPrefix(line, mark); ok {
			return strings.TrimSpace(item)
		}
	}
	rest := strings.TrimLeft(line, "0123456789")
	if n := len(line) - len(rest); n < 1 || n > 3 {
		return ""
	}
	for _, mark := range []string{". ", ") "} {
		if item, ok := strings.CutPrefix(rest, mark); ok {
			return strings.TrimSpace(item)
		}
	}
	return ""
}

// anchor is a heading's id on the page; no text makes it another element's.
func anchor(title string, names map[string]int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case b.Len() > 60:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	id := "s-" + strings.TrimRight(b.String(), "-")
	names[id]++
	if n := names[id]; n > 1 {
		return id + "-" + strconv.Itoa(n)
	}
	return id
}

// inline is what a line marks: code, strong words, links.
var inline = regexp.MustCompile("`([^`]+)`" + `|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^()\s]+)\)`)

func spans(line string) []span {
	var out []span
	at := 0
	for _, m := range inline.FindAllStringSubmatchIndex(line, -1) {
		if m[0] > at {
			out = append(out, span{Text: line[at:m[0]]})
		}
		switch {
		case m[2] >= 0:
			out = append(out, span{Text: line[m[2]:m[3]], Kind: "code"})
		case m[4] >= 0:
			out = append(out, span{Text: line[m[4]:m[5]], Kind: "strong"})
		default:
			out = append(out, span{Text: line[m[6]:m[7]], Kind: "link", Link: engine.Link{URL: line[m[8]:m[9]]}})
		}
		at = m[1]
	}
	if at < len(line) {
		out = append(out, span{Text: line[at:]})
	}
	return out
}

// words is a block as one reads it.
func (b *block) words() string {
	var s strings.Builder
	for _, list := range append([][]span{b.Spans}, b.Items...) {
		for _, p := range list {
			s.WriteString(p.Text)
		}
		s.WriteByte(' ')
	}
	return s.String() + b.Code()
}

// titled reports whether a block is the heading of that name.
func (b *block) titled(title string) bool {
	return b.Kind == "heading" && strings.EqualFold(strings.TrimSpace(b.words()), strings.TrimSpace(title))
}

// plainWords is a Markdown text as one reads it, in a line.
func plainWords(text string) string {
	var s strings.Builder
	list := blocks(text)
	for i := range list {
		s.WriteString(list[i].words() + " ")
	}
	return strings.Join(strings.Fields(s.String()), " ")
}

// sectionAbout is the heading under which the words stand, the rare ones, which
// come first, above all; nil where that is the document's own title.
func sectionAbout(title, text string, words []string) *block {
	var best, now *block
	most, about := 0, []string{}
	weigh := func() {
		if n := hits(strings.Join(about, " "), words); n > most {
			best, most = now, n
		}
	}
	list := blocks(text)
	for i := range list {
		if list[i].Kind == "heading" {
			weigh()
			now, about = &list[i], nil
			if now.titled(title) {
				now = nil
			}
		}
		about = append(about, list[i].words())
	}
	weigh()
	return best
}
