package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// drafted stores drafts as a reading of threads would.
func (r *rig) drafted(titles ...string) {
	r.t.Helper()
	var list []engine.ThreadDraft
	for n, title := range titles {
		began := time.Now().AddDate(0, -1, n)
		list = append(list, engine.ThreadDraft{
			ID: engine.DraftID(channel, "17778636"+string(rune('0'+n))+"0.000100"), Status: engine.DraftOpen, Title: title, Symptom: title,
			Resolution: "restarted the narwhal", StartedAt: began, ResolvedAt: new(began.Add(time.Hour)),
		})
	}
	if _, err := r.engine.KeepDrafts(context.Background(), list); err != nil {
		r.t.Fatal(err)
	}
}

// dialog waits for a dialog of a kind.
func (r *rig) dialog(user, callback string) slackfake.View {
	r.t.Helper()
	var v slackfake.View
	r.wait("the dialog "+callback, func(p *slackfake.Snapshot) bool {
		views := p.Views(user)
		if len(views) > 0 {
			v = views[len(views)-1]
		}
		return v.CallbackID == callback
	})
	return v
}

func (r *rig) fillIn(user string, v slackfake.View, values map[string]string) *slackfake.Submission {
	r.t.Helper()
	all := map[string]map[string]any{}
	for field, value := range values {
		all[field] = map[string]any{field: value}
	}
	s, err := r.slack.SubmitView(r.ctx(), user, v.ID, all)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (r *rig) finds(words string) string {
	r.t.Helper()
	found, err := r.engine.Search(context.Background(), engine.SearchQuery{Text: words})
	if err != nil {
		r.t.Fatal(err)
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, f.ID+" "+f.Resolution)
	}
	return strings.Join(ids, "\n")
}

func TestADraftIsHistoryOnceAPersonSaysSo(t *testing.T) {
	r := newRig(t, setup{noSeeds: true, bot: soonHome()})
	r.drafted("narwhal service eats all memory")
	if got := r.finds("narwhal memory"); got != "" {
		t.Errorf("an unaccepted draft is found: %s", got)
	}
	r.slash(alice, "analyze narwhal service eats memory")
	r.posted("No confident match", "nothing in history is near")
	r.opens(alice)
	r.homeOf(alice, "1 to review", "narwhal service eats all memory")
	r.slash(alice, "drafts")
	list := r.whispered(alice, "narwhal service eats all memory", "fix: restarted the narwhal")
	r.click(alice, list.TS, "draft_review")
	v := r.dialog(alice, "draft_modal")
	if s := r.fillIn(alice, v, map[string]string{"title": "   "}); s.Errors["title"] == "" {
		t.Errorf("a draft without a title: %+v", s)
	}
	r.fillIn(alice, v, map[string]string{"title": "narwhal eats memory", "resolution": "raised the limit to 2 GB", "service": "narwhal"})
	r.wait("nothing left to review", func(p *slackfake.Snapshot) bool {
		home, _ := p.Home(alice)
		return !strings.Contains(viewSays(home), "to review")
	})
	if got := r.finds("narwhal memory"); !contains(got, "SL-C0INCIDENT-", "raised the limit to 2 GB") {
		t.Errorf("the accepted draft is not found: %s", got)
	}
	i, err := r.slack.SlashCommand(r.ctx(), slackfake.Command{User: bob, Channel: channel, Command: "/incident", Text: "drafts"})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.reply(i); !contains(got, "No drafts wait") {
		t.Errorf("after the last one: %s", got)
	}
}

func TestADroppedDraftStaysAway(t *testing.T) {
	r := newRig(t, setup{noSeeds: true, bot: soonHome()})
	r.drafted("lunch is late", "narwhal is slow")
	r.opens(alice)
	home := r.homeOf(alice, "2 to review", "Next: narwhal is slow")
	r.pressHome(alice, "draft_review", "")
	v := r.dialog(alice, "draft_modal")
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: alice, View: v.ID, ActionID: "draft_drop"}); err != nil {
		t.Fatal(err)
	}
	r.wait("the dialog says so", func(p *slackfake.Snapshot) bool {
		views := p.Views(alice)
		return len(views) == 1 && contains(viewSays(views[0]), "Dropped")
	})
	r.homeOf(alice, "1 to review", "Next: lunch is late")
	r.drafted("lunch is late", "narwhal is slow") // read again
	if p, err := r.engine.Drafts(context.Background(), "", 0); err != nil || len(p.Items) != 1 {
		t.Errorf("%d drafts wait (%v) after %s", len(p.Items), err, home.ID)
	}
}

func TestMakingHistoryIsForThoseWhoDecide(t *testing.T) {
	cfg := soonHome()
	cfg.Approvers = bot.Circle{Groups: []string{"S0SRE"}}
	r := newRig(t, setup{noSeeds: true, bot: cfg})
	r.drafted("narwhal is slow")
	r.slash(carol, "drafts")
	r.click(carol, r.whispered(carol, "narwhal is slow").TS, "draft_review")
	r.fillIn(carol, r.dialog(carol, "draft_modal"), nil)
	r.whispered(carol, "Not allowed", "@sre")
	if got := r.finds("narwhal"); got != "" {
		t.Errorf("it is history all the same: %s", got)
	}
}

func TestAChannelsThreadsAreRead(t *testing.T) {
	r := newRig(t, setup{})
	say := func(thread, text string) string {
		t.Helper()
		ts, err := r.slack.Say(bob, channel, thread, text)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	first := say("", "checkout is down & out")
	say(first, "@alice rolled back to 4f1c2e")
	say("", "nobody answers this")
	r.fire("HighErrorRate") // our own threads are in the store
	r.posted("Confidence")
	last := say(first, "fixed")

	threads := bot.NewThreads(bot.ThreadsConfig{BotToken: r.slack.BotToken(), APIURL: r.slack.URL()})
	read := func(known bool) (found []engine.Thread) {
		t.Helper()
		err := threads.Read(t.Context(), channel, time.Now().Add(-time.Hour), func(ts, latest string) (bool, error) {
			if ts != first || latest != last {
				t.Errorf("asked about %s with the last reply %s", ts, latest)
			}
			return known, nil
		}, func(th engine.Thread) error { found = append(found, th); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	r.slack.Inject(slackfake.Fault{Method: "conversations.history", Status: 429, RetryAfter: time.Second})
	r.slack.Inject(slackfake.Fault{Method: "conversations.replies", Status: 503})
	found := read(false)
	if len(found) != 1 || len(found[0].Said) != 3 || found[0].Said[0].Text != "checkout is down & out" || found[0].Said[1].Text != "@alice rolled back to 4f1c2e" || found[0].Latest != last || !strings.Contains(found[0].URL, "/archives/"+channel+"/p") {
		t.Fatalf("read %+v", found)
	}
	if again := read(true); len(again) != 0 {
		t.Errorf("what is known is read again: %+v", again)
	}
	err := threads.Read(t.Context(), "C0NOWHERE", time.Now(), nil, nil)
	if err == nil || !strings.Contains(err.Error(), "check the channel's id C0NOWHERE") {
		t.Errorf("a channel that is not there: %v", err)
	}
}
