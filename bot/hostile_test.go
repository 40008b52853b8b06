package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ragoffire/bot/hostiletest"
	"ragoffire/engine"
)

// TestNothingFromOutsidePingsOrLinks has every message with texts in every place,
// as many at a time as the shortest of places shows; kinds_test.go has them one
// by one.
func TestNothingFromOutsidePingsOrLinks(t *testing.T) {
	r := testRenderer()
	for n, text := range together(hostiletest.Texts(t), maxName*3/4) {
		all := stuffed(r, text, 1)
		for k, name := range slices.Sorted(maps.Keys(all)) {
			if (n+k)%thinned == 0 {
				harmless(t, fmt.Sprintf("%s with %q", name, text), all[name])
			}
		}
		if t.Failed() {
			return
		}
	}
}

// together joins neighbours up to a length.
func together(texts []string, limit int) []string {
	var all []string
	for _, text := range texts {
		if last := len(all) - 1; last >= 0 && length(all[last])+1+length(text) <= limit {
			all[last] += " " + text
			continue
		}
		all = append(all, text)
	}
	return all
}

func TestOnlyACriticalIncidentMentionsItsRoutesGroup(t *testing.T) {
	for _, c := range []struct {
		severity engine.Severity
		group    string
		want     string
	}{
		{engine.SeverityCritical, "S0SRE", "<!subteam^S0SRE>"},
		{engine.SeverityHigh, "S0SRE", ""},
		{engine.SeverityCritical, "", ""},
		{engine.SeverityCritical, "channel", ""},
		{engine.SeverityCritical, "U0ALICE", ""},
		{engine.SeverityCritical, "S0SRE> <!channel", ""},
	} {
		if got := mention(&engine.Incident{Severity: c.severity, Mention: c.group}); got != c.want {
			t.Errorf("a %s incident with the group %q mentions %q, want %q", c.severity, c.group, got, c.want)
		}
	}
}

func TestLinksLeadToTheConfiguredHostsOnly(t *testing.T) {
	h := hosts{"g.example", "runbooks.example.com:8443"}
	for in, want := range map[string]bool{
		"https://g.example/d/x?a=1&b=2":      true,
		"HTTPS://G.EXAMPLE/d":                true,
		"http://g.example:3000/":             true,
		"https://runbooks.example.com:8443/": true,
		"https://runbooks.example.com/":      false,
		"https://g.example.evil.com/":        false,
		"https://evil.com/g.example":         false,
		"https://g.example@evil.com/":        false,
		"https://user@g.example/":            false,
		"https://evil.com\\@g.example/":      false,
		"javascript://g.example/%0aalert(1)": false,
		"//g.example/":                       false,
		"":                                   false,
		"https://g.example/ <!channel>":      true,
	} {
		got := h.link(in, "Graph <!here> | x")
		if (got != "") != want {
			t.Errorf("link(%q) = %q", in, got)
		}
		if strings.Contains(got, "<!") || strings.Count(got, "|") > 1 || strings.Count(got, ">") > 1 {
			t.Errorf("link(%q) breaks out: %q", in, got)
		}
	}
}

func TestAddressesOfOthersAreTakenApart(t *testing.T) {
	h := hosts{"g.example"}
	for in, want := range map[string]string{
		"see https://evil.example.com/x?y=1.2 now": "see hxxps://evil[.]example[.]com/x?y=1.2 now",
		"https://g.example/d stays":                "https://g.example/d stays",
		"Ftp://a.b":                                "ftp[:]//a[.]b",
		"www.evil.com/x.html":                      "www[.]evil[.]com/x.html",
		"db.prod:5432 is no address":               "db.prod:5432 is no address",
		"v1.2.3":                                   "v1.2.3",
	} {
		if got := h.esc(in, 200); got != want {
			t.Errorf("esc(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWhatCannotBeSeenIsTakenOut(t *testing.T) {
	for in, want := range map[string]string{
		"a\u200bb\u202ec\u2066d":    "abcd",
		"\x1b[1;31mred\x1b[0m text": "red text",
		"a\r\n\tb   c":              "a b c",
		"x\x00y":                    "x\ufffdy",
		"bell\x07":                  "bell",
		"\U000e0041tag":             "tag",
		"ünïcödé 🔥":                 "ünïcödé 🔥",
	} {
		if got := flat(in); got != want {
			t.Errorf("flat(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzEscapedTextNeverBreaksOut(f *testing.F) {
	for _, a := range hostiletest.Texts(f) {
		f.Add(a, 100)
	}
	h := hosts{"g.example"}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 1 + abs(limit)%3000
		for _, got := range []string{h.esc(s, limit), h.escLines(s, limit), h.sentence(s, limit)} {
			if strings.ContainsAny(got, "<>") || length(got) > limit {
				t.Errorf("%q became %q, %d of %d", s, got, length(got), limit)
			}
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
