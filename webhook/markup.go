package webhook

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"ragoffire/engine"
)

// block is a part of a runbook as it is shown. What Markdown makes of a text is
// put into elements of ours by a template, so that none of it is anybody's HTML.
type block struct {
	Kind  string // heading, text, line, list, steps, quote, code
	ID    string // of a heading, to link to
	Spans []span
	Items [][]block // of a list, or the one of a quote
	Code  string
}

// span is a stretch of a line.
type span struct {
	Text string
	Kind string      // code, strong, em, link or ""
	Link engine.Link // where it leads, if that is allowed
}

// deepest is how far lists and quotes nest on a page; what is deeper is left out.
const deepest = 6

// markupMost is how much of a text is shown; the longest runbooks have a tenth.
const markupMost = 1 << 20

// blocks reads a Markdown text.
func blocks(markdown string) []block {
	if len(markdown) > markupMost {
		markdown = strings.ToValidUTF8(markdown[:markupMost], "")
	}
	r := reading{source: []byte(markdown), names: make(map[string]int)}
	return r.blocks(goldmark.DefaultParser().Parse(text.NewReader(r.source)), 0)
}

type reading struct {
	source []byte
	names  map[string]int // how often an id was given
}

func (r *reading) blocks(parent ast.Node, depth int) []block {
	var out []block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			b := block{Kind: "heading", Spans: r.spans(n, span{})}
			b.ID = r.anchor(b.words())
			out = append(out, b)
		case *ast.List:
			b := block{Kind: "list"}
			if n.IsOrdered() {
				b.Kind = "steps"
			}
			for item := n.FirstChild(); item != nil && depth < deepest; item = item.NextSibling() {
				b.Items = append(b.Items, r.blocks(item, depth+1))
			}
			out = append(out, b)
		case *ast.Blockquote:
			if depth < deepest {
				out = append(out, block{Kind: "quote", Items: [][]block{r.blocks(n, depth+1)}})
			}
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			out = append(out, block{Kind: "code", Code: r.lines(n)})
		case *ast.HTMLBlock:
			if n.HTMLBlockType != ast.HTMLBlockType2 { // which is a comment
				out = append(out, block{Kind: "code", Code: r.lines(n)})
			}
		case *ast.TextBlock:
			out = append(out, block{Kind: "line", Spans: r.spans(n, span{})})
		case *ast.Paragraph:
			out = append(out, block{Kind: "text", Spans: r.spans(n, span{})})
		}
	}
	return out
}

func (r *reading) lines(n ast.Node) string {
	var s strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		s.Write(line.Value(r.source))
	}
	return strings.TrimSuffix(s.String(), "\n")
}

// spans are the texts of a node, marked as its parents mark them; the outermost
// mark is the one that shows.
func (r *reading) spans(parent ast.Node, mark span) []span {
	var out []span
	add := func(mark span, words string) {
		if words != "" {
			mark.Text = words
			out = append(out, mark)
		}
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		inner := mark
		switch n := n.(type) {
		case *ast.Text:
			if n.IsRaw() {
				add(mark, string(n.Value(r.source)))
			} else {
				add(mark, unescaped(n.Value(r.source)))
			}
			if n.SoftLineBreak() || n.HardLineBreak() {
				add(mark, "\n")
			}
			continue
		case *ast.String:
			add(mark, string(n.Value))
			continue
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				part := n.Segments.At(i)
				add(mark, string(part.Value(r.source)))
			}
			continue
		case *ast.AutoLink:
			if mark.Kind == "" {
				inner = span{Kind: "link", Link: engine.Link{URL: string(n.URL(r.source))}}
			}
			add(inner, string(n.Label(r.source)))
			continue
		case *ast.Link:
			inner = mark.or(span{Kind: "link", Link: engine.Link{URL: unescaped(n.Destination)}})
		case *ast.Image:
			inner = mark.or(span{Kind: "link", Link: engine.Link{URL: unescaped(n.Destination)}})
		case *ast.CodeSpan:
			inner = mark.or(span{Kind: "code"})
		case *ast.Emphasis:
			inner = mark.or(span{Kind: "em"})
			if n.Level > 1 {
				inner = mark.or(span{Kind: "strong"})
			}
		}
		out = append(out, r.spans(n, inner)...)
	}
	return joined(out)
}

// unescaped is a text without what only keeps Markdown from reading it.
func unescaped(b []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b))))
}

// or is a span's mark, or another where it has none.
func (s span) or(other span) span {
	if s.Kind != "" {
		return s
	}
	return other
}

// joined puts texts with the same mark together: to Markdown an underscore in a
// name begins another.
func joined(list []span) []span {
	var out []span
	for _, s := range list {
		if last := len(out) - 1; last >= 0 && out[last].Kind == s.Kind && out[last].Link == s.Link {
			out[last].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

// anchor is a heading's id on the page; no text makes it another element's.
func (r *reading) anchor(title string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(title) {
		switch {
		case b.Len() > 60:
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	id := "s-" + strings.TrimRight(b.String(), "-")
	r.names[id]++
	if n := r.names[id]; n > 1 {
		return id + "-" + strconv.Itoa(n)
	}
	return id
}

// words is a block as one reads it.
func (b *block) words() string {
	var s strings.Builder
	for _, p := range b.Spans {
		s.WriteString(p.Text)
	}
	for _, item := range b.Items {
		for i := range item {
			s.WriteString(" " + item[i].words())
		}
	}
	return s.String() + " " + b.Code
}

// titled reports whether a block is the heading of that name.
func (b *block) titled(title string) bool {
	return b.Kind == "heading" && strings.EqualFold(strings.TrimSpace(b.words()), strings.TrimSpace(title))
}

// plainWords is a Markdown text as one reads it, in a line.
func plainWords(markdown string) string {
	var s strings.Builder
	list := blocks(markdown)
	for i := range list {
		s.WriteString(list[i].words() + " ")
	}
	return strings.Join(strings.Fields(s.String()), " ")
}

// sectionAbout is the heading under which the words stand, the rare ones, which
// come first, above all; nil where that is the document's own title.
func sectionAbout(title, markdown string, words []string) *block {
	var best, now *block
	most, about := 0, []string{}
	weigh := func() {
		if n := hits(strings.Join(about, " "), words); n > most {
			best, most = now, n
		}
	}
	list := blocks(markdown)
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
