package bot

import (
	"testing"

	"ragoffire/engine"
)

func TestAFollowUpLeavesOpenWhatWasAskedBefore(t *testing.T) {
	ask := func(text string) engine.Question {
		q, err := engine.ParseQuestion(text)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	for _, c := range []struct {
		before, now                  string
		text, errorType, service, at string
	}{
		{"error_type=disk_full service=cart", "and service=payments", "", "disk_full", "payments", ""},
		{"error_type=disk_full service=cart", "what about env=staging?", "", "disk_full", "cart", "staging?"},
		{"timeouts on checkout", "and on payments?", "timeouts on checkout\npayments?", "", "", ""},
		{"timeouts on checkout", "the mail queue of the newsletter grows and grows since noon today", "the mail queue of the newsletter grows and grows since noon today", "", "", ""},
	} {
		got := follow(ask(c.before), ask(c.now))
		if got.Text != c.text || got.ErrorType != c.errorType || got.Service != c.service || got.Environment != c.at {
			t.Errorf("%q after %q asks %+v", c.now, c.before, got)
		}
	}
	if got := follow(engine.Question{}, ask("and on payments?")); got.Text != "and on payments?" {
		t.Errorf("after nothing it asks %q", got.Text)
	}
}
