package bot_test

import (
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
)

// The message stands, rof does not know yet that it does, and people answer in
// its thread: what they say waits until rof knows.
func TestACommandInTheThreadOfAMessageWhoseAnswerGotLostIsNotRefused(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Settle: 3 * time.Second}})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
	r.fire("HighErrorRate")
	head := r.posted("HighErrorRate")
	r.mention(alice, head.TS, "note pool is at 200, trying 60")
	r.wait("an answer", func(p *slackfake.Snapshot) bool { return len(p.Ephemerals(alice)) > 0 })
	if said := r.slack.Snapshot().Ephemerals(alice)[0].Visible(); !contains(said, "Noted in the timeline") {
		t.Errorf("alice is told: %s", said)
	}
	if r.counts.of(bot.CountAdopted) != 1 {
		t.Errorf("%d messages were adopted", r.counts.of(bot.CountAdopted))
	}
}

// A lookup that Slack fails says nothing of the message: it is made again.
func TestALookupThatSlackFailsIsMadeAgain(t *testing.T) {
	r := newRig(t, setup{})
	r.slack.Inject(slackfake.Fault{Method: "conversations.history", Error: "internal_error"})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
	r.slash(alice, ask)
	r.posted("asked by @alice")
	r.settled()
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != 1 {
		t.Errorf("the answer stands %d times", n)
	}
	if r.counts.of(bot.CountAdopted) != 1 || r.counts.of(bot.CountUnsettled) != 0 {
		t.Errorf("%d messages were adopted, of %d nobody can tell", r.counts.of(bot.CountAdopted), r.counts.of(bot.CountUnsettled))
	}
}
