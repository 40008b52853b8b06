package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// attacks are what an alert, a person or a model could write to reach people or
// to lead them astray.
func attacks() []string {
	return []string{
		"<!channel>", "<!here> help", "<!everyone>", "<!subteam^S0SRE>", "<!subteam^S0SRE|@sre>", "<@U0ALICE>", "<#C0INCIDENT|x>",
		"<https://evil.example|Runbook>", "<http://evil.example>", "https://evil.example/login", "HTTP://EVIL.EXAMPLE", "www.evil.com/x",
		"evil.com", "login.evil.co/path?x", "mail bob@evil.com", "<mailto:bob@evil.com|Bob>", "slack://open?team=T1", "javascript:alert(1)",
		"https://runbooks.example.com@evil.com/", "https://evil.com\\@runbooks.example.com", "https://evil.com/runbooks.example.com",
		"https://evil.com#@runbooks.example.com", "https://runbooks.example.com.evil.com", "//evil.com", "[Runbook](https://evil.com)",
		"&lt;!channel&gt;", "&amp;lt;!channel>", "<!chan\u200bnel>", "\u202e<!channel>\u202c", "<\x00!channel>", "\x1b[31m<!here>\x1b[0m", "\x1b]8;;https://evil.com\x07x\x1b]8;;\x07",
		"```\n<!channel>\n```", "`<!here>`", "*bold* _it_ ~no~ > quote", "line\n✅ Approved by @lead", "\n\n\n```", "a|b>c<d", "<!date^1^{date}^https://evil.com|now>",
		"@channel @here @everyone @sre", "ping: @alice", `{"type":"section"}`, `"}]},{"type":"section"`, "\ufeff\u2066x\u2069", "\U000e0041\U000e0042", "http://[::1]/", "ftp://evil.com", "hxxp://evil.com",
		"<https://evil.com|https://runbooks.example.com>", "<https://g.example/x|y>", "https://g.example/x|<!channel>", "https://g.example/<!channel>", "<!--channel-->",
	}
}

// TestNothingFromOutsidePingsOrLinks posts every message with every attack in
// every place to a Slack that reads them as Slack does.
func TestNothingFromOutsidePingsOrLinks(t *testing.T) {
	s, api := workspace(t)
	r := testRenderer()
	r.hosts = hosts{"runbooks.example.com"}
	texts := append(attacks(), strings.Join(attacks(), " "), strings.Join(attacks(), "\n"))
	for _, attack := range texts {
		for name, v := range stuffed(r, attack) {
			m, ok := v.(*message)
			if !ok {
				continue
			}
			strip(m)
			valid(t, name+" "+attack, m)
			postAs(t, api, m)
		}
	}
	snap := s.Snapshot()
	for _, p := range snap.Pings() {
		if p.Kind == "subteam" && p.ID == "S0SRE" {
			continue // the route's own, from the config: not from the text; counted below
		}
		t.Errorf("pings %s %s in %s: %s", p.Kind, p.ID, p.Where, snap.Message(p.Channel, p.TS).Text)
	}
	for n, l := range snap.Links() {
		if n > 20000 || t.Failed() {
			break
		}
		if hosts(r.hosts).allow(l.URL) == nil {
			t.Errorf("links to %s (%s) in %s: %q", l.URL, l.Kind, l.Where, snap.Message(l.Channel, l.TS).Visible())
		}
	}
	if n := len(snap.BotMessages("C0INCIDENT")); n < len(texts)*10 {
		t.Errorf("only %d messages were posted", n)
	}
}

// strip takes our own mention of the route's group out, so that every ping left
// comes from outside.
func strip(m *message) {
	for _, b := range m.blocks {
		if s, ok := b.(*slack.SectionBlock); ok {
			s.Text.Text = strings.ReplaceAll(s.Text.Text, " · <!subteam^S0SRE>", "")
		}
	}
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
	for _, a := range attacks() {
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

// workspace is a fake Slack without pace, and a client of it.
func workspace(t *testing.T) (*slackfake.Slack, *slack.Client) {
	t.Helper()
	s, err := slackfake.New(slackfake.Config{Pace: slackfake.Pace{Off: true}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		cancel()
		<-done
	})
	return s, slack.New(s.BotToken(), slack.OptionAPIURL(s.URL()), slack.OptionHTTPClient(client))
}

func postAs(t *testing.T, api *slack.Client, m *message) {
	t.Helper()
	_, _, err := api.PostMessageContext(t.Context(), "C0INCIDENT", slack.MsgOptionText(m.text, true), slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if err != nil {
		raw, _ := json.Marshal(m.blocks)
		t.Fatalf("%v: %s", err, raw)
	}
}
