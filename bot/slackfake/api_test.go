package slackfake_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
)

func TestArgumentsComeInEveryShape(t *testing.T) {
	s := start(t, slackfake.Config{})
	const asJSONBody = `{"channel":"C0INCIDENT","text":"hi","blocks":[{"type":"divider"}],"unfurl_links":false,"metadata":null}`
	for _, c := range []struct{ name, kind, body, bearer string }{
		{"form with a token", "application/x-www-form-urlencoded", "token=" + s.BotToken() + "&channel=" + channel + "&text=hi&blocks=[{\"type\":\"divider\"}]", ""},
		{"form with a bearer", "application/x-www-form-urlencoded", "channel=" + channel + "&text=hi&blocks=[{\"type\":\"divider\"}]", s.BotToken()},
		{"JSON with a bearer", "application/json; charset=utf-8", asJSONBody, s.BotToken()},
		{"multipart", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"channel\"\r\n\r\nC0INCIDENT\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhi\r\n--x\r\nContent-Disposition: form-data; name=\"blocks\"\r\n\r\n[{\"type\":\"divider\"}]\r\n--x--\r\n", s.BotToken()},
	} {
		out, _ := send(t, s.URL()+"chat.postMessage", c.kind, c.body, c.bearer)
		if out["ok"] != true {
			t.Errorf("%s: %v", c.name, out)
			continue
		}
		if m := s.Snapshot().Message(channel, out["ts"].(string)); m.Text != "hi" || len(m.Blocks) != 1 {
			t.Errorf("%s: stored %+v", c.name, m)
		}
	}
	for kind, want := range map[string]string{"application/json": "invalid_json", "text/plain": "invalid_post_type"} {
		if out, _ := send(t, s.URL()+"api.test", kind, "{", ""); out["error"] != want {
			t.Errorf("%s: %v, want %s", kind, out, want)
		}
	}
	if out, _ := send(t, s.URL()+"api.test", "application/json", "[]", ""); out["error"] != "json_not_object" {
		t.Errorf("a list: %v", out)
	}
	for _, c := range s.Snapshot().Calls("") {
		if strings.Contains(fmt.Sprint(c.Args), s.BotToken()) {
			t.Errorf("a token in the record: %v", c.Args)
		}
	}
}

func TestPostMessageRefuses(t *testing.T) {
	s := start(t, slackfake.Config{})
	s.AddChannel(slackfake.Channel{ID: "C0OTHER", Name: "other", Members: []string{alice}})
	s.AddChannel(slackfake.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{alice}})
	s.AddChannel(slackfake.Channel{ID: "C0OLD", Name: "old"})
	if err := s.Archive("C0OLD"); err != nil {
		t.Fatal(err)
	}
	parent := post(t, s, nil)
	child := post(t, s, map[string]string{"thread_ts": parent})
	long := `{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 2900) + `"}}`
	for want, form := range map[string]map[string]string{
		"channel_not_found":       {"channel": "C0NOWHERE"},
		"not_in_channel":          {"channel": "C0OTHER"},
		"is_archived":             {"channel": "C0OLD"},
		"no_text":                 {"text": " "},
		"thread_not_found":        {"thread_ts": "1.000000"},
		"cannot_reply_to_message": {"thread_ts": child},
		"invalid_blocks":          {"blocks": `[{"type":"nothing"}]`},
		"invalid_blocks_format":   {"blocks": `{"type":"divider"}`},
		"msg_blocks_too_long":     {"blocks": "[" + strings.Repeat(long+",", 4) + long + "]"},
		"metadata_too_large":      {"metadata": `{"event_type":"x","event_payload":{"x":"` + strings.Repeat("x", 9000) + `"}}`},
		"invalid_metadata_format": {"metadata": `x`},
		"invalid_metadata_schema": {"metadata": `{"event_type":"x"}`},
		"too_many_attachments":    {"attachments": "[" + strings.Repeat(`{"text":"x"},`, 100) + `{"text":"x"}]`},
		"invalid_attachments":     {"attachments": `[{"blocks":[{"type":"nothing"}]}]`},
		"markdown_text_conflict":  {"markdown_text": "x", "text": "x"},
	} {
		full := map[string]string{"channel": channel, "text": "hello"}
		maps.Copy(full, form)
		mustFail(t, s, "chat.postMessage", full, want)
	}
	mustFail(t, s, "chat.postMessage", map[string]string{"channel": "C0SECRET", "text": "x"}, "channel_not_found")
	mustOK(t, s, "chat.postMessage", map[string]string{"channel": "#incidents", "text": "by name"})
	if out := mustOK(t, s, "chat.postMessage", map[string]string{"channel": alice, "text": "psst"}); out["channel"] != "D0ALICE" {
		t.Errorf("a direct message: %v", out)
	}
	out := mustFail(t, s, "chat.postMessage", map[string]string{"channel": channel, "blocks": `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`}, "invalid_blocks")
	if got := fmt.Sprint(out["response_metadata"]); got != "map[messages:[[ERROR] unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]]]" {
		t.Errorf("response_metadata = %s", got)
	}
	if got := fmt.Sprint(out["errors"]); got != "[unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]]" {
		t.Errorf("errors = %s", got)
	}
}

func TestUpdateChangesOnlyTheAppsOwnMessages(t *testing.T) {
	s := start(t, slackfake.Config{})
	ts := post(t, s, map[string]string{"text": "one", "blocks": `[{"type":"divider"}]`, "metadata": `{"event_type":"e","event_payload":{}}`})
	theirs, err := s.Say(alice, channel, "", "mine")
	if err != nil {
		t.Fatal(err)
	}
	eph := mustOK(t, s, "chat.postEphemeral", map[string]string{"channel": channel, "user": alice, "text": "psst"})["message_ts"].(string)
	for want, form := range map[string]map[string]string{
		"cant_update_message": {"ts": theirs},
		"message_not_found":   {"ts": eph},
		"msg_too_long":        {"text": strings.Repeat("x", 4001)},
		"invalid_blocks":      {"blocks": `[{}]`},
		"no_text":             {"text": "", "blocks": "[]"},
	} {
		full := map[string]string{"channel": channel, "ts": ts, "text": "two"}
		maps.Copy(full, form)
		mustFail(t, s, "chat.update", full, want)
	}
	mustFail(t, s, "chat.update", map[string]string{"channel": "D", "ts": ts, "text": "x"}, "channel_not_found")

	mustOK(t, s, "chat.update", map[string]string{"channel": channel, "ts": ts, "blocks": `[{"type":"divider"},{"type":"divider"}]`, "text": "two"})
	m := s.Snapshot().Message(channel, ts)
	if m.Text != "two" || len(m.Blocks) != 2 || m.Edited || m.Metadata == nil {
		t.Errorf("after blocks: %+v", m)
	}
	mustOK(t, s, "chat.update", map[string]string{"channel": channel, "ts": ts, "text": "three", "metadata": "{}"})
	m = s.Snapshot().Message(channel, ts)
	if m.Text != "three" || len(m.Blocks) != 0 || !m.Edited || m.Metadata != nil {
		t.Errorf("after text: %+v", m)
	}
	if len(m.Edits) != 2 || m.Edits[0].Text != "one" || m.Edits[1].Text != "two" || m.Edits[1].At.Before(m.Edits[0].At) {
		t.Errorf("edits = %+v", m.Edits)
	}
	mustFail(t, s, "chat.delete", map[string]string{"channel": channel, "ts": theirs}, "cant_delete_message")
	mustOK(t, s, "chat.delete", map[string]string{"channel": channel, "ts": ts})
	mustFail(t, s, "chat.update", map[string]string{"channel": channel, "ts": ts, "text": "x"}, "message_not_found")
}

func TestADeletedParentLeavesATombstone(t *testing.T) {
	s := start(t, slackfake.Config{})
	parent := post(t, s, nil)
	post(t, s, map[string]string{"thread_ts": parent})
	alone := post(t, s, nil)
	for _, ts := range []string{parent, alone} {
		mustOK(t, s, "chat.delete", map[string]string{"channel": channel, "ts": ts})
	}
	list := mustOK(t, s, "conversations.history", map[string]string{"channel": channel})["messages"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["subtype"] != "tombstone" {
		t.Errorf("history = %v", list)
	}
	post(t, s, map[string]string{"thread_ts": parent})
}

func TestHistoryPagesNewestFirstAndThreadsOldestFirst(t *testing.T) {
	s := start(t, slackfake.Config{Pace: slackfake.Pace{Off: true}})
	var tops, replies []string
	for range 5 {
		tops = append(tops, post(t, s, nil))
	}
	for range 5 {
		replies = append(replies, post(t, s, map[string]string{"thread_ts": tops[0]}))
	}
	broadcast := post(t, s, map[string]string{"thread_ts": tops[0], "reply_broadcast": "true"})
	mustOK(t, s, "chat.postEphemeral", map[string]string{"channel": channel, "user": alice, "text": "unseen"})
	read := func(method string, form map[string]string) (all []string, pages int) {
		form["channel"] = channel
		for {
			out := mustOK(t, s, method, form)
			pages++
			for _, m := range out["messages"].([]any) {
				all = append(all, m.(map[string]any)["ts"].(string))
			}
			meta, _ := out["response_metadata"].(map[string]any)
			next, _ := meta["next_cursor"].(string)
			if next == "" {
				return all, pages
			}
			form["cursor"] = next
		}
	}
	newest := slices.Clone(tops)
	slices.Reverse(newest)
	newest = append([]string{broadcast}, newest...)
	thread := append([]string{tops[0]}, replies...)
	thread = append(thread, broadcast)
	for _, c := range []struct {
		name, method string
		form         map[string]string
		want         []string
		pages        int
	}{
		{"all history", "conversations.history", map[string]string{}, newest, 1},
		{"history by two", "conversations.history", map[string]string{"limit": "2"}, newest, 3},
		{"history after the second", "conversations.history", map[string]string{"oldest": tops[1]}, newest[:4], 1},
		{"history from the second", "conversations.history", map[string]string{"oldest": tops[1], "inclusive": "true"}, newest[:5], 1},
		{"exactly one", "conversations.history", map[string]string{"oldest": tops[1], "latest": tops[1], "inclusive": "1"}, tops[1:2], 1},
		{"history before the second", "conversations.history", map[string]string{"latest": tops[1]}, tops[:1], 1},
		{"a thread", "conversations.replies", map[string]string{"ts": tops[0]}, thread, 1},
		{"a thread by two", "conversations.replies", map[string]string{"ts": tops[0], "limit": "2"}, thread, 4},
		{"a thread by a reply", "conversations.replies", map[string]string{"ts": replies[2]}, thread, 1},
		{"a thread after a reply", "conversations.replies", map[string]string{"ts": tops[0], "oldest": replies[4]}, []string{tops[0], broadcast}, 1},
		{"no thread", "conversations.replies", map[string]string{"ts": tops[3]}, tops[3:4], 1},
	} {
		got, pages := read(c.method, c.form)
		if !slices.Equal(got, c.want) || pages != c.pages {
			t.Errorf("%s: %v in %d pages, want %v in %d", c.name, got, pages, c.want, c.pages)
		}
	}
	mustFail(t, s, "conversations.replies", map[string]string{"channel": channel, "ts": "1.0"}, "thread_not_found")
	mustFail(t, s, "conversations.history", map[string]string{"channel": channel, "cursor": "x"}, "invalid_cursor")
	mustFail(t, s, "conversations.history", map[string]string{"channel": channel, "oldest": "x"}, "invalid_ts_oldest")
	if p := s.Snapshot(); len(p.Timeline(channel)) != 6 || len(p.Thread(channel, tops[0])) != 7 || len(p.BotMessages(channel)) != 11 {
		t.Errorf("timeline %d, thread %d", len(p.Timeline(channel)), len(p.Thread(channel, tops[0])))
	}
}

func TestScopesAreStrict(t *testing.T) {
	s := start(t, slackfake.Config{Manifest: slackfake.Manifest{Scopes: []string{"chat:write", "channels:history", "channels:read"}}})
	s.AddChannel(slackfake.Channel{ID: "C0SECRET", Name: "secret", Private: true})
	ts := post(t, s, nil)
	out := mustFail(t, s, "reactions.add", map[string]string{"channel": channel, "timestamp": ts, "name": "eyes"}, "missing_scope")
	if out["needed"] != "reactions:write" || out["provided"] != "chat:write,channels:history,channels:read" {
		t.Errorf("answer = %v", out)
	}
	mustOK(t, s, "conversations.history", map[string]string{"channel": channel})
	mustFail(t, s, "conversations.history", map[string]string{"channel": "C0SECRET"}, "missing_scope")
	mustFail(t, s, "conversations.list", map[string]string{"types": "public_channel,private_channel"}, "missing_scope")
	mustOK(t, s, "conversations.list", nil)
	_, resp := call(t, s, "auth.test", nil)
	if got := resp.Header.Get("X-OAuth-Scopes"); got != "chat:write,channels:history,channels:read" {
		t.Errorf("X-OAuth-Scopes = %q", got)
	}
}

func TestPostingTooFastIsRateLimited(t *testing.T) {
	c := newClock()
	s := start(t, slackfake.Config{Now: c.Now, Pace: slackfake.Pace{Burst: 2}})
	s.AddChannel(slackfake.Channel{ID: "C0TWO", Name: "two"})
	api := webClient(t, s)
	try := func(channel string) error {
		_, _, err := api.PostMessage(channel, slack.MsgOptionText("hi", false))
		return err
	}
	for i, want := range []bool{true, true, false} {
		if err := try(channel); (err == nil) != want {
			t.Errorf("post %d: %v", i, err)
		}
	}
	limited, ok := try(channel).(*slack.RateLimitedError)
	if !ok || limited.RetryAfter != time.Second {
		t.Errorf("error = %v", limited)
	}
	if err := try("C0TWO"); err != nil {
		t.Errorf("another channel: %v", err)
	}
	hook, resp := send(t, s.WebhookURL(channel), "application/json", `{"text":"hi"}`, "")
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("webhook: %d %v", resp.StatusCode, hook)
	}
	c.Advance(time.Second)
	if err := try(channel); err != nil {
		t.Errorf("a second later: %v", err)
	}
	if got := s.Snapshot().Calls("chat.postMessage"); got[2].Status != 429 || got[2].Error != "ratelimited" || got[2].Stored {
		t.Errorf("recorded %+v", got[2])
	}
}

func TestTiersLimitOtherMethods(t *testing.T) {
	c := newClock()
	s := start(t, slackfake.Config{Now: c.Now, Pace: slackfake.Pace{Tiers: true}})
	for range 20 {
		mustOK(t, s, "users.list", nil)
	}
	mustFail(t, s, "users.list", nil, "ratelimited")
	c.Advance(3 * time.Second)
	mustOK(t, s, "users.list", nil)
}

func TestWebhooksPostIntoTheirChannel(t *testing.T) {
	s := start(t, slackfake.Config{})
	s.AddChannel(slackfake.Channel{ID: "C0OLD", Name: "old", Archived: true})
	for _, c := range []struct {
		to, kind, body, want string
		status               int
	}{
		{s.WebhookURL(channel), "application/json", `{"text":"one","channel":"C0OTHER"}`, "ok", 200},
		{s.WebhookURL(channel), "application/x-www-form-urlencoded", `payload={"text":"two"}`, "ok", 200},
		{s.WebhookURL(channel), "application/json", `{"text":""}`, "no_text", 400},
		{s.WebhookURL(channel), "application/json", `{`, "invalid_payload", 400},
		{s.WebhookURL(channel), "application/json", ``, "invalid_payload", 400},
		{s.WebhookURL(channel), "application/json", `{"blocks":[{}]}`, "invalid_blocks", 400},
		{s.WebhookURL("C0OLD"), "application/json", `{"text":"x"}`, "channel_is_archived", 410},
		{s.WebhookURL("C0GONE"), "application/json", `{"text":"x"}`, "channel_not_found", 404},
		{s.WebhookURL(channel) + "x", "application/json", `{"text":"x"}`, "no_service", 404},
	} {
		out, resp := send(t, c.to, c.kind, c.body, "")
		if out["text"] != c.want || resp.StatusCode != c.status {
			t.Errorf("%s: %d %v, want %d %s", c.body, resp.StatusCode, out, c.status, c.want)
		}
	}
	if all := s.Snapshot().Messages(channel); len(all) != 2 || all[0].Text != "one" || all[1].Via != "webhook" {
		t.Errorf("messages = %v", all)
	}
}

func TestTheHandlerCanBeMountedElsewhere(t *testing.T) {
	var s *slackfake.Slack
	mux := http.NewServeMux()
	mux.Handle("/slack/", http.StripPrefix("/slack", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(w, r) })))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s = start(t, slackfake.Config{BaseURL: server.URL + "/slack"})
	connect(t, s, acking)
	if _, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"}); err != nil {
		t.Error(err)
	}
	if _, err := webClient(t, s).UploadFile(slack.UploadFileParameters{Filename: "x", Content: "x", FileSize: 1}); err != nil {
		t.Error(err)
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "nonsense"} {
		if s, err := slackfake.New(slackfake.Config{Addr: addr}); err == nil {
			s.Close()
			t.Errorf("%s was accepted", addr)
		}
	}
	s := start(t, slackfake.Config{Addr: "localhost:0"})
	resp, err := httpClient(t).Get(strings.TrimSuffix(s.URL(), "/api/") + "/elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, _ = io.Copy(io.Discard, resp.Body); resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
}
