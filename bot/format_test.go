package bot

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

func TestNumbersAreShownAsPeopleWriteThem(t *testing.T) {
	for want, got := range map[string]string{
		"0": number(0), "12.5": number(12.5), "5": number(5), "0.034": number(0.034), "450": number(450), "1234.5": number(1234.5),
		"12\u00a0345": number(12345.4), "-1\u00a0200\u00a0000": number(-1200000), "1e+18": number(1e18),
		"+450%": change(450), "-20%": change(-20), "95%": percent(0.95), "99%": percent(0.999), "100%": percent(1), "0%": percent(-1),
		"3 ms": latency(3.2), "under 1 ms": latency(0.4), "1.5 s": latency(1500), "1 alert": count(1, "alert"), "2 alerts": count(2, "alert"),
		"<!date^1795402870^{time}|03:01 UTC>": clock(night), "40 s": span(night, night.Add(40*time.Second)), "0 s": span(night, night.Add(-time.Hour)),
		"a · c": join("a", "", "c"), "once": times(1), "twice": times(2), "3 times": times(3),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhatAnErrorMeansForAPost(t *testing.T) {
	for _, c := range []struct {
		err               error
		uncertain, broken bool
	}{
		{slack.SlackErrorResponse{Err: "invalid_blocks"}, false, true},
		{slack.SlackErrorResponse{Err: "msg_blocks_too_long"}, false, true},
		{slack.SlackErrorResponse{Err: "not_in_channel"}, false, false},
		{slack.SlackErrorResponse{Err: "fatal_error"}, true, false},
		{slack.StatusCodeError{Code: 503}, true, false},
		{slack.StatusCodeError{Code: 403}, false, false},
		{&url.Error{Op: "Post", URL: "https://x", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, false, false},
		{&url.Error{Op: "Post", URL: "https://x", Err: &net.OpError{Op: "read", Err: errors.New("reset")}}, true, false},
		{&url.Error{Op: "Post", URL: "https://x", Err: errors.New("EOF")}, true, false},
	} {
		if uncertain(c.err) != c.uncertain || broken(c.err) != c.broken {
			t.Errorf("%v: uncertain %v, broken %v", c.err, uncertain(c.err), broken(c.err))
		}
	}
	for code, want := range map[string]string{
		"not_in_channel": "/invite @rof", "channel_not_found": "C0X", "is_archived": "unarchive", "restricted_action": "settings",
		"missing_scope": "chat:write", "invalid_auth": "SLACK_BOT_TOKEN", "invalid_blocks": "", "anything": "",
	} {
		if got := fixOf(code, "C0X"); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("the fix of %s is %q, want %q in it", code, got, want)
		}
	}
	secret := &url.Error{Op: "Post", URL: "https://hooks.slack.com/services/T/B/SECRET", Err: errors.New("EOF")}
	if strings.Contains(quiet(secret).Error(), "SECRET") {
		t.Error("an error shows a webhook's address")
	}
}

func TestErrorsAreWordsWithoutInternals(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{engine.Invalidf("spike", "spike=x is not a percentage"), "spike=x is not a percentage"},
		{engine.NotFoundf("there is no incident X"), "There is no incident X"},
		{engine.Conflictf("bob was first"), "No change: bob was first"},
		{&engine.Error{Kind: engine.Denied, Text: "only bob can"}, "Not allowed: only bob can"},
		{&engine.Error{Kind: engine.Unavailable, Text: "the store is away", Err: errors.New("SECRET")}, "Not stored: the store is away"},
		{errors.New("pq: SECRET"), "under `ref`"},
	} {
		got := words(c.err, "ref")
		if !strings.Contains(got, c.want) || strings.Contains(got, "SECRET") {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
	}
}
