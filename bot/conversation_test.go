package bot_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// The conversation is a script of who says what where, and of what is to appear;
// its transcript is the users' guide. A verb is three lines of the script:
//
//	## silence
//	alice: /incident silence INC-2026-0001 2h deploy
//	rof, alone: Muted in Slack only
//
// The first begins a part of the guide, the second is a command, the third waits
// for something new that has these words (separated by |) and shows all of it:
// what only the asker sees with alone, a dialog with dialog, a message without.
// Besides:
//
//	alice: @rof ack                a mention in the channel; without / or @ just words
//	alice, thread: @rof ack        the same in the thread of the newest incident
//	alice, direct: help            the same in a direct message
//	alice clicks: Approve          on the newest message, answer or dialog that has such a button
//	alice submits: reason=the disk | correct_action=free space
//	alert: HighErrorRate service=checkout severity=critical spike=450 type=database_timeout
//	clear: HighErrorRate           the alert ends
//
// Every other line is the guide's own text. {dec} and {sil} stand for the last
// id of that kind that was shown.
const (
	script = "testdata/conversation.txt"
	guide  = "../docs/slack.md"
)

func TestTheGuideIsWhatIsSaid(t *testing.T) {
	raw, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	c := newConversation(t)
	for n, line := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
		c.line = n + 1
		c.play(line)
	}
	c.fence(false)
	got := regexp.MustCompile(`\n{3,}`).ReplaceAllString(c.out.String(), "\n\n")
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(guide, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("docs/slack.md differs; with -update it is written anew:\n%s", difference(string(want), got))
	}
}

func TestTheGuideTellsEveryVerb(t *testing.T) {
	raw, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range bot.Verbs() {
		if !regexp.MustCompile(`(?m)^## .*\b` + verb + `\b`).Match(raw) {
			t.Errorf("no part of %s is about %s: three lines of it", script, verb)
		}
	}
}

// conversation is a workspace in which a script is played.
type conversation struct {
	*rig
	line   int
	out    strings.Builder
	fenced bool
	seen   map[string]string // what was shown, by its place
	last   map[string]string // the last id of a kind
	parent string            // of the newest incident's thread
	mu     sync.Mutex
	now    time.Time
	asker  string // who did something last
}

func newConversation(t *testing.T) *conversation {
	c := &conversation{seen: map[string]string{}, last: map[string]string{}, now: time.Date(2026, 11, 23, 3, 1, 10, 0, time.UTC)}
	clock := func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.now
	}
	c.rig = newRig(t, setup{
		slack:  slackfake.Config{Pace: slackfake.Pace{Off: true}, Now: clock},
		engine: engine.Config{Now: clock, Routes: []engine.Route{{Channel: channel, Mention: "S0SRE"}}},
		bot:    bot.Config{Now: clock, Pace: engine.Pace{Burst: 1 << 20, Every: time.Second}},
	})
	for deadline := time.Now().Add(20 * time.Second); c.bot.Health().Sockets < 2 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond) // the guide says since when, so no minute may pass before
	}
	return c
}

var (
	showing = regexp.MustCompile(`^rof(, alone|, dialog)?: (.+)$`)
	saying  = regexp.MustCompile(`^(alice|bob|carol)(, thread|, direct)?: (.+)$`)
	doing   = regexp.MustCompile(`^(alice|bob|carol) (clicks|submits): (.+)$`)
	senders = regexp.MustCompile(`^(alert|clear): (\S+)(.*)$`)
	holder  = regexp.MustCompile(`\{(\w+)\}`)
	longID  = regexp.MustCompile(`\b(dec|sil|drf)_[0-9A-Z]{10,}`)
	took    = regexp.MustCompile(`⏱ (under )?[0-9.]+ m?s`)
)

// play plays one line of the script.
func (c *conversation) play(line string) {
	c.t.Helper()
	if m := showing.FindStringSubmatch(line); m != nil {
		c.appears(strings.TrimPrefix(m[1], ", "), strings.Split(m[2], "|"))
		return
	}
	said := holder.ReplaceAllStringFunc(line, func(m string) string {
		if id := c.last[m[1:len(m)-1]]; id != "" {
			return id
		}
		return m
	})
	switch {
	case saying.MatchString(said):
		m := saying.FindStringSubmatch(said)
		c.fence(true)
		c.tell(m[1]+strings.ReplaceAll(m[2], ", thread", ", in the thread"), m[3])
		c.settled()
		c.mark()
		c.say(m[1], strings.TrimPrefix(m[2], ", "), m[3])
	case doing.MatchString(said):
		m := doing.FindStringSubmatch(said)
		c.fence(true)
		c.settled()
		c.mark()
		if m[2] == "clicks" {
			c.tell(m[1], "clicks ["+m[3]+"]")
			c.press(m[1], m[3])
			return
		}
		c.tell(m[1], "submits "+strings.ReplaceAll(m[3], " | ", ", "))
		c.submits(m[1], m[3])
	case senders.MatchString(said):
		m := senders.FindStringSubmatch(said)
		c.fence(true)
		c.tell("alert", m[2]+m[3]+map[string]string{"clear": " is over"}[m[1]])
		c.mark()
		c.sends(m[1] == "clear", m[2], m[3])
	default:
		c.fence(false)
		c.out.WriteString(line + "\n")
	}
}

// fence begins or ends a block of the transcript.
func (c *conversation) fence(in bool) {
	if in != c.fenced {
		c.out.WriteString(map[bool]string{true: "```text\n", false: "```\n"}[in])
	} else if in {
		c.out.WriteString("\n")
	}
	c.fenced = in
}

// tell writes what somebody says, the name in a column of its own.
func (c *conversation) tell(who, text string) {
	text = took.ReplaceAllString(longID.ReplaceAllString(text, "${1}_…"), "⏱ 3 ms")
	text = strings.ReplaceAll(text, "@S0SRE", "@sre")
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		lines = append(lines, wrap(l, 100)...)
	}
	if len([]rune(who)) > 8 {
		fmt.Fprintf(&c.out, "%s\n", who)
		who = ""
	}
	for _, l := range lines {
		c.out.WriteString(strings.TrimRight(fmt.Sprintf("%-8s %s", who, l), " ") + "\n")
		who = ""
	}
}

// wrap breaks a line between words; what follows the first part is set in.
func wrap(line string, width int) []string {
	var lines []string
	for n, word := range strings.Fields(line) {
		switch last := len(lines) - 1; {
		case n == 0:
			lines = append(lines, word)
		case len([]rune(lines[last]))+1+len([]rune(word)) > width:
			lines = append(lines, "  "+word)
		default:
			lines[last] += " " + word
		}
	}
	if lines == nil {
		return []string{""}
	}
	return lines
}

// tick lets a minute pass before anything is done.
func (c *conversation) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Minute)
}

func userOf(name string) string { return "U0" + strings.ToUpper(name) }

func (c *conversation) say(who, where, text string) {
	c.t.Helper()
	c.tick()
	c.asker = userOf(who)
	var err error
	command, isCommand := strings.CutPrefix(text, "/incident")
	words, isMention := strings.CutPrefix(text, "@rof ")
	thread := ""
	if where == "thread" {
		thread = c.parent
	}
	switch {
	case where == "direct":
		_, _, err = c.slack.DirectMessage(c.asker, "", text)
	case isCommand:
		_, err = c.slack.SlashCommand(c.ctx(), slackfake.Command{User: c.asker, Channel: channel, Command: "/incident", Text: strings.TrimSpace(command)})
	case isMention:
		_, err = c.slack.Mention(c.asker, channel, thread, words)
	default:
		_, err = c.slack.Say(c.asker, channel, thread, text)
	}
	if err != nil {
		c.t.Fatalf("%s:%d: %v", script, c.line, err)
	}
}

// press clicks the newest button of a name that the person can see.
func (c *conversation) press(who, text string) {
	c.t.Helper()
	c.tick()
	c.asker = userOf(who)
	p := c.slack.Snapshot()
	all := slices.Concat(p.BotMessages(channel), p.Ephemerals(c.asker))
	slices.SortStableFunc(all, func(a, b *slackfake.Message) int { return strings.Compare(a.TS, b.TS) })
	for _, m := range slices.Backward(all) {
		for _, b := range m.Buttons() {
			if b.Text != text {
				continue
			}
			if _, err := c.slack.Press(c.ctx(), slackfake.Press{User: c.asker, Channel: m.Channel, TS: m.TS, ActionID: b.ActionID}); err != nil {
				c.t.Fatalf("%s:%d: %v", script, c.line, err)
			}
			return
		}
	}
	c.t.Fatalf("%s:%d: %s sees no button %q", script, c.line, who, text)
}

func (c *conversation) submits(who, text string) {
	c.t.Helper()
	c.tick()
	c.asker = userOf(who)
	open := c.slack.Snapshot().Views(c.asker)
	if len(open) == 0 {
		c.t.Fatalf("%s:%d: %s has no dialog open", script, c.line, who)
	}
	values := map[string]map[string]any{}
	for _, f := range strings.Split(text, " | ") {
		name, value, _ := strings.Cut(f, "=")
		values[name] = map[string]any{name: value}
	}
	if _, err := c.slack.SubmitView(c.ctx(), c.asker, open[len(open)-1].ID, values); err != nil {
		c.t.Fatalf("%s:%d: %v", script, c.line, err)
	}
}

// sends is the monitoring.
func (c *conversation) sends(over bool, name, facts string) {
	c.t.Helper()
	c.tick()
	a := engine.Alert{
		Source: "alertmanager", Fingerprint: name, Status: engine.Firing, Name: name, Title: name, StartedAt: c.now, Environment: "prod",
		Severity: engine.SeverityHigh, Labels: map[string]string{"alertname": name, "cluster": "eu-1"},
	}
	for _, f := range strings.Fields(facts) {
		key, value, _ := strings.Cut(f, "=")
		switch key {
		case "service":
			a.Service = value
		case "severity":
			a.Severity = engine.ParseSeverity(value)
		case "type":
			a.ErrorType = value
		case "spike":
			a.Spike = new(0.0)
			if _, err := fmt.Sscan(value, a.Spike); err != nil {
				c.t.Fatalf("%s:%d: %v", script, c.line, err)
			}
		}
	}
	if over {
		a.Status, a.EndedAt = engine.AlertResolved, new(c.now)
	}
	if _, err := c.engine.Ingest(c.t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}}); err != nil {
		c.t.Fatalf("%s:%d: %v", script, c.line, err)
	}
}
