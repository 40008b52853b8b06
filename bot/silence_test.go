package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// pressed clicks a button that only one person sees, and returns the answer.
func (r *rig) pressed(user string, m *slackfake.Message, action string) string {
	r.t.Helper()
	i, err := r.slack.Click(r.ctx(), user, channel, m.TS, action)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.reply(i)
}

func TestASilenceInAConversation(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")

	// A new user asks for less than it takes, and is told what is missing.
	for typed, want := range map[string]string{
		"silence":                            "silence what?",
		"silence " + id:                      "say for how long, at most 12h. An example: /incident silence " + id + " 2h deploy",
		"silence " + id + " deploy 2h":       "is neither an id, nor key=value, nor a length of time",
		"silence " + id + " 13h":             "at most 12h",
		"silence INC-2026-9999 2h":           "There is no incident INC-2026-9999",
		"silence pod=~( 2h":                  "is not a pattern",
		"silence end":                        "which silence?",
		"silence end `sil_01JC000000000000`": "There is no silence",
		"silence 90m deploy":                 "It matches 1 firing alert of 1 incident",
		"silence end sil_01JC0000000000000":  "There is no silence",
		"silence list":                       "Nothing is silenced",
	} {
		if got := r.reply(r.slash(alice, typed)); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}

	// In the thread no id is needed. What is shown is only shown.
	r.mention(alice, head.TS, "silence 2h deploy of checkout")
	m := r.whispered(alice, "*Silence* for 2 h", "deploy of checkout", "1 firing alert of 1 incident", id, "Muted in Slack only; your pager still pages")
	if d, err := r.engine.Incident(t.Context(), id); err != nil || d.Muted != nil {
		t.Fatalf("a preview silences: %+v, %v", d.Incident, err)
	}
	if got := r.pressed(alice, m, "silence_confirm"); !contains(got, "Silenced", "Muted in Slack only; your pager still pages") {
		t.Errorf("confirmed: %q", got)
	}
	r.posted("🔕 silenced by @alice until", id)
	if got := r.reply(r.slash(bob, "silence list")); !contains(got, "@alice", "deploy of checkout", "Slack only", "End it") {
		t.Errorf("the list: %q", got)
	}

	// What it matches is recorded, and nobody hears of it.
	before := len(r.slack.Snapshot().BotMessages(channel))
	r.fire("HighErrorRate")
	r.settled()
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != before {
		t.Errorf("%d messages more", n-before)
	}

	list, err := r.engine.Silences(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if got := r.reply(r.slash(bob, "silence end "+strings.ToLower(list[0].ID))); !strings.Contains(got, "The silence has ended") {
		t.Errorf("ended: %q", got)
	}
	r.posted("No longer silenced", id)
	if got := r.pressed(alice, m, "silence_confirm"); !strings.Contains(got, "this silence has ended") {
		t.Errorf("confirmed again: %q", got)
	}
}

func TestASilenceSaysWhetherAlertmanagerTookIt(t *testing.T) {
	var mu sync.Mutex
	away := true
	made := 0
	s := setup{engine: engine.Config{Silencer: engine.Silencer{
		Sources: map[string]bool{"alertmanager": true},
		Make: func(context.Context, engine.Silence, string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if away {
				return "", errors.New("the alertmanager: connection refused")
			}
			made++
			return "7f9c", nil
		},
		End: func(context.Context, string, string) error { return nil },
	}}}
	r := newRig(t, s)
	r.fire("HighErrorRate")
	r.posted("nobody has it")
	ask := func() *slackfake.Message {
		r.slash(alice, "silence service=checkout 30m")
		var m *slackfake.Message
		r.wait("a preview", func(p *slackfake.Snapshot) bool {
			list := p.Ephemerals(alice)
			if len(list) > 0 && contains(list[len(list)-1].Visible(), "Silence for 30 min", "Made in Alertmanager, too") {
				m = list[len(list)-1]
			}
			return m != nil
		})
		return m
	}
	m := ask()
	if got := r.pressed(alice, m, "silence_confirm"); !contains(got, "Alertmanager did not take it", "connection refused", "your pager still pages", "rof tries again") {
		t.Errorf("while it is away: %q", got)
	}
	mu.Lock()
	away = false
	mu.Unlock()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) { // nothing tells of it but the store
		list, err := r.engine.Silences(t.Context())
		if err == nil && len(list) == 1 && list[0].Outside == "7f9c" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is never made: %v, %v", list, err)
		}
	}
	if got := r.reply(r.slash(alice, "silence list")); !strings.Contains(got, "Alertmanager, too") {
		t.Errorf("the list: %q", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}

func TestWhatIsDoneToASilencedIncidentIsNotSaidToBeTold(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, "silence service=checkout 2h")
	r.pressed(alice, r.whispered(alice, "It matches nothing"), "silence_confirm")
	id := r.fire("HighErrorRate")
	r.says(alice, "update "+id+" we look", "Kept in the timeline of "+id, "silenced", "nobody is told")
	r.says(alice, "assign "+id+" @bob", "assigned to bob", "nobody is told")
	r.says(alice, "postmortem "+id, "The draft of "+id+" is here")
	if n := len(r.slack.Snapshot().Timeline(channel)); n != 1 { // the draft
		t.Errorf("%d messages", n)
	}
}
