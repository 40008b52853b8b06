package slackfake_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
)

// A few words to write blocks with.
type o = map[string]any

func x(n int) string { return strings.Repeat("é", n) }

func plain(n int) o { return o{"type": "plain_text", "text": x(n)} }

func mrkdwn(n int) o { return o{"type": "mrkdwn", "text": x(n)} }

func many(n int, make func(i int) any) []any {
	out := []any{}
	for i := range n {
		out = append(out, make(i))
	}
	return out
}

func section(more o) o { return with(o{"type": "section", "text": plain(1)}, more) }

func button(more o) o { return with(o{"type": "button", "text": plain(1)}, more) }

func actions(elements ...any) o { return o{"type": "actions", "elements": elements} }

func pickList(kind string, options []any, more o) o {
	return with(o{"type": kind, "options": options}, more)
}

func option(i int, text o, more o) any {
	return with(o{"text": text, "value": fmt.Sprint(i)}, more)
}

func inputBlock(element o, more o) o {
	return with(o{"type": "input", "label": plain(1), "element": element}, more)
}

func with(base, more o) o {
	out := o{}
	for _, m := range []o{base, more} {
		maps.Copy(out, m)
	}
	return out
}

func anyMany[T any](n int, v T) []any { return many(n, func(int) any { return v }) }

func TestLimitsOfBlocks(t *testing.T) {
	opts := func(n int) []any { return many(n, func(i int) any { return option(i, plain(1), nil) }) }
	for _, c := range []struct {
		name  string
		limit int
		make  func(n int) []any // blocks with n of what is limited
		want  string            // the problem with one more
	}{
		{"blocks", 50, func(n int) []any { return anyMany(n, o{"type": "divider"}) }, "no more than 50 items allowed [json-pointer:/blocks]"},
		{"block_id", 255, func(n int) []any { return []any{section(o{"block_id": x(n)})} }, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"},
		{"section text", 3000, func(n int) []any { return []any{section(o{"text": mrkdwn(n)})} }, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"section fields", 10, func(n int) []any { return []any{section(o{"fields": anyMany(n, mrkdwn(1))})} }, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"section field", 2000, func(n int) []any { return []any{section(o{"fields": []any{mrkdwn(n)}})} }, "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		{"header", 150, func(n int) []any { return []any{o{"type": "header", "text": plain(n)}} }, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"context elements", 10, func(n int) []any { return []any{o{"type": "context", "elements": anyMany(n, mrkdwn(1))}} }, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"actions", 25, func(n int) []any { return []any{actions(anyMany(n, button(nil))...)} }, "no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"context actions", 5, func(n int) []any {
			return []any{o{"type": "context_actions", "elements": anyMany(n, o{"type": "icon_button", "icon": "trash", "text": plain(1)})}}
		}, "no more than 5 items allowed [json-pointer:/blocks/0/elements]"},
		{"button text", 75, func(n int) []any { return []any{actions(button(o{"text": plain(n)}))} }, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button value", 2000, func(n int) []any { return []any{actions(button(o{"value": x(n)}))} }, "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"button url", 3000, func(n int) []any {
			return []any{actions(button(o{"url": "https://" + strings.Repeat("x", n-8)}))}
		}, "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]"},
		{"button label", 75, func(n int) []any { return []any{actions(button(o{"accessibility_label": x(n)}))} }, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]"},
		{"action_id", 255, func(n int) []any { return []any{section(o{"accessory": button(o{"action_id": x(n)})})} }, "must be less than 256 characters [json-pointer:/blocks/0/accessory/action_id]"},
		{"confirm title", 100, func(n int) []any {
			return []any{actions(button(o{"confirm": o{"title": plain(n), "text": mrkdwn(1)}}))}
		}, "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		{"confirm text", 300, func(n int) []any { return []any{actions(button(o{"confirm": o{"text": mrkdwn(n)}}))} }, "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]"},
		{"confirm button", 30, func(n int) []any {
			return []any{actions(button(o{"confirm": o{"text": mrkdwn(1), "confirm": plain(n)}}))}
		}, "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]"},
		{"deny button", 30, func(n int) []any {
			return []any{actions(button(o{"confirm": o{"text": mrkdwn(1), "deny": plain(n)}}))}
		}, "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]"},
		{"select options", 100, func(n int) []any { return []any{actions(pickList("static_select", opts(n), nil))} }, "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"overflow options", 5, func(n int) []any { return []any{section(o{"accessory": pickList("overflow", opts(n), nil)})} }, "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]"},
		{"checkboxes", 10, func(n int) []any { return []any{actions(pickList("checkboxes", opts(n), nil))} }, "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"radio buttons", 10, func(n int) []any { return []any{actions(pickList("radio_buttons", opts(n), nil))} }, "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"option text", 75, func(n int) []any {
			return []any{actions(pickList("static_select", []any{option(0, plain(n), nil)}, nil))}
		}, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"},
		{"option value", 150, func(n int) []any {
			return []any{actions(pickList("static_select", []any{option(0, plain(1), o{"value": x(n)})}, nil))}
		}, "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"},
		{"placeholder", 150, func(n int) []any {
			return []any{actions(pickList("static_select", opts(1), o{"placeholder": plain(n)}))}
		}, "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]"},
		{"markdown", 12_000, func(n int) []any { return []any{o{"type": "markdown", "text": x(n)}} }, "must be less than 12001 characters [json-pointer:/blocks/0/text]"},
		{"markdown altogether", 12_000, func(n int) []any {
			return []any{o{"type": "markdown", "text": x(6000)}, o{"type": "markdown", "text": x(n - 6000)}}
		}, "must be less than 12001 characters [json-pointer:/blocks/1/text]"},
		{"table rows", 100, func(n int) []any {
			return []any{o{"type": "table", "rows": anyMany(n, anyMany(1, o{"type": "raw_text", "text": "x"}))}}
		}, "no more than 100 items allowed [json-pointer:/blocks/0/rows]"},
		{"table columns", 20, func(n int) []any {
			return []any{o{"type": "table", "rows": []any{anyMany(n, o{"type": "raw_text", "text": "x"})}}}
		}, "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"},
		{"tables", 1, func(n int) []any {
			return anyMany(n, o{"type": "table", "rows": []any{anyMany(1, o{"type": "raw_text", "text": "x"})}})
		}, "no more than 1 table allowed [json-pointer:/blocks/1]"},
		{"data table rows", 201, func(n int) []any {
			return []any{o{"type": "data_table", "caption": "x", "rows": anyMany(n, anyMany(1, o{"type": "raw_number", "value": 1}))}}
		}, "no more than 201 items allowed [json-pointer:/blocks/0/rows]"},
		{"card title", 150, func(n int) []any { return []any{o{"type": "card", "title": mrkdwn(n)}} }, "must be less than 151 characters [json-pointer:/blocks/0/title/text]"},
		{"card body", 200, func(n int) []any { return []any{o{"type": "card", "body": mrkdwn(n)}} }, "must be less than 201 characters [json-pointer:/blocks/0/body/text]"},
		{"image alt text", 2000, func(n int) []any {
			return []any{o{"type": "image", "image_url": "https://x.example/x.png", "alt_text": x(n)}}
		}, "must be less than 2001 characters [json-pointer:/blocks/0/alt_text]"},
		{"input label", 2000, func(n int) []any {
			return []any{inputBlock(o{"type": "plain_text_input"}, o{"label": plain(n)})}
		}, "must be less than 2001 characters [json-pointer:/blocks/0/label/text]"},
		{"text altogether", 13_200, func(n int) []any {
			return append(anyMany(4, section(o{"text": mrkdwn(3000)})), section(o{"text": mrkdwn(n - 12_000)}))
		}, "msg_blocks_too_long [json-pointer:/blocks]"},
	} {
		if got := slackfake.ValidateBlocks([]byte(asJSON(t, c.make(c.limit)))); len(got) != 0 {
			t.Errorf("%s: %d is refused: %v", c.name, c.limit, got)
		}
		got := slackfake.ValidateBlocks([]byte(asJSON(t, c.make(c.limit+1))))
		if len(got) == 0 || got[len(got)-1].String() != c.want {
			t.Errorf("%s: %d gives %v, want %s", c.name, c.limit+1, got, c.want)
		}
	}
}

func TestLimitsOfViews(t *testing.T) {
	modal := func(more o) o {
		return with(o{"type": "modal", "title": plain(1), "blocks": []any{}}, more)
	}
	for _, c := range []struct {
		name  string
		limit int
		make  func(n int) o
		want  string
	}{
		{"blocks", 100, func(n int) o { return modal(o{"blocks": anyMany(n, o{"type": "divider"})}) }, "no more than 100 items allowed [json-pointer:/view/blocks]"},
		{"home blocks", 100, func(n int) o { return o{"type": "home", "blocks": anyMany(n, o{"type": "divider"})} }, "no more than 100 items allowed [json-pointer:/view/blocks]"},
		{"title", 24, func(n int) o { return modal(o{"title": plain(n)}) }, "must be less than 25 characters [json-pointer:/view/title/text]"},
		{"submit", 24, func(n int) o { return modal(o{"submit": plain(n)}) }, "must be less than 25 characters [json-pointer:/view/submit/text]"},
		{"close", 24, func(n int) o { return modal(o{"close": plain(n)}) }, "must be less than 25 characters [json-pointer:/view/close/text]"},
		{"private_metadata", 3000, func(n int) o { return modal(o{"private_metadata": x(n)}) }, "must be less than 3001 characters [json-pointer:/view/private_metadata]"},
		{"callback_id", 255, func(n int) o { return modal(o{"callback_id": x(n)}) }, "must be less than 256 characters [json-pointer:/view/callback_id]"},
		{"max_length", 3000, func(n int) o {
			return modal(o{"submit": plain(1), "blocks": []any{inputBlock(o{"type": "plain_text_input", "max_length": n}, nil)}})
		}, "must be less than 3001 [json-pointer:/view/blocks/0/element/max_length]"},
		{"focus", 1, func(n int) o {
			return modal(o{"submit": plain(1), "blocks": anyMany(n, inputBlock(o{"type": "plain_text_input", "focus_on_load": true}, nil))})
		}, "only one element can have `focus_on_load` set to true [json-pointer:/view/blocks/1/element/focus_on_load]"},
	} {
		if got := slackfake.ValidateView([]byte(asJSON(t, c.make(c.limit)))); len(got) != 0 {
			t.Errorf("%s: %d is refused: %v", c.name, c.limit, got)
		}
		got := slackfake.ValidateView([]byte(asJSON(t, c.make(c.limit+1))))
		if len(got) == 0 || got[len(got)-1].String() != c.want {
			t.Errorf("%s: %d gives %v, want %s", c.name, c.limit+1, got, c.want)
		}
	}
}

func TestRejectedBlocks(t *testing.T) {
	for name, c := range map[string]struct{ block, want string }{
		"no type":              {`{}`, "missing required field: type [json-pointer:/blocks/0]"},
		"no object":            {`"x"`, "must provide an object [json-pointer:/blocks/0]"},
		"unknown type":         {`{"type":"sektion"}`, "unsupported type: sektion [json-pointer:/blocks/0/type]"},
		"unknown property":     {`{"type":"divider","colour":"red"}`, "invalid additional property: colour [json-pointer:/blocks/0]"},
		"empty section":        {`{"type":"section"}`, "missing required field: text [json-pointer:/blocks/0]"},
		"empty text":           {`{"type":"section","text":{"type":"mrkdwn","text":""}}`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		"text that is none":    {`{"type":"section","text":"x"}`, "must provide an object [json-pointer:/blocks/0/text]"},
		"mrkdwn header":        {`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		"emoji on mrkdwn":      {`{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, "invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		"no actions":           {`{"type":"actions","elements":[]}`, "must provide at least 1 items [json-pointer:/blocks/0/elements]"},
		"button style":         {`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"style":"green"}]}`, "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"},
		"mrkdwn button":        {`{"type":"actions","elements":[{"type":"button","text":{"type":"mrkdwn","text":"x"}}]}`, "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"},
		"no url":               {`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"url":"graph"}]}`, "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"},
		"repeated action_id":   {`{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}},{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}}]}`, "`action_id` \"a\" already exists [json-pointer:/blocks/0/elements/1/action_id]"},
		"input in actions":     {`{"type":"actions","elements":[{"type":"plain_text_input"}]}`, "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"},
		"button in context":    {`{"type":"context","elements":[{"type":"button"}]}`, "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"},
		"select without any":   {`{"type":"actions","elements":[{"type":"static_select"}]}`, "missing required field: options [json-pointer:/blocks/0/elements/0]"},
		"two kinds of options": {`{"type":"actions","elements":[{"type":"static_select","options":[],"option_groups":[]}]}`, "must not provide both `options` and `option_groups` [json-pointer:/blocks/0/elements/0]"},
		"image without text":   {`{"type":"image","image_url":"https://x.example/x.png"}`, "missing required field: alt_text [json-pointer:/blocks/0]"},
		"input without label":  {`{"type":"input","element":{"type":"plain_text_input"}}`, "missing required field: label [json-pointer:/blocks/0]"},
		"odd rich text":        {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"sparkle"}]}]}`, "unsupported type: sparkle [json-pointer:/blocks/0/elements/0/elements/0/type]"},
		"empty card":           {`{"type":"card"}`, "missing required field: title [json-pointer:/blocks/0]"},
		"empty carousel":       {`{"type":"carousel","elements":[]}`, "must provide at least 1 items [json-pointer:/blocks/0/elements]"},
		"no card in carousel":  {`{"type":"carousel","elements":[{"type":"card","title":{"type":"mrkdwn","text":""}}]}`, "must be more than 0 characters [json-pointer:/blocks/0/elements/0/title/text]"},
		"container, no title":  {`{"type":"container","child_blocks":[]}`, "missing required field: title [json-pointer:/blocks/0]"},
		"odd child":            {`{"type":"container","title":{"type":"plain_text","text":"x"},"child_blocks":[{"type":"sektion"}]}`, "unsupported type: sektion [json-pointer:/blocks/0/child_blocks/0/type]"},
		"odd alert":            {`{"type":"alert","text":{"type":"mrkdwn","text":"x"},"level":"panic"}`, "must be one of: default, info, warning, error, success [json-pointer:/blocks/0/level]"},
		"video, no title":      {`{"type":"video","video_url":"https://x.example","thumbnail_url":"https://x.example","alt_text":"x"}`, "missing required field: title [json-pointer:/blocks/0]"},
		"file without id":      {`{"type":"file","source":"remote"}`, "missing required field: external_id [json-pointer:/blocks/0]"},
		"odd task":             {`{"type":"task_card","task_id":"1","title":"x","status":"lost"}`, "must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/status]"},
		"plan without title":   {`{"type":"plan"}`, "missing required field: title [json-pointer:/blocks/0]"},
		"group without label":  {`{"type":"actions","elements":[{"type":"static_select","option_groups":[{"options":[{"text":{"type":"plain_text","text":"x"},"value":"x"}]}]}]}`, "missing required field: label [json-pointer:/blocks/0/elements/0/option_groups/0]"},
		"feedback, one button": {`{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":{"type":"plain_text","text":"x"},"value":"x"}}]}`, "missing required field: negative_button [json-pointer:/blocks/0/elements/0]"},
		"workflow, no flow":    {`{"type":"actions","elements":[{"type":"workflow_button","text":{"type":"plain_text","text":"x"}}]}`, "missing required field: workflow [json-pointer:/blocks/0/elements/0]"},
		"a number for a flag":  {`{"type":"section","text":{"type":"mrkdwn","text":"x"},"expand":1}`, "must provide a boolean [json-pointer:/blocks/0/expand]"},
		"half a length":        {`{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input","min_length":1.5}}`, "must provide an integer [json-pointer:/blocks/0/element/min_length]"},
		"nothing to select":    {`{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"multi_users_select","max_selected_items":0}}`, "must be greater than 0 [json-pointer:/blocks/0/element/max_selected_items]"},
		"odd cell":             {`{"type":"table","rows":[[{"type":"formula"}]]}`, "unsupported type: formula [json-pointer:/blocks/0/rows/0/0/type]"},
	} {
		var all []string
		for _, p := range slackfake.ValidateBlocks([]byte("[" + c.block + "]")) {
			all = append(all, p.String())
		}
		if !strings.Contains(strings.Join(all, "\n"), c.want) {
			t.Errorf("%s: %q, want %s", name, all, c.want)
		}
	}
	twice := `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`
	if got := slackfake.ValidateBlocks([]byte(twice)); len(got) != 1 || got[0].Pointer != "/blocks/1/block_id" {
		t.Errorf("a repeated block_id: %v", got)
	}
	if got := slackfake.ValidateBlocks([]byte(`{}`)); len(got) != 1 || got[0].Pointer != "/blocks" {
		t.Errorf("no list: %v", got)
	}
	union := slackfake.ValidateBlocks([]byte(`[{"type":"section","text":{"type":"mrkdwn","text":""}}]`))
	if len(union) != 2 || union[0].String() != "failed to match all allowed schemas [json-pointer:/blocks/0/text]" {
		t.Errorf("a union: %v", union)
	}
}

func TestRejectedViews(t *testing.T) {
	for name, c := range map[string]struct{ view, want string }{
		"no JSON":         {`x`, "must provide an object [json-pointer:/view]"},
		"no type":         {`{}`, "missing required field: type [json-pointer:/view]"},
		"odd type":        {`{"type":"popup"}`, "unsupported type: popup [json-pointer:/view/type]"},
		"no title":        {`{"type":"modal","blocks":[]}`, "missing required field: title [json-pointer:/view]"},
		"no blocks":       {`{"type":"home"}`, "missing required field: blocks [json-pointer:/view]"},
		"title on a home": {`{"type":"home","blocks":[],"title":{"type":"plain_text","text":"x"}}`, "invalid additional property: title [json-pointer:/view]"},
		"input, no submit": {
			`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input"}}]}`,
			"must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
		},
		"a table": {
			`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"table","rows":[]}]}`,
			"unsupported type: table [json-pointer:/view/blocks/0/type]",
		},
	} {
		var all []string
		for _, p := range slackfake.ValidateView([]byte(c.view)) {
			all = append(all, p.String())
		}
		if !strings.Contains(strings.Join(all, "\n"), c.want) {
			t.Errorf("%s: %q, want %s", name, all, c.want)
		}
	}
}

func TestWhatTheLibrariesBuildIsAccepted(t *testing.T) {
	plain := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, true, false) }
	md := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("mrkdwn", s, true, false) }
	opt := slack.NewOptionBlockObject("v", plain("o"), plain("d"))
	pick := slack.NewOptionsSelectBlockElement("static_select", plain("p"), "s", opt).WithInitialOption(opt)
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain("Incident Decision")),
		slack.NewSectionBlock(md("*x*"), []*slack.TextBlockObject{md("a"), plain("b")}, slack.NewAccessory(slack.NewOverflowBlockElement("ov", opt))),
		slack.NewDividerBlock(),
		slack.NewContextBlock("ctx", md("c"), slack.NewImageBlockElement("https://x.example/x.png", "alt")),
		slack.NewActionBlock("row",
			slack.NewButtonBlockElement("b", "v", plain("B")).WithStyle(slack.StylePrimary).WithURL("https://x.example").
				WithConfirm(slack.NewConfirmationBlockObject(plain("t"), md("x"), plain("y"), plain("n"))),
			pick, slack.NewDatePickerBlockElement("d"), slack.NewTimePickerBlockElement("tp"), slack.NewDateTimePickerBlockElement("dt"),
			slack.NewRadioButtonsBlockElement("r", opt), slack.NewCheckboxGroupsBlockElement("c", opt),
			slack.NewOptionsSelectBlockElement("users_select", plain("p"), "u"),
			slack.NewOptionsMultiSelectBlockElement("multi_users_select", plain("p"), "mu"),
		),
		slack.NewImageBlock("https://x.example/x.png", "alt", "img", plain("t")),
		slack.NewMarkdownBlock("md", "**x**"),
		slack.NewRichTextBlock("rt", slack.NewRichTextSection(slack.NewRichTextSectionTextElement("x", nil),
			slack.NewRichTextSectionUserElement("U0ALICE", nil), slack.NewRichTextSectionLinkElement("https://x.example", "x", nil))),
		slack.NewInputBlock("in", plain("l"), plain("h"), slack.NewPlainTextInputBlockElement(plain("p"), "i").WithMultiline(true)),
	}
	if got := slackfake.ValidateBlocks([]byte(asJSON(t, blocks))); len(got) != 0 {
		t.Errorf("blocks: %v", got)
	}
	if got := slackfake.ValidateView([]byte(asJSON(t, rejectModal()))); len(got) != 0 {
		t.Errorf("view: %v", got)
	}
}

func FuzzValidate(f *testing.F) {
	f.Add(`[{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"button"}}]`)
	f.Add(`{"type":"modal","blocks":[{"type":"input","element":{"type":"static_select","options":[{"text":1}]}}]}`)
	f.Add(`[{"type":"table","rows":[[{"type":"rich_text","elements":[null]}]]},{"type":"carousel","elements":[{"type":"card"}]}]`)
	f.Fuzz(func(t *testing.T, doc string) {
		slackfake.ValidateView([]byte(doc))
		var list []any
		if json.Unmarshal([]byte(doc), &list) != nil && len(slackfake.ValidateBlocks([]byte(doc))) == 0 {
			t.Errorf("accepted %q", doc)
		}
	})
}
