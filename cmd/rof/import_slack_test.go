package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// channelOf is a Slack in whose channel people solved incidents in threads.
func channelOf(t *testing.T, cfg slackfake.Config, threads ...[]string) *slackfake.Slack {
	t.Helper()
	s := slack(t, cfg)
	for _, thread := range threads {
		parent := ""
		for _, text := range thread {
			ts, err := s.Say("U0BOB", channel, parent, text)
			if err != nil {
				t.Fatal(err)
			}
			if parent == "" {
				parent = ts
			}
		}
	}
	return s
}

func TestAChannelBecomesDraftsAndThenHistory(t *testing.T) {
	s := channelOf(t, slackfake.Config{},
		[]string{"narwhal eats all memory, service=narwhal", "Root cause: the cache has no bound", "Fix: bounded the cache at 10,000 entries"},
		[]string{"lunch?", "yes, due to hunger"},
		[]string{"walrus is slow", "no idea"},
	)
	db := sqliteDB(t)
	rof := rofOn(t, db, "ROF_SEED=false", "SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken(), "SLACK_API_URL="+s.URL(), "USER=ann")
	if r := rof("", "import", "--dry-run", "slack:"+channel); r.code != 0 || !strings.Contains(r.out, "would read 3 threads in C0INCIDENT: 2 new drafts, 1 without a fix or a cause") {
		t.Errorf("%+v", r)
	}
	if r := rof("", "import", "slack:"+channel, "--since", "30d"); r.code != 0 || !strings.Contains(r.out, "read 3 threads in C0INCIDENT: 2 new drafts, 1 without a fix or a cause; none is history yet") {
		t.Errorf("%+v", r)
	}
	calls := len(s.Snapshot().Calls("conversations.replies"))
	if r := rof("", "import", "slack:"+channel); r.code != 0 || r.out != "read 0 threads in C0INCIDENT: 0 new drafts, 3 known\n" {
		t.Errorf("the same again: %+v", r)
	}
	if again := len(s.Snapshot().Calls("conversations.replies")); again != calls {
		t.Errorf("known threads are read again: %d calls", again-calls)
	}
	var list struct{ Drafts []engine.ThreadDraft }
	if r := rof("", "drafts", "--json"); r.code != 0 || json.Unmarshal([]byte(r.out), &list) != nil || len(list.Drafts) != 2 {
		t.Fatalf("%+v", r)
	}
	lunch, narwhal := list.Drafts[0].ID, list.Drafts[1].ID
	if r := rof("", "drafts"); !strings.Contains(r.out, narwhal) || !strings.Contains(r.out, "fix: bounded the cache at 10,000 entries") {
		t.Errorf("%+v", r)
	}
	if r := rof("", "search", "narwhal memory"); strings.Contains(r.out, "narwhal") {
		t.Errorf("a draft is found: %s", r.out)
	}
	if r := rof("", "drafts", "show", narwhal); !strings.Contains(r.out, "cause    the cache has no bound") || !strings.Contains(r.out, "service  narwhal") {
		t.Errorf("%+v", r)
	}
	if r := rof("", "drafts", "drop", lunch); r.code != 0 {
		t.Errorf("%+v", r)
	}
	if r := rof("", "drafts", "accept", narwhal, "--title", "narwhal: memory"); r.code != 0 || !strings.Contains(r.out, "is history now, as SL-C0INCIDENT-") {
		t.Errorf("%+v", r)
	}
	if r := rof("", "search", "narwhal memory"); !strings.Contains(r.out, "SL-C0INCIDENT-") {
		t.Errorf("an accepted draft is not found: %+v", r)
	}
	if r := rof("", "drafts", "accept", narwhal); r.code != 1 || !strings.Contains(r.err, "is accepted already, by ann") {
		t.Errorf("%+v", r)
	}
	if r := rof("", "drafts"); r.out != "no drafts wait; rof import slack:CHANNEL reads some\n" {
		t.Errorf("%+v", r)
	}
	if r := rof("", "import", "slack:"+channel); !strings.Contains(r.out, "read 0 threads") {
		t.Errorf("what people decided is read again: %+v", r)
	}
}

func TestAReadingThatBreaksOffGoesOn(t *testing.T) {
	var threads [][]string
	for range 45 {
		threads = append(threads, []string{"narwhal is slow", "Fix: restarted it"})
	}
	s := channelOf(t, slackfake.Config{}, threads...)
	s.Inject(slackfake.Fault{Method: "conversations.replies", Skip: 30, Error: "internal_error_of_ours"})
	s.Inject(slackfake.Fault{Method: "conversations.history", Status: 429, RetryAfter: time.Second})
	rof := rofOn(t, sqliteDB(t), "ROF_SEED=false", "SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken(), "SLACK_API_URL="+s.URL())
	if r := rof("", "import", "slack:"+channel); r.code != 1 || !strings.Contains(r.out, "30 new drafts") || !strings.Contains(r.err, "internal_error_of_ours") {
		t.Errorf("%+v", r)
	}
	if r := rof("", "import", "slack:"+channel); r.code != 0 || !strings.Contains(r.out, "read 15 threads in C0INCIDENT: 15 new drafts, 30 known") {
		t.Errorf("%+v", r)
	}
}

func TestWhatCannotBeReadFromSlackIsSaidInALine(t *testing.T) {
	s := slack(t, slackfake.Config{Manifest: slackfake.Manifest{Scopes: []string{"chat:write"}}})
	db := sqliteDB(t)
	env := []string{"SLACK_BOT_TOKEN=" + s.BotToken(), "SLACK_APP_TOKEN=" + s.AppToken(), "SLACK_API_URL=" + s.URL()}
	for _, c := range []struct {
		env  []string
		args []string
		code int
		want string
	}{
		{nil, []string{"slack:" + channel}, 1, "needs SLACK_BOT_TOKEN"},
		{env, []string{"slack:#incidents"}, 2, "give the channel's id"},
		{env, []string{"slack:" + channel, "--since", "soon"}, 2, "--since must be"},
		{env, []string{"slack:" + channel, "docs"}, 2, "one after the other"},
		{env, []string{"slack:" + channel}, 1, "channels:history"},
	} {
		r := rofOn(t, db, c.env...)("", append([]string{"import"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.err, c.want) || strings.Count(strings.TrimSpace(r.err), "\n") > 0 {
			t.Errorf("%v: %+v", c.args, r)
		}
	}
}
