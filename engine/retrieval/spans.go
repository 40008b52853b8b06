package retrieval

import (
	"net/url"
	"regexp"
	"strings"
)

// span is a piece of a text that is read alike.
type span struct {
	text string
	// weight is what a word in it counts.
	weight float32
	// numbers is what a number counts beside other words, 0 as much as they.
	numbers float32
	// opens tells that something new begins: a field or a heading.
	opens bool
}

// What is written for machines says less about a problem than what is written for people: commands look alike in all
// runbooks, and an address tells in its last words what it leads to, if anything. A number and what a label is set to
// are those of one night. On the development set, weights between .2 and .6 are as good as these.
const (
	codeWeight    = .4
	addressWeight = .4
	queryAddress  = .3
	labelWeight   = .3
	numberWeight  = .3
)

// documentSpans reads Markdown, of which plain text is a case: code blocks, addresses and headings are told apart.
func documentSpans(text string) []span {
	c := cutter{text: text, weight: 1, opens: true}
	fence := ""
	for at := 0; at < len(text); {
		end := len(text)
		if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := strings.TrimSpace(text[at:end])
		mark := fenceOf(line)
		switch {
		case mark != "" && fence == "":
			fence = mark
			c.cut(at, end, codeWeight, false)
		case mark != "" && mark == fence:
			fence = ""
			c.cut(at, end, 1, false)
		case line == "[[_TOC_]]" || line == "[TOC]":
			c.cut(at, end, c.weight, false)
		case fence == "" && strings.HasPrefix(line, "#"):
			c.cut(at, at, 1, true)
		}
		c.addresses(at, end)
		at = end
	}
	c.cut(len(text), len(text), 1, false)
	return c.spans
}

// cutter cuts a text into spans from left to right.
type cutter struct {
	text  string
	spans []span
	// from is where the span at hand begins.
	from   int
	weight float32
	opens  bool
}

// cut ends the span at hand, and begins one at next.
func (c *cutter) cut(at, next int, weight float32, opens bool) {
	if at > c.from {
		c.spans = append(c.spans, span{text: c.text[c.from:at], weight: c.weight, opens: c.opens})
		c.opens = false
	}
	c.from, c.weight, c.opens = max(next, c.from), weight, c.opens || opens
}

// addresses cuts the addresses out of a line, to stand alone.
func (c *cutter) addresses(at, end int) {
	for {
		start, stop := address(c.text[at:end])
		if start < 0 {
			return
		}
		weight := c.weight
		c.cut(at+start, at+stop, weight, false)
		c.spans = append(c.spans, span{text: unescaped(c.text[at+start : at+stop]), weight: addressWeight})
		at += stop
	}
}

// address finds the first address of a text, or returns -1.
func address(text string) (start, stop int) {
	at := strings.Index(text, "://")
	if at < 1 {
		return -1, -1
	}
	start = at
	for start > 0 && isSchemeByte(text[start-1]) {
		start--
	}
	stop = at + 3
	if n := strings.IndexAny(text[stop:], " \t\r\n<>()[]\"'`"); n >= 0 {
		return start, stop + n
	}
	return start, len(text)
}

func isSchemeByte(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '+' }

func fenceOf(line string) string {
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(line, mark) {
			return mark
		}
	}
	return ""
}

func unescaped(address string) string {
	if plain, err := url.PathUnescape(address); err == nil {
		return plain
	}
	return address
}

// placeholder is what a template leaves open, labelPair a label with its value.
var (
	placeholder = regexp.MustCompile(`<[A-Za-z_][\w .-]{0,40}>|\{\{[^{}]*\}\}|\$\{?[A-Za-z_][\w.]*\}?`)
	labelPair   = regexp.MustCompile(`\b[a-zA-Z_][\w.]*=[^\s,]+`)
)

// querySpans reads what an alert or a person says: what a template has left open is no word, an address loses its host
// and what it asks there, and labels count little.
func querySpans(text string) []span {
	if strings.ContainsAny(text, "<{$") {
		text = placeholder.ReplaceAllString(text, " ")
	}
	var aside []span
	var rest strings.Builder
	for {
		start, stop := address(text)
		if start < 0 {
			break
		}
		rest.WriteString(text[:start] + " ")
		aside = append(aside, span{addressPath(text[start:stop]), queryAddress, numberWeight, true})
		text = text[stop:]
	}
	rest.WriteString(text)
	text = rest.String()
	if strings.Contains(text, "=") {
		for _, pair := range labelPair.FindAllString(text, maxQueryWords) {
			aside = append(aside, span{pair, labelWeight, numberWeight, true})
		}
		text = labelPair.ReplaceAllString(text, " ")
	}
	return append([]span{{text, 1, numberWeight, true}}, aside...)
}

// addressPath is where an address leads within its host.
func addressPath(address string) string {
	if n := strings.IndexAny(address, "?#"); n >= 0 {
		address = address[:n]
	}
	_, rest, _ := strings.Cut(address, "://")
	_, path, _ := strings.Cut(rest, "/")
	return unescaped(path)
}
