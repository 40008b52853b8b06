package webhook

import (
	"fmt"
	"strings"
	"testing"
)

// outline is blocks in a line, to compare them.
func outline(list []block) string {
	var s strings.Builder
	for _, b := range list {
		s.WriteString(b.Kind + "(")
		if b.ID != "" {
			s.WriteString("#" + b.ID + " ")
		}
		for _, p := range b.Spans {
			mark := p.Kind
			if p.Link.URL != "" {
				mark += ">" + p.Link.URL
			}
			if mark != "" {
				mark += ":"
			}
			fmt.Fprintf(&s, "[%s%s]", mark, p.Text)
		}
		for _, item := range b.Items {
			s.WriteString("- " + outline(item))
		}
		s.WriteString(b.Code + ")")
	}
	return s.String()
}

func TestMarkdownIsReadAsPeopleMeanIt(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"# Disk full\n\nFree *some*, **all** of `/var/lib`.", "heading(#s-disk-full [Disk full])text([Free ][em:some][, ][strong:all][ of ][code:/var/lib][.])"},
		{"1. stop it\n   - at once\n2. wait", "steps(- line([stop it])list(- line([at once]))- line([wait]))"},
		{"- one\n\n- two\n", "list(- text([one])- text([two]))"},
		{"see [the pool](https://wiki.example.com/a_b) and <https://x.example.com>", "text([see ][link>https://wiki.example.com/a_b:the pool][ and ][link>https://x.example.com:https://x.example.com])"},
		{"DB_POOL_MAX to 60\nand `a_b`", "text([DB_POOL_MAX to 60\nand ][code:a_b])"},
		{"`a\\*b` a\\*b &lt;tag&gt;", "text([code:a\\*b][ a*b <tag>])"},
		{"```sh\nkill -9\n```\n", "code(kill -9)"},
		{"> careful", "quote(- text([careful]))"},
		{"<script>alert(1)</script>", "code(<script>alert(1)</script>)"},
		{"a <b>bold</b> word", "text([a <b>bold</b> word])"},
		{"<!-- nobody reads this -->\n\nx", "text([x])"},
		{"# A\n# A\n# \n", "heading(#s-a [A])heading(#s-a-2 [A])heading(#s- )"},
	} {
		if got := outline(blocks(tt.text)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// Whatever nests is left out where nobody could read it any more.
func TestNothingNestsWithoutEnd(t *testing.T) {
	for _, text := range []string{strings.Repeat("> ", 5000) + "x", strings.Repeat("- ", 5000) + "x", strings.Repeat("*a _b ", 5000), strings.Repeat("[", 20_000), strings.Repeat("![", 10_000) + "x"} {
		if n := strings.Count(outline(blocks(text)), "("); n > 100 {
			t.Errorf("%.20q…: %d parts", text, n)
		}
	}
}
