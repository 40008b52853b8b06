package slackfake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ragoffire/bot/slackfake"
)

func TestWhatPingsAndLinks(t *testing.T) {
	text := func(s string) map[string]string { return map[string]string{"text": s} }
	block := func(kind, s string) map[string]string {
		if kind == "markdown" {
			return map[string]string{"text": "fallback", "blocks": asJSON(t, []any{o{"type": "markdown", "text": s}})}
		}
		return map[string]string{"text": "fallback", "blocks": asJSON(t, []any{section(o{"text": o{"type": kind, "text": s}})})}
	}
	raw := func(key, doc string) map[string]string { return map[string]string{"text": "fallback", key: doc} }
	for _, c := range []struct {
		name  string
		form  map[string]string
		pings string // kind:id …
		links string // kind:url …
	}{
		{"channel", text("look <!channel>"), "channel:", ""},
		{"labelled", text("look <!here|here>"), "here:", ""},
		{"everyone, twice", text("<!everyone> <!everyone>"), "everyone: everyone:", ""},
		{"an old name", text("<!group>"), "channel:", ""},
		{"a group", text("<!subteam^S0SRE|@sre> help"), "subteam:S0SRE", ""},
		{"a person", text("<@U0ALICE> and <@U0BOB|bob>"), "user:U0ALICE user:U0BOB", ""},
		{"in code", text("`<!channel>` ```<@U0BOB>```"), "channel: user:U0BOB", ""},
		{"escaped", text("&lt;!channel&gt; &lt;@U0BOB&gt;"), "", ""},
		{"typed only", text("@channel @here @alice"), "", ""},
		{"parse=full", map[string]string{"text": "@channel, @sre", "parse": "full"}, "channel: subteam:S0SRE", ""},
		{"link_names", map[string]string{"text": "hello @here", "link_names": "1"}, "here:", ""},
		{"a channel's name", text("<#C0INCIDENT|incidents>"), "", ""},
		{"half open", text("a < b <!here> c > d"), "here:", ""},
		{"unclosed", text("<!channel"), "", ""},
		{"over lines", text("<!chan\nnel>"), "", ""},
		{"mrkdwn block", block("mrkdwn", "<!channel>"), "channel:", ""},
		{"plain block", block("plain_text", "<!channel> https://x.example"), "", ""},
		{"markdown block", block("markdown", "<!here> [run](https://x.example/r)"), "here:", "markdown:https://x.example/r"},
		{"markdown text", map[string]string{"markdown_text": "**x** <!here>\n[a]: https://x.example/a"}, "here:", "markdown:https://x.example/a"},
		{"field", raw("blocks", `[{"type":"section","fields":[{"type":"mrkdwn","text":"<@U0BOB>"}]}]`), "user:U0BOB", ""},
		{"context", raw("blocks", `[{"type":"context","elements":[{"type":"mrkdwn","text":"<!here>"},{"type":"image","image_url":"https://x.example/i.png","alt_text":"x"}]}]`), "here:", "image:https://x.example/i.png"},
		{"rich text", raw("blocks", `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"broadcast","range":"here"},{"type":"user","user_id":"U0BOB"},{"type":"usergroup","usergroup_id":"S0SRE"},{"type":"link","url":"https://x.example","text":"x"},{"type":"text","text":"<!channel> https://y.example"}]}]}]}]`), "here: user:U0BOB subteam:S0SRE", "rich_text:https://x.example"},
		{"confirm", raw("blocks", `[{"type":"actions","elements":[{"type":"button","url":"https://x.example/b","text":{"type":"plain_text","text":"x"},"confirm":{"text":{"type":"mrkdwn","text":"<https://x.example/c|sure>"}}}]}]`), "", "button:https://x.example/b explicit:https://x.example/c"},
		{"option", raw("blocks", `[{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"overflow","options":[{"text":{"type":"plain_text","text":"x"},"value":"1","url":"https://x.example/o"}]}}]`), "", "button:https://x.example/o"},
		{"attachment", raw("attachments", `[{"text":"<!channel>","pretext":"<@U0BOB>","title_link":"https://x.example/t","fields":[{"title":"t","value":"<!here>"}],"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<!everyone>"}}]}]`), "user:U0BOB channel: here: everyone:", "attachment:https://x.example/t"},
		{"explicit link", text("<https://x.example/a?b=1&amp;c=2|click>"), "", "explicit:https://x.example/a?b=1&amp;c=2"},
		{"mail", text("<mailto:a@x.example|a> b@x.example"), "", "explicit:mailto:a@x.example email:b@x.example"},
		{"date with a link", text("<!date^1392734382^{date}^https://x.example/d|then>"), "", "explicit:https://x.example/d"},
		{"bare", text("see https://x.example/a, or (http://y.example)."), "", "bare:https://x.example/a bare:http://y.example"},
		{"bare, verbatim", raw("blocks", `[{"type":"section","text":{"type":"mrkdwn","text":"https://x.example <https://y.example>","verbatim":true}}]`), "", "explicit:https://y.example"},
		{"bare, in code", text("`https://x.example` ```example.com```"), "", ""},
		{"host names", text("example.com and README.md, not checkout.prod or v1.2.3"), "", "domain:example.com domain:README.md"},
		{"any scheme", text("vscode://x.example/a sftp://y HTTPS://Z.EXAMPLE"), "", "bare:vscode://x.example/a bare:sftp://y bare:HTTPS://Z.EXAMPLE"},
		{"an address with a name before it", text("https://runbooks.example.com@evil.example/x"), "", "bare:https://runbooks.example.com@evil.example/x"},
		{"no code inside a word", text("a`example.com`b"), "", "domain:example.com"},
		{"two spans of code", text("`example.com` `example.org` ```\nexample.net\n```"), "", ""},
		{"code that is not closed", text("`example.com and ```example.org"), "", "domain:example.com domain:example.org"},
		{"host names of other scripts", text("президент.com xn--e1afmkfd.xn--p1ai evil\u3002com evil\uff0ecom"), "", "domain:президент.com domain:xn--e1afmkfd.xn--p1ai domain:evil.com domain:evil.com"},
		{"a host with a path", text("example.com/a?b#c www.example.org"), "", "domain:example.com/a?b#c domain:www.example.org"},
		{"an address of mail", text("mail first.last+tag@sub.example.com!"), "", "email:first.last+tag@sub.example.com"},
		{"a host marked up", text("<example.com|safe>"), "", "explicit:example.com"},
		{"a link that says it is another", text("<https://evil.example|https://good.example>"), "", "explicit:https://evil.example"},
		{"loud", text("<!CHANNEL> <! here>"), "channel: here:", ""},
		{"entities are read once", text("&amp;lt;!channel&amp;gt; &lt;https://x.example|y&gt;"), "", "bare:https://x.example"},
		{"brackets in brackets", text("<<!channel>> <a <@U0BOB>|x>"), "channel: user:U0BOB", ""},
		{"emoji and dates are neither", text(":fire: :white_check_mark: <!date^1392734382^{date}|then>"), "", ""},
		{"defanged", text("hxxps://x[.]example"), "", ""},
	} {
		s := start(t, slackfake.Config{})
		post(t, s, c.form)
		var pings, links []string
		p := s.Snapshot()
		for _, x := range p.Notified() {
			pings = append(pings, x.Kind+":"+x.ID)
		}
		for _, x := range p.Links() {
			links = append(links, x.Kind+":"+x.URL)
		}
		if got := strings.Join(pings, " "); got != c.pings {
			t.Errorf("%s pings %q, want %q", c.name, got, c.pings)
		}
		slices.Sort(links)
		want := strings.Fields(c.links)
		slices.Sort(want)
		if !slices.Equal(links, want) {
			t.Errorf("%s links %q, want %q", c.name, links, want)
		}
		s.Close()
	}
}

func TestSilentMentionsNotifyNobody(t *testing.T) {
	s := start(t, slackfake.Config{})
	connect(t, s, acking)
	ts := post(t, s, nil)
	mustOK(t, s, "chat.update", map[string]string{"channel": channel, "ts": ts, "text": "<!channel>"})
	mustOK(t, s, "chat.postEphemeral", map[string]string{"channel": channel, "user": alice, "text": "<@U0BOB>"})
	mustOK(t, s, "views.publish", map[string]string{"user_id": alice, "view": `{"type":"home","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<!here> <https://x.example>"}}]}`})
	p := s.Snapshot()
	if len(p.Notified()) != 0 || len(p.Pings()) != 3 || len(p.Links()) != 1 {
		t.Errorf("notified %v, pings %v, links %v", p.Notified(), p.Pings(), p.Links())
	}
	if got := p.Pings()[0]; got.Via != "chat.update" || got.TS != ts || got.Where != "text" || got.Channel != channel {
		t.Errorf("ping = %+v", got)
	}
	if got := p.Links()[0]; got.View == "" || got.Where != "/blocks/0/text/text" {
		t.Errorf("link = %+v", got)
	}
	if _, err := s.Say(alice, channel, "", "@channel look"); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Snapshot().Pings()); n != 3 {
		t.Errorf("a person's mention was counted as the app's")
	}
}

func TestWhatPeopleTypeIsEscapedAndMarkedUp(t *testing.T) {
	s := start(t, slackfake.Config{})
	for typed, want := range map[string]string{
		"5 > 3 & 2 < 4":                   "5 &gt; 3 &amp; 2 &lt; 4",
		"<!channel> <@U0BOB> <@U0NOBODY>": "&lt;!channel&gt; <@U0BOB> &lt;@U0NOBODY&gt;",
		"@bob, @nobody (@alice)":          "<@U0BOB>, @nobody (<@U0ALICE>)",
		"@sre @here":                      "<!subteam^S0SRE> <!here>",
		"in #incidents, #elsewhere":       "in <#C0INCIDENT>, #elsewhere",
		"mail@bob.example":                "mail@bob.example",
		"https://x.example/?a=1&b=2.":     "<https://x.example/?a=1&amp;b=2>.",
		"two\nlines @bob\n@alice":         "two\nlines <@U0BOB>\n<@U0ALICE>",
	} {
		ts, err := s.Say(alice, channel, "", typed)
		if err != nil {
			t.Fatal(err)
		}
		m := s.Snapshot().Message(channel, ts)
		if m.Text != want {
			t.Errorf("%q becomes %q, want %q", typed, m.Text, want)
		}
		if got := slackfake.ValidateBlocks([]byte(asJSON(t, m.Blocks))); len(got) != 0 {
			t.Errorf("%q: blocks %v", typed, got)
		}
	}
}

func TestVisibleTextIsWhatPeopleRead(t *testing.T) {
	s := start(t, slackfake.Config{})
	ts := post(t, s, map[string]string{"text": "fallback", "blocks": `[
		{"type":"header","text":{"type":"plain_text","text":"Head"}},
		{"type":"section","text":{"type":"mrkdwn","text":"Body"},"fields":[{"type":"mrkdwn","text":"Field"}],"accessory":{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}},
		{"type":"context","elements":[{"type":"mrkdwn","text":"Foot"}]}]`, "attachments": `[{"text":"Att","fields":[{"title":"k","value":"v"}]}]`})
	m := s.Snapshot().Message(channel, ts)
	if got := m.Visible(); got != "Head\nBody\nField\nGo\nFoot\nAtt\nk v" {
		t.Errorf("visible = %q", got)
	}
	if b := m.Buttons(); len(b) != 1 || fmt.Sprint(b[0].Text, b[0].ActionID) != "Goa" || b[0].BlockID == "" {
		t.Errorf("buttons = %+v", b)
	}
}

func TestEffectsAreThoseOfTheMessage(t *testing.T) {
	pings, links := slackfake.Effects("<!here> example.com", []byte(`[{"type":"section","text":{"type":"mrkdwn","text":"<@U0BOB> <https://x.example|x>"}}]`))
	if len(pings) != 2 || pings[0].Kind != "here" || pings[1].ID != "U0BOB" || pings[1].Where != "/blocks/0/text/text" {
		t.Errorf("pings %+v", pings)
	}
	if len(links) != 2 || links[0].URL != "example.com" || links[1].URL != "https://x.example" {
		t.Errorf("links %+v", links)
	}
}
