package slackfake_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"ragoffire/bot/slackfake"
)

// inbox acknowledges everything and keeps what came.
type inbox struct {
	mu     sync.Mutex
	events []any
	clicks []slack.InteractionCallback
}

func (b *inbox) take(a *app, e socketmode.Event) {
	defer acking(a, e) // what has been acknowledged can be seen here
	b.mu.Lock()
	defer b.mu.Unlock()
	switch data := e.Data.(type) {
	case slackevents.EventsAPIEvent:
		b.events = append(b.events, data.InnerEvent.Data)
	case slack.InteractionCallback:
		b.clicks = append(b.clicks, data)
	}
}

// settled waits until every envelope so far has been acknowledged.
func settled(t *testing.T, s *slackfake.Slack, n int) {
	t.Helper()
	wait(t, s, "acknowledgements", func(p *slackfake.Snapshot) bool {
		acked := 0
		for _, d := range p.Deliveries("") {
			if !d.Acked.IsZero() {
				acked++
			}
		}
		return acked >= n
	})
}

func TestEventsLookLikeSlacks(t *testing.T) {
	s := start(t, slackfake.Config{Manifest: slackfake.Manifest{Events: append(slackfake.DefaultEvents(), "message.channels")}})
	var box inbox
	connect(t, s, box.take)
	ts, err := s.Mention(alice, channel, "", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Say(bob, channel, ts, "a reply"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.DirectMessage(alice, "", "psst"); err != nil {
		t.Fatal(err)
	}
	if err := s.AddReaction(bob, channel, ts, ":eyes:"); err != nil {
		t.Fatal(err)
	}
	if err := s.PinMessage(bob, channel, ts); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenAppHome(alice); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenMessages(bob); err != nil {
		t.Fatal(err)
	}
	_, thread, err := s.StartAssistant(alice, channel)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MoveAssistant(alice, thread, "C0OTHER"); err != nil {
		t.Fatal(err)
	}
	settled(t, s, 10)
	box.mu.Lock()
	defer box.mu.Unlock()
	seen := map[string]int{}
	for _, e := range box.events {
		switch e := e.(type) {
		case *slackevents.AppMentionEvent:
			seen["mention"]++
			if e.Text != "<@U0ROF> hello" || e.TimeStamp != ts || len(e.Blocks.BlockSet) != 1 {
				t.Errorf("mention = %+v", e)
			}
		case *slackevents.MessageEvent:
			seen[e.ChannelType]++
			if e.Text == "a reply" && (e.ThreadTimeStamp != ts || e.User != bob) {
				t.Errorf("reply = %+v", e)
			}
		case *slackevents.ReactionAddedEvent:
			seen["reaction"]++
			if e.Reaction != "eyes" || e.Item.Timestamp != ts || e.ItemUser != alice {
				t.Errorf("reaction = %+v", e)
			}
		case *slackevents.PinAddedEvent:
			seen["pin"]++
			if e.Channel != channel || e.Item.Message.Timestamp != ts {
				t.Errorf("pin = %+v", e)
			}
		case *slackevents.AppHomeOpenedEvent:
			seen[e.Tab]++
			if e.Tab == "home" && (e.User != alice || e.Channel != "D0ALICE") {
				t.Errorf("home = %+v", e)
			}
		case *slackevents.AssistantThreadStartedEvent:
			seen["assistant"]++
			if e.AssistantThread.ThreadTimeStamp != thread || e.AssistantThread.Context.ChannelID != channel {
				t.Errorf("assistant = %+v", e)
			}
		case *slackevents.AssistantThreadContextChangedEvent:
			seen["moved"]++
		}
	}
	for kind, want := range map[string]int{"mention": 1, "channel": 2, "im": 1, "reaction": 1, "pin": 1, "home": 1, "messages": 1, "assistant": 1, "moved": 1} {
		if seen[kind] != want {
			t.Errorf("%d events of kind %s, want %d", seen[kind], kind, want)
		}
	}
}

func TestTheAppHearsItselfInDirectMessages(t *testing.T) {
	s := start(t, slackfake.Config{})
	var box inbox
	connect(t, s, box.take)
	out := mustOK(t, s, "chat.postMessage", map[string]string{"channel": alice, "text": "one"})
	ts, im := out["ts"].(string), out["channel"].(string)
	mustOK(t, s, "chat.update", map[string]string{"channel": im, "ts": ts, "text": "two"})
	mustOK(t, s, "chat.delete", map[string]string{"channel": im, "ts": ts})
	post(t, s, nil)
	settled(t, s, 3)
	box.mu.Lock()
	defer box.mu.Unlock()
	if len(box.events) != 3 {
		t.Fatalf("%d events, want 3: the channel is not subscribed", len(box.events))
	}
	for i, want := range []string{"", "message_changed", "message_deleted"} {
		if e := box.events[i].(*slackevents.MessageEvent); e.SubType != want || (i == 0 && e.BotID != s.App().BotID) {
			t.Errorf("event %d = %+v", i, e)
		}
	}
}

func TestAMessageShortcutCarriesItsMessage(t *testing.T) {
	s := start(t, slackfake.Config{})
	var box inbox
	connect(t, s, box.take)
	ts, err := s.Say(bob, channel, "", "database timeouts")
	if err != nil {
		t.Fatal(err)
	}
	i, err := s.Shortcut(within(t), alice, "analyze_message", channel, ts)
	if err != nil || i.ResponseURL == "" || i.TriggerID == "" {
		t.Fatalf("interaction = %+v, %v", i, err)
	}
	if _, err := s.Shortcut(within(t), alice, "new_incident", "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Shortcut(within(t), alice, "analyze_message", channel, "1.0"); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("no such message: %v", err)
	}
	box.mu.Lock()
	defer box.mu.Unlock()
	if cb := box.clicks[0]; cb.Type != slack.InteractionTypeMessageAction || cb.CallbackID != "analyze_message" ||
		cb.Message.Text != "database timeouts" || cb.MessageTs != ts || cb.User.ID != alice {
		t.Errorf("payload = %+v", cb)
	}
	if cb := box.clicks[1]; cb.Type != slack.InteractionTypeShortcut {
		t.Errorf("payload = %+v", cb)
	}
}

func TestElementsCanBeUsedWhereverTheyAre(t *testing.T) {
	s := start(t, slackfake.Config{})
	var box inbox
	connect(t, s, box.take)
	const row = `[{"type":"actions","block_id":"one","elements":[{"type":"button","action_id":"ack","value":"1","text":{"type":"plain_text","text":"Ack"}}]},
		{"type":"actions","block_id":"two","elements":[{"type":"button","action_id":"ack","value":"2","text":{"type":"plain_text","text":"Ack"}},
		{"type":"static_select","action_id":"pick","options":[{"text":{"type":"plain_text","text":"Disk"},"value":"disk"}]}]}]`
	ts := post(t, s, map[string]string{"blocks": row})
	if _, err := s.Click(within(t), alice, channel, ts, "ack"); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("an ambiguous click: %v", err)
	}
	press := func(p slackfake.Press) slack.InteractionCallback {
		t.Helper()
		if p.User == "" {
			p.User = alice
		}
		n := len(s.Snapshot().Deliveries("interactive"))
		if _, err := s.Press(within(t), p); err != nil {
			t.Fatal(err)
		}
		box.mu.Lock()
		defer box.mu.Unlock()
		return box.clicks[n]
	}
	if cb := press(slackfake.Press{Channel: channel, TS: ts, ActionID: "ack", Value: "2"}); cb.ActionCallback.BlockActions[0].BlockID != "two" {
		t.Errorf("payload = %+v", cb.ActionCallback.BlockActions[0])
	}
	if cb := press(slackfake.Press{Channel: channel, TS: ts, ActionID: "pick", Choose: "disk"}); cb.ActionCallback.BlockActions[0].SelectedOption.Text.Text != "Disk" {
		t.Errorf("payload = %+v", cb.ActionCallback.BlockActions[0])
	}
	if _, err := s.Press(within(t), slackfake.Press{User: alice, Channel: channel, TS: ts, ActionID: "pick", Choose: "moon"}); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("an option that isn't offered: %v", err)
	}

	psst := mustOK(t, s, "chat.postEphemeral", map[string]string{"channel": channel, "user": alice, "text": "psst", "blocks": row})["message_ts"].(string)
	if _, err := s.Press(within(t), slackfake.Press{User: bob, Channel: channel, TS: psst, ActionID: "ack", BlockID: "one"}); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("somebody else's ephemeral message: %v", err)
	}
	cb := press(slackfake.Press{Channel: channel, TS: psst, ActionID: "ack", BlockID: "one"})
	if !cb.Container.IsEphemeral || cb.Message.Timestamp != "" {
		t.Errorf("payload = %+v", cb)
	}
	if out, resp := send(t, cb.ResponseURL, "application/json", `{"delete_original":true}`, ""); resp.StatusCode != 200 {
		t.Errorf("delete_original: %v", out)
	}
	if n := len(s.Snapshot().Ephemerals(alice)); n != 0 {
		t.Errorf("%d ephemeral messages are left", n)
	}

	mustOK(t, s, "views.publish", map[string]string{"user_id": alice, "view": `{"type":"home","blocks":` + row + `}`})
	home, _ := s.Snapshot().Home(alice)
	if cb := press(slackfake.Press{View: home.ID, ActionID: "ack", Value: "1"}); cb.View.Type != "home" || cb.Container.Type != "view" {
		t.Errorf("payload = %+v", cb)
	}
}

func TestAssistantThreadsShowStatusTitleAndPrompts(t *testing.T) {
	s := start(t, slackfake.Config{})
	connect(t, s, acking)
	api := webClient(t, s)
	im, thread, err := s.StartAssistant(alice, channel)
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	must(api.SetAssistantThreadsStatus(slack.AssistantThreadsSetStatusParameters{ChannelID: im, ThreadTS: thread, Status: "is looking"}))
	must(api.SetAssistantThreadsTitle(slack.AssistantThreadsSetTitleParameters{ChannelID: im, ThreadTS: thread, Title: "Checkout"}))
	must(api.SetAssistantThreadsSuggestedPrompts(slack.AssistantThreadsSetSuggestedPromptsParameters{
		ChannelID: im, ThreadTS: thread, Prompts: []slack.AssistantThreadsPrompt{{Title: "List", Message: "list"}},
	}))
	got := s.Snapshot().AssistantThread(im, thread)
	if got.Status != "is looking" || got.Title != "Checkout" || len(got.Prompts) != 1 {
		t.Errorf("thread = %+v", got)
	}
	mustOK(t, s, "chat.postMessage", map[string]string{"channel": im, "thread_ts": thread, "text": "done"})
	if got := s.Snapshot().AssistantThread(im, thread); got.Status != "" || len(got.Statuses) != 1 {
		t.Errorf("after the answer: %+v", got)
	}
}

func TestPeopleCannotDoTheImpossible(t *testing.T) {
	s := start(t, slackfake.Config{Manifest: slackfake.Manifest{Commands: []string{"/incident"}}})
	s.AddChannel(slackfake.Channel{ID: "C0OTHER", Name: "other", Members: []string{bob}})
	for name, do := range map[string]func() error{
		"a command nobody registered": func() error {
			_, err := s.SlashCommand(within(t), slackfake.Command{Command: "/deploy"})
			return err
		},
		"writing where one isn't":    func() error { _, err := s.Say(alice, "C0OTHER", "", "x"); return err },
		"mentioning an absent app":   func() error { _, err := s.Mention(bob, "C0OTHER", "", "x"); return err },
		"acting as the bot":          func() error { _, err := s.Say("U0ROF", channel, "", "x"); return err },
		"replying to nothing":        func() error { _, err := s.Say(alice, channel, "1.0", "x"); return err },
		"reacting to nothing":        func() error { return s.AddReaction(alice, channel, "1.0", "eyes") },
		"pinning nothing":            func() error { return s.PinMessage(alice, channel, "1.0") },
		"joining what isn't there":   func() error { return s.Join("C0NOWHERE", alice) },
		"redelivering nothing":       func() error { return s.RedeliverLast(within(t)) },
		"submitting what isn't open": func() error { _, err := s.SubmitView(within(t), alice, "V0", nil); return err },
	} {
		if err := do(); !errors.Is(err, slackfake.ErrImpossible) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Join("C0OTHER", alice); err != nil {
		t.Error(err)
	}
	if err := s.Leave("C0OTHER", bob); err != nil {
		t.Error(err)
	}
	for _, ch := range s.Snapshot().Channels {
		if ch.ID == "C0OTHER" && (len(ch.Members) != 1 || ch.Members[0] != alice) {
			t.Errorf("members = %v", ch.Members)
		}
	}
}

func TestSnapshotsDoNotChange(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Ack: time.Second}})
	ts := post(t, s, map[string]string{"text": "one"})
	before := s.Snapshot()
	mustOK(t, s, "chat.update", map[string]string{"channel": channel, "ts": ts, "text": "two"})
	post(t, s, nil)
	if m := before.Message(channel, ts); m.Text != "one" || len(before.Messages(channel)) != 1 || len(before.Calls("")) != 1 {
		t.Errorf("the earlier snapshot shows %+v", m)
	}
	if after := s.Snapshot(); after.Message(channel, ts).Text != "two" || len(after.Calls("")) != 3 {
		t.Errorf("the later one %+v", after.Message(channel, ts))
	}
}

func TestTheRecordIsBounded(t *testing.T) {
	s := start(t, slackfake.Config{Keep: 10, Pace: slackfake.Pace{Off: true}})
	for range 40 {
		mustOK(t, s, "api.test", nil)
	}
	if n := len(s.Snapshot().Calls("")); n < 10 || n > 14 {
		t.Errorf("%d calls kept, want about 10", n)
	}
}
