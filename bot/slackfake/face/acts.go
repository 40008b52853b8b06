package face

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"ragoffire/bot/slackfake"
)

// maxAct is the largest of the things a person does: a long text in a dialog.
const maxAct = 256 << 10

// deed is what a person does, and where.
type deed struct {
	As      string                    `json:"as"`
	Channel string                    `json:"channel"`
	Thread  string                    `json:"thread"`
	TS      string                    `json:"ts"`
	View    string                    `json:"view"`
	Action  string                    `json:"action"`
	Block   string                    `json:"block"`
	Value   string                    `json:"value"`
	Choose  string                    `json:"choose"`
	Text    string                    `json:"text"`
	Tab     string                    `json:"tab"`
	Values  map[string]map[string]any `json:"values"`
}

// done is what a person learns at once; the rest comes down the stream.
type done struct {
	Error   string            `json:"error,omitempty"`
	Errors  map[string]string `json:"errors,omitempty"` // by a dialog's blocks
	Channel string            `json:"channel,omitempty"`
	TS      string            `json:"ts,omitempty"`
}

// act registers something that a person can do.
func act(f *Face, name string, do func(context.Context, deed) (done, error)) {
	f.mux.HandleFunc("POST /slack/"+name, func(w http.ResponseWriter, r *http.Request) {
		var d deed
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAct)).Decode(&d); err != nil {
			http.Error(w, "not a deed", http.StatusBadRequest)
			return
		}
		out, err := do(r.Context(), d)
		if err != nil {
			f.log.DebugContext(r.Context(), "a deed failed", "deed", name, "error", err)
			out.Error = told(err, f.cfg.Slack.App().Name)
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(out); err != nil {
			f.log.DebugContext(r.Context(), "answer not written", "error", err)
		}
	})
}

// told is an error as Slack would tell it to the person.
func told(err error, app string) string {
	switch {
	case errors.Is(err, slackfake.ErrNotConnected):
		return app + " is not connected. Try again in a moment."
	case errors.Is(err, slackfake.ErrNoAck):
		return app + " did not answer in time. Try again."
	case errors.Is(err, slackfake.ErrClosed):
		return "The demo has ended."
	case errors.Is(err, slackfake.ErrImpossible):
		_, why, _ := strings.Cut(err.Error(), slackfake.ErrImpossible.Error()+": ")
		return "That is not possible: " + why + "."
	}
	return "Slack had trouble with what " + app + " answered."
}

func (f *Face) say(_ context.Context, d deed) (done, error) {
	ts, err := f.cfg.Slack.Say(d.As, d.Channel, d.Thread, d.Text)
	return done{TS: ts}, err
}

func (f *Face) command(ctx context.Context, d deed) (done, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(d.Text), " ")
	if name != f.cfg.Command {
		return done{Error: name + " is not a command here. Try " + f.cfg.Command + " help."}, nil
	}
	_, err := f.cfg.Slack.SlashCommand(ctx, slackfake.Command{User: d.As, Channel: d.Channel, Command: name, Text: rest})
	return done{}, err
}

func (f *Face) press(ctx context.Context, d deed) (done, error) {
	_, err := f.cfg.Slack.Press(ctx, slackfake.Press{
		User: d.As, Channel: d.Channel, TS: d.TS, View: d.View, ActionID: d.Action, BlockID: d.Block, Value: d.Value, Choose: d.Choose,
	})
	return done{}, err
}

func (f *Face) submit(ctx context.Context, d deed) (done, error) {
	s, err := f.cfg.Slack.SubmitView(ctx, d.As, d.View, d.Values)
	if err != nil {
		return done{}, err
	}
	return done{Errors: s.Errors}, nil
}

func (f *Face) closeView(ctx context.Context, d deed) (done, error) {
	return done{}, f.cfg.Slack.CloseView(ctx, d.As, d.View)
}

// home opens the app's own place: its Home tab, or its messages, beside which the
// assistant waits the first time.
func (f *Face) home(_ context.Context, d deed) (done, error) {
	if d.Tab != "messages" {
		channel, err := f.cfg.Slack.OpenAppHome(d.As)
		return done{Channel: channel}, err
	}
	channel, err := f.cfg.Slack.OpenMessages(d.As)
	if err != nil || len(f.cfg.Slack.Snapshot().Messages(channel)) > 0 {
		return done{Channel: channel}, err
	}
	channel, _, err = f.cfg.Slack.StartAssistant(d.As, d.Channel)
	return done{Channel: channel}, err
}

func (f *Face) shortcut(ctx context.Context, d deed) (done, error) {
	_, err := f.cfg.Slack.Shortcut(ctx, d.As, f.cfg.Shortcut.ID, d.Channel, d.TS)
	return done{}, err
}

func (f *Face) react(_ context.Context, d deed) (done, error) {
	return done{}, f.cfg.Slack.AddReaction(d.As, d.Channel, d.TS, d.Value)
}
