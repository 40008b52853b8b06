package slackfake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"ragoffire/bot/slackfake"
)

func TestASlashCommandIsAcknowledgedWithAMessage(t *testing.T) {
	s := start(t, slackfake.Config{})
	got := make(chan slack.SlashCommand, 1)
	connect(t, s, func(a *app, e socketmode.Event) {
		if e.Type != socketmode.EventTypeSlashCommand {
			return
		}
		got <- e.Data.(slack.SlashCommand)
		_ = a.socket.Ack(*e.Request, map[string]any{"text": "on it"})
		_, _, _ = a.PostMessage("", slack.MsgOptionResponseURL(e.Data.(slack.SlashCommand).ResponseURL, "in_channel"),
			slack.MsgOptionText("done", false))
	})
	i, err := s.SlashCommand(within(t), slackfake.Command{
		User: alice, Command: "/incident", Text: `analyze p99 > 4s & @bob says "see https://x.example/a?b=1&c=2."`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if string(i.Ack) != `{"text":"on it"}` {
		t.Errorf("ack = %s", i.Ack)
	}
	cmd := <-got
	want := `analyze p99 &gt; 4s &amp; <@U0BOB|bob> says "see <https://x.example/a?b=1&amp;c=2>."`
	if cmd.Text != want {
		t.Errorf("text = %s\nwant   %s", cmd.Text, want)
	}
	if cmd.UserID != alice || cmd.ChannelID != channel || cmd.ChannelName != "incidents" || cmd.TriggerID != i.TriggerID ||
		cmd.TeamID == "" || cmd.APIAppID == "" || cmd.Command != "/incident" {
		t.Errorf("payload = %+v", cmd)
	}
	replies, err := s.WaitReplies(within(t), i, 2)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{replies[0].Text: replies[0].Type, replies[1].Text: replies[1].Type}
	if kinds["on it"] != "ephemeral" || kinds["done"] != "in_channel" {
		t.Errorf("replies = %+v, %+v", replies[0], replies[1])
	}
	p := s.Snapshot()
	if seen := p.Ephemerals(alice); len(seen) != 1 || seen[0].Text != "on it" {
		t.Errorf("alice sees %v", seen)
	}
	if all := p.Messages(channel); len(all) != 1 || all[0].Text != "done" {
		t.Errorf("the channel shows %v", all)
	}
}

func TestAPostInAThreadIsFoundAgainByItsMetadata(t *testing.T) {
	s := start(t, slackfake.Config{})
	api := webClient(t, s)
	_, parent, err := api.PostMessage(channel, slack.MsgOptionText("an alert", false))
	if err != nil {
		t.Fatal(err)
	}
	meta := slack.SlackMetadata{EventType: "decision", EventPayload: map[string]any{"id": "dec_1"}}
	_, ts, err := api.PostMessage(channel, slack.MsgOptionTS(parent), slack.MsgOptionMetadata(meta),
		slack.MsgOptionText("fallback", false), slack.MsgOptionBlocks(
			slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "Incident Decision", true, false)),
			slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "*Throttle*", false, false), nil, nil),
		))
	if err != nil {
		t.Fatal(err)
	}
	replies, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: parent, IncludeAllMetadata: true,
	})
	if err != nil || len(replies) != 2 {
		t.Fatalf("replies = %v, %v", replies, err)
	}
	if r := replies[1]; r.Timestamp != ts || r.Metadata.EventType != "decision" || r.Metadata.EventPayload["id"] != "dec_1" ||
		r.ParentUserId != s.App().UserID || len(r.Blocks.BlockSet) != 2 {
		t.Errorf("reply = %+v", r)
	}
	if p := replies[0]; p.ReplyCount != 1 || p.LatestReply != ts || p.ThreadTimestamp != parent {
		t.Errorf("parent = %+v", p)
	}
	hist, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: channel})
	if err != nil || len(hist.Messages) != 1 {
		t.Fatalf("the timeline shows %v, %v; the reply belongs to the thread", hist, err)
	}
	plain, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: ts})
	if err != nil || len(plain) != 2 || plain[1].Metadata.EventType != "" {
		t.Errorf("without asking, metadata came along: %+v, %v", plain, err)
	}
}

func TestAMentionIsRedeliveredUntilItIsAcknowledged(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{
		Ack: 100 * time.Millisecond, Redeliver: []time.Duration{0, 10 * time.Millisecond, 10 * time.Millisecond},
	}})
	connect(t, s, func(a *app, e socketmode.Event) {
		if e.Type != socketmode.EventTypeEventsAPI {
			return
		}
		inner := e.Data.(slackevents.EventsAPIEvent).InnerEvent.Data
		if m, ok := inner.(*slackevents.AppMentionEvent); !ok || m.User != alice || m.Channel != channel {
			t.Errorf("inner event = %#v", inner)
		}
		if e.Request.RetryAttempt >= 2 {
			_ = a.socket.Ack(*e.Request)
		}
	})
	if _, err := s.Mention(alice, channel, "", "why is checkout slow?"); err != nil {
		t.Fatal(err)
	}
	var seen []*slackfake.Delivery
	wait(t, s, "an acknowledged retry", func(p *slackfake.Snapshot) bool {
		seen = p.Deliveries("events_api")
		return len(seen) > 0 && !seen[len(seen)-1].Acked.IsZero()
	})
	if len(seen) < 3 { // more, should this machine be slow to acknowledge
		t.Fatalf("%d deliveries, want 3", len(seen))
	}
	for i, d := range seen {
		if d.Attempt != i || d.EventID != seen[0].EventID || d.Event != "app_mention" {
			t.Errorf("delivery %d = %+v", i, d)
		}
		if i > 0 && d.Envelope == seen[0].Envelope {
			t.Errorf("retry %d came in the same envelope", i)
		}
	}
}

func TestAClickIsAnsweredOnItsResponseURL(t *testing.T) {
	s := start(t, slackfake.Config{})
	connect(t, s, func(a *app, e socketmode.Event) {
		if e.Type != socketmode.EventTypeInteractive {
			return
		}
		cb := e.Data.(slack.InteractionCallback)
		_ = a.socket.Ack(*e.Request)
		act := cb.ActionCallback.BlockActions[0]
		if act.Value != "dec_1" || act.BlockID != "row" || cb.Container.MessageTs != cb.Message.Timestamp || cb.Team.ID == "" {
			t.Errorf("payload = %+v", cb)
		}
		if _, _, err := a.PostMessage("", slack.MsgOptionReplaceOriginal(cb.ResponseURL), slack.MsgOptionText("approved", false)); err != nil {
			t.Error(err)
		}
	})
	api := webClient(t, s)
	button := slack.NewButtonBlockElement("decision_approve", "dec_1", slack.NewTextBlockObject("plain_text", "Approve", false, false))
	_, ts, err := api.PostMessage(channel, slack.MsgOptionText("decide", false), slack.MsgOptionBlocks(slack.NewActionBlock("row", button)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Click(within(t), bob, channel, ts, "decision_reject"); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("clicking a button that isn't there: %v", err)
	}
	i, err := s.Click(within(t), bob, channel, ts, "decision_approve")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.WaitReplies(within(t), i, 1); err != nil {
		t.Fatal(err)
	}
	m := s.Snapshot().Message(channel, ts)
	if m.Text != "approved" || len(m.Blocks) != 0 || len(m.Edits) != 1 || m.Edits[0].Text != "decide" || len(m.Edits[0].Blocks) != 1 {
		t.Errorf("message = %+v", m)
	}
	if _, err := s.Click(within(t), bob, channel, ts, "decision_approve"); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("clicking a button that has gone: %v", err)
	}
}

func TestAModalStaysOpenUntilItsErrorsAreGone(t *testing.T) {
	s := start(t, slackfake.Config{})
	opened := make(chan error, 2)
	connect(t, s, func(a *app, e socketmode.Event) {
		if e.Type != socketmode.EventTypeInteractive {
			return
		}
		switch cb := e.Data.(slack.InteractionCallback); cb.Type {
		case slack.InteractionTypeBlockActions:
			_ = a.socket.Ack(*e.Request)
			_, err := a.OpenView(cb.TriggerID, rejectModal())
			opened <- err
			_, err = a.OpenView(cb.TriggerID, rejectModal())
			opened <- err
		case slack.InteractionTypeViewSubmission:
			if cb.View.State.Values["reason"]["text"].Value == "no" {
				_ = a.socket.Ack(*e.Request, slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "longer, please"}))
				return
			}
			if cb.View.PrivateMetadata != "dec_1" || cb.View.State.Values["kind"]["pick"].SelectedOption.Value != "disk" {
				t.Errorf("view = %+v", cb.View.State)
			}
			_ = a.socket.Ack(*e.Request)
		}
	})
	ts := post(t, s, map[string]string{"blocks": `[{"type":"actions","elements":[{"type":"button","action_id":"reject","text":{"type":"plain_text","text":"Reject"}}]}]`})
	if _, err := s.Click(within(t), alice, channel, ts, "reject"); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err == nil || err.Error() != "exchanged_trigger_id" {
		t.Errorf("a second view on one trigger: %v", err)
	}
	views := s.Snapshot().Views(alice)
	if len(views) != 1 || views[0].CallbackID != "decision_reject_modal" {
		t.Fatalf("views = %+v", views)
	}
	id := views[0].ID
	if _, err := s.SubmitView(within(t), alice, id, nil); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("submitting without the required reason: %v", err)
	}
	if _, err := s.SubmitView(within(t), bob, id, nil); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("submitting somebody else's view: %v", err)
	}
	sub, err := s.SubmitView(within(t), alice, id, map[string]map[string]any{"reason": {"text": "no"}})
	if err != nil || sub.Action != "errors" || sub.Errors["reason"] != "longer, please" {
		t.Fatalf("submission = %+v, %v", sub, err)
	}
	if v := s.Snapshot().Views(alice); len(v) != 1 || v[0].Errors["reason"] == "" {
		t.Fatalf("after errors: %+v", v)
	}
	sub, err = s.SubmitView(within(t), alice, id, map[string]map[string]any{
		"reason": {"text": "the pool is fine"}, "kind": {"pick": "disk"},
	})
	if err != nil || sub.Action != "" {
		t.Fatalf("submission = %+v, %v", sub, err)
	}
	if v := s.Snapshot().Views(alice); len(v) != 0 {
		t.Errorf("still open: %+v", v)
	}
}

func rejectModal() slack.ModalViewRequest {
	plain := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	kinds := slack.NewOptionsSelectBlockElement("static_select", plain("Kind"), "pick",
		slack.NewOptionBlockObject("disk", plain("Disk"), nil), slack.NewOptionBlockObject("net", plain("Network"), nil))
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "decision_reject_modal", PrivateMetadata: "dec_1",
		Title: plain("Reject"), Submit: plain("Send"), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("reason", plain("Why?"), nil, slack.NewPlainTextInputBlockElement(plain("…"), "text")),
			slack.NewInputBlock("kind", plain("What?"), nil, kinds).WithOptional(true),
		}},
	}
}

func TestARefreshKeepsDelivering(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Ack: 500 * time.Millisecond, Redeliver: []time.Duration{0, 0, 0}}})
	connect(t, s, acking)
	for i := range 10 {
		opened := s.Snapshot().SocketsOpened()
		if i%2 == 0 {
			s.Refresh()
		} else {
			s.Warn()
		}
		if _, err := s.Mention(alice, channel, "", strings.Repeat("x", i+1)); err != nil {
			t.Fatal(err)
		}
		wait(t, s, "a new socket", func(p *slackfake.Snapshot) bool { return p.SocketsOpened() > opened })
	}
	wait(t, s, "every event acknowledged", func(p *slackfake.Snapshot) bool {
		acked := map[string]bool{}
		for _, d := range p.Deliveries("events_api") {
			if !d.Acked.IsZero() {
				acked[d.EventID] = true
			}
		}
		return len(acked) == 10
	})
}

func TestACutConnectionMakesSlackDeliverAgain(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Ack: 300 * time.Millisecond, Redeliver: []time.Duration{0, 0, 0}}})
	connect(t, s, acking)
	s.CutAfterDelivery(1)
	if _, err := s.Mention(alice, channel, "", "hello"); err != nil {
		t.Fatal(err)
	}
	wait(t, s, "a new socket and an acknowledgement", func(p *slackfake.Snapshot) bool {
		for _, d := range p.Deliveries("events_api") {
			if !d.Acked.IsZero() {
				return p.SocketsOpened() > 1
			}
		}
		return false
	})
}
