package slackfake_test

import (
	"errors"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"ragoffire/bot/slackfake"
)

func TestViewsStackUpdateAndClose(t *testing.T) {
	s := start(t, slackfake.Config{})
	answer := make(chan any, 1)
	connect(t, s, func(a *app, e socketmode.Event) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok && cb.Type == slack.InteractionTypeViewSubmission {
			_ = a.socket.Ack(*e.Request, <-answer)
			return
		}
		acking(a, e)
	})
	api := webClient(t, s)
	trigger := func() string {
		i, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"})
		if err != nil {
			t.Fatal(err)
		}
		return i.TriggerID
	}
	modal := rejectModal()
	modal.NotifyOnClose = true
	one, err := api.OpenView(trigger(), modal)
	if err != nil {
		t.Fatal(err)
	}
	two, err := api.PushView(trigger(), modal)
	if err != nil || two.PreviousViewID != one.ID || two.RootViewID != one.ID {
		t.Fatalf("pushed %+v, %v", two, err)
	}
	if _, err := api.UpdateView(modal, "", "stale", two.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("a stale hash: %v", err)
	}
	if _, err := api.UpdateView(modal, "", two.Hash, two.ID); err != nil {
		t.Errorf("the right hash: %v", err)
	}
	if _, err := api.UpdateView(modal, "", "", "V0GONE"); err == nil || err.Error() != "not_found" {
		t.Errorf("no such view: %v", err)
	}
	if err := s.CloseView(within(t), alice, one.ID); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("closing a view below another: %v", err)
	}
	if err := s.CloseView(within(t), alice, two.ID); err != nil {
		t.Fatal(err)
	}
	fields := map[string]map[string]any{"reason": {"text": "because"}}
	submit := func(with any, wantViews int) *slackfake.Submission {
		t.Helper()
		answer <- with
		views := s.Snapshot().Views(alice)
		sub, err := s.SubmitView(within(t), alice, views[len(views)-1].ID, fields)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Snapshot().Views(alice)); n != wantViews {
			t.Errorf("%s: %d views, want %d", sub.Action, n, wantViews)
		}
		return sub
	}
	submit(slack.NewPushViewSubmissionResponse(&modal), 2)
	modal.CallbackID = "updated"
	submit(slack.NewUpdateViewSubmissionResponse(&modal), 2)
	if v := s.Snapshot().Views(alice); v[1].CallbackID != "updated" {
		t.Errorf("views = %+v", v)
	}
	submit(slack.NewClearViewSubmissionResponse(), 0)
	closed := 0
	for _, d := range s.Snapshot().Deliveries("interactive") {
		if string(d.Payload) != "" && !d.Acked.IsZero() {
			closed++
		}
	}
	if closed != 4 {
		t.Errorf("%d acknowledged interactions, want 4", closed)
	}
}

func TestAnInvalidAnswerToASubmissionIsAnError(t *testing.T) {
	s := start(t, slackfake.Config{})
	connect(t, s, func(a *app, e socketmode.Event) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok && cb.Type == slack.InteractionTypeViewSubmission {
			_ = a.socket.Ack(*e.Request, slack.NewErrorsViewSubmissionResponse(map[string]string{"nowhere": "x"}))
			return
		}
		acking(a, e)
	})
	i, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"})
	if err != nil {
		t.Fatal(err)
	}
	v, err := webClient(t, s).OpenView(i.TriggerID, rejectModal())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SubmitView(within(t), alice, v.ID, map[string]map[string]any{"reason": {"text": "x"}}); err == nil {
		t.Error("errors on a block that isn't there went unnoticed")
	}
	if _, err := s.SubmitView(within(t), alice, v.ID, map[string]map[string]any{"elsewhere": {"text": "x"}}); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("filling a field that isn't there: %v", err)
	}
	if n := len(s.Snapshot().Views(alice)); n != 1 {
		t.Errorf("%d views open, want 1", n)
	}
}
