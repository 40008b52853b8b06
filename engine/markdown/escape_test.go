package markdown_test

import (
	"testing"

	"ragoffire/engine/markdown"
)

func TestEscapedTextStandsInADocumentAndComesBack(t *testing.T) {
	for _, text := range []string{
		"throttled connections to 30%",
		"two\n\nparagraphs\n- and\n- a list",
		"# not a heading\n   ## nor this\n    # indented",
		"not\n---\nunderlined\n===",
		"**not a heading**\n__nor this__",
		"```\n# a comment of a shell\n```\nafter",
		"```\nnever closed\n# and more",
		"~~~\nopen\n```",
		`\# with a backslash` + "\n" + `\\ two`,
		`C:\temp and \n stay`,
		"<!-- hidden? --> no\nand <!-- here --> neither",
	} {
		doc := "# Title\n\n## Resolution\n\n" + markdown.Escape(text) + "\n\n## Next\n\nmore <!-- a\ncomment --> words\n"
		sections := markdown.Sections(markdown.Uncomment(doc))
		if len(sections) != 3 || sections[2].Body != "more  words" {
			t.Errorf("%q makes %d sections of it: %q", text, len(sections), doc)
			continue
		}
		s, _ := markdown.Named(sections, "resolution")
		if got := markdown.Unescape(markdown.Cut(s.Body, 10_000)); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}

func TestCommentsAreNotRead(t *testing.T) {
	for in, want := range map[string]string{
		"a <!-- b --> c":               "a  c",
		"<!-- a\n# b\n-->\nc":          "\nc",
		"a <!-- never closed\nb":       "a <!-- never closed\nb",
		"```\n<!-- shown -->\n```":     "```\n<!-- shown -->\n```",
		`a \<!-- shown --> b`:          `a \<!-- shown --> b`,
		"no comment":                   "no comment",
		"x <!-- 1 --> y <!-- 2 -->\nz": "x  y \nz",
	} {
		if got := markdown.Uncomment(in); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}
