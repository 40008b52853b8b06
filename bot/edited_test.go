package bot_test

import (
	"testing"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
)

func TestAMentionThatIsEditedIsDoneOnce(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it", "advice in the thread")
	notes := func() (n int) {
		for _, e := range r.incident(id).Timeline {
			if e.Kind == "note" {
				n++
			}
		}
		return n
	}
	ts, err := r.slack.Mention(alice, channel, head.TS, "note the pool is at 20")
	if err != nil {
		t.Fatal(err)
	}
	r.whispered(alice, "Noted in the timeline")
	if err := r.slack.Edit(alice, channel, ts, "@rof note the pool is at 200"); err != nil {
		t.Fatal(err)
	}
	r.whispered(alice, "What is edited is not read again; say it anew.")
	r.counted(bot.CountRepeated, 1)
	if n := notes(); n != 1 {
		t.Errorf("%d notes", n)
	}

	t.Run("one that is edited to mention the bot is done", func(t *testing.T) {
		ts, err := r.slack.Say(bob, channel, head.TS, "ack")
		if err == nil {
			err = r.slack.Edit(bob, channel, ts, "@rof ack")
		}
		if err != nil {
			t.Fatal(err)
		}
		r.whispered(bob, id+" is yours")
	})
}

func TestWhatIsSaidInPrivateWithAPictureIsHeard(t *testing.T) {
	r := newRig(t, setup{})
	im, _ := r.direct(alice, "", "help")
	r.whispered(alice, "/incident analyze")
	ts, err := r.slack.SayWithFile(alice, im, "", "database timeouts on checkout")
	if err != nil {
		t.Fatal(err)
	}
	if m := r.in(im, "Incident Decision", "asked by @alice"); m.ThreadTS != ts {
		t.Errorf("the answer stands in thread %q, the question is %q", m.ThreadTS, ts)
	}
	if err := r.slack.Edit(alice, im, ts, "database timeouts on payments"); err != nil {
		t.Fatal(err)
	}
	r.settled()
	r.wait("no second answer", func(p *slackfake.Snapshot) bool { return len(p.BotMessages(im)) == 1 })
}
