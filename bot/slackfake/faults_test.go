package slackfake_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
)

func TestALostAnswerLeavesTheMessageBehind(t *testing.T) {
	s := start(t, slackfake.Config{})
	s.Inject(slackfake.Fault{Method: "chat.postMessage", DropAfter: true})
	api := webClient(t, s)
	meta := slack.SlackMetadata{EventType: "decision", EventPayload: map[string]any{"id": "dec_1"}}
	if _, _, err := api.PostMessage(channel, slack.MsgOptionText("hi", false), slack.MsgOptionMetadata(meta)); err == nil {
		t.Fatal("the answer arrived")
	}
	hist, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: channel, IncludeAllMetadata: true})
	if err != nil || len(hist.Messages) != 1 || hist.Messages[0].Metadata.EventPayload["id"] != "dec_1" {
		t.Errorf("history = %+v, %v", hist, err)
	}
	if c := s.Snapshot().Calls("chat.postMessage"); len(c) != 1 || !c[0].Lost || !c[0].Stored || c[0].TS != hist.Messages[0].Timestamp {
		t.Errorf("calls = %+v", c[0])
	}
}

func TestFaults(t *testing.T) {
	s := start(t, slackfake.Config{})
	api := webClient(t, s)
	postOnce := func() error {
		_, _, err := api.PostMessage(channel, slack.MsgOptionText("hi", false))
		return err
	}
	for _, c := range []struct {
		name  string
		fault slackfake.Fault
		want  func(error) bool
	}{
		{"429", slackfake.Fault{Status: 429, RetryAfter: 7 * time.Second}, func(err error) bool {
			limited, ok := err.(*slack.RateLimitedError)
			return ok && limited.RetryAfter == 7*time.Second
		}},
		{"503 with HTML", slackfake.Fault{Status: 503, Body: "<html>"}, func(err error) bool {
			status, ok := err.(slack.StatusCodeError)
			return ok && status.Code == http.StatusServiceUnavailable
		}},
		{"an error code", slackfake.Fault{Error: "fatal_error"}, func(err error) bool { return err != nil && err.Error() == "fatal_error" }},
		{"cut before", slackfake.Fault{DropBefore: true}, func(err error) bool { return err != nil }},
		{"only late", slackfake.Fault{Delay: time.Millisecond}, func(err error) bool { return err == nil }},
		{"another channel", slackfake.Fault{Channel: "C0OTHER", Error: "x"}, func(err error) bool { return err == nil }},
		{"another method", slackfake.Fault{Method: "chat.update", Error: "x"}, func(err error) bool { return err == nil }},
	} {
		before := len(s.Snapshot().Messages(channel))
		disarm := s.Inject(c.fault)
		err := postOnce()
		if !c.want(err) {
			t.Errorf("%s: %v", c.name, err)
		}
		disarm()
		stored := len(s.Snapshot().Messages(channel)) - before
		if (err == nil) != (stored == 1) {
			t.Errorf("%s: %d messages stored with error %v", c.name, stored, err)
		}
	}
}

func TestAFaultSkipsAndCounts(t *testing.T) {
	s := start(t, slackfake.Config{})
	s.Inject(slackfake.Fault{Method: "api.test", Skip: 1, Times: 2, Error: "fatal_error"})
	for i, want := range []bool{true, false, false, true} {
		if out, _ := call(t, s, "api.test", nil); out["ok"] != want {
			t.Errorf("call %d: %v", i, out)
		}
	}
	disarm := s.Inject(slackfake.Fault{Times: -1, Error: "fatal_error"})
	for range 3 {
		mustFail(t, s, "api.test", nil, "fatal_error")
	}
	disarm()
	mustOK(t, s, "api.test", nil)
}

func TestHooksRunBeforeSlackAcceptsAndAfterItStored(t *testing.T) {
	var s *slackfake.Slack
	var before, after atomic.Int32
	s = start(t, slackfake.Config{
		BeforeCall: func(c slackfake.Call) {
			if c.Method == "chat.postMessage" {
				before.Store(int32(len(s.Snapshot().Messages(channel)) + 1))
			}
		},
		AfterStored: func(c slackfake.Call) {
			if c.Method == "chat.postMessage" && c.Channel == channel && c.TS != "" {
				after.Store(int32(len(s.Snapshot().Messages(channel)) + 1))
			}
		},
	})
	post(t, s, nil)
	if before.Load() != 1 || after.Load() != 2 {
		t.Errorf("the hooks saw %d and %d messages, want 0 and 1", before.Load()-1, after.Load()-1)
	}
	mustFail(t, s, "chat.postMessage", map[string]string{"channel": channel}, "no_text")
	if after.Load() != 2 {
		t.Error("AfterStored ran although nothing was stored")
	}
}

func TestADelayedCallEndsWithTheSlack(t *testing.T) {
	reached := make(chan struct{})
	s, err := slackfake.New(slackfake.Config{BeforeCall: func(slackfake.Call) { close(reached) }})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	s.Inject(slackfake.Fault{Delay: time.Hour})
	failed := make(chan error, 1)
	go func() {
		_, err := slack.New(s.BotToken(), slack.OptionAPIURL(s.URL()), slack.OptionHTTPClient(httpClient(t))).AuthTest()
		failed <- err
	}()
	<-reached
	s.Close()
	if err := <-failed; err == nil {
		t.Error("the call succeeded")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestResponseURLsWearOut(t *testing.T) {
	c := newClock()
	s := start(t, slackfake.Config{Now: c.Now})
	connect(t, s, acking)
	use := func(i *slackfake.Interaction, body string) (int, any) {
		out, resp := send(t, i.ResponseURL, "application/json", body, "")
		if out["error"] != nil {
			return resp.StatusCode, out["error"]
		}
		return resp.StatusCode, out["text"]
	}
	command := func() *slackfake.Interaction {
		i, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	first := command()
	if status, text := use(first, `{"text":""}`); status != 500 || text != "no_text" {
		t.Errorf("no text: %d %v", status, text)
	}
	if status, text := use(first, `{"blocks":[{}]}`); status != 400 || text != "invalid_blocks" {
		t.Errorf("invalid blocks: %d %v", status, text)
	}
	// What slack-go sends along must not matter.
	const body = `{"text":"hi","blocks":null,"metadata":{"event_type":"","event_payload":null},"replace_original":false,"delete_original":false}`
	for n := range 5 {
		if status, text := use(first, body); status != 200 || text != "ok" {
			t.Errorf("use %d: %d %v", n+1, status, text)
		}
	}
	if status, text := use(first, body); status != 404 || text != "used_url" {
		t.Errorf("a sixth use: %d %v", status, text)
	}
	second := command()
	c.Advance(31 * time.Minute)
	if status, text := use(second, body); status != 404 || text != "expired_url" {
		t.Errorf("after half an hour: %d %v", status, text)
	}
	if p := s.Snapshot(); len(p.Ephemerals(alice)) != 5 || len(p.Messages(channel)) != 0 || len(p.Replies(first.ResponseURL)) != 5 {
		t.Errorf("%d ephemeral, %d messages", len(p.Ephemerals(alice)), len(p.Messages(channel)))
	}
}

func TestAResponseURLCannotChangeWhatHasGone(t *testing.T) {
	s := start(t, slackfake.Config{})
	connect(t, s, acking)
	const row = `[{"type":"actions","elements":[{"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"}}]}]`
	first := mustOK(t, s, "chat.postEphemeral", map[string]string{"channel": channel, "user": alice, "text": "one", "blocks": row})
	second := mustOK(t, s, "chat.postEphemeral", map[string]string{"channel": channel, "user": alice, "text": "two", "blocks": row})
	i, err := s.Click(within(t), alice, channel, second["message_ts"].(string), "go")
	if err != nil {
		t.Fatal(err)
	}
	use := func(body, want string) {
		t.Helper()
		if out, _ := send(t, i.ResponseURL, "application/json", body, ""); out["error"] != want && (want != "" || out["ok"] != true) {
			t.Errorf("%s: %v, want %q", body, out, want)
		}
	}
	use(`{"replace_original":true,"text":"changed"}`, "")
	use(`{"delete_original":true}`, "")
	use(`{"delete_original":true}`, "message_not_found")
	use(`{"response_type":"in_channel","text":"x","thread_ts":"1.0"}`, "thread_not_found")
	if left := s.Snapshot().Ephemerals(alice); len(left) != 1 || left[0].TS != first["message_ts"] || left[0].Text != "one" {
		t.Errorf("alice sees %+v", left)
	}
}

func TestTriggersExpire(t *testing.T) {
	c := newClock()
	s := start(t, slackfake.Config{Now: c.Now})
	connect(t, s, acking)
	view := asJSON(t, rejectModal())
	open := func(id string) map[string]string { return map[string]string{"trigger_id": id, "view": view} }
	first, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"})
	if err != nil {
		t.Fatal(err)
	}
	mustFail(t, s, "views.open", map[string]string{"trigger_id": first.TriggerID}, "invalid_arguments")
	c.Advance(3 * time.Second)
	mustOK(t, s, "views.open", open(first.TriggerID))
	mustFail(t, s, "views.open", open(first.TriggerID), "exchanged_trigger_id")
	second, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"})
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(3*time.Second + time.Millisecond)
	mustFail(t, s, "views.open", open(second.TriggerID), "expired_trigger_id")
	mustFail(t, s, "views.open", open("1.2.3"), "invalid_trigger_id")
}
