package slackfake_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack/socketmode"

	"ragoffire/bot/slackfake"
)

// every kind of input, each in a block of its own name.
func everyInput() []any {
	two := []any{option(0, plain(1), o{"value": "a"}), option(1, plain(1), o{"value": "b"})}
	var blocks []any
	for _, e := range []o{
		{"type": "plain_text_input", "initial_value": "one"},
		{"type": "number_input", "is_decimal_allowed": false, "initial_value": "7"},
		{"type": "email_text_input"},
		{"type": "url_text_input"},
		{"type": "rich_text_input"},
		{"type": "static_select", "options": two, "initial_option": two[1]},
		{"type": "multi_static_select", "options": two, "initial_options": two},
		{"type": "radio_buttons", "options": two},
		{"type": "checkboxes", "options": two, "initial_options": two[:1]},
		{"type": "external_select"},
		{"type": "datepicker", "initial_date": "2026-11-23"},
		{"type": "timepicker", "initial_time": "14:11"},
		{"type": "datetimepicker", "initial_date_time": 1_795_000_000},
		{"type": "users_select", "initial_user": alice},
		{"type": "channels_select", "initial_channel": channel},
		{"type": "conversations_select"},
		{"type": "multi_users_select", "initial_users": []any{alice, bob}},
	} {
		kind := e["type"].(string)
		blocks = append(blocks, inputBlock(with(e, o{"action_id": "it"}), o{"block_id": kind, "optional": true}))
	}
	return blocks
}

func TestEveryKindOfInputCanBeFilledIn(t *testing.T) {
	s := start(t, slackfake.Config{})
	connect(t, s, acking)
	view := asJSON(t, o{"type": "modal", "title": plain(1), "submit": plain(1), "blocks": everyInput()})
	submit := func(values map[string]map[string]any) (map[string]map[string]o, error) {
		i, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"})
		if err != nil {
			t.Fatal(err)
		}
		mustOK(t, s, "views.open", map[string]string{"trigger_id": i.TriggerID, "view": view})
		if _, err = s.SubmitView(within(t), alice, s.Snapshot().Views(alice)[0].ID, values); err != nil {
			return nil, err
		}
		all := s.Snapshot().Deliveries("interactive")
		var payload struct {
			View struct {
				State struct{ Values map[string]map[string]o }
			}
		}
		if err := json.Unmarshal(all[len(all)-1].Payload, &payload); err != nil {
			t.Fatal(err)
		}
		return payload.View.State.Values, nil
	}

	untouched, err := submit(nil)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := submit(map[string]map[string]any{
		"plain_text_input": {"it": "two"}, "number_input": {"it": "8"}, "email_text_input": {"it": "a@x.example"},
		"url_text_input": {"it": "https://x.example"}, "rich_text_input": {"it": "rich"},
		"static_select": {"it": "a"}, "multi_static_select": {"it": []string{"b"}}, "radio_buttons": {"it": "b"},
		"checkboxes": {"it": "a,b"}, "external_select": {"it": "far"}, "datepicker": {"it": "2026-11-24"},
		"timepicker": {"it": "03:00"}, "datetimepicker": {"it": "1795000001"}, "users_select": {"it": bob},
		"channels_select": {"it": "C0OTHER"}, "conversations_select": {"it": map[string]any{"type": "conversations_select", "selected_conversation": "G0"}},
		"multi_users_select": {"it": []string{bob}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string][2]string{
		"plain_text_input":     {`"value":"one"`, `"value":"two"`},
		"number_input":         {`"value":"7"`, `"value":"8"`},
		"email_text_input":     {`"value":null`, `"value":"a@x.example"`},
		"url_text_input":       {`"value":null`, `"value":"https://x.example"`},
		"rich_text_input":      {`"rich_text_value"`, `"text":"rich"`},
		"static_select":        {`"value":"b"`, `"value":"a"`},
		"multi_static_select":  {`"value":"a"`, `"value":"b"`},
		"radio_buttons":        {`"selected_option":null`, `"value":"b"`},
		"checkboxes":           {`"value":"a"`, `"value":"b"`},
		"external_select":      {`"selected_option":null`, `"value":"far"`},
		"datepicker":           {`"selected_date":"2026-11-23"`, `"selected_date":"2026-11-24"`},
		"timepicker":           {`"selected_time":"14:11"`, `"selected_time":"03:00"`},
		"datetimepicker":       {`"selected_date_time":1795000000`, `"selected_date_time":1795000001`},
		"users_select":         {`"selected_user":"U0ALICE"`, `"selected_user":"U0BOB"`},
		"channels_select":      {`"selected_channel":"C0INCIDENT"`, `"selected_channel":"C0OTHER"`},
		"conversations_select": {`"selected_conversation":null`, `"selected_conversation":"G0"`},
		"multi_users_select":   {`"selected_users":["U0ALICE","U0BOB"]`, `"selected_users":["U0BOB"]`},
	} {
		for i, state := range []map[string]map[string]o{untouched, filled} {
			// Through Go's numbers and back.
			if got := strings.ReplaceAll(asJSON(t, state[kind]["it"]), "1.795", "1795"); !strings.Contains(got, want[i]) {
				t.Errorf("%s = %s, want %s", kind, got, want[i])
			}
		}
	}
	for kind, value := range map[string]any{
		"plain_text_input": "two\nlines", "static_select": "c", "datetimepicker": "soon", "checkboxes": "a,c", "users_select": 7,
	} {
		if _, err := submit(map[string]map[string]any{kind: {"it": value}}); !errors.Is(err, slackfake.ErrImpossible) {
			t.Errorf("%s takes %v: %v", kind, value, err)
		}
	}
	if _, err := submit(map[string]map[string]any{"plain_text_input": {"it": x(3001)}}); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("too long a text: %v", err)
	}
}

func TestFeedbackButtonsAreButtonsToo(t *testing.T) {
	s := start(t, slackfake.Config{})
	var box inbox
	connect(t, s, func(a *app, e socketmode.Event) { box.take(a, e) })
	ts := post(t, s, map[string]string{"blocks": `[{"type":"context_actions","elements":[{"type":"feedback_buttons","action_id":"helped",
		"positive_button":{"text":{"type":"plain_text","text":"Yes"},"value":"yes"},"negative_button":{"text":{"type":"plain_text","text":"No"},"value":"no"}}]}]`})
	press := slackfake.Press{User: alice, Channel: channel, TS: ts, ActionID: "helped", Choose: "no"}
	if _, err := s.Press(within(t), press); err != nil {
		t.Fatal(err)
	}
	press.Choose = "maybe"
	if _, err := s.Press(within(t), press); !errors.Is(err, slackfake.ErrImpossible) {
		t.Errorf("a third button: %v", err)
	}
	if d := s.Snapshot().Deliveries("interactive"); !strings.Contains(string(d[0].Payload), `"value":"no"`) {
		t.Errorf("payload = %s", d[0].Payload)
	}
}
