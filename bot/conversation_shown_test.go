package bot_test

import (
	"fmt"
	"strings"

	"ragoffire/bot/slackfake"
)

// shown is one thing that people see.
type shown struct {
	kind              string // alone, dialog or ""
	place, from, text string
	parent            string // the incident's thread that it begins
}

// everything is what the asker sees of rof.
func (c *conversation) everything(p *slackfake.Snapshot) []shown {
	var all []shown
	for _, m := range p.BotMessages(channel) {
		s := shown{place: m.TS, from: "rof", text: slackfake.Typeset(m.Blocks)}
		key := ""
		if m.Metadata != nil {
			key, _ = m.Metadata.Payload["post"].(string)
		}
		switch {
		case m.ThreadTS != "" && m.ThreadTS != m.TS && m.Broadcast:
			s.from = "rof, in the thread and the channel"
		case m.ThreadTS != "" && m.ThreadTS != m.TS:
			s.from = "rof, in the thread"
		case strings.HasPrefix(key, "incident:"):
			s.parent = m.TS
		}
		if _, edited := c.seen[s.place]; edited {
			s.from += ", edited"
		}
		all = append(all, s)
	}
	name := strings.ToLower(strings.TrimPrefix(c.asker, "U0"))
	for _, m := range p.Ephemerals(c.asker) {
		all = append(all, shown{kind: "alone", place: "only " + m.TS, from: "rof, to " + name + " alone", text: slackfake.Typeset(m.Blocks)})
	}
	for _, v := range p.Views(c.asker) {
		all = append(all, shown{kind: "dialog", place: "view " + v.ID, from: "a dialog for " + name, text: v.Typeset()})
	}
	return all
}

// mark remembers what is shown now: only what comes after is new.
func (c *conversation) mark() {
	for _, s := range c.everything(c.slack.Snapshot()) {
		c.seen[s.place] = s.text
	}
}

// appears waits for something new with the words, and writes it down as it is
// once nothing is on its way any more.
func (c *conversation) appears(kind string, words []string) {
	c.t.Helper()
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	find := func(p *slackfake.Snapshot) (found shown) {
		for _, s := range c.everything(p) {
			if s.kind == kind && c.seen[s.place] != s.text && contains(s.text, words...) {
				found = s
			}
		}
		return found
	}
	if err := c.slack.WaitFor(c.ctx(), func(p *slackfake.Snapshot) bool { return find(p).text != "" }); err != nil {
		var new []string
		for _, s := range c.everything(c.slack.Snapshot()) {
			if c.seen[s.place] != s.text {
				new = append(new, s.from+": "+s.text)
			}
		}
		c.t.Fatalf("%s:%d: nothing new says %q; new is\n%s", script, c.line, words, strings.Join(new, "\n\n"))
	}
	c.settled()
	s := find(c.slack.Snapshot())
	c.fence(true)
	c.tell(s.from, s.text)
	c.seen[s.place] = s.text
	if s.parent != "" {
		c.parent = s.parent
	}
	for _, m := range longID.FindAllStringSubmatch(s.text, -1) {
		c.last[m[1]] = m[0]
	}
}

// difference is the first place where two texts differ.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for n := range min(len(a), len(b)) {
		if a[n] != b[n] {
			return fmt.Sprintf("line %d was\n%s\nand is\n%s", n+1, a[n], b[n])
		}
	}
	return fmt.Sprintf("%d lines became %d", len(a), len(b))
}
