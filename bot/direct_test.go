package bot_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// in waits for a message of the bot's in a conversation.
func (r *rig) in(conversation string, words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("in "+conversation+" "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		found = nil
		for _, m := range p.BotMessages(conversation) {
			if contains(m.Visible(), words...) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

func (r *rig) direct(user, thread, text string) (conversation, ts string) {
	r.t.Helper()
	conversation, ts, err := r.slack.DirectMessage(user, thread, text)
	if err != nil {
		r.t.Fatal(err)
	}
	return conversation, ts
}

func TestAQuestionInPrivateIsAnsweredFromHistory(t *testing.T) {
	r := newRig(t, setup{})
	im, ts := r.direct(alice, "", "database timeouts on checkout")
	m := r.in(im, "Incident Decision: INC-2025-00", "Confidence", "asked by @alice")
	if m.ThreadTS != ts {
		t.Errorf("the answer stands in thread %q, the question is %q", m.ThreadTS, ts)
	}
	r.direct(alice, ts, "why")
	r.in(im, "Speaks for it", "rule of thumb")
	r.direct(alice, ts, "outcome worked")
	r.in(im, "Noted for INC-2025-00")
}

func TestAShortQuestionGoesOnWithTheOneBefore(t *testing.T) {
	r := newRig(t, setup{})
	im, ts := r.direct(alice, "", "analyze error_type=database_timeout spike=450 service=checkout")
	r.in(im, "INC-2025-001", "95%")
	r.direct(alice, ts, "and service=payments")
	m := r.in(im, "Incident Decision: RB-database-timeout", "84%", "now: +450%")
	if m.ThreadTS != ts {
		t.Errorf("the follow-up is answered in thread %q", m.ThreadTS)
	}
}

func TestWhatHistoryDoesNotKnowIsSaidPlainly(t *testing.T) {
	r := newRig(t, setup{})
	im, _ := r.direct(alice, "", "which of the moons of Jupiter is the largest")
	m := r.in(im, "No confident match", "Not known: nothing in history is close enough")
	if contains(m.Visible(), "Recommended Action") {
		t.Errorf("it recommends all the same: %s", m.Visible())
	}
}

func TestACommandInPrivateThatIsWrongIsNoQuestion(t *testing.T) {
	r := newRig(t, setup{})
	for said, want := range map[string]string{
		"severity INC-2026-0001 awful":      `not "awful"`,
		"outcome INC-2026-0001 splendid":    "what came of it?",
		"declare severity=awful x":          "severity is one of",
		"resovle INC-2026-0001 by a reboot": "did you mean resolve?",
		"resolve INC-20260001 by a reboot":  "did you mean INC-2026-0001?",
		"assign INC-2026-0001 somebody":     "nobody to assign an incident to",
	} {
		r.direct(alice, "", said)
		r.whispered(alice, want)
	}
	r.settled()
	if p, err := r.engine.Decisions(r.ctx(), engine.DecisionFilter{}, "", 10); err != nil || len(p.Items) != 0 {
		t.Errorf("%d were answered as questions, %v", len(p.Items), err)
	}
	im, _ := r.direct(alice, "", "why is checkout out of connections")
	r.in(im, "Incident Decision", "asked by @alice")
}

func TestTheBotAnswersNobodyButPeople(t *testing.T) {
	r := newRig(t, setup{})
	im, ts := r.direct(alice, "", "database timeouts on checkout")
	r.in(im, "Incident Decision")
	r.direct(alice, ts, "help")
	r.in(im, "/incident analyze")
	r.settled()
	r.direct(bob, "", "help")
	r.whispered(bob, "/incident analyze")
	if n := len(r.slack.Snapshot().BotMessages(im)); n != 2 {
		t.Errorf("%d messages for two questions", n)
	}
}

func TestTheAssistantSuggestsWhatItsChannelIsAbout(t *testing.T) {
	r := newRig(t, setup{})
	im, thread, err := r.slack.StartAssistant(alice, "")
	if err != nil {
		t.Fatal(err)
	}
	prompts := func(words ...string) {
		t.Helper()
		r.wait("prompts with "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
			var all strings.Builder
			for _, x := range p.AssistantThread(im, thread).Prompts {
				title, _ := x["title"].(string)
				text, _ := x["message"].(string)
				all.WriteString(title + ": " + text + "\n")
			}
			return contains(all.String(), words...)
		})
	}
	prompts("What is open: list", "What else there is: help")
	id := r.fire("HighErrorRate")
	r.posted("Confidence")
	if err := r.slack.MoveAssistant(alice, thread, channel); err != nil {
		t.Fatal(err)
	}
	prompts("why "+id, "similar checkout prod · HighErrorRate")
	r.direct(alice, thread, "why "+id)
	m := r.in(im, "Speaks for it", "INC-2025-001")
	if m.ThreadTS != thread {
		t.Errorf("the answer stands in thread %q", m.ThreadTS)
	}
	r.direct(alice, thread, "database timeouts on checkout, p99 up 450%")
	r.in(im, "Incident Decision", "asked by @alice")
	shown := r.slack.Snapshot().AssistantThread(im, thread)
	if len(shown.Statuses) != 1 || shown.Status != "" {
		t.Errorf("statuses %q, now %q", shown.Statuses, shown.Status)
	}
}

func TestAMessageIsAnalyzedInItsThread(t *testing.T) {
	r := newRig(t, setup{})
	ts, err := r.slack.Say(bob, channel, "", "database timeouts on checkout, p99 up 450%")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.slack.Shortcut(r.ctx(), alice, "analyze_message", channel, ts); err != nil {
		t.Fatal(err)
	}
	m := r.posted("Incident Decision", "asked by @alice")
	if m.ThreadTS != ts {
		t.Errorf("the answer stands in thread %q, the message is %q", m.ThreadTS, ts)
	}
}

func TestAMessageOfOursIsToldOf(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it", "advice in the thread")
	for ts, want := range map[string]string{head.TS: id, r.posted("Confidence").TS: "Speaks for it"} {
		i, err := r.slack.Shortcut(r.ctx(), carol, "analyze_message", channel, ts)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.reply(i); !contains(got, want) {
			t.Errorf("says %s", got)
		}
	}
}

func TestWhereTheBotIsNotTheAskerAloneIsAnswered(t *testing.T) {
	r := newRig(t, setup{})
	r.slack.AddChannel(slackfake.Channel{ID: "C0ELSE", Name: "elsewhere", Members: []string{alice, bob}})
	ts, err := r.slack.Say(bob, "C0ELSE", "", "database timeouts on checkout, p99 up 450%")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	i, err := r.slack.Shortcut(r.ctx(), alice, "analyze_message", "C0ELSE", ts)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.reply(i); !contains(got, "Throttle connections", "Only you see this", "invite the bot to C0ELSE: /invite @rof") {
		t.Errorf("after %s it says %s", time.Since(began), got)
	}
}
